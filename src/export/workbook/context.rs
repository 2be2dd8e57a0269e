//! What a workbook says beside the opinions.

use crate::{classify::threshold::Promise, codebook::Codebook};

/// What a workbook says beside the opinions.
#[derive(Debug, Clone, Copy)]
pub struct WorkbookContext<'a> {
    /// The codebook that the records were labeled by.
    pub codebook: &'a Codebook,
    /// Precision that was promised.
    pub promised: f64,
    /// What keeps the promise; `None` when the evidence shows that precision nowhere and all opinions are to be
    /// reviewed.
    pub promise: Option<Promise>,
    /// Measured precision by theme, in the order to be shown; may be empty.
    pub precision: &'a [ThemePrecision],
    /// How the labels were made.
    pub manifest: &'a Manifest,
}

/// Measured precision of a theme.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemePrecision {
    /// The theme's id.
    pub theme: String,
    /// Opinions that were given the theme in the measurement.
    pub support: usize,
    /// Share of them that are right; `None` when there were none.
    pub precision: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
}

/// How the labels of a workbook were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Files that the opinions came from.
    pub files: Vec<InputFile>,
    /// The model's id.
    pub model: String,
    /// Settings of the run, as a person reads them, one a line.
    pub settings: String,
    /// Version of the program.
    pub program: String,
}

/// A file that opinions came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputFile {
    /// Its name without folders.
    pub name: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}
