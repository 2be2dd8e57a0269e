//! What can go wrong, by what the user can mend, and where in which file it went wrong.

use std::{fmt, io, path::PathBuf};

/// A place in a file: as much of it as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The file as the user named it; `-` is standard input.
    pub file: Option<String>,
    /// Page of a PDF or of a summary, from 1.
    pub page: Option<u32>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Cell of a sheet, such as `C5`.
    pub cell: Option<String>,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column within the line, in characters, from 1.
    pub column: Option<u64>,
    /// Record (row of a table, JSON line), from 1, the header not counted.
    pub record: Option<u64>,
}

impl Position {
    /// A position that says no more than the file.
    pub fn file(name: impl Into<String>) -> Self {
        Self { file: Some(name.into()), ..Self::default() }
    }

    /// The same position at a line.
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same position at a record.
    pub fn at_record(mut self, record: u64) -> Self {
        self.record = Some(record);
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.file.clone());
        parts.extend(self.sheet.as_ref().map(|s| format!("sheet {s}")));
        parts.extend(self.cell.as_ref().map(|c| format!("cell {c}")));
        parts.extend(self.page.map(|p| format!("page {p}")));
        parts.extend(self.line.map(|l| format!("line {l}")));
        parts.extend(self.column.map(|c| format!("column {c}")));
        if self.line.is_none() {
            parts.extend(self.record.map(|r| format!("record {r}")));
        }
        f.write_str(&parts.join(", "))
    }
}

/// An error of the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read, written or renamed.
    #[error("{}: cannot {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `open`, `read`, `write` …
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A stream that is no file could not be read or written.
    #[error("cannot {action}")]
    Stream {
        /// `read standard input`, `write the output` …
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Input that is not what its format promises.
    #[error("{position}: {message}")]
    Input {
        /// Where.
        position: Position,
        /// What was found, what was expected, what to change.
        message: String,
    },
    /// A codebook that contradicts itself.
    #[error("{position}: {message}")]
    Codebook {
        /// Where.
        position: Position,
        /// What was found, what was expected, what to change.
        message: String,
    },
    /// Hand labels or examples that do not fit the codebook.
    #[error("{position}: {message}")]
    Labels {
        /// Where.
        position: Position,
        /// What was found, what was expected, what to change.
        message: String,
    },
    /// A model file that cannot be used.
    #[error("{}: {message}", path.display())]
    Model {
        /// The model file.
        path: PathBuf,
        /// What was found and what to do.
        message: String,
    },
    /// A setting outside its range.
    #[error("{name} = {value}: {expected}")]
    Setting {
        /// The setting, as in `Settings`.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A file that costs more than the limits allow.
    #[error(
        "{position}: {what} is over the limit of {limit}; raise it with {flag} if the file is to be trusted"
    )]
    Limit {
        /// Where.
        position: Position,
        /// What was counted, with the count.
        what: String,
        /// The limit in force, with its unit.
        limit: String,
        /// The flag that raises it.
        flag: &'static str,
    },
    /// Two things that must have been made with the same codebook or model were not.
    #[error("{message}")]
    Mismatch {
        /// What differs and what to do.
        message: String,
    },
    /// Too few labels or opinions for what was asked.
    #[error("{message}")]
    NotEnoughData {
        /// How many there were, how many are needed.
        message: String,
    },
}

/// Result of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An [`Error::Input`] in one call.
    pub fn input(position: Position, message: impl Into<String>) -> Self {
        Self::Input { position, message: message.into() }
    }

    /// Where the input is at fault, when it is.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::Input { position, .. }
            | Self::Codebook { position, .. }
            | Self::Labels { position, .. }
            | Self::Limit { position, .. } => Some(position),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_says_what_it_knows_from_the_file_inwards() {
        let position =
            Position { file: Some("r01.pdf".into()), page: Some(2), line: Some(7), ..Position::default() };
        assert_eq!(position.to_string(), "r01.pdf, page 2, line 7");
        assert_eq!(Position::file("a.csv").at_record(3).to_string(), "a.csv, record 3");
    }

    #[test]
    fn an_error_names_its_source_once() {
        let error = Error::Io {
            path: "x.csv".into(),
            action: "open",
            source: io::Error::from(io::ErrorKind::NotFound),
        };
        assert_eq!(error.to_string(), "x.csv: cannot open");
        assert!(std::error::Error::source(&error).is_some());
    }
}
