//! What a grid is: a table with a header, a form, a table that only its content explains, columns of municipalities
//! side by side, or headings and bullets in cells. The first that fits is read.

use super::{
    cell::trim,
    grid::{Grid, Row, cell_name},
    header::{find_header, header_by_content, header_without_text},
    marks::{self, Heading},
    options::Field,
    outline::{Outline, Paragraph, State},
    reading::{Reading, Reason, Warning},
    table::{Context, leave_out, read_form, read_table, row_text},
};
use crate::{opinion::Source, places::places};

/// How a grid was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Understood {
    /// Its opinions are in the reading.
    Read,
    /// A table without a column of opinions: its header.
    NoText(Vec<String>),
    /// No table and no headings.
    Nothing,
}

/// Reads a grid into opinions. With `guess`, a column of opinions may also be told by its length alone.
pub(super) fn read_grid(
    grid: &Grid,
    context: &Context,
    overrides: &[(Field, String)],
    guess: bool,
    reading: &mut Reading,
) -> Understood {
    let mut context = context.clone();
    if let Some(header) = find_header(grid, overrides) {
        let below = header.rows.start;
        read_titles(grid, &grid.rows[..below], &mut context, reading);
        read_table(grid, header, &context, reading);
        return Understood::Read;
    }
    let titles = grid.rows.len().min(10);
    context.fiscal_year = grid.rows[..titles].iter().find_map(year_in_row).or(context.fiscal_year);
    if read_form(grid, &context, reading) {
        return Understood::Read;
    }
    if let Some(named) = header_without_text(grid) {
        let names: Vec<String> =
            named.1.iter().map(|(_, name)| name.clone()).filter(|n| !n.is_empty()).collect();
        let Some(header) = header_by_content(grid, Some(named)).filter(|_| guess) else {
            return Understood::NoText(names);
        };
        let text = header.texts[0];
        reading.warnings.push(Warning {
            position: context.position(grid.rows[header.rows.start].number, text),
            message: format!(
                "{} is no known name of a column of opinions; it was taken for its long texts: if another is meant, \
                 name it with --column text=NAME",
                header.name(text)
            ),
        });
        read_titles(grid, &grid.rows[..header.rows.start], &mut context, reading);
        read_table(grid, header, &context, reading);
        return Understood::Read;
    }
    if read_columns(grid, &context, reading) {
        return Understood::Read;
    }
    if let Some(header) = header_by_content(grid, None) {
        read_table(grid, header, &context, reading);
        return Understood::Read;
    }
    if read_as_outline(grid, &context, reading) { Understood::Read } else { Understood::Nothing }
}

/// Rows above a header: titles, and what they say about year and municipality.
fn read_titles(grid: &Grid, rows: &[Row], context: &mut Context, reading: &mut Reading) {
    let _ = grid;
    for row in rows {
        context.fiscal_year = context.fiscal_year.or_else(|| year_in_row(row));
        if let Some(name) = municipality_in_row(row) {
            context.municipality = Some(name);
        }
        leave_out(reading, context, row, Reason::Lead);
    }
}

fn year_in_row(row: &Row) -> Option<i32> {
    row.cells.iter().find_map(|(_, cell)| {
        let text = cell.text();
        (text.len() < 300).then(|| marks::fiscal_year(&text)).flatten()
    })
}

/// A municipality that a title names: alone, after a label (`区市町村名：港区`), or in the cell beside one.
fn municipality_in_row(row: &Row) -> Option<String> {
    row.cells.iter().find_map(|(_, cell)| {
        let text = cell.text();
        let text = trim(&text);
        let value = text.rsplit([':', '：']).next().map_or(text, trim);
        match marks::heading(value, places())? {
            Heading::Municipality { name, known: true } => Some(name),
            _ => None,
        }
    })
}

