//! Sheets of .xls (Excel 97 to 2003) through calamine.

use std::io::Cursor;

use calamine::{Data, Reader as _, SheetType, SheetVisible, Xls, XlsError};

use super::{Budget, Sheet, extent::extents, iso};
use crate::{
    error::{Error, Position, Result},
    ingest::{
        grid::{Cell, Grid, Merge},
        options::Limits,
    },
};

/// Reads all sheets.
///
/// # Errors
/// A damaged file; more cells than the limit.
pub(super) fn read(bytes: Vec<u8>, file: &str, limits: &Limits) -> Result<Vec<Sheet>> {
    let failed = |e: XlsError| {
        let message = match e {
            XlsError::Password => "password-protected; save it without a password".to_owned(),
            e => format!("the workbook is damaged ({e}); ask for the file again, or save it as .xlsx"),
        };
        Error::input(Position::file(file), message)
    };
    let Some(extents) = extents(&bytes) else {
        let message = "the workbook is damaged; ask for the file again, or save it as .xlsx";
        return Err(Error::input(Position::file(file), message));
    };
    let n_cells = extents.iter().fold(0u64, |sum, extent| sum.saturating_add(extent.n_cells));
    if n_cells > limits.cells {
        return Err(Error::Limit {
            position: Position::file(file),
            what: format!("a size of {n_cells} cells, blank ones between others counted,"),
            limit: format!("{} cells", limits.cells),
            flag: "--limit-cells",
        });
    }
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(failed)?;
    let mut budget = Budget::new(limits, file);
    let mut sheets = Vec::new();
    for (i, sheet) in workbook.sheets_metadata().to_vec().into_iter().enumerate() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let range = workbook.worksheet_range(&sheet.name).map_err(failed)?;
        let mut grid = Grid::default();
        let (first_row, first_column) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let Some(cell) = cell_of(value) else { continue };
            budget.take(if let Cell::Text(text) = &cell { text.len() } else { 8 })?;
            grid.push(first_row + row as u32 + 1, first_column + column as u32, cell);
        }
        if let Some(extent) = extents.get(i) {
            for row in &mut grid.rows {
                row.hidden = extent.hidden_rows.binary_search(&row.number).is_ok();
            }
        }
        let merges = workbook.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        grid.merges = merges
            .iter()
            .map(|m| Merge { rows: (m.start.0 + 1, m.end.0 + 1), columns: (m.start.1, m.end.1) })
            .collect();
        sheets.push(Sheet { hidden: sheet.visible != SheetVisible::Visible, name: sheet.name, grid });
    }
    Ok(sheets)
}

fn cell_of(value: &Data) -> Option<Cell> {
    Some(match value {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) if text.is_empty() => {
            return None;
        }
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(date) => Cell::Text(iso(*date)),
        Data::Error(error) => Cell::Text(error.to_string()),
    })
}
