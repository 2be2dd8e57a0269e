//! Reading: a file in any form comes in, opinions come out in reading order, each with where it stands; what was left
//! out and what could not be read comes with them.

mod around;
mod arrangement;
pub mod cell;
pub mod columns;
mod content;
mod csv;
mod docx;
pub mod encoding;
mod flow;
mod form;
mod grid;
mod header;
mod jsonl;
pub mod layout;
mod lines;
pub mod marks;
mod open;
mod options;
mod outline;
mod package;
pub mod pdf;
mod reading;
pub mod score;
mod stream;
mod summary;
mod table;
pub mod utf8_reader;
mod workbook;
mod xml;

pub use csv::CsvReader;
pub use docx::read_docx;
pub(crate) use grid::{Row, cell_name};
pub use lines::{LineForm, LineReader};
pub use open::{Input, Opened, open};
pub use options::{Field, Format, Limits, ReadOptions, file_name};
pub use pdf::read_pdf;
pub use reading::{LeftOut, Part, Reading, Reason, Reject, Warning};
pub use stream::{HAND_STANCE, HAND_THEMES, RawBatch, Reader, RecordCache, WholeFile, hand_decision};
pub use summary::read_summary;
pub use workbook::read_workbook;
pub(crate) use workbook::{Sheet, open_sheets};
