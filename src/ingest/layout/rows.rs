//! Tables of a document -> leaves with their municipality: from the cell beside it, from the row or column head above
//! it, from the page before (a merged name is written once), or from the other half of a table two pages wide.

use super::{
    leaf::{Leaf, Line, Source},
    roles::{Read, ReadTable, Role, place, read},
    table::{Table, same_columns},
};
use crate::ingest::{Reason, marks::bullet};

/// What a table gives: its leaves, and lines that are no opinions.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub leaves: Vec<Leaf>,
    pub omitted: Vec<(Line, Reason)>,
    pub names: Vec<(Line, String)>,
}

/// Reads the tables of a document in order. `above` is the heading that stands over each in the text.
pub(super) fn rows(tables: Vec<(u32, Table, Option<String>)>) -> Vec<Rows> {
    let mut done: Vec<ReadTable> = Vec::new();
    for (page, table, above) in tables {
        let before_at = (0..done.len()).rev().find(|&i| goes_before(&done[i], page, &table.xs));
        let before = before_at.map(|i| done[i].clone());
        let mut read = read(page, table, before.as_ref());
        let partner = if read.has_names() || before.as_ref().is_some_and(ReadTable::has_names) {
            None
        } else {
            partner(&done, &read)
        };
        read.find_opinions(before.as_ref());
        read.name_cells(before.as_ref(), before_at.map(|i| &mut done[i]));
        let mut names: Vec<Read> = read.column_of_names().iter().map(|&i| read.cells[i].clone()).collect();
        if let Some(partner) = partner {
            done[partner].joined.push(read.xs.clone());
            names = done[partner].column_of_names().iter().map(|&i| done[partner].cells[i].clone()).collect();
        }
        read.name_opinions(&names, before.as_ref(), above);
        done.push(read);
    }
    let mut out = Vec::new();
    for i in 0..done.len() {
        let before = done[..i].iter().rev().find(|t| goes_before(t, done[i].page, &done[i].xs));
        out.push(done[i].rows(before));
    }
    out
}

/// Whether a table may go on with one of an earlier page: left and right pages may take turns.
fn goes_before(table: &ReadTable, page: u32, xs: &[f32]) -> bool {
    table.page + 2 >= page && same_columns(&table.xs, xs)
}

/// The first table before that has the same rows, and names, and has not given them to a table of these columns: the
/// other half of a table two pages wide.
fn partner(done: &[ReadTable], table: &ReadTable) -> Option<usize> {
    done.iter().position(|t| {
        !t.joined.iter().any(|xs| same_columns(xs, &table.xs))
            && t.page < table.page
            && t.has_names()
            && t.ys.len() == table.ys.len()
            && t.ys.len() > 2
            && !same_columns(&t.xs, &table.xs)
            && t.ys.iter().zip(&table.ys).all(|(a, b)| (a - b).abs() < 4.0)
    })
}

impl ReadTable {
    /// Data cells of the column of names, by row.
    fn column_of_names(&self) -> Vec<usize> {
        let Some(col) = self.names else { return Vec::new() };
        let mut found: Vec<usize> = (0..self.cells.len())
            .filter(|&i| {
                let c = &self.cells[i];
                c.cols == (col, col)
                    && c.rows.0 >= self.first_row
                    && matches!(c.role, Role::Name(_) | Role::Empty)
            })
            .collect();
        found.sort_by_key(|&i| self.cells[i].rows.0);
        found
    }

    /// Gives every cell of the column of names its municipality, blank ones too.
    fn name_cells(&mut self, before: Option<&ReadTable>, previous: Option<&mut ReadTable>) {
        let column = self.column_of_names();
        let carried =
            before.and_then(|b| b.column_of_names().last().and_then(|&i| b.cells[i].municipality.clone()));
        let mut current = carried;
        for &i in &column {
            if let Role::Name(name) = &self.cells[i].role {
                current = Some(name.clone());
            }
            self.cells[i].municipality.clone_from(&current);
        }
        // A merged name stands at mid-height, so it may come on the page after the one where its cell begins: a last
        // blank cell belongs to the next page's first name, unless blanks in this table mean "as above".
        let (Some(previous), Some(&first)) = (previous, column.first()) else { return };
        let Role::Name(name) = self.cells[first].role.clone() else { return };
        let column = previous.column_of_names();
        let blank = |i: usize| previous.cells[i].role == Role::Empty;
        if column.len() >= 2
            && blank(column[column.len() - 1])
            && !column[1..column.len() - 1].iter().any(|&i| blank(i))
        {
            let last = column[column.len() - 1];
            let rows = previous.cells[last].rows;
            previous.cells[last].municipality = Some(name.clone());
            for cell in previous.cells.iter_mut().filter(|c| c.role == Role::Opinion && c.rows.0 >= rows.0) {
                cell.municipality = Some(name.clone());
            }
        }
    }

