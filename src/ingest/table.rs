//! The rows of a table come in, opinions come out: names of municipalities, areas and years are filled down, rows
//! that are headings set them, cells with several bullets are several opinions.

use serde_json::{Map, Value};

use super::{
    cell::{opinions_in_cell, says_nothing, trim},
    columns::{Assignment, Match},
    grid::{Grid, Row, cell_name},
    header::Header,
    marks::{self, BulletKind, Heading},
    options::Field,
    reading::{LeftOut, Reading, Reason},
    stream::{HAND_STANCE, HAND_THEMES},
};
use crate::{
    error::Position,
    opinion::{Opinion, Source},
    places::places,
};

/// What holds for the whole table, from around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// The file's name.
    pub file: String,
    /// The sheet, or the table of a Word file.
    pub part: Option<String>,
    /// Page, where it is known.
    pub page: Option<u32>,
    /// Municipality of a heading above.
    pub municipality: Option<String>,
    /// Area of a heading above.
    pub area: Option<String>,
    /// Fiscal year of a title.
    pub fiscal_year: Option<i32>,
}

impl Context {
    /// Where a cell stands.
    pub fn position(&self, row_number: u32, column: u32) -> Position {
        Position {
            file: Some(self.file.clone()),
            page: self.page,
            sheet: self.part.clone(),
            cell: Some(cell_name(row_number, column)),
            ..Position::default()
        }
    }

    /// The same for an opinion.
    pub fn source(&self, row_number: u32, column: u32) -> Source {
        Source {
            file: self.file.clone(),
            page: self.page,
            sheet: self.part.clone(),
            cell: Some(cell_name(row_number, column)),
            line: None,
        }
    }
}

/// Marks that repeat the cell above.
const DITTO: [&str; 5] = ["〃", "同上", "々", "″", "\""];

/// Names that rows of sums carry in place of a municipality.
const SUMS: [&str; 5] = ["計", "合計", "小計", "総計", "件数"];

/// Reads the rows below a header.
pub(super) fn read_table(grid: &Grid, header: Header, context: &Context, reading: &mut Reading) {
    for row in &grid.rows[header.rows.clone()] {
        leave_out(reading, context, row, Reason::TableHeader);
    }
    let body = header.rows.end;
    let marks =
        header.texts.iter().filter_map(|c| Some((*c, common_mark(&grid.rows[body..], *c)?))).collect();
    let mut table = Table {
        marks,
        context,
        reading,
        header,
        municipality: context.municipality.clone(),
        area: context.area.clone(),
        fiscal_year: context.fiscal_year,
    };
    for row in &grid.rows[body..] {
        table.read_row(row);
    }
}

/// Leaves a row out, with its cells as text.
pub(super) fn leave_out(reading: &mut Reading, context: &Context, row: &Row, reason: Reason) {
    let text = row_text(row);
    if !text.is_empty() {
        let column = row.cells.first().map_or(0, |(column, _)| *column);
        reading.left_out.push(LeftOut { position: context.position(row.number, column), reason, text });
    }
}

/// The cells of a row as one text.
pub(super) fn row_text(row: &Row) -> String {
    let cells: Vec<String> = row
        .cells
        .iter()
        .map(|(_, cell)| super::cell::lines(&cell.text()).collect::<Vec<_>>().join(" "))
        .filter(|text| !text.is_empty())
        .collect();
    cells.join(" | ")
}

/// The number or mark that nearly all cells of a column begin with: there it is no part of the texts.
fn common_mark(rows: &[Row], column: u32) -> Option<BulletKind> {
    const FEWEST_CELLS: usize = 3;
    let (mut n_cells, mut kinds) = (0, Vec::<(BulletKind, usize)>::new());
    for cell in rows.iter().filter_map(|row| row.get(column)) {
        n_cells += 1;
        if let Some(mark) = marks::bullet(&cell.text()) {
            match kinds.iter_mut().find(|(kind, _)| *kind == mark.kind) {
                Some((_, n)) => *n += 1,
                None => kinds.push((mark.kind, 1)),
            }
        }
    }
    let (kind, n) = kinds.into_iter().max_by_key(|(_, n)| *n)?;
    (n >= FEWEST_CELLS && 10 * n >= 8 * n_cells).then_some(kind)
}

struct Table<'a> {
    /// Marks that begin nearly every cell of a column.
    marks: Vec<(u32, BulletKind)>,
    context: &'a Context,
    reading: &'a mut Reading,
    header: Header,
    municipality: Option<String>,
    area: Option<String>,
    fiscal_year: Option<i32>,
}

