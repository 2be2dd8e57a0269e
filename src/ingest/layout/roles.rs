//! Tables -> what each cell is: head, name, opinion or another column. Only one table is looked at, and whether one
//! before it had the same columns.

use super::{
    leaf::{Line, lines},
    page::Rect,
    table::{Cell, Table},
};
use crate::{
    ingest::marks::{Heading, bullet, heading},
    places::places,
};

/// What a cell is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    Header,
    Area,
    Name(String),
    Opinion,
    Other,
    Empty,
}

/// A cell, read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub rect: Rect,
    pub rows: (usize, usize),
    pub cols: (usize, usize),
    pub lines: Vec<Line>,
    pub text: String,
    pub role: Role,
    /// The municipality of a name or opinion cell, once it is known.
    pub municipality: Option<String>,
}

/// A table, read; kept while later pages may go on with it.
#[derive(Debug, Clone)]
pub(super) struct ReadTable {
    pub page: u32,
    pub xs: Vec<f32>,
    pub ys: Vec<f32>,
    pub cells: Vec<Read>,
    pub names: Option<usize>,
    pub opinions: Vec<usize>,
    pub first_row: usize,
    /// The column of answers, where the table is a form: what a row holds is said at its left.
    pub form: Option<usize>,
    /// Columns of the tables that took their names from here.
    pub joined: Vec<Vec<f32>>,
}

/// Words of header rows, and whether they stand over opinions (2: surely, 1: likely).
const HEADERS: [(&str, u8); 26] = [
    ("意見", 2),
    ("内容", 1),
    ("課題", 1),
    ("現状", 1),
    ("コメント", 1),
    ("回答", 1),
    ("記述", 1),
    ("区市町村", 0),
    ("市区町村", 0),
    ("市町村", 0),
    ("自治体", 0),
    ("地区", 0),
    ("圏域", 0),
    ("医療圏", 0),
    ("地域", 0),
    ("番号", 0),
    ("No", 0),
    ("NO", 0),
    ("№", 0),
    ("項目", 0),
    ("分類", 0),
    ("区分", 0),
    ("備考", 0),
    ("対応", 0),
    ("テーマ", 0),
    ("年度", 0),
];

/// Words that say that a municipality stands below or beside them.
const PLACE_WORDS: [&str; 4] = ["区市町村", "市区町村", "市町村", "自治体"];

/// The role of a cell that names a place.
pub(super) fn place(text: &str) -> Option<Role> {
    match heading(text, places())? {
        Heading::Municipality { name, .. } => Some(Role::Name(name)),
        Heading::Areas(_) => Some(Role::Area),
    }
}

