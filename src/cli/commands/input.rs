//! Arguments that say how files are to be read, shared by all commands that read opinions.

use std::path::PathBuf;

use iken::ingest::{Field, Format, Limits, ReadOptions};

use super::super::Usage;

/// How to read the input.
#[derive(Debug, Clone, clap::Args)]
pub struct InputArgs {
    /// What the input is, where neither its content nor its name says so; needed for standard input
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<From>,
    /// Encoding of a text or table, where it is not told right by itself: cp932, utf-8, euc-jp, utf-16le …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Name of a column: text, id, municipality, area, fiscal_year, themes or stance, such as text=ご意見等
    #[arg(long = "column", value_name = "FIELD=NAME", value_parser = column)]
    columns: Vec<(Field, String)>,
    /// Fiscal year of the input, where it does not say: 2022, R4 or 令和4年度
    #[arg(long, value_name = "YEAR", value_parser = year)]
    fiscal_year: Option<i32>,
    /// File whose first line is the password of an encrypted PDF
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
}

/// What a file may cost.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Bytes of a file that must be held whole
    #[arg(long, value_name = "N", default_value_t = Limits::default().file_bytes)]
    limit_file_bytes: u64,
    /// Bytes that the parts of a Word file or workbook may unpack to
    #[arg(long, value_name = "N", default_value_t = Limits::default().unpacked_bytes)]
    limit_unpacked_bytes: u64,
    /// Bytes of one record of a table or line
    #[arg(long, value_name = "N", default_value_t = Limits::default().record_bytes)]
    limit_record_bytes: usize,
    /// Pages of a PDF
    #[arg(long, value_name = "N", default_value_t = Limits::default().pages)]
    limit_pages: usize,
    /// Drawing operators of one PDF page
    #[arg(long, value_name = "N", default_value_t = Limits::default().page_operators)]
    limit_page_operators: u64,
    /// Cells of a sheet
    #[arg(long, value_name = "N", default_value_t = Limits::default().cells)]
    limit_cells: u64,
    /// Depth of nested elements and forms
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth)]
    limit_depth: usize,
    /// Seconds that one file may take
    #[arg(long, value_name = "N", default_value_t = Limits::default().seconds)]
    limit_seconds: u64,
}

/// Forms of an input that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum From {
    /// A summary as text: headings of municipalities and bullets
    Summary,
    /// One opinion a line
    Lines,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated table, or whatever its header is cut by
    Csv,
    /// Tab-separated table
    Tsv,
    /// Arrow IPC stream; for label --format arrow alone
    Arrow,
}

fn column(text: &str) -> Result<(Field, String), String> {
    let (field, name) = text.split_once('=').ok_or("FIELD=NAME is expected, such as text=ご意見等")?;
    Ok((field.parse()?, name.to_owned()))
}

fn year(text: &str) -> Result<i32, String> {
    iken::ingest::marks::fiscal_year(text)
        .ok_or_else(|| format!("{text} is no fiscal year: 2022, R4 or 令和4年度 is"))
}

impl InputArgs {
    /// As the readers take it.
    ///
    /// # Errors
    /// A password file that cannot be read.
    pub fn options(&self) -> anyhow::Result<ReadOptions> {
        let password = match &self.password_file {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| Usage(format!("{}: cannot read the password: {e}", path.display())))?;
                Some(text.lines().next().unwrap_or_default().to_owned())
            }
        };
        let limits = &self.limits;
        Ok(ReadOptions {
            format: self.from.and_then(|from| match from {
                From::Summary => Some(Format::Summary),
                From::Lines => Some(Format::Lines),
                From::Jsonl => Some(Format::Jsonl),
                From::Csv => Some(Format::Csv),
                From::Tsv => Some(Format::Tsv),
                From::Arrow => None,
            }),
            encoding: self.encoding.clone(),
            columns: self.columns.clone(),
            fiscal_year: self.fiscal_year,
            password,
            limits: Limits {
                file_bytes: limits.limit_file_bytes,
                unpacked_bytes: limits.limit_unpacked_bytes,
                record_bytes: limits.limit_record_bytes,
                pages: limits.limit_pages,
                page_operators: limits.limit_page_operators,
                cells: limits.limit_cells,
                depth: limits.limit_depth,
                seconds: limits.limit_seconds,
            },
        })
    }
}
