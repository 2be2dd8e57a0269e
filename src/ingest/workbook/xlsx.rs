//! Sheets of .xlsx and .xlsm through calamine, cell by cell: its whole ranges hold every blank cell between two.

use std::io::{BufRead, Cursor};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use quick_xml::events::BytesStart;

use super::{Budget, Sheet, iso};
use crate::{
    error::{Error, Position, Result},
    ingest::{
        grid::{Cell, Grid, Merge},
        options::Limits,
        package::Package,
        xml::{Node, Xml, attribute},
    },
};

/// Reads all sheets.
///
/// # Errors
/// A damaged file; more cells than the limit.
pub(super) fn read(mut package: Package, file: &str, limits: &Limits) -> Result<Vec<Sheet>> {
    let outlines = sheet_outlines(&mut package, file, limits)?;
    let bytes = package.into_bytes();
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(file, None, &e))?;
    let mut budget = Budget::new(limits, file);
    let sheets = workbook.sheets_metadata().to_vec();
    let mut read = Vec::new();
    for sheet in sheets.into_iter().filter(|s| s.typ == SheetType::WorkSheet) {
        let mut grid = read_cells(&mut workbook, &sheet.name, file, &mut budget)?;
        if let Some((_, outline)) = outlines.iter().find(|(name, _)| *name == sheet.name) {
            grid.merges.clone_from(&outline.merges);
            for row in &mut grid.rows {
                row.hidden = outline.hidden_rows.binary_search(&row.number).is_ok();
            }
        }
        read.push(Sheet { hidden: sheet.visible != SheetVisible::Visible, name: sheet.name, grid });
    }
    Ok(read)
}

fn read_cells(
    workbook: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    file: &str,
    budget: &mut Budget<'_>,
) -> Result<Grid> {
    let failed = |e: XlsxError| damaged(file, Some(name), &e);
    let mut cells = workbook.worksheet_cells_reader(name).map_err(failed)?;
    let mut grid = Grid::default();
    while let Some(cell) = cells.next_cell().map_err(failed)? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString("") => continue,
            DataRef::String(text) if text.is_empty() => continue,
            value => value,
        };
        let value = match value {
            DataRef::SharedString(text) => {
                budget.take(text.len())?;
                Cell::Text((*text).to_owned())
            }
            value => {
                let cell = cell_of(value);
                budget.take(if let Cell::Text(text) = &cell { text.len() } else { 8 })?;
                cell
            }
        };
        grid.push(row.saturating_add(1), column, value);
    }
    grid.sort();
    Ok(grid)
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::Text(text.clone())
        }
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(date) => Cell::Text(iso(*date)),
        DataRef::Error(error) => Cell::Text(error.to_string()),
        DataRef::Empty => Cell::Text(String::new()),
    }
}

fn damaged(file: &str, sheet: Option<&str>, error: &XlsxError) -> Error {
    let position = Position { sheet: sheet.map(str::to_owned), ..Position::file(file) };
    let message = match error {
        XlsxError::Password => {
            "password-protected; save it without a password (File, Info, Protect)".to_owned()
        }
        error => {
            format!("the workbook is damaged ({error}); ask for the file again, or open it and save it anew")
        }
    };
    Error::input(position, message)
}

/// What calamine does not tell of a sheet.
#[derive(Debug, Default)]
struct Outline {
    hidden_rows: Vec<u32>,
    merges: Vec<Merge>,
}

/// Hidden rows and merged cells of each sheet by its name. A sheet whose part is not found has none; calamine reports
/// what is missing.
fn sheet_outlines(package: &mut Package, file: &str, limits: &Limits) -> Result<Vec<(String, Outline)>> {
    let sheets = attributes_of(package, "xl/workbook.xml", "sheet", &["name", "id"], file, limits)?;
    let relations = attributes_of(
        package,
        "xl/_rels/workbook.xml.rels",
        "Relationship",
        &["Id", "Target"],
        file,
        limits,
    )?;
    let mut outlines = Vec::new();
    for sheet in sheets {
        let Some(target) = relations.iter().find(|r| r[0] == sheet[1]).map(|r| r[1].as_str()) else {
            continue;
        };
        let part = match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("xl/{target}"),
        };
        if let Some(part) = package.part(&part)? {
            outlines.push((sheet[0].clone(), outline(part)));
        }
    }
    Ok(outlines)
}

