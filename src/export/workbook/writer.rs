//! Puts the sheets together.

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::{
    about, baseline,
    codebook::{self, List},
    columns::Sheet,
    context::WorkbookContext,
    entry::Entry,
    heights,
    opinions::{self, Layout},
    precision,
    styles::Styles,
    summary,
};
use crate::{
    error::{Error, Position, Result},
    record::LabeledRecord,
};

/// Most opinions of a workbook: rows of a sheet but for the header and the mark of the hidden one.
const MAX_OPINIONS: usize = 1_048_576 - 2;

/// What went into a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Number of opinions.
    pub n_opinions: usize,
    /// Ids of opinions whose text is longer than a cell holds and was cut off.
    pub cut: Vec<String>,
}

/// Writes records as a workbook: the same bytes for the same records and context.
///
/// # Errors
/// [`Error::Mismatch`] for a theme or stance that the codebook does not have; [`Error::Input`] for more opinions than
/// a sheet holds; [`Error::Stream`] when the output cannot be written.
pub fn write_workbook(
    records: &mut dyn Iterator<Item = LabeledRecord>,
    context: &WorkbookContext<'_>,
    mut out: impl Write,
) -> Result<Written> {
    let entries = records
        .take(MAX_OPINIONS + 1)
        .map(|record| Entry::new(record, context.codebook))
        .collect::<Result<Vec<_>>>()?;
    if entries.len() > MAX_OPINIONS {
        let position = Position::default().at_record(entries.len() as u64);
        let message =
            format!("a workbook holds {MAX_OPINIONS} opinions at most; write them as .csv or .jsonl");
        return Err(Error::input(position, message));
    }
    let (mut workbook, cut) = build(&entries, context).map_err(failed)?;
    let bytes = workbook.save_to_buffer().map_err(failed)?;
    let bytes = heights::loosen(bytes).map_err(|e| failed(XlsxError::ZipError(e)))?;
    out.write_all(&bytes).map_err(|source| failed(XlsxError::IoError(source)))?;
    Ok(Written { n_opinions: entries.len(), cut })
}

fn build(entries: &[Entry], context: &WorkbookContext<'_>) -> Result<(Workbook, Vec<String>), XlsxError> {
    let styles = Styles::new();
    let layout = Layout::new(entries, context.codebook);
    let mut workbook = Workbook::new();
    // A fixed day keeps the bytes the same; when a workbook was made is not in its content.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("意見の分類").set_creation_datetime(&made));
    let add = |sheet: Sheet| -> Result<Worksheet, XlsxError> {
        let mut worksheet = Worksheet::new();
        worksheet.set_name(sheet.name())?;
        Ok(worksheet)
    };
    let mut sheet = add(Sheet::Opinions)?;
    let cut = opinions::write(&mut sheet, entries, &layout, context.codebook, &styles)?;
    workbook.push_worksheet(sheet);
    let mut sheet = add(Sheet::Summary)?;
    summary::write(&mut sheet, entries, &layout, context.codebook, &styles)?;
    workbook.push_worksheet(sheet);
    let mut sheet = add(Sheet::Codebook)?;
    codebook::write(&mut sheet, context.codebook, &styles)?;
    workbook.push_worksheet(sheet);
    let mut sheet = add(Sheet::Precision)?;
    precision::write(&mut sheet, context, &styles)?;
    workbook.push_worksheet(sheet);
    let mut sheet = add(Sheet::About)?;
    about::write(&mut sheet, entries, &cut, context, &styles)?;
    workbook.push_worksheet(sheet);
    let mut sheet = add(Sheet::Baseline)?;
    baseline::write(&mut sheet, entries, context, &styles)?;
    workbook.push_worksheet(sheet);
    for list in [List::Themes, List::Stances] {
        workbook.define_name(list.name(), &list.range(context.codebook))?;
    }
    for (name, range) in baseline::names(context.codebook.max_themes(), entries.len()) {
        workbook.define_name(name, &range)?;
    }
    Ok((workbook, cut))
}

fn failed(error: XlsxError) -> Error {
    let source = match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    };
    Error::Stream { action: "write the workbook", source }
}
