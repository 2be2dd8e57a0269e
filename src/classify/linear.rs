//! What every classifier of this crate comes down to: a weight for each term and a bias, for one theme against the
//! rest; and the small trait that the kinds share.

use crate::{error::Result, vectorize::SparseRows};

/// A fitted linear classifier: score = bias + Σ weight · value, in natural log-odds before calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// Score of a document without terms.
    pub bias: f64,
    /// By term.
    pub weights: Vec<f64>,
}

/// What a classifier multiplies its weights with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// 1 for every term that the document has.
    Presence,
    /// The TF-IDF value.
    TfIdf,
}

impl Input {
    /// The value that a classifier of this input sees.
    pub fn value(self, tfidf: f64) -> f64 {
        match self {
            Self::Presence => 1.0,
            Self::TfIdf => tfidf,
        }
    }
}

/// A kind of classifier with its settings: one theme against the rest.
pub trait Classifier: Sync {
    /// What its weights are multiplied with.
    fn input(&self) -> Input;

    /// Fits documents (`rows`, TF-IDF values) of which `targets` says whether they have the theme; `weights` says how
    /// much each counts.
    ///
    /// # Errors
    /// When the estimator or the solver fails, which finite input does not make it do.
    fn fit(&self, rows: &SparseRows, targets: &[bool], weights: &[f64]) -> Result<Linear>;
}

impl Linear {
    /// The score of a row of TF-IDF values.
    pub fn score(&self, rows: &SparseRows, row: usize, input: Input) -> f64 {
        self.bias
            + rows.row(row).map(|(term, value)| self.weights[term.index()] * input.value(value)).sum::<f64>()
    }
}
