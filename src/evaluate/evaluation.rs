//! The evaluation: one set of figures, from which the table on the terminal, the JSON and the reports are made.

use serde::{Deserialize, Serialize};

use super::{
    cross_validate::Judged,
    interval::{Figure, bootstrap},
    learning_curve::LearningCurve,
    metrics::{Summary, share},
};
use crate::{
    codebook::{Codebook, ThemeSet},
    record::Status,
};

/// All figures of one run of `iken evaluate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The command that repeats it.
    pub command: String,
    /// Version of the program.
    pub program: String,
    /// The codebook's fingerprint.
    pub codebook: String,
    /// The model that was judged; none where models were fitted for the purpose.
    pub model: Option<String>,
    /// Seed of folds and draws.
    pub seed: u64,
    /// Precision that was promised.
    pub promise: f64,
    /// What was judged, the most telling first.
    pub sets: Vec<ScoredSet>,
    /// How figures grow with examples and with hand labels, where it was measured.
    pub learning_curve: Option<LearningCurve>,
}

/// How the judged opinions and their models come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Folds of the labels, all choices inside.
    NestedCrossValidation,
    /// A model that has not seen the source.
    AcrossSources,
    /// A model file on a table that it has not seen.
    Gold,
}

/// Figures of one set of judged opinions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredSet {
    /// Table or source.
    pub name: String,
    /// How it was judged.
    pub protocol: Protocol,
    /// Which classifier: `blend` or `naive-bayes`.
    pub classifier: String,
    /// Whether real people said it.
    pub is_real: bool,
    /// Opinions.
    pub n_opinions: usize,
    /// Groups that intervals draw.
    pub n_groups: usize,
    /// Over all themes.
    pub overall: Overall,
    /// By theme, in the order of the codebook.
    pub themes: Vec<ThemeFigures>,
    /// Which theme is given in place of which: `replaced[wanted][given]`, opinions whose label has `wanted` without
    /// being given it, and are given `given` without having it.
    pub replaced: Vec<Vec<usize>>,
    /// Stances.
    pub stance: StanceTable,
    /// Reliability of the themes' probabilities.
    pub reliability: Vec<ReliabilityBin>,
    /// Expected calibration error of the themes' probabilities (Guo et al. 2017, ten bins of equal width).
    pub calibration_error: Figure,
    /// Precision against the share of opinions accepted.
    pub coverage: Vec<CoveragePoint>,
    /// What became of the promise.
    pub promise: PromiseKept,
    /// Opinions whose themes or stance are wrong.
    pub misread: Vec<Misread>,
}

/// Figures over all themes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Overall {
    /// F1 over all decisions.
    pub micro_f1: Figure,
    /// Precision over all decisions.
    pub precision: Figure,
    /// Recall over all decisions.
    pub recall: Figure,
    /// Mean F1 over the themes that the labels have.
    pub macro_f1: Figure,
    /// Share of opinions whose set of themes is right.
    pub exact_match: Figure,
    /// Share of opinions whose highest theme is among the label's.
    pub hit_at_1: Figure,
    /// Share of opinions whose main theme is right.
    pub main_accuracy: Figure,
    /// Share of opinions whose stance is right.
    pub stance_accuracy: Figure,
}

/// Figures of one theme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThemeFigures {
    /// Id.
    pub theme: String,
    /// Opinions whose label has it.
    pub support: usize,
    /// Opinions given it.
    pub given: usize,
    /// Share of the given that is right.
    pub precision: Figure,
    /// Share of the label's that was given.
    pub recall: Figure,
    /// Their harmonic mean.
    pub f1: Figure,
}

/// Labeled against predicted stances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StanceTable {
    /// Ids, in the order of rows and columns.
    pub stances: Vec<String>,
    /// `counts[labeled][predicted]`.
    pub counts: Vec<Vec<usize>>,
}

/// Decisions of similar probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// From this probability on …
    pub from: f64,
    /// … to this one.
    pub to: f64,
    /// Decisions.
    pub n: usize,
    /// Their mean probability.
    pub probability: f64,
    /// Share of them that is right.
    pub right: f64,
}

/// A threshold of acceptance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoveragePoint {
    /// Opinions of this probability or more are accepted.
    pub probability: f64,
    /// Share of opinions accepted.
    pub coverage: f64,
    /// Share of their themes that is right.
    pub precision: f64,
    /// Themes given to them.
    pub n_given: usize,
}

/// What was accepted at the promise, and how right it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromiseKept {
    /// Precision promised.
    pub promised: f64,
    /// Share of opinions accepted.
    pub accepted: Figure,
    /// Share of their themes that is right; its count is of themes.
    pub precision: Figure,
}

