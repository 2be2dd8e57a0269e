//! Training: every step from rows to a model, thresholds and probabilities included. Scores that decisions rest on
//! are always those of models that have not seen the opinion: other folds for the threshold, other sources for
//! probabilities and promises.

use rayon::prelude::*;

use super::{
    fit::{FittedHead, blend, out_of_fold},
    head::HeadParts,
    model::{Decision, Familiarity, ModelParts, TrainingCounts, text_fingerprint},
    settings::CheckedSettings,
    training::{Kind, TrainingSet},
};
use crate::{
    classify::{
        calibration::{Calibration, Temperature},
        threshold::{Evidence, assign, best_threshold},
    },
    error::Result,
    tokenize::{Head, normalize},
    vectorize::TermId,
};

/// Heads fitted to some rows of a training set, with what turns their scores into decisions: all of it from these
/// rows alone.
pub struct Fitted {
    /// Head of the themes, its members divided by their spread.
    pub themes: FittedHead,
    /// Head of the stance.
    pub stance: FittedHead,
    /// Score from which on a theme is given.
    pub threshold: f64,
    /// From stance scores to probabilities.
    pub temperature: Temperature,
    /// From theme scores of other folds to probabilities.
    pub calibration: Calibration,
}

impl Fitted {
    /// Fits both heads to the rows `train`; spread, threshold and temperature come from folds of these rows.
    ///
    /// # Errors
    /// What the classifiers say.
    pub fn new(set: &TrainingSet, train: &[usize], settings: &CheckedSettings) -> Result<Self> {
        let (themes, stance) = rayon::join(
            || fit_scaled(set, Head::Themes, train, settings),
            || fit_scaled(set, Head::Stance, train, settings),
        );
        let (themes, theme_rows, theme_scores) = themes?;
        let (stance, stance_rows, stance_scores) = stance?;
        let labels: Vec<_> = theme_rows.iter().map(|&row| set.rows[row].themes).collect();
        let threshold = best_threshold(&theme_scores, &labels, set.codebook.max_themes());
        let calibration = Calibration::fit(&decisions(&theme_scores, &labels));
        let known: Vec<(Vec<f64>, usize)> = stance_scores
            .into_iter()
            .zip(&stance_rows)
            .filter_map(|(scores, &row)| Some((scores, set.rows[row].stance?.index())))
            .collect();
        Ok(Self { themes, stance, threshold, calibration, temperature: Temperature::fit(&known) })
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

/// A head fitted and scaled, with the rows and blended scores that scaled it.
type Scaled = (FittedHead, Vec<usize>, Vec<Vec<f64>>);

fn fit_scaled(set: &TrainingSet, head: Head, train: &[usize], settings: &CheckedSettings) -> Result<Scaled> {
    let (fitted, unseen) = rayon::join(
        || FittedHead::fit(set, head, train, settings),
        || out_of_fold(set, head, train, settings),
    );
    let (mut fitted, unseen) = (fitted?, unseen?);
    let shares = std::mem::take(&mut fitted.factors);
    fitted.scale(&shares, &unseen.scores);
    let scores = unseen.scores.iter().map(|s| blend(&fitted.factors, s)).collect();
    Ok((fitted, unseen.rows, scores))
}

/// Every theme of every opinion as a decision: its score and whether the label has it.
fn decisions(scores: &[Vec<f64>], labels: &[crate::codebook::ThemeSet]) -> Vec<(f64, bool)> {
    scores
        .iter()
        .zip(labels)
        .flat_map(|(scores, label)| {
            scores.iter().enumerate().map(|(t, &s)| (s, label.contains(crate::codebook::ThemeId(t as u8))))
        })
        .collect()
}

/// A real row scored by a model that has not seen its source.
#[derive(Debug, Clone)]
pub struct Transferred {
    /// The row.
    pub row: usize,
    /// Theme scores.
    pub scores: Vec<f64>,
    /// The threshold of the model that scored it.
    pub threshold: f64,
    /// Share of its words that the model does not know.
    pub unseen_terms: f64,
}

/// Scores every row of a source by a model fitted to all others.
///
/// # Errors
/// What the classifiers say.
pub fn transfer(
    set: &TrainingSet,
    source: &str,
    settings: &CheckedSettings,
) -> Result<(Fitted, Vec<Transferred>)> {
    let train = set.rows_where(|row| row.source != source);
    let fitted = Fitted::new(set, &train, settings)?;
    let rows = set
        .rows_where(|row| row.source == source)
        .into_iter()
        .map(|row| Transferred {
            row,
            scores: fitted.theme_scores(set, row, settings),
            threshold: fitted.threshold,
            unseen_terms: unseen_share(set, &fitted.themes, row),
        })
        .collect();
    Ok((fitted, rows))
}

/// Share of a row's content words that a head does not use.
fn unseen_share(set: &TrainingSet, head: &FittedHead, row: usize) -> f64 {
    let words_end = set.corpus.themes.vocabulary.block_starts()[1];
    let words = set.corpus.themes.documents[row].iter().filter(|(term, _)| term.0 < words_end);
    let (mut n, mut unseen) = (0, 0);
    for &(TermId(term), count) in words {
        n += count;
        unseen += if head.tfidf.idf(TermId(term)) == 0.0 { count } else { 0 };
    }
    if n == 0 { 0.0 } else { f64::from(unseen) / f64::from(n) }
}

/// Fits a model to all rows of a training set.
///
/// # Errors
/// What the classifiers say.
pub fn train(set: &TrainingSet, settings: &CheckedSettings) -> Result<(ModelParts, [Vec<f32>; 2])> {
    let all: Vec<usize> = (0..set.rows.len()).collect();
    let fitted = Fitted::new(set, &all, settings)?;
    let real_sources: Vec<&str> = set
        .sources()
        .into_iter()
        .filter(|s| set.rows.iter().any(|row| row.source == *s && row.kind.is_real()))
        .collect();
    // With a single source there is no other to learn from: its own folds must do, and they promise too much.
    let transferred: Result<Vec<Vec<Transferred>>> =
        real_sources.par_iter().map(|source| transfer(set, source, settings).map(|(_, rows)| rows)).collect();
    let transferred: Vec<Transferred> = transferred?.into_iter().flatten().collect();
    let calibration = Calibration::fit(&decisions(
        &transferred.iter().map(|t| t.scores.clone()).collect::<Vec<_>>(),
        &transferred.iter().map(|t| set.rows[t.row].themes).collect::<Vec<_>>(),
    ));
    let evidence: Vec<Evidence> = transferred.iter().map(|t| evidence(set, t, &calibration)).collect();
    let (themes, theme_weights) =
        HeadParts::from_fitted(&fitted.themes, &set.corpus.themes, &settings.themes);
    let (stance, stance_weights) =
        HeadParts::from_fitted(&fitted.stance, &set.corpus.stance, &settings.stance);
    let parts = ModelParts {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        codebook: set.codebook.clone(),
        settings: settings.clone(),
        counts: counts(set),
        decision: Decision { threshold: fitted.threshold, calibration, temperature: fitted.temperature },
        familiarity: familiarity(&transferred, &evidence),
        evidence,
        training_texts: training_texts(set),
        lexicon: set.corpus.lexicon.forms().to_vec(),
        themes,
        stance,
    };
    Ok((parts, [theme_weights, stance_weights]))
}

fn evidence(set: &TrainingSet, transferred: &Transferred, calibration: &Calibration) -> Evidence {
    let label = set.rows[transferred.row].themes;
    let given = assign(&transferred.scores, transferred.threshold, set.codebook.max_themes());
    let probability = given
        .iter()
        .map(|t| super::labeler::round4(calibration.probability(transferred.scores[t.index()])))
        .fold(1.0, f64::min);
    Evidence {
        probability,
        n_given: given.len(),
        n_right: given.iter().filter(|t| label.contains(*t)).count(),
    }
}

fn familiarity(transferred: &[Transferred], evidence: &[Evidence]) -> Familiarity {
    let moments = |values: Vec<f64>| {
        let n = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt())
    };
    let (unseen_terms, unseen_terms_sd) = moments(transferred.iter().map(|t| t.unseen_terms).collect());
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
