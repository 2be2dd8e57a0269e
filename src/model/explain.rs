//! Which terms speak for and against every theme and stance: their weights and the bias add up to the score.

use super::{
    head::{Document, term_of},
    labeler::weigh,
    model::Model,
};
use crate::tokenize::{Analyzer, Head, describe};

/// What one term adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The term as a person reads it: a word, `a＋b` for neighbouring words, 「ab」 for characters.
    pub term: String,
    /// What it adds, in the unit of the score.
    pub weight: f64,
}

/// Why a class has its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Score before calibration: bias plus all contributions.
    pub score: f64,
    /// Probability.
    pub probability: f64,
    /// Score of a text without terms.
    pub bias: f64,
    /// All terms of the text, the strongest for the class first, the strongest against it last.
    pub contributions: Vec<Contribution>,
}

/// Explains the score of every class of a head, in the order of the codebook.
pub fn explain(model: &Model, kind: Head, text: &str) -> Vec<Explanation> {
    let head = model.head(kind);
    let mut analyzer = Analyzer::default();
    let mut document = Document::default();
    analyzer.analyze(text, &mut model.lexicon());
    let suffixes = analyzer.suffixes();
    weigh(&mut analyzer, &mut document, head, kind);
    let mut scores = Vec::new();
    head.scorer().score(document.values(), &mut scores);
    let scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
    let decision = model.decision();
    let probabilities = match kind {
        Head::Themes => scores.iter().map(|&s| decision.calibration.probability(s)).collect(),
        Head::Stance => decision.temperature.probabilities(&scores),
    };
    let names: Vec<String> = document
        .values()
        .iter()
        .map(|&(term, _)| {
            let (block, key) = term_of(kind, head.vocabulary(), term);
            describe(block, key, |lexeme| model.lexicon().form(lexeme).to_owned(), &suffixes)
        })
        .collect();
    (0..scores.len())
        .map(|class| {
            let mut contributions: Vec<Contribution> = document
                .values()
                .iter()
                .zip(&names)
                .map(|(&value, term)| Contribution {
                    term: term.clone(),
                    weight: f64::from(head.scorer().contribution(value, class)),
                })
                .collect();
            contributions.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            Explanation {
                score: scores[class],
                probability: probabilities[class],
                bias: f64::from(head.scorer().bias()[class]),
                contributions,
            }
        })
        .collect()
}