/// Columns of municipalities or areas side by side: a row of their names, cells of opinions below.
fn read_columns(grid: &Grid, context: &Context, reading: &mut Reading) -> bool {
    let is_heading = |text: &str| marks::heading(text, places()).is_some();
    let Some((start, columns)) = grid.rows.iter().enumerate().take(20).find_map(|(i, row)| {
        let named: Vec<u32> = row
            .cells
            .iter()
            .filter(|(_, cell)| is_heading(&cell.text()))
            .map(|(column, _)| *column)
            .collect();
        let below = |column: &u32| {
            let texts: Vec<usize> = grid.rows[i + 1..]
                .iter()
                .filter_map(|r| r.get(*column))
                .map(|cell| cell.text().chars().count())
                .collect();
            !texts.is_empty() && texts.iter().sum::<usize>() >= 8 * texts.len()
        };
        (named.len() > 1
            && named.len() * 2 > row.cells.len()
            && named.iter().filter(|c| below(c)).count() * 2 > named.len())
        .then_some((i, named))
    }) else {
        return false;
    };
    let n_before = reading.opinions.len();
    grid.rows[..start].iter().for_each(|row| leave_out(reading, context, row, Reason::Lead));
    for (i, column) in columns.iter().enumerate() {
        // What stands between two named columns belongs to the left one (merged names).
        let end = columns.get(i + 1).copied().unwrap_or(u32::MAX);
        let mut outline = Outline::default();
        for row in &grid.rows[start..] {
            for (column, cell) in row.cells.iter().filter(|(c, _)| (*column..end).contains(c)) {
                push_cell(&mut outline, context, row, *column, &cell.text());
            }
        }
        read_outline(&outline, context, reading);
    }
    reading.opinions.len() > n_before
}

/// Headings and bullets in cells, one after the other, row by row.
fn read_as_outline(grid: &Grid, context: &Context, reading: &mut Reading) -> bool {
    let mut outline = Outline::default();
    for row in &grid.rows {
        let mut mark = None;
        for (column, cell) in &row.cells {
            let text = cell.text();
            let text = trim(&text);
            // A bullet in a cell of its own.
            let is_mark = text.chars().count() <= 4
                && marks::bullet(&format!("{text} あ")).is_some_and(|b| b.rest == "あ")
                && row.cells.len() > 1;
            if is_mark {
                mark = Some(text.to_owned());
            } else if let Some(mark) = mark.take() {
                push_cell(&mut outline, context, row, *column, &format!("{mark} {text}"));
            } else {
                push_cell(&mut outline, context, row, *column, text);
            }
        }
    }
    if !outline.has_headings() && context.municipality.is_none() {
        return false;
    }
    let n_before = reading.opinions.len();
    let mut found = Reading::default();
    read_outline(&outline, context, &mut found);
    if found.opinions.is_empty() {
        return false;
    }
    reading.opinions.append(&mut found.opinions);
    reading.left_out.append(&mut found.left_out);
    reading.opinions.len() > n_before
}

fn push_cell(outline: &mut Outline, context: &Context, row: &Row, column: u32, text: &str) {
    let source = Source {
        file: context.file.clone(),
        page: context.page,
        sheet: context.part.clone(),
        cell: Some(cell_name(row.number, column)),
        line: None,
    };
    outline.push(&Paragraph { text: text.to_owned(), source, ..Paragraph::default() });
}

fn read_outline(outline: &Outline, context: &Context, reading: &mut Reading) {
    let state = State {
        municipality: context.municipality.clone(),
        area: context.area.clone(),
        fiscal_year: context.fiscal_year,
    };
    outline.read(state, false, reading, |_, _, _| {});
}

/// The text of a grid, for what is left out as a whole; long ones are cut.
pub(super) fn grid_text(grid: &Grid) -> String {
    const MOST_CHARS: usize = 2000;
    let mut text = String::new();
    for (i, row) in grid.rows.iter().enumerate() {
        if text.chars().count() > MOST_CHARS {
            text.push_str(&format!(" … ({} more rows)", grid.rows.len() - i));
            break;
        }
        let row = row_text(row);
        if !row.is_empty() {
            text.push_str(if text.is_empty() { "" } else { " / " });
            text.push_str(&row);
        }
    }
    text
}
