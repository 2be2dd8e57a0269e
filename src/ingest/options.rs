//! How a file is to be read, where the file does not say it itself, and what it may cost.

use std::{path::PathBuf, str::FromStr};

/// Form of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A summary as text: headings of municipalities and bullets.
    Summary,
    /// One opinion a line.
    Lines,
    /// One JSON object a line.
    Jsonl,
    /// A table, comma-separated or whatever the header is cut by.
    Csv,
    /// A table, tab-separated.
    Tsv,
    /// A PDF.
    Pdf,
    /// A Word file (.docx).
    Docx,
    /// A workbook (.xlsx, .xls, .ods).
    Workbook,
}

/// A column that `iken` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The opinion's text.
    Text,
    /// The opinion's id.
    Id,
    /// Municipality.
    Municipality,
    /// Secondary medical area.
    Area,
    /// Fiscal year.
    FiscalYear,
    /// Hand-labeled themes, main first, joined by `|`.
    Themes,
    /// Hand-labeled stance.
    Stance,
}

/// How to read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The form, where it is not to be told from the content and the name.
    pub format: Option<Format>,
    /// Encoding label (`cp932`, `utf-8`, `euc-jp`, `utf-16le`), where it is not to be told from the content.
    pub encoding: Option<String>,
    /// Names of columns that the table of known names does not have.
    pub columns: Vec<(Field, String)>,
    /// Fiscal year of the whole file, where it does not say.
    pub fiscal_year: Option<i32>,
    /// Password of an encrypted PDF.
    pub password: Option<String>,
    /// What a file may cost.
    pub limits: Limits,
}

/// What a file may cost; a file that asks for more is an error that names the limit.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a file that must be held whole (text, PDF, Word, Excel).
    pub file_bytes: u64,
    /// Bytes that the parts of a zipped file may unpack to, in all.
    pub unpacked_bytes: u64,
    /// Bytes of one record of a streamed table.
    pub record_bytes: usize,
    /// Pages of a PDF.
    pub pages: usize,
    /// Drawing operators of one page.
    pub page_operators: u64,
    /// Cells of a sheet.
    pub cells: u64,
    /// Depth of nested elements, forms and objects.
    pub depth: usize,
    /// Seconds that one file may take.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 200 << 20,
            unpacked_bytes: 256 << 20,
            record_bytes: 64 << 20,
            pages: 2000,
            page_operators: 5_000_000,
            cells: 10_000_000,
            depth: 64,
            seconds: 120,
        }
    }
}

impl Format {
    /// The form that a file's extension promises.
    pub fn from_extension(path: &std::path::Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "txt" | "text" | "md" => Self::Summary,
            "jsonl" | "ndjson" | "json" => Self::Jsonl,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "pdf" => Self::Pdf,
            "docx" => Self::Docx,
            "xlsx" | "xlsm" | "xls" | "ods" => Self::Workbook,
            _ => return None,
        })
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "text" => Self::Text,
            "id" => Self::Id,
            "municipality" => Self::Municipality,
            "area" => Self::Area,
            "fiscal_year" => Self::FiscalYear,
            "themes" => Self::Themes,
            "stance" => Self::Stance,
            _ => {
                return Err(format!(
                    "{name} is none of text, id, municipality, area, fiscal_year, themes, stance"
                ));
            }
        })
    }
}

/// The name by which opinions remember their file: without folders; `-` for standard input.
pub fn file_name(path: &std::path::Path) -> String {
    path.file_name()
        .map_or_else(|| PathBuf::from(path).display().to_string(), |n| n.to_string_lossy().into_owned())
}
