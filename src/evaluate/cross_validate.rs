//! Judged opinions: each with its label and what a model that has not seen it says.

use rayon::prelude::*;

use crate::{
    codebook::{StanceId, ThemeId, ThemeSet},
    error::Result,
    labels::HandLabel,
    model::{CheckedSettings, Fitted, Kind, Model, SharedScores, TrainingSet, grouped_folds},
    record::Status,
};

/// An opinion with its label and what the model says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Id of the opinion.
    pub id: String,
    /// Opinions of one group are drawn together in intervals.
    pub group: String,
    /// The opinion.
    pub text: String,
    /// A person's themes.
    pub label: ThemeSet,
    /// A person's stance.
    pub stance_label: Option<StanceId>,
    /// The model's themes.
    pub given: ThemeSet,
    /// The model's stance.
    pub stance: StanceId,
    /// Calibrated probability of every theme.
    pub scores: Vec<f64>,
    /// Probability that the themes given are right.
    pub probability: f64,
    /// Whether the model would accept it at the promise that was asked for.
    pub status: Status,
    /// The fold that it was tested in, where there are folds.
    pub fold: Option<usize>,
}

impl Default for Judged {
    fn default() -> Self {
        Self {
            id: String::new(),
            group: String::new(),
            text: String::new(),
            label: ThemeSet::new(ThemeId(0)),
            stance_label: None,
            given: ThemeSet::new(ThemeId(0)),
            stance: StanceId(0),
            scores: Vec::new(),
            probability: 0.0,
            status: Status::Review,
            fold: None,
        }
    }
}

/// Nested cross-validation of the hand-labeled opinions: folds are grouped by municipality, all other rows are always
/// on the training side, and spread, threshold and probabilities come from the training side alone. `done` is told
/// after every fold.
///
/// # Errors
/// What the classifiers say.
pub fn cross_validation(
    set: &TrainingSet,
    settings: &CheckedSettings,
    precision: f64,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Judged>> {
    let rows = set.rows_where(|row| row.kind == Kind::Opinion);
    let groups: Vec<&str> = rows.iter().map(|&r| set.rows[r].group.as_str()).collect();
    let folds = grouped_folds(&groups, settings.n_folds, settings.seed);
    let mut sources: Vec<&str> = rows.iter().map(|&r| set.rows[r].source.as_str()).collect();
    sources.dedup();
    // With one table of labels, the model without it is the same for every fold.
    let shared = match sources[..] {
        [source] => SharedScores::new(set, source, settings)?,
        _ => SharedScores::default(),
    };
    let judged: Result<Vec<Vec<Judged>>> = (0..settings.n_folds)
        .into_par_iter()
        .map(|fold| {
            let tested: Vec<usize> =
                rows.iter().zip(&folds).filter(|(_, f)| **f == fold).map(|(r, _)| *r).collect();
            let mut judged = Vec::new();
            if !tested.is_empty() {
                let train: Vec<usize> = (0..set.rows.len()).filter(|r| !tested.contains(r)).collect();
                let fitted = Fitted::with_shared(set, &train, settings, &shared)?;
                judged = judge_rows(set, &fitted, &tested, settings, precision);
                judged.iter_mut().for_each(|j| j.fold = Some(fold));
            }
            done();
            Ok(judged)
        })
        .collect();
    let mut judged: Vec<Judged> = judged?.into_iter().flatten().collect();
    let order: std::collections::HashMap<&str, usize> =
        rows.iter().enumerate().map(|(i, &r)| (set.rows[r].id.as_str(), i)).collect();
    judged.sort_by_key(|j| order.get(j.id.as_str()).copied());
    Ok(judged)
}

/// Every row of a source, judged by a model that has not seen the source: what stands for a new year.
///
/// # Errors
/// What the classifiers say.
pub fn across_sources(
    set: &TrainingSet,
    source: &str,
    settings: &CheckedSettings,
    precision: f64,
) -> Result<Vec<Judged>> {
    let train = set.rows_where(|row| row.source != source);
    let tested = set.rows_where(|row| row.source == source);
    let fitted = Fitted::new(set, &train, settings)?;
    Ok(judge_rows(set, &fitted, &tested, settings, precision))
}

/// Judges rows of a training set by heads fitted to others.
pub(super) fn judge_rows(
    set: &TrainingSet,
    fitted: &Fitted,
    rows: &[usize],
    settings: &CheckedSettings,
    precision: f64,
) -> Vec<Judged> {
    let decision = &fitted.decision;
    let accept_from = crate::classify::threshold::promise(&fitted.evidence, precision).map(|p| p.threshold);
    rows.par_iter()
        .map(|&r| {
            let row = &set.rows[r];
            let scores = fitted.theme_scores(set, r, settings);
            let given = decision.themes(&scores, set.codebook.max_themes());
            let probability = decision.probability(&scores, given);
            let stance = fitted.stance_scores(set, r, settings);
            let accepted = accept_from.is_some_and(|from| probability >= from);
            Judged {
                id: row.id.clone(),
                group: row.group.clone(),
                text: row.text.clone(),
                label: row.themes,
                stance_label: row.stance,
                given,
                stance: highest(&stance),
                scores: scores.iter().map(|&s| decision.calibration.probability(s)).collect(),
                probability,
                status: if accepted { Status::Accepted } else { Status::Review },
                fold: None,
            }
        })
        .collect()
}

/// Judges a table of hand labels by a model file.
pub fn judge_table(model: &Model, labels: &[HandLabel], precision: f64) -> Vec<Judged> {
    let accept_from = model.promise(precision).map_or(f64::INFINITY, |p| p.threshold);
    let mut labeler = model.labeler(accept_from);
    labels
        .iter()
        .map(|label| {
            let prediction = labeler.label(&label.text);
            Judged {
                id: label.id.clone(),
                group: label.municipality.clone().unwrap_or_else(|| label.id.clone()),
                text: label.text.clone(),
                label: label.themes,
                stance_label: label.stance,
                given: prediction.themes,
                stance: prediction.stance,
                scores: prediction.scores,
                probability: prediction.probability,
                status: prediction.status,
                fold: None,
            }
        })
        .collect()
}

fn highest(scores: &[f64]) -> StanceId {
    let best = (0..scores.len()).rev().max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    StanceId(best.unwrap_or(0) as u8)
}