/// Whether a first row says what stands below it: short words, one of them known, no municipality.
fn is_header_row(row: &[&Read], n_cols: usize) -> bool {
    // A lone word over several columns must be nothing but the word: 主な意見.
    let lone = |text: &str| {
        let core = ["主な", "ご", "御"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
        HEADERS.iter().any(|(word, _)| core.strip_prefix(word).is_some_and(|rest| rest.chars().count() < 2))
    };
    !row.is_empty()
        && (row.len() > 1 || n_cols == 1 || lone(&row[0].text))
        && !row.iter().any(|c| matches!(c.role, Role::Name(_)))
        && row.iter().all(|c| c.text.chars().count() <= 24 && !c.text.ends_with('。'))
        && row.iter().any(|c| header_weight(&c.text).is_some())
}

fn header_weight(text: &str) -> Option<u8> {
    let short = text.chars().count() <= 20 && !text.ends_with('。') && bullet(text).is_none();
    HEADERS.iter().filter(|(word, _)| short && text.contains(word)).map(|(_, weight)| *weight).max()
}

/// Reads the cells of a table. A table before it with the same columns says what they are where this one does not.
pub(super) fn read(page: u32, table: Table, before: Option<&ReadTable>) -> ReadTable {
    let Table { xs, ys, cells, .. } = table;
    let n_cols = xs.len() - 1;
    let mut cells: Vec<Read> = cells
        .into_iter()
        .map(|Cell { rect, rows, cols, fragments }| {
            let lines = lines(page, fragments);
            let text: String =
                lines.iter().flat_map(|l| l.text.chars()).filter(|c| !c.is_whitespace()).collect();
            let role = if text.is_empty() { Role::Empty } else { place(&text).unwrap_or(Role::Other) };
            Read { rect, rows, cols, lines, text, role, municipality: None }
        })
        .collect();
    join_split_names(&mut cells);
    let form = form_column(&cells);
    let mut first_row = 0;
    while form.is_none() && first_row < ys.len() - 1 {
        let row: Vec<&Read> =
            cells.iter().filter(|c| c.rows.0 == first_row && c.role != Role::Empty).collect();
        let whole_width = row.len() == 1 && row[0].cols == (0, n_cols - 1) && first_row == 0;
        let title = whole_width && row[0].role == Role::Other && !row[0].text.ends_with('。');
        let is_header = match before.map(ReadTable::heads).filter(|heads| !heads.is_empty()) {
            Some(heads) => !row.is_empty() && row.iter().all(|c| heads.contains(&c.text.as_str())),
            None => is_header_row(&row, n_cols),
        };
        let skipped = is_header || (title && n_cols > 1);
        if !skipped {
            break;
        }
        first_row += 1;
    }
    for cell in cells.iter_mut().filter(|c| c.rows.0 < first_row && c.role != Role::Empty) {
        cell.role = Role::Header;
    }
    let mut table = ReadTable {
        page,
        xs,
        ys,
        cells,
        names: None,
        opinions: Vec::new(),
        first_row,
        joined: Vec::new(),
        form: None,
    };
    table.form = form.or_else(|| before.and_then(|b| b.form));
    if table.form.is_none() {
        table.names = table.name_column().or_else(|| before.and_then(|b| b.names));
    }
    table
}

/// A name whose last characters spilled into the cell below it.
fn join_split_names(cells: &mut [Read]) {
    for i in 0..cells.len() {
        if cells[i].role != Role::Other || cells[i].text.chars().count() > 20 {
            continue;
        }
        let below = cells.iter().position(|c| {
            c.role == Role::Other && c.cols == cells[i].cols && c.rows.0 == cells[i].rows.1 + 1
        });
        if let Some(below) = below.filter(|&b| cells[b].text.chars().count() < 6)
            && let Some(role @ Role::Name(_)) = place(&format!("{}{}", cells[i].text, cells[below].text))
        {
            cells[i].role = role.clone();
            cells[below].role = role;
        }
    }
}

/// The column of answers of a form: beside a label such as 区市町村名 stands a name.
fn form_column(cells: &[Read]) -> Option<usize> {
    let names = || cells.iter().filter(|c| matches!(c.role, Role::Name(_)));
    let labelled = |name: &&Read| {
        cells.iter().any(|c| {
            c.cols.1 + 1 == name.cols.0
                && c.rows == name.rows
                && PLACE_WORDS.iter().any(|w| c.text.contains(w))
        })
    };
    let first = names().next()?;
    names().all(|n| labelled(&n) && n.cols.0 == first.cols.0).then_some(first.cols.0)
}

impl ReadTable {
    /// Texts of the header's cells.
    fn heads(&self) -> Vec<&str> {
        self.cells.iter().filter(|c| c.role == Role::Header).map(|c| c.text.as_str()).collect()
    }

    /// Whether any cell names a municipality.
    pub fn has_names(&self) -> bool {
        self.cells.iter().any(|c| matches!(c.role, Role::Name(_)))
    }

    fn header_of(&self, col: usize) -> impl Iterator<Item = &Read> {
        self.cells.iter().filter(move |c| c.role == Role::Header && c.cols == (col, col))
    }

    /// The column that holds names and little else, or whose header says so.
    fn name_column(&self) -> Option<usize> {
        let n_cols = self.xs.len() - 1;
        let count = |col: usize, role: fn(&Role) -> bool| {
            self.cells.iter().filter(|c| c.cols == (col, col) && role(&c.role)).count()
        };
        let by_names = (0..n_cols)
            .map(|col| (count(col, |r| matches!(r, Role::Name(_))), count(col, |r| *r == Role::Other), col))
            .filter(|(names, others, _)| *names > 0 && names >= others)
            .max_by_key(|(names, _, col)| (*names, std::cmp::Reverse(*col)));
        // Names side by side in the first row are heads of columns.
        let rows_of_names = |col: usize| {
            self.cells
                .iter()
                .filter(|c| c.cols.0 == col && matches!(c.role, Role::Name(_)))
                .any(|c| c.rows.0 > self.first_row || self.name_heads() < 2)
        };
        by_names.map(|(_, _, col)| col).filter(|col| rows_of_names(*col)).or_else(|| {
            (0..n_cols)
                .find(|col| self.header_of(*col).any(|h| PLACE_WORDS.iter().any(|w| h.text.contains(w))))
        })
    }

    /// Names in the first row below the header.
    fn name_heads(&self) -> usize {
        let in_first = |c: &&Read| c.rows.0 == self.first_row && matches!(c.role, Role::Name(_));
        self.cells.iter().filter(in_first).count()
    }

    /// The column with the most text, if its cells hold sentences: not numbers, not the same words again and again.
    fn longest_column(&self) -> Option<usize> {
        let in_column = |col: usize| {
            self.cells.iter().filter(move |c| c.cols.0 <= col && col <= c.cols.1 && c.role == Role::Other)
        };
        let chars = |col: usize| -> usize {
            let letters =
                |c: &Read| c.text.chars().filter(|c| !c.is_numeric() && !c.is_ascii_punctuation()).count();
            in_column(col).map(letters).sum()
        };
        let col = (0..self.xs.len() - 1)
            .filter(|c| Some(*c) != self.names)
            .max_by_key(|c| (chars(*c), std::cmp::Reverse(*c)))?;
        let n_cells = in_column(col).count();
        let texts: std::collections::HashSet<&str> = in_column(col).map(|c| c.text.as_str()).collect();
        (chars(col) >= 6 * n_cells.max(1) && 2 * texts.len() > n_cells).then_some(col)
    }

    /// Marks the cells that hold opinions.
    pub fn find_opinions(&mut self, before: Option<&ReadTable>) {
        let n_cols = self.xs.len() - 1;
        let weight =
            |col: usize| self.header_of(col).filter_map(|h| header_weight(&h.text)).max().unwrap_or(0);
        let best = (0..n_cols).map(weight).max().unwrap_or(0);
        if let Some(column) = self.form {
            self.find_answers(column);
            return;
        }
        let by_header: Vec<usize> =
            (0..n_cols).filter(|c| best > 0 && weight(*c) == best && Some(*c) != self.names).collect();
        let heads = self.name_heads() > 1 && self.names.is_none();
        self.opinions = if !by_header.is_empty() {
            by_header
        } else if let Some(before) = before.filter(|b| !b.opinions.is_empty() && self.first_row == 0) {
            before.opinions.clone()
        } else if heads {
            (0..n_cols).collect()
        } else {
            self.longest_column().into_iter().collect()
        };
        let opinions = self.opinions.clone();
        for cell in self.cells.iter_mut().filter(|c| c.role == Role::Other) {
            let in_column = opinions.iter().any(|o| cell.cols.0 <= *o && *o <= cell.cols.1);
            let named_inside = cell.lines.iter().any(|l| matches!(place(&l.text), Some(Role::Name(_))));
            let head = heads
                && self.xs.len() > 2
                && cell.cols.0 == 0
                && cell.text.chars().count() <= 8
                && !cell.text.ends_with('。');
            if (in_column && !head) || named_inside {
                cell.role = Role::Opinion;
            }
        }
    }

    /// Marks the answers of a form that are opinions, by the words at their left; where no word says it, all that hold
    /// sentences.
    fn find_answers(&mut self, column: usize) {
        let weight = |answer: &Read| {
            let labels = self.cells.iter().filter(|c| c.cols.1 < answer.cols.0 && c.rows.0 <= answer.rows.0);
            labels.filter(|c| c.rows.1 >= answer.rows.0).filter_map(|c| header_weight(&c.text)).max()
        };
        let answers = |c: &Read| c.role == Role::Other && c.cols.0 <= column && column <= c.cols.1;
        let weights: Vec<u8> = self.cells.iter().map(|c| weight(c).unwrap_or(0)).collect();
        let best =
            self.cells.iter().zip(&weights).filter(|(c, _)| answers(c)).map(|(_, w)| *w).max().unwrap_or(0);
        for (cell, weight) in self.cells.iter_mut().zip(weights) {
            let alone = cell.cols.0 == 0 && self.xs.len() > 2;
            if answers(cell) && weight == best && !alone && (best > 0 || cell.text.chars().count() > 12) {
                cell.role = Role::Opinion;
            }
        }
        self.opinions = vec![column];
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A table of one-line cells, row by row; columns 100 points wide, rows 20 points high from `top`.
    pub(in super::super) fn table(page: u32, top: f32, rows: &[&[&str]]) -> Table {
        use super::super::fragments::{PageText, tests::page as sheet};
        let n_cols = rows[0].len();
        let (x, y) = (|col: usize| 10.0 + 100.0 * col as f32, |row: usize| top + 20.0 * row as f32);
        let mut cells = Vec::new();
        for (r, row) in rows.iter().enumerate() {
            for (c, text) in row.iter().enumerate() {
                let rect = Rect { x0: x(c), y0: y(r), x1: x(c + 1), y1: y(r + 1) };
                let fragments = PageText::new(sheet(page, &[(*text, x(c) + 2.0, y(r) + 14.0)])).fragments;
                cells.push(Cell { rect, rows: (r, r), cols: (c, c), fragments });
            }
        }
        let rect = Rect { x0: x(0), y0: y(0), x1: x(n_cols), y1: y(rows.len()) };
        let edges = |n: usize, at: &dyn Fn(usize) -> f32| (0..=n).map(at).collect::<Vec<f32>>();
        Table { rect, xs: edges(n_cols, &x), ys: edges(rows.len(), &y), cells }
    }

    fn roles(rows: &[&[&str]]) -> Vec<Role> {
        let mut read = read(1, table(1, 50.0, rows), None);
        read.find_opinions(None);
        read.cells.into_iter().map(|c| c.role).collect()
    }

    #[test]
    fn heads_say_which_column_holds_opinions() {
        let found = roles(&[
            &["No", "区市町村", "意見", "備考"],
            &["1", "港区", "増やす", "とても長い備考が書いてある。"],
        ]);
        let name = Role::Name("港区".into());
        assert_eq!(found[..4], [Role::Header, Role::Header, Role::Header, Role::Header]);
        assert_eq!(found[4..], [Role::Other, name, Role::Opinion, Role::Other]);
    }

    #[test]
    fn without_heads_the_longest_column_holds_them() {
        let found =
            roles(&[&["港区", "1", "在宅医が少ない状況。"], &["北区", "2", "薬局が多い状況である。"]]);
        assert_eq!(found.iter().filter(|r| **r == Role::Opinion).count(), 2);
        assert_eq!((&found[1], &found[2]), (&Role::Other, &Role::Opinion));
    }

    #[test]
    fn a_column_that_says_the_same_again_and_again_holds_none() {
        let found =
            roles(&[&["港区", "在宅医療担当課"], &["北区", "在宅医療担当課"], &["足立区", "在宅医療担当課"]]);
        assert!(!found.contains(&Role::Opinion));
    }

    #[test]
    fn a_form_says_at_the_left_what_each_answer_is() {
        let found = roles(&[
            &["区市町村名", "港区"],
            &["担当課", "高齢福祉部在宅医療推進課"],
            &["在宅療養に関する意見", "在宅医が少ない。"],
            &["備考", "特になし"],
        ]);
        assert_eq!((&found[3], &found[5], &found[7]), (&Role::Other, &Role::Opinion, &Role::Other));
    }
}
