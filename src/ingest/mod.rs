//! Reading: a file in any form comes in, opinions come out in reading order, each with where it stands; what was left
//! out and what could not be read comes with them.

mod around;
pub mod cell;
pub mod columns;
mod docx;
pub mod encoding;
mod grid;
mod header;
mod layout;
pub mod marks;
mod options;
mod outline;
mod package;
mod reading;
mod table;
pub mod utf8_reader;
mod workbook;
mod xml;

pub use docx::read_docx;
pub use options::{Field, Format, Limits, ReadOptions, file_name};
pub use reading::{LeftOut, Part, Reading, Reason, Reject, Warning};
pub use workbook::read_workbook;