impl Table<'_> {
    fn read_row(&mut self, row: &Row) {
        if self.is_heading(row) {
            return;
        }
        if let Some(header) = self.header_again(row) {
            leave_out(self.reading, self.context, row, Reason::TableHeader);
            self.header = header;
            return;
        }
        self.fill(row);
        let mut n_texts = 0;
        for column in self.header.texts.clone() {
            n_texts += self.read_cell(row, column);
        }
        if n_texts == 0 {
            leave_out(self.reading, self.context, row, Reason::NoText);
        }
    }

    /// A row that is nothing but the name of a municipality or of an area, or a note.
    fn is_heading(&mut self, row: &Row) -> bool {
        if row.cells.len() == 2
            && let Some(name) = municipality_in_row(row)
        {
            self.municipality = Some(name);
            return true;
        }
        let mut cells = row.cells.iter().filter(|(_, cell)| !trim(&cell.text()).is_empty());
        let Some((column, cell)) = cells.next() else { return true };
        let text = cell.text();
        if text.len() > 400 {
            return false;
        }
        if cells.any(|(_, other)| other.text() != text) {
            return false;
        }
        if let Some(name) =
            municipality_in_row(&Row { cells: vec![(*column, cell.clone())], ..Row::default() })
        {
            self.municipality = Some(name);
            return true;
        }
        match marks::heading(&text, places()) {
            Some(Heading::Municipality { name, .. }) => {
                self.municipality = Some(name);
                true
            }
            Some(Heading::Areas(areas)) => {
                self.set_area(Some(areas[0].to_owned()).filter(|_| areas.len() == 1));
                leave_out(self.reading, self.context, row, Reason::AreaHeading);
                true
            }
            None if text.trim_start().starts_with(['※', '注'])
                || !self.header.texts.contains(column) && self.is_note(*column) =>
            {
                leave_out(self.reading, self.context, row, Reason::Lead);
                true
            }
            None => false,
        }
    }

    /// Whether a lone cell outside the columns of opinions says nothing about the rows below it.
    fn is_note(&self, column: u32) -> bool {
        let columns = &self.header.columns;
        ![columns.municipality, columns.area, columns.fiscal_year].contains(&Some(column as usize))
    }

    fn set_area(&mut self, area: Option<String>) {
        if self.area != area {
            self.area = area;
            self.municipality = None;
        }
    }

    /// A header that comes again further down, as on every page of a printed table; its columns may have moved.
    fn header_again(&self, row: &Row) -> Option<Header> {
        let text = row.get(*self.header.texts.first()?)?.text();
        let is_name = |found: &Assignment| found.get(Field::Text).is_some_and(|f| f.by == Match::Exact);
        if text.len() > 60 || row.cells.len() < 2 {
            return None;
        }
        if row.cells.iter().all(|(column, cell)| self.header.name(*column) == trim(&cell.text())) {
            return Some(self.header.clone());
        }
        if !is_name(&Assignment::of(&[trim(&text)], &[])) {
            return None;
        }
        let names: Vec<_> = row.cells.iter().map(|(_, cell)| cell.text()).collect();
        let names: Vec<&str> = names.iter().map(|n| trim(n)).collect();
        let found = Assignment::of(&names, &[]);
        if !is_name(&found) || found.n_sure() < 2 {
            return None;
        }
        let real = |i: usize| row.cells[i].0 as usize;
        let mut columns = found.columns(names.len())?;
        columns.text = real(columns.text);
        for column in [
            &mut columns.id,
            &mut columns.municipality,
            &mut columns.area,
            &mut columns.fiscal_year,
            &mut columns.themes,
            &mut columns.stance,
        ] {
            *column = column.map(real);
        }
        columns.others = columns.others.iter().map(|i| real(*i)).collect();
        Some(Header {
            rows: 0..0,
            texts: vec![columns.text as u32],
            columns,
            names: row.cells.iter().map(|(c, cell)| (*c, trim(&cell.text()).to_owned())).collect(),
        })
    }

    /// Takes over what the row says about year, area and municipality; blanks keep what stood above. A new year or
    /// area ends the municipality.
    fn fill(&mut self, row: &Row) {
        let columns = &self.header.columns;
        let said = |column: Option<usize>| {
            let text = row.get(column? as u32)?.text();
            let text: String = super::cell::lines(&text).collect();
            // an item of a list
            let text = text.strip_prefix('・').map(str::to_owned).unwrap_or(text);
            (!text.is_empty() && !DITTO.contains(&text.as_str())).then_some(text)
        };
        let (year, area, municipality) =
            (said(columns.fiscal_year), said(columns.area), said(columns.municipality));
        if let Some(year) = year.as_deref().and_then(year_of)
            && self.fiscal_year != Some(year)
        {
            self.fiscal_year = Some(year);
            self.municipality = None;
        }
        if let Some(area) = area {
            // A municipality may stand in the column of areas: 地域.
            if places().area(&area).is_none()
                && municipality.is_none()
                && let Some(Heading::Municipality { name, .. }) = marks::heading(&area, places())
            {
                self.municipality = Some(name);
            } else {
                let known = places().area(&area).map(str::to_owned);
                self.set_area(Some(known.unwrap_or(area)));
            }
        }
        if let Some(name) = municipality {
            self.municipality = (!SUMS.contains(&name.as_str())).then(|| municipality_name(&name));
        }
    }

    /// Reads one cell of opinions; the number of texts it held.
    fn read_cell(&mut self, row: &Row, column: u32) -> usize {
        let Some(cell) = row.get(column) else { return 0 };
        let text = cell.text();
        if trim(&text).is_empty() || says_nothing(&text) {
            return 0;
        }
        let mut opinions = opinions_in_cell(&text);
        let common = self.marks.iter().find(|(c, _)| *c == column).map(|(_, kind)| *kind);
        if let ([opinion], Some(kind)) = (opinions.as_mut_slice(), common)
            && let Some(mark) =
                marks::bullet(opinion).filter(|mark| mark.kind == kind && !mark.rest.is_empty())
        {
            *opinion = mark.rest.to_owned();
        }
        let id =
            self.header.columns.id.and_then(|c| row.get(c as u32)).map(|cell| trim(&cell.text()).to_owned());
        let id = id.filter(|id| !id.is_empty() && self.header.texts.len() == 1);
        let area = self.area_here();
        let n_opinions = opinions.len();
        for (i, text) in opinions.into_iter().enumerate() {
            self.reading.opinions.push(Opinion {
                id: match &id {
                    Some(id) if n_opinions > 1 => format!("{id}-{}", i + 1),
                    Some(id) => id.clone(),
                    None => String::new(),
                },
                fiscal_year: self.fiscal_year,
                area: area.clone(),
                municipality: self.municipality.clone(),
                text,
                source: self.context.source(row.number, column),
                columns: self.other_columns(row),
            });
        }
        n_opinions
    }

    /// The area that the table gives, unless it was only filled down and the municipality is known to be elsewhere.
    fn area_here(&self) -> Option<String> {
        let official = self.municipality.as_deref().and_then(|m| places().area_of(m));
        match (&self.area, official) {
            (Some(area), Some(official)) if area != official && places().area(area).is_some() => {
                Some(official.to_owned())
            }
            (Some(area), _) => Some(area.clone()),
            (None, official) => official.map(str::to_owned),
        }
    }

    fn other_columns(&self, row: &Row) -> Map<String, Value> {
        let columns = &self.header.columns;
        let mut map = Map::new();
        for (name, column) in [(HAND_THEMES, columns.themes), (HAND_STANCE, columns.stance)] {
            if let Some(cell) = column.and_then(|c| row.get(c as u32)) {
                map.insert(name.to_owned(), cell.value());
            }
        }
        for column in &columns.others {
            if let Some(cell) = row.get(*column as u32).filter(|cell| !trim(&cell.text()).is_empty()) {
                map.insert(self.header.name(*column as u32), cell.value());
            }
        }
        map
    }
}

