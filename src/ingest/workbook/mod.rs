//! Workbooks (.xlsx, .xlsm, .xls, .ods): every sheet that holds opinions comes out as opinions with their cells; sheets
//! of notes are left out and told.

mod extent;
mod ods;
mod xls;
mod xlsx;

use super::{
    around,
    arrangement::{Understood, grid_text, read_grid},
    grid::Grid,
    marks,
    options::{Limits, ReadOptions},
    package::{Container, Kind, Package, check_size, container},
    reading::{LeftOut, Reading, Reason, Warning},
    table::Context,
};
use crate::error::{Error, Position, Result};

/// One sheet as it stands in the file.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) grid: Grid,
}

/// Names of sheets that show how to fill in the others.
const EXAMPLE_NAMES: [&str; 7] = ["記入例", "記載例", "入力例", "回答例", "見本", "サンプル", "記入要領"];

/// Reads a workbook.
///
/// # Errors
/// What is no workbook or is damaged or over a limit; a workbook without a column of opinions, with the headers that
/// were found.
pub fn read_workbook(bytes: Vec<u8>, file: &str, options: &ReadOptions) -> Result<Reading> {
    let sheets = open_sheets(bytes, file, &options.limits)?;
    let reading = read_sheets(&sheets, file, options, false);
    let (reading, headers) = match reading {
        (reading, _) if reading.opinions.is_empty() => read_sheets(&sheets, file, options, true),
        found => found,
    };
    if reading.opinions.is_empty() {
        return Err(Error::input(Position::file(file), nothing_found(&sheets, &headers, options)));
    }
    Ok(reading.finish(file))
}

/// All sheets of a workbook, cell by cell.
///
/// # Errors
/// What is no workbook or is damaged or over a limit.
pub(crate) fn open_sheets(bytes: Vec<u8>, file: &str, limits: &Limits) -> Result<Vec<Sheet>> {
    check_size(&bytes, file, limits)?;
    match container(&bytes, Kind::Workbook, file)? {
        Container::Xls => xls::read(bytes, file, limits),
        Container::Zip => {
            let package = Package::open(bytes, file, limits)?;
            if package.has("xl/workbook.xml") || package.has("xl/workbook2.xml") {
                xlsx::read(package, file, limits)
            } else if package.has("content.xml") {
                ods::read(package, file, limits)
            } else {
                Err(Error::input(Position::file(file), what_else(&package)))
            }
        }
    }
}

fn what_else(package: &Package) -> &'static str {
    if package.has("xl/workbook.bin") {
        "a binary workbook (.xlsb); open it in Excel and save it as .xlsx"
    } else if package.has("word/document.xml") {
        "a Word file; give it the extension .docx"
    } else {
        "a zipped file without a workbook in it; expected .xlsx, .xlsm, .xls or .ods"
    }
}

/// Reads all sheets; beside the reading, headers of tables in which no column of opinions was found.
fn read_sheets(sheets: &[Sheet], file: &str, options: &ReadOptions, guess: bool) -> (Reading, Vec<String>) {
    let mut reading = Reading::default();
    let mut headers = Vec::new();
    for sheet in sheets {
        let n_before = reading.opinions.len();
        let context = Context {
            file: file.to_owned(),
            part: Some(sheet.name.clone()),
            municipality: around::municipality_in(&sheet.name),
            fiscal_year: year_in_name(&sheet.name),
            ..Context::default()
        };
        let understood = if EXAMPLE_NAMES.iter().any(|name| sheet.name.contains(name)) {
            Understood::Nothing
        } else {
            read_grid(&sheet.grid, &context, &options.columns, guess, &mut reading)
        };
        match understood {
            Understood::Read => {}
            Understood::NoText(names) => {
                headers.push(format!("{} on sheet {}", names.join(", "), sheet.name));
                leave_out_sheet(sheet, &context, &mut reading);
            }
            Understood::Nothing => leave_out_sheet(sheet, &context, &mut reading),
        }
        let opinions = &reading.opinions[n_before..];
        reading.parts.push(around::part(&format!("sheet {}", sheet.name), opinions));
        let warnings = warnings(sheet, opinions.len(), &context);
        reading.warnings.extend(warnings);
    }
    let year = reading.opinions.iter().find_map(|o| o.fiscal_year).or_else(|| {
        let titles = reading.left_out.iter().filter(|l| l.reason == Reason::Lead);
        titles.filter(|l| l.text.len() < 300).find_map(|l| marks::fiscal_year(&l.text))
    });
    around::fill(&mut reading, year, file, options);
    (reading, headers)
}

