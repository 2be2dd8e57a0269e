//! Tables -> cells that hold opinions, each with its municipality: from the cell beside it, from the row or column head
//! above it, from the page before (a merged name is written once), or from the other half of a table two pages wide.

use super::{
    leaf::{Leaf, Line, Source, lines},
    page::Rect,
    table::{Cell, Table, same_columns},
};
use crate::{
    ingest::{
        Reason,
        marks::{Heading, bullet, heading},
    },
    places::places,
};

/// What a cell is.
#[derive(Debug, Clone, PartialEq)]
enum Role {
    Header,
    Area,
    Name(String),
    Opinion,
    Other,
    Empty,
}

/// A cell, read.
#[derive(Debug, Clone)]
struct Read {
    rect: Rect,
    rows: (usize, usize),
    cols: (usize, usize),
    lines: Vec<Line>,
    text: String,
    role: Role,
    /// The municipality of a name or opinion cell, once it is known.
    municipality: Option<String>,
}

/// A table, read; kept while later pages may go on with it.
#[derive(Debug, Clone)]
struct ReadTable {
    page: u32,
    xs: Vec<f32>,
    ys: Vec<f32>,
    cells: Vec<Read>,
    names: Option<usize>,
    opinions: Vec<usize>,
    first_row: usize,
    /// The column of answers, where the table is a form: what a row holds is said at its left.
    form: Option<usize>,
    /// Columns of the tables that took their names from here.
    joined: Vec<Vec<f32>>,
}

/// What a table gives: its leaves, and lines that are no opinions.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub leaves: Vec<Leaf>,
    pub omitted: Vec<(Line, Reason)>,
    pub names: Vec<(Line, String)>,
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

fn place(text: &str) -> Option<Role> {
    match heading(text, places())? {
        Heading::Municipality { name, .. } => Some(Role::Name(name)),
        Heading::Areas(_) => Some(Role::Area),
    }
}

fn header_weight(text: &str) -> Option<u8> {
    let short = text.chars().count() <= 20 && !text.ends_with('。') && bullet(text).is_none();
    HEADERS.iter().filter(|(word, _)| short && text.contains(word)).map(|(_, weight)| *weight).max()
}

fn read(page: u32, table: Table, before: Option<&ReadTable>) -> ReadTable {
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
        let is_header = !row.is_empty()
            && !row.iter().any(|c| matches!(c.role, Role::Name(_)))
            && row.iter().all(|c| c.text.chars().count() <= 24 && !c.text.ends_with('。'))
            && row.iter().any(|c| header_weight(&c.text).is_some());
        if !is_header && !(title && n_cols > 1) {
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
    fn has_names(&self) -> bool {
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
    fn find_opinions(&mut self, before: Option<&ReadTable>) {
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
