//! A labeled opinion as it stands in a file: what `label` writes and what reports, workbooks and `sample` read back.
//! The names of themes and stances are the codebook's ids.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::opinion::Source;

/// Whether the labels can be used as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every theme given clears the threshold that keeps the promised precision.
    Accepted,
    /// A person should look.
    Review,
}

impl Status {
    /// As written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Review => "review",
        }
    }
}

/// A person's decision that came with the opinion (a themes column, `--gold`, `--reviewed`, or the workbook).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandDecision {
    /// Ids of themes, main first.
    pub themes: Vec<String>,
    /// Id of the stance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance: Option<String>,
}

/// One labeled opinion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabeledRecord {
    /// Id of the opinion.
    pub id: String,
    /// Fiscal year.
    #[serde(default)]
    pub fiscal_year: Option<i32>,
    /// Secondary medical area.
    #[serde(default)]
    pub area: Option<String>,
    /// Municipality.
    #[serde(default)]
    pub municipality: Option<String>,
    /// The opinion.
    pub text: String,
    /// Predicted themes, main first, at least one.
    pub themes: Vec<String>,
    /// Predicted stance.
    pub stance: String,
    /// Accepted, or to be reviewed.
    pub status: Status,
    /// Probability that every theme given is right (0 to 1): what `status` was decided on.
    pub probability: f64,
    /// Calibrated probability of every theme.
    pub scores: IndexMap<String, f64>,
    /// Probability of every stance; they add up to 1.
    pub stance_scores: IndexMap<String, f64>,
    /// Words that spoke most for each theme given.
    pub evidence: IndexMap<String, Vec<String>>,
    /// Share of the opinion's words that training has not seen (0 to 1).
    pub unseen_terms: f64,
    /// Whether the same text was a training opinion: figures over such rows say nothing about a new year.
    pub in_training: bool,
    /// A person's decision, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<HandDecision>,
    /// Where a person finds the opinion.
    pub source: Source,
    /// The model: first 12 hexadecimal digits of the SHA-256 of its file.
    pub model: String,
    /// The codebook's version and fingerprint.
    pub codebook: String,
    /// The input's other columns.
    #[serde(flatten)]
    pub columns: Map<String, Value>,
}
