//! Training: every step from rows to a model. Thresholds, probabilities and promises come from scores of real
//! opinions by models that have not seen their source.

use super::{
    fit::FittedHead,
    head::HeadParts,
    model::{Decision, Familiarity, ModelParts, ThemeEvidence, TrainingCounts, text_fingerprint},
    settings::CheckedSettings,
    training::{Kind, TrainingSet},
    unseen::{Unseen, unseen_scores},
};
use crate::{
    classify::{
        calibration::{Calibration, Temperature},
        threshold::{Evidence, assign, best_threshold, confidence},
    },
    codebook::{ThemeId, ThemeSet},
    error::Result,
    tokenize::{Head, normalize},
};

/// Heads fitted to some rows of a training set, with what turns their scores into decisions: all of it from these
/// rows alone.
pub struct Fitted {
    /// Head of the themes, its members divided by their spread.
    pub themes: FittedHead,
    /// Head of the stance.
    pub stance: FittedHead,
    /// From scores to decisions.
    pub decision: Decision,
    /// What a promise rests on.
    pub evidence: Vec<Evidence>,
    /// The same by theme.
    pub theme_evidence: Vec<ThemeEvidence>,
    /// What is usual.
    pub familiarity: Familiarity,
}

impl Fitted {
    /// Fits both heads to the rows `train`; spread, threshold and probabilities come from these rows alone.
    ///
    /// # Errors
    /// What the classifiers say.
    pub fn new(set: &TrainingSet, train: &[usize], settings: &CheckedSettings) -> Result<Self> {
        let (themes, stance) = rayon::join(
            || fit_scaled(set, Head::Themes, train, settings),
            || fit_scaled(set, Head::Stance, train, settings),
        );
        let ((themes, unseen), (stance, unseen_stance)) = (themes?, stance?);
        let max_themes = set.codebook.max_themes();
        let scores: Vec<Vec<f64>> = unseen.iter().map(|u| themes.blend(&u.members)).collect();
        let labels: Vec<ThemeSet> = unseen.iter().map(|u| set.rows[u.row].themes).collect();
        let threshold = best_threshold(&scores, &labels, max_themes);
        let given: Vec<ThemeSet> = scores.iter().map(|s| assign(s, threshold, max_themes)).collect();
        let stances: Vec<(Vec<f64>, usize)> = unseen_stance
            .iter()
            .filter_map(|u| Some((stance.blend(&u.members), set.rows[u.row].stance?.index())))
            .collect();
        let decision = Decision {
            threshold,
            calibration: Calibration::fit(&theme_decisions(&scores, &labels)),
            confidence: Calibration::fit(&given_themes(&scores, &given, &labels)),
            temperature: Temperature::fit(&stances),
        };
        let evidence: Vec<Evidence> =
            scores.iter().zip(&labels).map(|(s, label)| decision.evidence(s, *label, max_themes)).collect();
        let familiarity = familiarity(&unseen, &evidence);
        let theme_evidence = theme_evidence(&given, &labels, set.codebook.themes().len());
        Ok(Self { themes, stance, decision, evidence, theme_evidence, familiarity })
    }

    /// Theme scores of a row.
    pub fn theme_scores(&self, set: &TrainingSet, row: usize, settings: &CheckedSettings) -> Vec<f64> {
        self.themes.blend(&self.themes.member_scores(set, Head::Themes, row, settings))
    }

    /// Stance scores of a row.
    pub fn stance_scores(&self, set: &TrainingSet, row: usize, settings: &CheckedSettings) -> Vec<f64> {
        self.stance.blend(&self.stance.member_scores(set, Head::Stance, row, settings))
    }
}

fn fit_scaled(
    set: &TrainingSet,
    head: Head,
    train: &[usize],
    settings: &CheckedSettings,
) -> Result<(FittedHead, Vec<Unseen>)> {
    let (fitted, unseen) = rayon::join(
        || FittedHead::fit(set, head, train, settings),
        || unseen_scores(set, head, train, settings),
    );
    let (mut fitted, unseen) = (fitted?, unseen?);
    fitted.scale(&unseen.iter().map(|u| u.members.clone()).collect::<Vec<_>>());
    Ok((fitted, unseen))
}