    /// Gives every opinion cell its municipality: of the name beside it, else above it, else last in its column of the
    /// page before, else above the table.
    fn name_opinions(&mut self, column: &[Read], before: Option<&ReadTable>, above: Option<String>) {
        let carried = |cell: &Read| {
            let last = before?
                .cells
                .iter()
                .filter(|c| matches!(c.role, Role::Name(_) | Role::Opinion))
                .filter(|c| c.cols.0 <= cell.cols.1 && cell.cols.0 <= c.cols.1)
                .max_by_key(|c| c.rows.1)?;
            match &last.role {
                Role::Name(name) => Some(name.clone()),
                _ => last.municipality.clone(),
            }
        };
        let heads: Vec<Read> =
            self.cells.iter().filter(|c| matches!(c.role, Role::Name(_))).cloned().collect();
        for cell in self.cells.iter_mut().filter(|c| c.role == Role::Opinion) {
            let beside = column
                .iter()
                .max_by(|a, b| a.rect.overlap_y(&cell.rect).total_cmp(&b.rect.overlap_y(&cell.rect)))
                .filter(|n| n.rect.overlap_y(&cell.rect) > 0.0);
            let over = heads
                .iter()
                .filter(|n| n.rows.1 < cell.rows.0 && n.cols.0 <= cell.cols.1 && cell.cols.0 <= n.cols.1)
                .max_by_key(|n| n.rows.1);
            cell.municipality = match (beside.and_then(|n| n.municipality.clone()), over) {
                (Some(name), _) => Some(name),
                (None, Some(Read { role: Role::Name(name), .. })) => Some(name.clone()),
                _ => carried(cell).or_else(|| above.clone()),
            };
        }
    }

    /// Leaves and the rest, by row, then column.
    fn rows(&self, before: Option<&ReadTable>) -> Rows {
        let mut out = Rows::default();
        let mut cells: Vec<&Read> = self.cells.iter().filter(|c| c.role != Role::Empty).collect();
        cells.sort_by_key(|c| (c.rows.0, c.cols.0));
        for cell in cells {
            let omit = |reason| cell.lines.iter().cloned().map(move |l| (l, reason));
            match &cell.role {
                Role::Opinion => {
                    let source = Source::Cell {
                        municipality: cell.municipality.clone(),
                        goes_on: before.is_some_and(|b| self.goes_on(cell, b)),
                    };
                    out.leaves.push(Leaf {
                        page: self.page,
                        rect: cell.rect,
                        lines: cell.lines.clone(),
                        source,
                    });
                }
                Role::Name(name) => out.names.extend(cell.lines.iter().map(|l| (l.clone(), name.clone()))),
                Role::Header => out.omitted.extend(omit(Reason::TableHeader)),
                Role::Area => out.omitted.extend(omit(Reason::AreaHeading)),
                Role::Other | Role::Empty => out.omitted.extend(omit(Reason::OtherColumn)),
            }
        }
        out
    }

    /// Whether the name of a cell's municipality is printed beside it, in a row of its own.
    fn is_named(&self, cell: &Read) -> bool {
        self.cells
            .iter()
            .any(|c| c.rows == cell.rows && c.cols != cell.cols && matches!(c.role, Role::Name(_)))
    }

