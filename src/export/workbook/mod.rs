//! The workbook: labeled records come in, an .xlsx for a person goes out. 意見 is to be checked and edited, 集計 counts
//! it by formulas, コードブック, 精度 and 情報 say what the labels mean, how good they are and how they were made. A sheet
//! that no one sees keeps what was written, so that [`crate::import`] can tell what a person changed.

mod about;
mod baseline;
mod codebook;
mod columns;
mod context;
mod entry;
mod heights;
mod opinions;
mod precision;
mod styles;
mod summary;
mod writer;

pub use baseline::{BASELINE_HEADER_ROW, MARK};
pub use columns::{Column, Sheet, TICK};
pub use context::{InputFile, Manifest, ThemePrecision, WorkbookContext};
pub use writer::{Written, write_workbook};