/// An opinion read wrongly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Misread {
    /// Id.
    pub id: String,
    /// The opinion.
    pub text: String,
    /// A person's themes.
    pub label: Vec<String>,
    /// The model's themes.
    pub given: Vec<String>,
    /// A person's stance.
    pub stance_label: Option<String>,
    /// The model's stance.
    pub stance: String,
    /// Probability that the model gave its themes.
    pub probability: f64,
    /// Whether it was accepted.
    pub accepted: bool,
}

/// What was judged, and how.
#[derive(Debug, Clone, Copy)]
pub struct Judging<'a> {
    /// Table or source.
    pub name: &'a str,
    /// How opinions and models come together.
    pub protocol: Protocol,
    /// Which classifier.
    pub classifier: &'a str,
    /// Whether real people said it.
    pub is_real: bool,
}

/// Bins of the reliability diagram.
const N_BINS: usize = 10;
/// Points of the coverage curve.
const N_COVERAGE_POINTS: usize = 20;

impl ScoredSet {
    /// Figures of judged opinions.
    pub fn new(what: &Judging, judged: &[Judged], codebook: &Codebook, promised: f64, seed: u64) -> Self {
        let groups: Vec<&str> = judged.iter().map(|j| j.group.as_str()).collect();
        let mut distinct = groups.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let n_themes = codebook.themes().len();
        let whole = Summary::of(judged, n_themes);
        let intervals = bootstrap(&groups, seed, |drawn| {
            figures_of(&Summary::of(drawn.iter().map(|&i| &judged[i]), n_themes))
        });
        let (overall, themes) = named(&intervals, &whole, judged.len(), codebook);
        let calibration = bootstrap(&groups, seed, |drawn| {
            vec![calibration_error(&reliability(drawn.iter().map(|&i| &judged[i])))]
        })[0];
        Self {
            name: what.name.to_owned(),
            protocol: what.protocol,
            classifier: what.classifier.to_owned(),
            is_real: what.is_real,
            n_opinions: judged.len(),
            n_groups: distinct.len(),
            overall,
            themes,
            replaced: replaced(judged, n_themes),
            stance: stance_table(judged, codebook),
            reliability: reliability(judged),
            calibration_error: figure(calibration, judged.len() * n_themes),
            coverage: coverage(judged),
            promise: promise_kept(judged, &groups, promised, seed),
            misread: misread(judged, codebook),
        }
    }
}

fn figure((value, low, high): (f64, f64, f64), n: usize) -> Figure {
    Figure { value, low, high, n }
}

/// Overall figures, then three for each theme; those without a count are NaN.
fn figures_of(summary: &Summary) -> Vec<f64> {
    let micro = summary.micro();
    let mut figures = vec![
        micro.f1(),
        micro.precision(),
        micro.recall(),
        summary.macro_f1(),
        summary.exact_match(),
        summary.hit_at_1(),
        summary.main_accuracy(),
        if summary.n_stance() == 0 { f64::NAN } else { summary.stance_accuracy() },
    ];
    for counts in &summary.themes {
        let known = |of: usize, value: f64| if of == 0 { f64::NAN } else { value };
        figures.push(known(counts.given(), counts.precision()));
        figures.push(known(counts.support(), counts.recall()));
        figures.push(known(counts.given() + counts.support(), counts.f1()));
    }
    figures
}

fn named(
    intervals: &[(f64, f64, f64)],
    whole: &Summary,
    n: usize,
    codebook: &Codebook,
) -> (Overall, Vec<ThemeFigures>) {
    // JSON has no NaN: a figure that could not be counted is 0 of 0.
    let known = |i: usize, n: usize| {
        if intervals[i].0.is_nan() { Figure::default() } else { figure(intervals[i], n) }
    };
    let micro = whole.micro();
    let overall = Overall {
        micro_f1: known(0, n),
        precision: known(1, micro.given()),
        recall: known(2, micro.support()),
        macro_f1: known(3, n),
        exact_match: known(4, n),
        hit_at_1: known(5, n),
        main_accuracy: known(6, n),
        stance_accuracy: known(7, whole.n_stance()),
    };
    let themes = codebook
        .themes()
        .iter()
        .zip(&whole.themes)
        .enumerate()
        .map(|(t, (theme, counts))| ThemeFigures {
            theme: theme.id.clone(),
            support: counts.support(),
            given: counts.given(),
            precision: known(8 + 3 * t, counts.given()),
            recall: known(9 + 3 * t, counts.support()),
            f1: known(10 + 3 * t, counts.given() + counts.support()),
        })
        .collect();
    (overall, themes)
}