    /// Whether a cell of the first row goes on from the table's last cell in that column on the page before.
    fn goes_on(&self, cell: &Read, before: &ReadTable) -> bool {
        let in_column = |c: &&Read| c.role == Role::Opinion && c.cols == cell.cols;
        let first = self.cells.iter().filter(in_column).map(|c| c.rows.0).min();
        let Some(last) = before.cells.iter().filter(in_column).max_by_key(|c| c.rows.1) else { return false };
        let (Some(line), Some(end)) = (cell.lines.first(), last.lines.last()) else { return false };
        let other_name = cell.municipality != last.municipality
            || (self.is_named(cell) && before.is_named(last) && self.names.is_some());
        // An empty cell below the last is the head of a row whose text did not fit on the page.
        let blank_below = before
            .cells
            .iter()
            .any(|c| c.role == Role::Empty && c.cols == cell.cols && c.rows.0 > last.rows.1);
        if first != Some(cell.rows.0) || other_name || blank_below || before.page == self.page {
            return false;
        }
        if cell.municipality.is_none() {
            return !matches!(place(&line.text), Some(Role::Name(_)));
        }
        let numbered = |table: &ReadTable, cell: &Read| {
            table.cells.iter().any(|c| {
                c.rows.0 == cell.rows.0 && c.role == Role::Other && c.text.chars().all(char::is_numeric)
            })
        };
        if numbered(before, last) {
            return !numbered(self, cell);
        }
        let bulleted = |lines: &[Line]| lines.iter().any(|l| bullet(&l.text).is_some());
        let cut =
            !end.text.ends_with(['。', '．', '！', '？']) && end.rect.x1 > last.rect.x1 - 2.5 * end.size;
        bullet(&line.text).is_none() && (cut || (bulleted(&last.lines) && bulleted(&cell.lines)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::roles::tests::table, *};

    fn read_all(tables: Vec<(u32, Table, Option<String>)>) -> Vec<(String, String)> {
        let leaves = rows(tables).into_iter().flat_map(|r| r.leaves);
        leaves
            .map(|leaf| {
                let Source::Cell { municipality, goes_on } = leaf.source else { panic!("a column") };
                let text: String = leaf.lines.iter().map(|l| l.text.as_str()).collect();
                (municipality.unwrap_or_default(), if goes_on { format!("…{text}") } else { text })
            })
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(m, t)| ((*m).to_owned(), (*t).to_owned())).collect()
    }

    #[test]
    fn a_name_left_blank_is_the_one_above_over_a_page_too() {
        let first = table(
            1,
            50.0,
            &[&["市町村", "意見"], &["港区", "甲の意見"], &["", "乙の意見"], &["北区", "丙の意見"]],
        );
        let second = table(2, 50.0, &[&["市町村", "意見"], &["", "丁の意見"], &["足立区", "戊の意見"]]);
        assert_eq!(
            read_all(vec![(1, first, None), (2, second, None)]),
            pairs(&[
                ("港区", "甲の意見"),
                ("港区", "乙の意見"),
                ("北区", "丙の意見"),
                ("北区", "丁の意見"),
                ("足立区", "戊の意見")
            ])
        );
    }

    #[test]
    fn a_merged_name_may_be_written_on_the_page_after() {
        let first = table(
            1,
            50.0,
            &[&["港区", "甲の意見である。"], &["北区", "乙の意見である。"], &["", "丙の意見である。"]],
        );
        let second = table(2, 50.0, &[&["足立区", "丁の意見である。"], &["荒川区", "戊の意見である。"]]);
        let found = read_all(vec![(1, first, None), (2, second, None)]);
        assert_eq!(found[2], ("足立区".to_owned(), "丙の意見である。".to_owned()));
    }

    #[test]
    fn a_table_two_pages_wide_finds_its_names_by_their_rows() {
        let left = table(1, 50.0, &[&["No", "市町村", "課"], &["1", "港区", "甲課"], &["2", "北区", "乙課"]]);
        let right = table(2, 50.0, &[&["主な意見"], &["在宅医が少ない。"], &["薬局が多い。"]]);
        assert_eq!(
            read_all(vec![(1, left, None), (2, right, None)]),
            pairs(&[("港区", "在宅医が少ない。"), ("北区", "薬局が多い。")])
        );
    }

    #[test]
    fn a_row_cut_by_the_end_of_the_page_goes_on() {
        let first = table(1, 50.0, &[&["1", "港区", "甲である。"], &["2", "港区", "在宅医の数が少"]]);
        let second = table(2, 50.0, &[&["", "", "ない。"], &["3", "港区", "乙である。"]]);
        let found = read_all(vec![(1, first, None), (2, second, None)]);
        let texts: Vec<&str> = found.iter().map(|(_, t)| t.as_str()).collect();
        assert_eq!(texts, ["甲である。", "在宅医の数が少", "…ない。", "乙である。"]);
    }

    #[test]
    fn a_table_without_names_belongs_to_the_heading_above_it() {
        let found = read_all(vec![(
            1,
            table(1, 50.0, &[&["番号", "意見"], &["1", "甲"], &["2", "乙"]]),
            Some("港区".into()),
        )]);
        assert_eq!(found, pairs(&[("港区", "甲"), ("港区", "乙")]));
    }
}
