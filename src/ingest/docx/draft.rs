//! What is being read of a Word file: a paragraph or a table that is not at its end.

use super::{
    model::{Block, Table, TableCell},
    styles::NumberFormat,
};
use crate::opinion::Source;

/// A paragraph being read.
#[derive(Default)]
pub(super) struct Draft {
    /// Text that shows.
    pub text: String,
    /// Text that does not show or is deleted.
    pub dropped: String,
    /// Its style.
    pub style: Option<String>,
    /// Its list, as its own format states it.
    pub number: NumberFormat,
    /// Level as a heading.
    pub outline_level: Option<u8>,
    /// Left indent.
    pub indent: Option<i32>,
    /// Centered or set to the right.
    pub is_aside: bool,
    /// Its mark is deleted: it goes on in the next paragraph.
    pub goes_on: bool,
    /// A line of a table of contents.
    pub in_contents: bool,
    /// Text boxes anchored in it.
    pub boxes: Vec<Vec<Block>>,
    /// The run being read.
    pub run: Run,
    /// Where it stands.
    pub source: Source,
}

/// Properties of the run being read.
#[derive(Default)]
pub(super) struct Run {
    /// Hidden text.
    pub hidden: bool,
    /// Font of Latin characters and symbols.
    pub font: String,
}

/// A table being read.
#[derive(Default)]
pub(super) struct TableDraft {
    /// What is read of it.
    pub table: Table,
    /// Cells of the row being read.
    pub row: Vec<TableCell>,
    /// The row being read is deleted.
    pub row_deleted: bool,
    /// Column of the next cell.
    pub next_column: u32,
    /// The cell being read.
    pub cell: TableCell,
}
