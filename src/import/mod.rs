//! A workbook comes back from a person: what they changed comes out, cell by cell, and the hand labels that follow from
//! it. Rows may be sorted, filtered and deleted, columns moved and added, the file saved by Excel or LibreOffice:
//! columns are found by their headers and opinions by their ids.

mod baseline;
mod decision;
mod merge;
mod returned;
mod row;
mod table;

pub use merge::{Conflict, Merged, merge};
pub use returned::{Change, Returned, read_edits};
