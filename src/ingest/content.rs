//! The columns of a table that no header names, told by what they hold.

use super::{
    cell::trim,
    columns::{Columns, is_other_column},
    grid::Grid,
    header::{Header, LONGEST_NAME_CHARS},
};
use crate::places::places;

/// Fewest characters, on average, of a column that can hold opinions when its name does not say so.
const FEWEST_MEAN_CHARS: usize = 12;

/// The layout that the content of the columns tells: one holds names of municipalities, another the longest texts.
/// `named` is a header that was recognized without a column of opinions.
pub(super) fn header_by_content(grid: &Grid, named: Option<(usize, Vec<(u32, String)>)>) -> Option<Header> {
    let (body, names) = named.map_or((0, Vec::new()), |(row, names)| (row + 1, names));
    let mut columns: Vec<ColumnContent> = Vec::new();
    for row in &grid.rows[body..] {
        for (column, cell) in &row.cells {
            let text = cell.text();
            let text = trim(&text);
            if text.is_empty() {
                continue;
            }
            let at = columns.partition_point(|c| c.column < *column);
            if columns.get(at).is_none_or(|c| c.column != *column) {
                columns.insert(at, ColumnContent { column: *column, ..ColumnContent::default() });
            }
            columns[at].add(text);
        }
    }
    let places = |c: &&ColumnContent| c.n_municipalities > 0 && 10 * c.n_municipalities >= 6 * c.n_cells;
    let municipality = columns.iter().filter(places).max_by_key(|c| c.n_municipalities)?.column;
    let area = columns
        .iter()
        .find(|c| 10 * c.n_areas >= 6 * c.n_cells && c.column != municipality)
        .map(|c| c.column);
    let is_other = |column: u32| names.iter().any(|(c, name)| *c == column && is_other_column(name));
    let text = columns
        .iter()
        .filter(|c| c.column != municipality && Some(c.column) != area && !is_other(c.column))
        .max_by_key(|c| c.n_chars)
        .filter(|c| c.n_chars >= FEWEST_MEAN_CHARS * c.n_cells)?
        .column;
    let taken = [Some(municipality), area, Some(text)];
    Some(Header {
        rows: body.saturating_sub(1)..body,
        columns: Columns {
            text: text as usize,
            municipality: Some(municipality as usize),
            area: area.map(|c| c as usize),
            others: columns
                .iter()
                .map(|c| c.column)
                .filter(|c| !taken.contains(&Some(*c)))
                .map(|c| c as usize)
                .collect(),
            ..Columns::default()
        },
        texts: vec![text],
        names,
    })
}

/// What a column holds.
#[derive(Debug, Default)]
struct ColumnContent {
    column: u32,
    n_cells: usize,
    n_chars: usize,
    n_municipalities: usize,
    n_areas: usize,
}

impl ColumnContent {
    fn add(&mut self, text: &str) {
        self.n_cells += 1;
        let n_chars = text.chars().count();
        self.n_chars += n_chars;
        if n_chars <= LONGEST_NAME_CHARS {
            self.n_municipalities += usize::from(places().heading(text).is_some());
            self.n_areas += usize::from(places().area(text).is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::header::{find_header, tests::grid};

    #[test]
    fn without_a_header_the_content_tells_the_columns() {
        let grid = grid(&[
            &["区中央部", "港区", "在宅医が少ないので連携が必要である。"],
            &["", "", "薬局の数は足りているが夜間は不足。"],
            &["区南部", "大田区", "訪問看護ステーションの数が足りない。"],
        ]);
        assert!(find_header(&grid, &[]).is_none());
        let header = header_by_content(&grid, None).expect("a layout");
        assert_eq!(
            (header.columns.area, header.columns.municipality, header.columns.text),
            (Some(0), Some(1), 2)
        );
    }
}