/// A municipality as a cell names it: brackets, blanks and a count behind it taken off where it is known so.
pub(super) fn municipality_name(cell: &str) -> String {
    match marks::heading(cell, places()) {
        Some(Heading::Municipality { name, .. }) => name,
        _ => trim(cell).to_owned(),
    }
}

/// The municipality that a row of one or two cells names: alone, after a label (`区市町村名：港区`), or in the cell
/// beside one.
pub(super) fn municipality_in_row(row: &Row) -> Option<String> {
    if row.cells.len() > 2 {
        return None;
    }
    let (_, last) = row.cells.last()?;
    if let [(_, label), _] = row.cells.as_slice() {
        Assignment::of(&[trim(&label.text())], &[]).get(Field::Municipality)?;
    }
    let text = last.text();
    let value = text.rsplit([':', '：']).next().map(trim)?;
    match marks::heading(value, places())? {
        Heading::Municipality { name, known: true } => Some(name),
        _ => None,
    }
}

/// The fiscal year that a cell says: a year in any form, or a date.
pub(super) fn year_of(text: &str) -> Option<i32> {
    if let Some(year) = marks::fiscal_year(text).or_else(|| marks::fiscal_year(text.trim_end_matches('年')))
    {
        return Some(year);
    }
    let mut parts = text.get(..7)?.split('-');
    let (year, month): (i32, i32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    ((1950..=2100).contains(&year)).then_some(if month < 4 { year - 1 } else { year })
}