/// Every theme of every opinion: its score and whether the label has it.
fn theme_decisions(scores: &[Vec<f64>], labels: &[ThemeSet]) -> Vec<(f64, bool)> {
    let of = |(scores, label): (&Vec<f64>, &ThemeSet)| {
        let label = *label;
        scores
            .iter()
            .enumerate()
            .map(move |(t, &s)| (s, label.contains(ThemeId(t as u8))))
            .collect::<Vec<_>>()
    };
    scores.iter().zip(labels).flat_map(of).collect()
}

/// Every theme given: how sure the opinion's themes are, and whether it is right.
fn given_themes(scores: &[Vec<f64>], given: &[ThemeSet], labels: &[ThemeSet]) -> Vec<(f64, bool)> {
    let mut decisions = Vec::new();
    for ((scores, given), label) in scores.iter().zip(given).zip(labels) {
        let confidence = confidence(scores, *given);
        decisions.extend(given.iter().map(|t| (confidence, label.contains(t))));
    }
    decisions
}

fn theme_evidence(given: &[ThemeSet], labels: &[ThemeSet], n_themes: usize) -> Vec<ThemeEvidence> {
    let mut evidence = vec![ThemeEvidence::default(); n_themes];
    for (given, label) in given.iter().zip(labels) {
        for theme in given.iter() {
            evidence[theme.index()].n_given += 1;
            evidence[theme.index()].n_right += usize::from(label.contains(theme));
        }
        for theme in label.iter() {
            evidence[theme.index()].support += 1;
        }
    }
    evidence
}

/// Fits a model to all rows of a training set.
///
/// # Errors
/// What the classifiers say.
pub fn train(set: &TrainingSet, settings: &CheckedSettings) -> Result<(ModelParts, [Vec<f32>; 2])> {
    let all: Vec<usize> = (0..set.rows.len()).collect();
    let fitted = Fitted::new(set, &all, settings)?;
    Ok(parts(set, fitted, settings))
}

/// The model of fitted heads.
fn parts(set: &TrainingSet, fitted: Fitted, settings: &CheckedSettings) -> (ModelParts, [Vec<f32>; 2]) {
    let (themes, theme_weights) =
        HeadParts::from_fitted(&fitted.themes, &set.corpus.themes, &settings.themes);
    let (stance, stance_weights) =
        HeadParts::from_fitted(&fitted.stance, &set.corpus.stance, &settings.stance);
    let parts = ModelParts {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        codebook: set.codebook.clone(),
        settings: settings.clone(),
        counts: counts(set),
        decision: fitted.decision,
        familiarity: fitted.familiarity,
        evidence: fitted.evidence,
        theme_evidence: fitted.theme_evidence,
        training_texts: training_texts(set),
        lexicon: set.corpus.lexicon.forms().to_vec(),
        themes,
        stance,
    };
    (parts, [theme_weights, stance_weights])
}

fn familiarity(unseen: &[Unseen], evidence: &[Evidence]) -> Familiarity {
    let moments = |values: Vec<f64>| {
        let n = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt())
    };
    let (unseen_terms, unseen_terms_sd) = moments(unseen.iter().map(|u| u.unseen_terms).collect());
    let (probability, probability_sd) = moments(evidence.iter().map(|e| e.probability).collect());
    Familiarity { unseen_terms, unseen_terms_sd, probability, probability_sd, n_opinions: evidence.len() }
}

fn counts(set: &TrainingSet) -> TrainingCounts {
    let mut counts = TrainingCounts::default();
    for source in set.sources() {
        let rows = || set.rows.iter().filter(|r| r.source == source);
        let n = rows().count();
        match rows().next().map(|r| r.kind) {
            Some(Kind::Opinion) => counts.opinions.push((source.to_owned(), n)),
            Some(Kind::Codebook) => counts.codebook = n,
            _ => counts.examples.push((source.to_owned(), n)),
        }
    }
    counts
}

fn training_texts(set: &TrainingSet) -> Vec<u64> {
    let mut normalized = String::new();
    let mut fingerprints: Vec<u64> = set
        .rows
        .iter()
        .filter(|row| row.kind == Kind::Opinion)
        .map(|row| {
            normalize(&row.text, &mut normalized);
            text_fingerprint(&normalized)
        })
        .collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    fingerprints
}