fn leave_out_sheet(sheet: &Sheet, context: &Context, reading: &mut Reading) {
    let text = grid_text(&sheet.grid);
    if !text.is_empty() {
        let row = sheet.grid.rows.first();
        let position = context.position(
            row.map_or(1, |r| r.number),
            row.and_then(|r| r.cells.first()).map_or(0, |(column, _)| *column),
        );
        reading.left_out.push(LeftOut { position, reason: Reason::NotesSheet, text });
    }
}

/// What a person should know about a sheet from which opinions came.
fn warnings(sheet: &Sheet, n_opinions: usize, context: &Context) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |position: Position, message: String| warnings.push(Warning { position, message });
    if n_opinions == 0 {
        return warnings;
    }
    let sheet_position = Position { cell: None, ..context.position(1, 0) };
    if sheet.hidden {
        warn(sheet_position.clone(), format!("the sheet is hidden; its {n_opinions} opinions were read"));
    }
    let hidden: Vec<u32> = sheet.grid.rows.iter().filter(|row| row.hidden).map(|row| row.number).collect();
    if let Some(first) = hidden.first() {
        let rows = if hidden.len() == 1 {
            format!("row {first} is hidden")
        } else {
            format!("{} rows are hidden, the first is row {first}", hidden.len())
        };
        warn(sheet_position, format!("{rows}; hidden rows were read like the others"));
    }
    warnings
}

fn year_in_name(name: &str) -> Option<i32> {
    name.split(['_', '-', ' ', '　', '（', '(', '）', ')'])
        .find_map(marks::fiscal_year)
        .or_else(|| marks::fiscal_year(name))
}

/// Why no opinion was found.
fn nothing_found(sheets: &[Sheet], headers: &[String], options: &ReadOptions) -> String {
    let told: Vec<_> =
        options.columns.iter().map(|(field, name)| format!("{}={name}", field.name())).collect();
    let told =
        if told.is_empty() { String::new() } else { format!(" ({} names none of them)", told.join(" ")) };
    if !headers.is_empty() {
        return format!(
            "no column of opinions; found the columns {}{told}; name the one that holds them with --column text=NAME",
            headers.join("; ")
        );
    }
    let rows: Vec<String> = sheets
        .iter()
        .filter_map(|sheet| {
            let row = sheet.grid.rows.iter().max_by_key(|row| row.cells.len().min(20))?;
            let text: String = super::table::row_text(row).chars().take(120).collect();
            Some(format!("{text} on sheet {}", sheet.name))
        })
        .collect();
    if rows.is_empty() {
        return "the workbook is empty; expected a table with a column of opinions".to_owned();
    }
    format!(
        "no column of opinions in the first rows of any sheet; found {}{told}; name the column that holds them with \
         --column text=NAME",
        rows.join("; ")
    )
}

/// Counts what a file's cells cost while they are read, however often one text is repeated.
struct Budget<'a> {
    limits: &'a Limits,
    file: &'a str,
    n_cells: u64,
    text_bytes: u64,
}

impl<'a> Budget<'a> {
    fn new(limits: &'a Limits, file: &'a str) -> Self {
        Self { limits, file, n_cells: 0, text_bytes: 0 }
    }

    /// Accounts for one more cell.
    fn take(&mut self, text_bytes: usize) -> Result<()> {
        self.n_cells += 1;
        self.text_bytes += text_bytes as u64;
        let position = Position::file(self.file);
        if self.n_cells > self.limits.cells {
            return Err(Error::Limit {
                position,
                what: "the number of cells".to_owned(),
                limit: format!("{} cells", self.limits.cells),
                flag: "--limit-cells",
            });
        }
        if self.text_bytes > self.limits.unpacked_bytes {
            return Err(Error::Limit {
                position,
                what: "the text of all cells".to_owned(),
                limit: format!("{} MiB", self.limits.unpacked_bytes >> 20),
                flag: "--limit-unpacked-bytes",
            });
        }
        Ok(())
    }
}

/// A date and time as ISO 8601; the date alone at midnight, the time alone where there is no date.
fn iso(date: calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if date.is_duration() || date.as_f64() < 1.0 {
        return time;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date}T{time}") }
}
