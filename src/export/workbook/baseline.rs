//! The hidden sheet 照合: every opinion as it was written, by which an import tells what a person changed. Sorting,
//! filtering or deleting rows of 意見 leaves it alone.

use rust_xlsxwriter::{ColNum, RowNum, Worksheet, XlsxError, column_number_to_name};

use super::{
    columns::{Column, Sheet, TICK},
    context::WorkbookContext,
    entry::Entry,
    styles::Styles,
};

/// What the first cell of the sheet holds.
pub const MARK: &str = "iken";
/// Row of the headers, from 0; above it stand the mark, the program's version, the model and the codebook.
pub const BASELINE_HEADER_ROW: u32 = 1;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    entries: &[Entry],
    context: &WorkbookContext<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let codebook = context.codebook;
    let about = [MARK, &context.manifest.program, &context.manifest.model, &codebook.fingerprint()];
    for (column, text) in about.into_iter().enumerate() {
        sheet.write_string(0, column as ColNum, text)?;
    }
    let columns = Column::of_baseline(codebook.max_themes());
    let headers: Vec<_> = columns.iter().map(|c| c.header()).collect();
    let headers: Vec<&str> = headers.iter().map(AsRef::as_ref).collect();
    styles.write_headers(sheet, BASELINE_HEADER_ROW, &headers)?;
    for (i, entry) in entries.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            let text = match column {
                Column::Id => &entry.record.id,
                Column::Text => &entry.record.text,
                Column::Municipality => entry.record.municipality.as_deref().unwrap_or_default(),
                Column::Theme(place) => entry.theme_name(*place, codebook),
                Column::Stance => entry.stance_name(codebook),
                _ if entry.confirmed => TICK,
                _ => "",
            };
            if !text.is_empty() {
                let row = i as RowNum + BASELINE_HEADER_ROW + 1;
                styles.write_text(sheet, (row, j as ColNum), text)?;
            }
        }
    }
    sheet.set_very_hidden(true);
    Ok(())
}

/// Names of the columns that formulas of other sheets look into, with their cells. A condition of a format may name
/// cells of another sheet only so.
pub(super) fn names(max_themes: usize, n_entries: usize) -> Vec<(String, String)> {
    let (first, last) = (BASELINE_HEADER_ROW + 2, BASELINE_HEADER_ROW as usize + 1 + n_entries.max(1));
    let columns = Column::of_baseline(max_themes).into_iter().enumerate();
    let named = columns.filter_map(|(place, column)| {
        let letter = column_number_to_name(place as ColNum);
        let range = format!("='{}'!${letter}${first}:${letter}${last}", Sheet::Baseline.name());
        Some((name(column)?, range))
    });
    named.collect()
}

fn name(column: Column) -> Option<String> {
    match column {
        Column::Id => Some("written_id".to_owned()),
        Column::Theme(place) => Some(format!("written_theme_{}", place + 1)),
        Column::Stance => Some("written_stance".to_owned()),
        _ => None,
    }
}

/// A formula that gives what was written in a column of the row whose id stands in `id_cell`; `None` for columns
/// without a name.
pub(super) fn lookup(column: Column, id_cell: &str) -> Option<String> {
    Some(format!("INDEX({},MATCH({id_cell},{},0))", name(column)?, name(Column::Id)?))
}
