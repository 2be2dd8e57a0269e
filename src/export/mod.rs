//! Labeled opinions as files: one small module a format behind one trait.

mod delimited;
mod jsonl;
mod row;
pub mod workbook;

use std::path::Path;

pub use delimited::Delimited;
pub use jsonl::Jsonl;
pub use row::{LabeledRow, RunContext};

/// A format of labeled outputs that is written row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated, with a byte order mark, as Excel reads it.
    Csv,
    /// Tab-separated.
    Tsv,
}

impl OutputFormat {
    /// The format that a file's extension promises.
    pub fn from_extension(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Self::Jsonl,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            _ => return None,
        })
    }

    /// Its extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// Its writer.
    pub fn writer(self) -> Box<dyn RowWriter> {
        match self {
            Self::Jsonl => Box::new(Jsonl),
            Self::Csv => Box::new(Delimited::csv()),
            Self::Tsv => Box::new(Delimited::tsv()),
        }
    }
}

/// Writes labeled rows. Every worker writes into a buffer of its own; the buffers are then put out in order.
pub trait RowWriter: Send + Sync {
    /// What stands before the first row; `others` names the input's other columns.
    fn header(&self, others: &[String], context: &RunContext, out: &mut Vec<u8>);

    /// One row.
    fn row(&self, row: &LabeledRow, others: &[String], context: &RunContext, out: &mut Vec<u8>);
}
