//! The header of a table: where it stands, how many rows it has, which column it gives to what. A grid comes in, its
//! layout comes out; the rows below are read by [`super::table`].

use super::{
    cell::trim,
    columns::{Assignment, Columns, Match, is_known, is_other_column, key, stands_beside},
    grid::{Grid, column_letters},
    options::Field,
};
use crate::places::places;

/// Rows from the top within which a header is looked for.
const HEADER_ROWS: u32 = 20;

/// Most rows of one header.
const MOST_ROWS: usize = 3;

/// Longest cell of a header; longer ones are opinions.
pub(super) const LONGEST_NAME_CHARS: usize = 40;

/// How a table is laid out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    /// Rows of the header, as indices of the grid's rows; empty where the content alone told the columns.
    pub rows: std::ops::Range<usize>,
    /// Which column holds what; `others` counts only columns with a name.
    pub columns: Columns,
    /// Columns of opinions: the text's, and those beside it that are named alike (`意見１`, `意見２`).
    pub texts: Vec<u32>,
    /// Names of all columns in use.
    pub names: Vec<(u32, String)>,
}

impl Header {
    /// A column's name: its header, or its letters.
    pub fn name(&self, column: u32) -> String {
        self.names
            .iter()
            .find(|(c, name)| *c == column && !name.is_empty())
            .map_or_else(|| column_letters(column), |(_, name)| name.clone())
    }
}

/// Columns of a candidate header: the names above each column, from top to bottom.
struct Candidate {
    names: Vec<(u32, Vec<String>)>,
}

impl Candidate {
    fn at(grid: &Grid, rows: std::ops::Range<usize>) -> Self {
        let mut names: Vec<(u32, Vec<String>)> = Vec::new();
        for row in &grid.rows[rows] {
            let mut add = |column: u32, text: &str| {
                let at = names.partition_point(|(c, _)| *c < column);
                if names.get(at).is_none_or(|(c, _)| *c != column) {
                    names.insert(at, (column, Vec::new()));
                }
                let parts = &mut names[at].1;
                if parts.last().is_none_or(|last| last != text) {
                    parts.push(text.to_owned());
                }
            };
            for (column, cell) in &row.cells {
                let text = cell.text();
                let text = trim(&text);
                if text.is_empty() {
                    continue;
                }
                let merge = grid.merges.iter().find(|m| m.rows.0 == row.number && m.columns.0 == *column);
                // A title merged over a whole sheet names no column.
                let last = merge.map_or(*column, |m| m.columns.1.min(*column + 255));
                (*column..=last).for_each(|c| add(c, text));
            }
        }
        Self { names }
    }

    /// The name of each column that says most: the lowest that is known, else the lowest.
    fn leaves(&self) -> Vec<&str> {
        let known = |part: &&String| is_known(part);
        self.names
            .iter()
            .map(|(_, parts)| parts.iter().rev().find(known).or(parts.last()).map_or("", String::as_str))
            .collect()
    }

    /// Whether these may be names at all and not a row of data.
    fn is_plausible(&self) -> bool {
        self.names
            .iter()
            .flat_map(|(_, parts)| parts)
            .all(|part| part.chars().count() <= LONGEST_NAME_CHARS && !part.ends_with('。'))
    }

    fn header(&self, rows: std::ops::Range<usize>, assignment: &Assignment) -> Option<Header> {
        let found = assignment.columns(self.names.len())?;
        let real = |i: usize| self.names[i].0;
        let at = |i: Option<usize>| i.map(|i| real(i) as usize);
        let text_name = numberless(self.leaves()[found.text]);
        let is_text_group = |i: usize| {
            let parts = &self.names[i].1;
            let leaf = parts.last().map_or("", String::as_str);
            let alike = !text_name.is_empty() && numberless(leaf) == text_name;
            let grouped = parts.len() > 1
                && parts[..parts.len() - 1].iter().any(|upper| {
                    let upper = Assignment::of(&[upper], &[]);
                    upper.get(Field::Text).is_some_and(|f| f.by <= Match::Ends)
                })
                && !is_other_column(leaf);
            alike || grouped || (stands_beside(leaf) && stands_beside(self.leaves()[found.text]))
        };
        let mut texts: Vec<u32> = found
            .others
            .iter()
            .copied()
            .filter(|i| is_text_group(*i))
            .chain([found.text])
            .map(real)
            .collect();
        texts.sort_unstable();
        Some(Header {
            rows,
            columns: Columns {
                text: real(found.text) as usize,
                id: at(found.id),
                municipality: at(found.municipality),
                area: at(found.area),
                fiscal_year: at(found.fiscal_year),
                themes: at(found.themes),
                stance: at(found.stance),
                others: found
                    .others
                    .iter()
                    .map(|i| real(*i) as usize)
                    .filter(|c| !texts.contains(&(*c as u32)))
                    .collect(),
            },
            texts,
            names: self
                .names
                .iter()
                .map(|(column, parts)| {
                    (*column, parts.iter().map(|p| one_line(p)).collect::<Vec<_>>().join(" "))
                })
                .collect(),
        })
    }
}

