//! What a grid is: a table with a header, a form, a table that only its content explains, columns of municipalities
//! side by side, or headings and bullets in cells. The first that fits is read.

use super::{
    cell::trim,
    content::header_by_content,
    flow::State,
    form::read_form,
    grid::{Grid, Row, cell_name},
    header::{find_header, header_without_text, side_by_side},
    marks,
    options::Field,
    outline::{Outline, Paragraph},
    reading::{Reading, Reason, Warning},
    table::{Context, leave_out, municipality_in_row, read_table, row_text},
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
    let titles = grid.rows.len().min(10);
    let year = grid.rows[..titles].iter().find_map(year_in_row);
    if read_form(grid, &Context { fiscal_year: year.or(context.fiscal_year), ..context.clone() }, reading) {
        return Understood::Read;
    }
    if let Some(header) = find_header(grid, overrides) {
        if let Some(parts) = side_by_side(grid, &header) {
            for part in &parts {
                read_grid(part, &context, overrides, guess, reading);
            }
            return Understood::Read;
        }
        let below = header.rows.start;
        read_titles(&grid.rows[..below], &mut context, reading);
        read_table(grid, header, &context, reading);
        return Understood::Read;
    }
    context.fiscal_year = year.or(context.fiscal_year);
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
        read_titles(&grid.rows[..header.rows.start], &mut context, reading);
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
fn read_titles(rows: &[Row], context: &mut Context, reading: &mut Reading) {
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

/// Columns of municipalities or areas side by side: a row of their names, cells of opinions below.
fn read_columns(grid: &Grid, context: &Context, reading: &mut Reading) -> bool {
    let is_heading = |text: &str| marks::heading(text, places()).is_some();
    let named_columns = |i: usize| {
        let row = &grid.rows[i];
        let named: Vec<u32> = row
            .cells
            .iter()
            .filter(|(_, cell)| is_heading(&cell.text()))
            .map(|(column, _)| *column)
            .collect();
        let has_texts_below = |column: &&u32| {
            let below = grid.rows[i + 1..].iter().filter_map(|r| r.get(**column));
            let n_chars: Vec<usize> = below.map(|cell| cell.text().chars().count()).collect();
            !n_chars.is_empty() && n_chars.iter().sum::<usize>() >= 8 * n_chars.len()
        };
        let enough = named.len() > 1
            && named.len() * 2 > row.cells.len()
            && named.iter().filter(has_texts_below).count() * 2 > named.len();
        enough.then_some((i, named))
    };
    // Areas above municipalities are a row of fewer names.
    let rows = (0..grid.rows.len().min(20)).rev().filter_map(named_columns);
    let Some((start, columns)) = rows.max_by_key(|(_, named)| named.len()) else { return false };
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
