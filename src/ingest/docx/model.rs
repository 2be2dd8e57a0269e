//! A Word file as a person sees it: paragraphs, tables and text boxes.

use crate::{ingest::outline::Paragraph, opinion::Source};

/// A part of the body.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
    /// What stands in a text box.
    Box(Vec<Block>),
}

/// A table of Word.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// Rows that are not deleted.
    pub rows: Vec<Vec<TableCell>>,
    /// Page on which it begins, where it is known.
    pub page: Option<u32>,
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub(super) struct TableCell {
    /// First column of the grid, from 0.
    pub column: u32,
    /// Columns of the grid it takes.
    pub span: u32,
    /// Goes on with the cell above.
    pub goes_on: bool,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// What a part of a Word file holds.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Paragraphs, tables and text boxes, in order.
    pub blocks: Vec<Block>,
    /// Text that does not show or is deleted, with its place.
    pub dropped: Vec<(Source, String)>,
    /// Whether a part in another format is embedded, which is not read.
    pub has_foreign_part: bool,
}