/// Tables that stand side by side under one header (`区市町村 | 意見 | 区市町村 | 意見`), as grids of their own.
pub(super) fn side_by_side(grid: &Grid, header: &Header) -> Option<Vec<Grid>> {
    let names: Vec<(u32, String)> =
        header.names.iter().map(|(c, name)| (*c, key(name))).filter(|(_, name)| !name.is_empty()).collect();
    let width = (2..=names.len() / 2).find(|width| {
        names.len().is_multiple_of(*width)
            && names.iter().zip(&names[*width..]).all(|((_, a), (_, b))| a == b)
    })?;
    let starts: Vec<u32> = names.iter().step_by(width).map(|(column, _)| *column).collect();
    let parts = starts.iter().enumerate().map(|(i, start)| {
        let columns = *start..starts.get(i + 1).copied().unwrap_or(u32::MAX);
        let mut part = Grid { rows: Vec::new(), merges: grid.merges.clone() };
        for (r, row) in grid.rows.iter().enumerate().filter(|(r, _)| i == 0 || *r >= header.rows.start) {
            let is_title = r < header.rows.start;
            let mut row = row.clone();
            row.cells.retain(|(column, _)| is_title || columns.contains(column));
            if !row.cells.is_empty() {
                part.rows.push(row);
            }
        }
        part
    });
    Some(parts.collect())
}

/// A name on one line.
fn one_line(name: &str) -> String {
    super::cell::lines(name).collect()
}

/// A name without its number (`意見１` -> `意見`).
fn numberless(name: &str) -> String {
    key(name).chars().filter(|c| !c.is_numeric()).collect()
}

/// The header found among the first rows by its words, if it names a column of opinions.
pub(super) fn find_header(grid: &Grid, overrides: &[(Field, String)]) -> Option<Header> {
    let first = grid.rows.first()?.number;
    let mut best: Option<(u32, usize, Header)> = None;
    for start in 0..grid.rows.len() {
        if grid.rows[start].number >= first + HEADER_ROWS {
            break;
        }
        for n_rows in 1..=MOST_ROWS.min(grid.rows.len() - start) {
            let rows = start..start + n_rows;
            let candidate = Candidate::at(grid, rows.clone());
            if !candidate.is_plausible() {
                break;
            }
            let assignment = Assignment::of(&candidate.leaves(), overrides);
            let Some(score) = score(&assignment, candidate.names.len()) else { continue };
            // Names known to be something else tell a second row of names from a row of data.
            let n_others = candidate.leaves().iter().filter(|leaf| is_other_column(leaf)).count() as u32;
            let score = 100 * score + n_others.min(99);
            let better = best.as_ref().is_none_or(|(s, n, _)| score > *s || (score == *s && n_rows < *n));
            if better
                && let Some(header) = candidate.header(rows, &assignment)
                && has_text_below(grid, &header)
            {
                best = Some((score, n_rows, header));
            }
        }
    }
    best.map(|(_, _, header)| header)
}

/// How much a row looks like a header; `None` where it names no text. A part of a name counts only beside others.
pub(super) fn score(assignment: &Assignment, n_names: usize) -> Option<u32> {
    let text = assignment.get(Field::Text)?;
    let enough = match text.by {
        Match::Told | Match::Exact => true,
        Match::Ends => n_names > 1,
        Match::Holds => n_names > 1 && assignment.n_sure() > 0,
    };
    enough.then(|| assignment.weight())
}

