//! Labeling one text after the other: what holds buffers and belongs to one thread.

use super::{
    head::{Document, LabelingHead},
    model::Model,
};
use crate::{
    codebook::{MAX_THEMES_PER_OPINION, StanceId, ThemeSet},
    record::Status,
    tokenize::{Analyzer, Head, Lexeme},
};

/// Words named as evidence for a theme, at most.
pub const N_EVIDENCE: usize = 3;

/// What the model says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Themes, main first, at least one.
    pub themes: ThemeSet,
    /// Stance.
    pub stance: StanceId,
    /// Accepted, when `probability` reaches what the labeler was asked for.
    pub status: Status,
    /// Probability that the themes given are right, to four places.
    pub probability: f64,
    /// Calibrated probability of every theme, to four places.
    pub scores: Vec<f64>,
    /// Probability of every stance, to four places.
    pub stance_scores: Vec<f64>,
    /// For each theme given the words that spoke most for it, strongest first.
    pub evidence: [[Option<Lexeme>; N_EVIDENCE]; MAX_THEMES_PER_OPINION],
    /// Share of words that training has not seen, to four places.
    pub unseen_terms: f64,
    /// Whether the same text was a training opinion.
    pub in_training: bool,
}

/// Labels texts; made by [`Model::labeler`].
pub struct Labeler<'m> {
    model: &'m Model,
    accept_from: f64,
    analyzer: Analyzer,
    themes: Document,
    stance: Document,
    scores: Vec<f32>,
    blended: Vec<f64>,
}

/// To four places, as everything written is: what a record shows is what was decided on.
pub fn round4(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

impl<'m> Labeler<'m> {
    pub(super) fn new(model: &'m Model, accept_from: f64) -> Self {
        Self {
            model,
            accept_from,
            analyzer: Analyzer::default(),
            themes: Document::default(),
            stance: Document::default(),
            scores: Vec::new(),
            blended: Vec::new(),
        }
    }

    /// Labels one text. The same text gets the same labels whatever came before it.
    pub fn label(&mut self, text: &str) -> Prediction {
        let model = self.model;
        self.analyzer.analyze(text, &mut model.lexicon());
        weigh(&mut self.analyzer, &mut self.themes, model.head(Head::Themes), Head::Themes);
        weigh(&mut self.analyzer, &mut self.stance, model.head(Head::Stance), Head::Stance);

        self.score(Head::Themes);
        let decision = model.decision();
        let themes = decision.themes(&self.blended, model.codebook().max_themes());
        let scores: Vec<f64> =
            self.blended.iter().map(|&s| round4(decision.calibration.probability(s))).collect();
        let probability = decision.probability(&self.blended, themes);
        let evidence = self.evidence(themes);

        self.score(Head::Stance);
        let stance_scores = decision.temperature.probabilities(&self.blended);
        let stance = highest(&self.blended);
        Prediction {
            themes,
            stance: StanceId(stance as u8),
            status: if probability >= self.accept_from { Status::Accepted } else { Status::Review },
            probability,
            scores,
            stance_scores: stance_scores.into_iter().map(round4).collect(),
            evidence,
            unseen_terms: round4(self.themes.unseen_share()),
            in_training: model.was_training_opinion(self.analyzer.text()),
        }
    }

    /// The base form of an evidence word.
    pub fn form(&self, lexeme: Lexeme) -> &'m str {
        self.model.lexicon().form(lexeme)
    }

    fn score(&mut self, head: Head) {
        let document = match head {
            Head::Themes => &self.themes,
            Head::Stance => &self.stance,
        };
        self.model.head(head).scorer().score(document.values(), &mut self.scores);
        self.blended.clear();
        self.blended.extend(self.scores.iter().map(|&s| f64::from(s)));
    }

    fn evidence(&self, themes: ThemeSet) -> [[Option<Lexeme>; N_EVIDENCE]; MAX_THEMES_PER_OPINION] {
        let head = self.model.head(Head::Themes);
        let keys = head.vocabulary().keys(0);
        let mut evidence = [[None; N_EVIDENCE]; MAX_THEMES_PER_OPINION];
        for (theme, named) in themes.iter().zip(&mut evidence) {
            let mut strongest = [0.0_f32; N_EVIDENCE];
            for &value in self.themes.word_values(head) {
                let weight = head.scorer().contribution(value, theme.index());
                let Some(place) = strongest.iter().position(|s| weight > *s) else { continue };
                strongest[place..].rotate_right(1);
                named[place..].rotate_right(1);
                strongest[place] = weight;
                named[place] = Some(Lexeme(keys[value.0 as usize] as u32));
            }
        }
        evidence
    }
}

/// Counts and weighs the terms of an analyzed text under a head.
pub(super) fn weigh(analyzer: &mut Analyzer, document: &mut Document, head: &LabelingHead, kind: Head) {
    document.start(head);
    analyzer.for_each_term(kind, |block, key| document.count(head, block, key));
    document.weigh(head);
}

/// Index of the highest score; the first of equal ones.
fn highest(scores: &[f64]) -> usize {
    (0..scores.len()).rev().max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0)
}
