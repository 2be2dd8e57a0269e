//! A table as rows of cells, whatever file it came from: what sheets and Word tables have in common.

use serde_json::{Number, Value};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Text; dates are text as ISO 8601.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Bool(bool),
}

impl Cell {
    /// The cell as text, numbers as they show.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => number.to_string().into(),
            Self::Bool(value) => if *value { "TRUE" } else { "FALSE" }.into(),
        }
    }

    /// The cell as other columns keep it.
    pub fn value(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(super::cell::trim(text).to_owned()),
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
                Value::Number((*number as i64).into())
            }
            Self::Number(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        }
    }
}

/// One row; only cells that hold something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Number as a person sees it, from 1.
    pub number: u32,
    /// Hidden, as a filter leaves it.
    pub hidden: bool,
    /// Cells with their columns, from 0, in order.
    pub cells: Vec<(u32, Cell)>,
}

impl Row {
    /// The cell of a column.
    pub fn get(&self, column: u32) -> Option<&Cell> {
        self.cells.binary_search_by_key(&column, |(c, _)| *c).ok().map(|i| &self.cells[i].1)
    }
}

/// Cells merged into one: first and last row (numbers from 1) and column (from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    /// First and last row.
    pub rows: (u32, u32),
    /// First and last column.
    pub columns: (u32, u32),
}

/// A table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    /// Rows that hold something, in order.
    pub rows: Vec<Row>,
    /// Merged cells.
    pub merges: Vec<Merge>,
}

impl Grid {
    /// One past the last column in use.
    pub fn n_columns(&self) -> u32 {
        self.rows.iter().filter_map(|r| r.cells.last()).map(|(c, _)| c + 1).max().unwrap_or(0)
    }

    /// Writes a cell; rows and cells must come in order.
    pub fn push(&mut self, row_number: u32, column: u32, cell: Cell) {
        if self.rows.last().is_none_or(|row| row.number != row_number) {
            self.rows.push(Row { number: row_number, ..Row::default() });
        }
        let row = self.rows.last_mut().expect("a row was pushed if there was none");
        row.cells.push((column, cell));
    }

    /// Puts rows and cells in order and drops all but the last of the same place: a file may state them in any order.
    pub fn sort(&mut self) {
        self.rows.sort_by_key(|row| row.number);
        self.rows.dedup_by(|next, kept| {
            let same = next.number == kept.number;
            if same {
                kept.cells.append(&mut next.cells);
            }
            same
        });
        for row in &mut self.rows {
            row.cells.sort_by_key(|(column, _)| *column);
            row.cells.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    std::mem::swap(&mut next.1, &mut kept.1);
                }
                same
            });
        }
    }
}

/// A column's letters (`A`, `AB`), from 0.
pub(super) fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + (rest % 26) as u8);
        rest /= 26;
    }
    letters.iter().rev().map(|b| char::from(*b)).collect()
}

/// A cell's name (`D5`).
pub(crate) fn cell_name(row_number: u32, column: u32) -> String {
    format!("{}{row_number}", column_letters(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_in_a_sheet() {
        let names: Vec<_> = [0, 25, 26, 701, 702, 16383].map(|c| cell_name(5, c)).into();
        assert_eq!(names, ["A5", "Z5", "AA5", "ZZ5", "AAA5", "XFD5"]);
    }

    #[test]
    fn numbers_show_as_people_wrote_them() {
        assert_eq!(Cell::Number(3.0).text(), "3");
        assert_eq!(Cell::Number(1.5).text(), "1.5");
        assert_eq!(Cell::Number(3.0).value(), serde_json::json!(3));
    }

    #[test]
    fn rows_in_any_order_are_put_right() {
        let mut grid = Grid::default();
        for (row, column, text) in [(2, 1, "d"), (2, 0, "c"), (1, 0, "a"), (2, 1, "D")] {
            grid.push(row, column, Cell::Text(text.into()));
        }
        grid.sort();
        assert_eq!(grid.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(grid.rows[1].get(1), Some(&Cell::Text("D".into())));
        assert_eq!(grid.n_columns(), 2);
    }
}
