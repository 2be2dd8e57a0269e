//! Labeled tables for tests: hand labels with scores as a classifier of known quality would give them.

use std::{fmt::Write as _, path::Path};

use iken::{codebook::Codebook, labels::read_hand_labels, random::Random};
use serde_json::{Map, Value, json};

/// How far apart the classifier puts opinions with and without a theme, in standard deviations of its scores; 2.5 gives
/// a micro-F1 of about 0.74, as measured across years.
const SEPARATION: f64 = 2.5;

pub fn codebook() -> Codebook {
    Codebook::from_path(Path::new("labels/codebook.toml")).expect("the project's codebook")
}

pub fn normal(random: &mut Random) -> f64 {
    (-2.0 * (1.0 - random.unit()).ln()).sqrt() * (2.0 * std::f64::consts::PI * random.unit()).cos()
}

/// The probability that a calibrated classifier gives to a theme of this prior.
pub fn score(random: &mut Random, prior: f64, has: bool) -> f64 {
    let x = normal(random) + if has { SEPARATION } else { 0.0 };
    let log_odds = (prior / (1.0 - prior)).ln() + SEPARATION * x - SEPARATION * SEPARATION / 2.0;
    (1.0 / (1.0 + (-log_odds).exp()) * 1e4).round() / 1e4
}

/// What a table of hand labels is made into.
pub struct Form<'a> {
    pub labels: &'a str,
    pub fiscal_year: i32,
    pub file: &'a str,
    /// Carries a person's decision on every n-th opinion.
    pub checked_every: usize,
    pub in_training: bool,
}

/// The table as `label` would have written it, a JSON line for every opinion.
pub fn labeled_table(form: &Form) -> String {
    let codebook = codebook();
    let labels = read_hand_labels(Path::new(form.labels), &codebook).expect("hand labels");
    let mut random = Random::new(form.fiscal_year as u64);
    let mut table = String::new();
    for (i, label) in labels.iter().enumerate() {
        let mut scores: Vec<(usize, f64)> = codebook
            .theme_ids()
            .map(|t| (t.index(), score(&mut random, 0.1, label.themes.contains(t))))
            .collect();
        let by_theme: Map<String, Value> =
            scores.iter().map(|(t, s)| (codebook.themes()[*t].id.clone(), json!(s))).collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        let given: Vec<&(usize, f64)> = scores
            .iter()
            .take(3)
            .enumerate()
            .filter(|(at, (_, s))| *at == 0 || *s >= 0.45)
            .map(|(_, s)| s)
            .collect();
        let probability = given.iter().map(|(_, s)| *s).fold(1.0, f64::min);
        let stance = label.stance.map_or("fact", |s| codebook.stance(s).id.as_str());
        let mut record = json!({
            "id": label.id, "fiscal_year": form.fiscal_year, "municipality": label.municipality,
            "text": label.text,
            "themes": given.iter().map(|(t, _)| codebook.themes()[*t].id.as_str()).collect::<Vec<_>>(),
            "stance": stance, "status": if probability >= 0.8 { "accepted" } else { "review" },
            "probability": probability, "scores": by_theme, "stance_scores": {}, "evidence": {},
            "unseen_terms": (random.unit() * 4e3).round() / 1e4, "in_training": form.in_training,
            "source": {"file": form.file, "line": i + 1},
            "model": "0123456789ab", "codebook": codebook.fingerprint(),
        });
        if i % form.checked_every == 0 {
            let themes: Vec<&str> = label.themes.iter().map(|t| codebook.theme(t).id.as_str()).collect();
            record["label"] = json!({"themes": themes, "stance": stance});
        }
        writeln!(table, "{record}").expect("a string takes all");
    }
    table
}

/// The real year, all hand-labeled, as training opinions are.
pub fn first_year() -> String {
    labeled_table(&Form {
        labels: "labels/r01.tsv",
        fiscal_year: 2019,
        file: "r01.txt",
        checked_every: 1,
        in_training: true,
    })
}

/// The invented year, a part of it checked by hand.
pub fn sample_year(checked_every: usize) -> String {
    labeled_table(&Form {
        labels: "labels/r04-sample.tsv",
        fiscal_year: 2022,
        file: "r04-sample.txt",
        checked_every,
        in_training: false,
    })
}
