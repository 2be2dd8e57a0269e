//! One sheet as a table: columns by their headers, whatever their order.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::{
    error::{Error, Position, Result},
    export::workbook::Column,
    ingest::{Row, Sheet, cell_name},
};

/// A title or two may be put above the headers.
const MAX_ROWS_ABOVE: usize = 20;

/// A sheet with its columns.
pub(super) struct Table<'s> {
    file: &'s str,
    sheet: &'s Sheet,
    header_row: u32,
    columns: Vec<(Column, u32)>,
}

impl<'s> Table<'s> {
    /// Finds the headers of the wanted columns; `None` when no row holds the first two of them.
    ///
    /// # Errors
    /// A wanted column that is not there, or is there twice.
    pub fn find(
        file: &'s str,
        sheet: &'s Sheet,
        wanted: &[Column],
        optional: &[Column],
    ) -> Result<Option<Self>> {
        let at = |row: &Row, column: Column| {
            let header = column.header();
            let places = row.cells.iter().filter(|(_, cell)| fold(&cell.text()) == header);
            places.map(|(place, _)| *place).collect::<Vec<_>>()
        };
        let holds_headers = |row: &&Row| wanted[..2].iter().all(|c| !at(row, *c).is_empty());
        let Some(row) = sheet.grid.rows.iter().take(MAX_ROWS_ABOVE).find(holds_headers) else {
            return Ok(None);
        };
        let mut columns = Vec::new();
        for &column in wanted.iter().chain(optional) {
            let position = |place: u32| Position {
                sheet: Some(sheet.name.clone()),
                cell: Some(cell_name(row.number, place)),
                ..Position::file(file)
            };
            match at(row, column)[..] {
                [place] => columns.push((column, place)),
                [] if optional.contains(&column) => {}
                [] => {
                    let found: Vec<_> = row.cells.iter().map(|(_, cell)| cell.text()).collect();
                    let message = format!(
                        "no column {}; found {}; columns may be moved and added but are not to be deleted or renamed",
                        column.header(),
                        found.join(", ")
                    );
                    return Err(Error::input(position(0), message));
                }
                [first, second, ..] => {
                    let message = format!(
                        "a second column {}, the first is {}; give one of them another name",
                        column.header(),
                        cell_name(row.number, first)
                    );
                    return Err(Error::input(position(second), message));
                }
            }
        }
        Ok(Some(Self { file, sheet, header_row: row.number, columns }))
    }

    /// Rows under the headers.
    pub fn rows(&self) -> impl Iterator<Item = &'s Row> + '_ {
        self.sheet.grid.rows.iter().filter(|row| row.number > self.header_row)
    }

    /// Text of a cell without blanks around it; empty where the column is not there.
    pub fn text(&self, row: &'s Row, column: Column) -> Cow<'s, str> {
        let Some(cell) = self.place(column).and_then(|place| row.get(place)) else { return "".into() };
        match cell.text() {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        }
    }

    /// Where a cell stands.
    pub fn position(&self, row: &Row, column: Column) -> Position {
        Position {
            sheet: Some(self.sheet.name.clone()),
            cell: Some(self.cell(row, column)),
            ..Position::file(self.file)
        }
    }

    /// Name of a cell.
    pub fn cell(&self, row: &Row, column: Column) -> String {
        cell_name(row.number, self.place(column).unwrap_or(0))
    }

    fn place(&self, column: Column) -> Option<u32> {
        self.columns.iter().find(|(c, _)| *c == column).map(|(_, place)| *place)
    }
}

/// A name without blanks and with full and half width made one.
pub(super) fn fold(name: &str) -> String {
    name.nfkc().filter(|c| !is_invisible(*c)).collect()
}

/// A text by which an opinion is known again: line breaks and blanks that a program or a person put in do not count.
pub(super) fn fold_text(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{2060}')
}