fn replaced(judged: &[Judged], n_themes: usize) -> Vec<Vec<usize>> {
    let mut counts = vec![vec![0; n_themes]; n_themes];
    for j in judged {
        for wanted in j.label.iter().filter(|t| !j.given.contains(*t)) {
            for given in j.given.iter().filter(|t| !j.label.contains(*t)) {
                counts[wanted.index()][given.index()] += 1;
            }
        }
    }
    counts
}

fn stance_table(judged: &[Judged], codebook: &Codebook) -> StanceTable {
    let n = codebook.stances().len();
    let mut counts = vec![vec![0; n]; n];
    for j in judged {
        if let Some(label) = j.stance_label {
            counts[label.index()][j.stance.index()] += 1;
        }
    }
    StanceTable { stances: codebook.stances().iter().map(|s| s.id.clone()).collect(), counts }
}

fn reliability<'a>(judged: impl IntoIterator<Item = &'a Judged>) -> Vec<ReliabilityBin> {
    let mut bins = vec![(0_usize, 0.0, 0_usize); N_BINS];
    for j in judged {
        for (theme, &p) in j.scores.iter().enumerate() {
            let bin = &mut bins[((p * N_BINS as f64) as usize).min(N_BINS - 1)];
            bin.0 += 1;
            bin.1 += p;
            bin.2 += usize::from(j.label.contains(crate::codebook::ThemeId(theme as u8)));
        }
    }
    bins.into_iter()
        .enumerate()
        .map(|(i, (n, sum, right))| ReliabilityBin {
            from: i as f64 / N_BINS as f64,
            to: (i + 1) as f64 / N_BINS as f64,
            n,
            probability: if n == 0 { 0.0 } else { sum / n as f64 },
            right: share(right, n),
        })
        .collect()
}

fn calibration_error(bins: &[ReliabilityBin]) -> f64 {
    let n: usize = bins.iter().map(|b| b.n).sum();
    bins.iter().map(|b| b.n as f64 * (b.probability - b.right).abs()).sum::<f64>() / n.max(1) as f64
}

fn n_right(judged: &Judged) -> usize {
    judged.given.iter().filter(|t| judged.label.contains(*t)).count()
}

fn coverage(judged: &[Judged]) -> Vec<CoveragePoint> {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let (mut points, mut given, mut right) = (Vec::new(), 0, 0);
    for (i, j) in sorted.iter().enumerate() {
        given += j.given.len();
        right += n_right(j);
        let step = (judged.len() / N_COVERAGE_POINTS).max(1);
        let equal_follows = sorted.get(i + 1).is_some_and(|next| next.probability == j.probability);
        if ((i + 1) % step == 0 || i + 1 == sorted.len()) && !equal_follows {
            points.push(CoveragePoint {
                probability: j.probability,
                coverage: share(i + 1, judged.len()),
                precision: share(right, given),
                n_given: given,
            });
        }
    }
    points
}

fn promise_kept(judged: &[Judged], groups: &[&str], promised: f64, seed: u64) -> PromiseKept {
    let accepted = |i: &&usize| judged[**i].status == Status::Accepted;
    let figures = bootstrap(groups, seed, |drawn| {
        let n = drawn.iter().filter(accepted).count();
        let given: usize = drawn.iter().filter(accepted).map(|&i| judged[i].given.len()).sum();
        let right: usize = drawn.iter().filter(accepted).map(|&i| n_right(&judged[i])).sum();
        vec![share(n, drawn.len()), if given == 0 { f64::NAN } else { share(right, given) }]
    });
    let n_given = judged.iter().filter(|j| j.status == Status::Accepted).map(|j| j.given.len()).sum();
    PromiseKept {
        promised,
        accepted: figure(figures[0], judged.len()),
        precision: if n_given == 0 { Figure::default() } else { figure(figures[1], n_given) },
    }
}

fn misread(judged: &[Judged], codebook: &Codebook) -> Vec<Misread> {
    let names = |set: &ThemeSet| set.iter().map(|t| codebook.theme(t).id.clone()).collect::<Vec<_>>();
    judged
        .iter()
        .filter(|j| !j.given.same_themes(&j.label) || j.stance_label.is_some_and(|s| s != j.stance))
        .map(|j| Misread {
            id: j.id.clone(),
            text: j.text.clone(),
            label: names(&j.label),
            given: names(&j.given),
            stance_label: j.stance_label.map(|s| codebook.stance(s).id.clone()),
            stance: codebook.stance(j.stance).id.clone(),
            probability: j.probability,
            accepted: j.status == Status::Accepted,
        })
        .collect()
}