fn has_text_below(grid: &Grid, header: &Header) -> bool {
    grid.rows[header.rows.end..].iter().any(|row| {
        header.texts.iter().any(|c| row.get(*c).is_some_and(|cell| !trim(&cell.text()).is_empty()))
    })
}

/// The names of a header that has a column of municipalities and none of opinions that it names so.
pub(super) fn header_without_text(grid: &Grid) -> Option<(usize, Vec<(u32, String)>)> {
    let first = grid.rows.first()?.number;
    grid.rows.iter().enumerate().take_while(|(_, row)| row.number < first + HEADER_ROWS).find_map(
        |(i, row)| {
            let candidate = Candidate::at(grid, i..i + 1);
            let assignment = Assignment::of(&candidate.leaves(), &[]);
            let found = assignment.get(Field::Municipality).filter(|f| f.by <= Match::Ends)?;
            let column = candidate.names[found.column].0;
            let below = grid.rows[i + 1..].iter().filter_map(|r| r.get(column)).next()?;
            (candidate.is_plausible() && row.cells.len() > 1 && places().heading(&below.text()).is_some())
                .then(|| {
                    let name = |parts: &Vec<String>| parts.last().map_or_else(String::new, |p| one_line(p));
                    (i, candidate.names.iter().map(|(c, parts)| (*c, name(parts))).collect())
                })
        },
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ingest::grid::{Cell, Merge};

    /// A grid of texts; empty ones are blank cells.
    pub fn grid(rows: &[&[&str]]) -> Grid {
        let mut grid = Grid::default();
        for (i, row) in rows.iter().enumerate() {
            for (column, text) in row.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
                grid.push(i as u32 + 1, column as u32, Cell::Text((*text).into()));
            }
        }
        grid
    }

    #[test]
    fn a_header_is_found_below_titles() {
        let grid = grid(&[
            &["令和元年度 意見まとめ"],
            &["", "", "作成日", "2020-03-16"],
            &["No.", "区市町村名", "主な意見"],
            &["1", "港区", "在宅医が少ない。"],
        ]);
        let header = find_header(&grid, &[]).expect("a header");
        assert_eq!(
            (header.rows.clone(), header.columns.text, header.columns.municipality),
            (2..3, 2, Some(1))
        );
        assert_eq!(header.columns.id, Some(0));
    }

    #[test]
    fn a_header_of_two_rows_is_one() {
        let mut grid = grid(&[
            &["No.", "地域", "", "主な意見", "回答日"],
            &["", "圏域", "区市町村"],
            &["1", "区中央部", "港区", "在宅医が少ない。", "2019-11-16"],
        ]);
        grid.merges.push(Merge { rows: (1, 1), columns: (1, 2) });
        let header = find_header(&grid, &[]).expect("a header");
        assert_eq!(header.rows, 0..2);
        assert_eq!(
            (header.columns.area, header.columns.municipality, header.columns.text),
            (Some(1), Some(2), 3)
        );
        assert_eq!(header.name(2), "地域 区市町村");
    }

    #[test]
    fn columns_named_alike_or_under_one_name_all_hold_opinions() {
        let wide = grid(&[&["区市町村", "意見１", "意見２"], &["港区", "在宅医", "薬局"]]);
        assert_eq!(find_header(&wide, &[]).expect("a header").texts, [1, 2]);
        let mut grouped =
            grid(&[&["区市町村", "意見"], &["", "現状", "要望事項"], &["港区", "在宅医", "薬局"]]);
        grouped.merges.push(Merge { rows: (1, 1), columns: (1, 2) });
        assert_eq!(find_header(&grouped, &[]).expect("a header").texts, [1, 2]);
    }

    #[test]
    fn present_state_problems_and_requests_are_opinions_side_by_side() {
        let wide = grid(&[
            &["区市町村", "現状", "課題", "要望", "回答"],
            &["港区", "在宅医", "薬局", "連携", "了解"],
        ]);
        assert_eq!(find_header(&wide, &[]).expect("a header").texts, [1, 2, 3]);
    }
}