/// Values of attributes of all elements of a name.
fn attributes_of(
    package: &mut Package,
    part: &str,
    element: &str,
    names: &[&str],
    file: &str,
    limits: &Limits,
) -> Result<Vec<Vec<String>>> {
    let Some(inner) = package.part(part)? else { return Ok(Vec::new()) };
    let mut xml = Xml::new(inner, file, part, limits);
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Node::Start(e) if e.local_name().as_ref() == element => {
                found.push(names.iter().map(|name| attribute_with_prefix(&e, name)).collect());
            }
            Node::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// An attribute; `r:id` before `id`, since a sheet has both.
fn attribute_with_prefix(e: &BytesStart<'_>, name: &str) -> String {
    let prefixed =
        e.attributes().flatten().find(|a| a.key.local_name().as_ref() == name && a.key.prefix().is_some());
    prefixed.map(|a| a.value.into_owned()).or_else(|| attribute(e, name)).unwrap_or_default()
}

/// Looks for two kinds of tags in a sheet's XML and parses nothing else, which calamine does anyway; where the XML is
/// damaged, calamine says so.
fn outline<R: BufRead>(mut part: R) -> Outline {
    let mut outline = Outline::default();
    let (mut piece, mut row_number) = (Vec::new(), 0u32);
    loop {
        piece.clear();
        if !part.read_until(b'>', &mut piece).is_ok_and(|n_bytes| n_bytes > 0) {
            break;
        }
        let Some(start) = memchr::memrchr(b'<', &piece) else { continue };
        let tag = &piece[start + 1..];
        let tag = tag.strip_suffix(b"/>").or_else(|| tag.strip_suffix(b">")).unwrap_or(tag);
        let name_bytes = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let local = tag[..name_bytes].rsplit(|b| *b == b':').next().unwrap_or_default();
        if !matches!(local, b"row" | b"mergeCell") {
            continue;
        }
        let Ok(tag) = std::str::from_utf8(tag) else { continue };
        let element = BytesStart::from_content(tag, name_bytes);
        if local == b"mergeCell" {
            outline.merges.extend(attribute(&element, "ref").as_deref().and_then(merge));
            continue;
        }
        row_number =
            attribute(&element, "r").and_then(|r| r.parse().ok()).unwrap_or(row_number.saturating_add(1));
        if matches!(attribute(&element, "hidden").as_deref(), Some("1" | "true")) {
            outline.hidden_rows.push(row_number);
        }
    }
    outline.hidden_rows.sort_unstable();
    outline
}

/// `B3:C4`
fn merge(reference: &str) -> Option<Merge> {
    let (first, last) = reference.split_once(':')?;
    let (first, last) = (place(first)?, place(last)?);
    Some(Merge { rows: (first.0, last.0), columns: (first.1, last.1) })
}

fn place(name: &str) -> Option<(u32, u32)> {
    let name = name.replace('$', "");
    let n_letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=3).contains(&n_letters) {
        return None;
    }
    let column = name[..n_letters]
        .bytes()
        .fold(0u32, |column, letter| column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    Some((name[n_letters..].parse().ok()?, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_and_merged_cells_are_found() {
        let xml = r#"<worksheet><sheetData><row r="3" hidden="1"><c r="A3"/></row><row r="4"/></sheetData>
                     <mergeCells><mergeCell ref="B3:C4"/></mergeCells></worksheet>"#;
        let outline = outline(xml.as_bytes());
        assert_eq!(outline.hidden_rows, [3]);
        assert_eq!(outline.merges, [Merge { rows: (3, 4), columns: (1, 2) }]);
        assert_eq!(place("AB12"), Some((12, 27)));
        assert_eq!(place("ABCD1"), None);
    }
}
