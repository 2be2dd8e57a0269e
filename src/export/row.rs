//! An opinion with its prediction, on its way to a file.

use crate::{
    codebook::{Codebook, ThemeId},
    ingest::{HAND_STANCE, HAND_THEMES},
    model::{Model, Prediction},
    opinion::Opinion,
    record::{HandDecision, LabeledRecord},
    vectorize::FixedLexicon,
};

/// An opinion, what the model says of it, and what a person said of it.
pub struct LabeledRow<'a> {
    /// The opinion.
    pub opinion: &'a Opinion,
    /// The model's word.
    pub prediction: &'a Prediction,
    /// A person's word, where there is one.
    pub label: Option<&'a HandDecision>,
}

/// What all rows of a run share.
pub struct RunContext<'m> {
    /// The codebook's themes and stances.
    pub codebook: &'m Codebook,
    /// The model's id.
    pub model: &'m str,
    /// The codebook's fingerprint.
    pub fingerprint: String,
    lexicon: &'m FixedLexicon,
}

impl<'m> RunContext<'m> {
    /// What rows labeled by this model share.
    pub fn new(model: &'m Model) -> Self {
        Self {
            codebook: model.codebook(),
            model: model.id(),
            fingerprint: model.codebook().fingerprint(),
            lexicon: model.lexicon(),
        }
    }

    /// Themes given with the words that spoke for each.
    pub fn evidence<'p>(
        &'p self,
        prediction: &'p Prediction,
    ) -> impl Iterator<Item = (&'p str, impl Iterator<Item = &'p str>)> {
        prediction.themes.iter().zip(&prediction.evidence).map(|(theme, words)| {
            (self.theme(theme), words.iter().flatten().map(|word| self.lexicon.form(*word)))
        })
    }

    /// Id of a theme.
    pub fn theme(&self, theme: ThemeId) -> &str {
        &self.codebook.theme(theme).id
    }

    /// The row as a record of its own.
    pub fn record(&self, row: &LabeledRow) -> LabeledRecord {
        let LabeledRow { opinion, prediction, label } = row;
        let stances = self.codebook.stances().iter().map(|s| s.id.clone());
        LabeledRecord {
            id: opinion.id.clone(),
            fiscal_year: opinion.fiscal_year,
            area: opinion.area.clone(),
            municipality: opinion.municipality.clone(),
            text: opinion.text.clone(),
            themes: prediction.themes.iter().map(|t| self.theme(t).to_owned()).collect(),
            stance: self.codebook.stance(prediction.stance).id.clone(),
            status: prediction.status,
            probability: prediction.probability,
            scores: self
                .codebook
                .themes()
                .iter()
                .map(|t| t.id.clone())
                .zip(prediction.scores.iter().copied())
                .collect(),
            stance_scores: stances.zip(prediction.stance_scores.iter().copied()).collect(),
            evidence: self
                .evidence(prediction)
                .map(|(theme, words)| (theme.to_owned(), words.map(str::to_owned).collect()))
                .collect(),
            unseen_terms: prediction.unseen_terms,
            in_training: prediction.in_training,
            label: label.cloned(),
            source: opinion.source.clone(),
            model: self.model.to_owned(),
            codebook: self.fingerprint.clone(),
            columns: other_columns(opinion).map(|(k, v)| (k.clone(), v.clone())).collect(),
        }
    }
}

/// The input's other columns: hand labels have a place of their own.
pub(super) fn other_columns(opinion: &Opinion) -> impl Iterator<Item = (&String, &serde_json::Value)> {
    opinion.columns.iter().filter(|(name, _)| *name != HAND_THEMES && *name != HAND_STANCE)
}
