//! Tables and lines too long to hold: a reader hands over batches of raw records in constant memory, and whoever has
//! a batch turns its records into opinions. The reader is one thread's; records are read apart by all others.

use std::{collections::VecDeque, sync::Arc};

use super::{
    columns::Columns,
    csv::{self, Table},
    jsonl,
    options::{Field, ReadOptions},
    reading::{Reading, Reject},
};
use crate::{
    codebook::Codebook,
    error::{Position, Result},
    opinion::{Opinion, Source},
};

/// Reads a file batch by batch.
pub trait Reader: Send {
    /// The next records, in order; `None` at the end.
    ///
    /// # Errors
    /// What ends the whole file: a stream that cannot be read, a record over the limit.
    fn next_batch(&mut self) -> Result<Option<RawBatch>>;

    /// What was understood so far, where the reader tells opinions from other text.
    fn understood(&self) -> Option<&Reading> {
        None
    }
}

/// Records on a batch, about: enough that handing it over costs nothing, few enough that a slow one delays no one.
pub(super) const BATCH_RECORDS: usize = 512;

/// Records as they came.
pub struct RawBatch {
    pub(super) records: Records,
    pub(super) context: Arc<StreamContext>,
}

pub(super) enum Records {
    /// Opinions that a whole-file reader found, and what it could not read.
    Opinions(Vec<Result<Opinion, Box<Reject>>>),
    /// Bytes of whole lines, from this line on (from 1).
    Lines { bytes: Vec<u8>, first_line: u64 },
    /// The same, each a JSON object.
    Jsonl { bytes: Vec<u8>, first_line: u64 },
    /// Rows of a table, from this record on (from 1), with values carried down from the rows above.
    Rows { rows: Vec<::csv::ByteRecord>, first_record: u64, table: Arc<Table> },
}

/// What all records of a file share.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamContext {
    pub file: String,
    pub fiscal_year: Option<i32>,
    pub columns: Vec<(Field, String)>,
}

impl StreamContext {
    pub fn new(file: &str, options: &ReadOptions) -> Arc<Self> {
        Arc::new(Self {
            file: file.to_owned(),
            fiscal_year: options.fiscal_year,
            columns: options.columns.clone(),
        })
    }

    pub fn reject(&self, position: Position, message: impl Into<String>, record: &[u8]) -> Box<Reject> {
        /// Enough of a record to recognize it.
        const SHOWN_BYTES: usize = 2000;
        let shown = String::from_utf8_lossy(&record[..record.len().min(SHOWN_BYTES)]).into_owned();
        Box::new(Reject { position, message: message.into(), record: shown })
    }

    pub fn position(&self, line: u64) -> Position {
        Position::file(&self.file).at_line(line)
    }

    pub fn source(&self, line: Option<u64>) -> Source {
        Source { file: self.file.clone(), line, ..Source::default() }
    }
}

/// What a reader of records keeps from one record to the next, to look nothing up twice; one a thread.
#[derive(Default)]
pub struct RecordCache {
    /// The keys of the last JSON object and where our fields are among them.
    pub(super) keys: Vec<String>,
    pub(super) key_columns: Option<Columns>,
}

impl RawBatch {
    /// The same batch, its records read, and the names of the other columns of its first opinion: what the header of a
    /// table is made of.
    pub fn with_columns_of_first(self) -> (Self, Vec<String>) {
        let context = Arc::clone(&self.context);
        let mut records = Vec::new();
        self.for_each(&mut RecordCache::default(), |record| records.push(record));
        let first = records.iter().find_map(|r| r.as_ref().ok());
        let columns = first.map(|o| o.columns.keys().cloned().collect()).unwrap_or_default();
        let columns: Vec<String> = columns;
        let columns = columns.into_iter().filter(|c| c != HAND_THEMES && c != HAND_STANCE).collect();
        (Self { records: Records::Opinions(records), context }, columns)
    }

    /// Calls `found` for every record, in order.
    pub fn for_each(self, cache: &mut RecordCache, mut found: impl FnMut(Result<Opinion, Box<Reject>>)) {
        let context = &*self.context;
        match self.records {
            Records::Opinions(opinions) => opinions.into_iter().for_each(found),
            Records::Lines { bytes, first_line } => {
                for_each_line(&bytes, first_line, |line, number| {
                    found(plain_line(context, line, number));
                });
            }
            Records::Jsonl { bytes, first_line } => {
                for_each_line(&bytes, first_line, |line, number| {
                    found(jsonl::opinion(context, cache, line, number));
                });
            }
            Records::Rows { rows, first_record, table } => {
                for (row, number) in rows.iter().zip(first_record..) {
                    csv::opinions(context, &table, row, number, &mut found);
                }
            }
        }
    }
}

/// Calls `found` for every line that is not blank, without its line break, with its number.
fn for_each_line(bytes: &[u8], first_line: u64, mut found: impl FnMut(&[u8], u64)) {
    for (line, number) in bytes.split(|b| *b == b'\n').zip(first_line..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.trim_ascii().is_empty() {
            found(line, number);
        }
    }
}

/// A line that is an opinion.
fn plain_line(context: &StreamContext, line: &[u8], number: u64) -> Result<Opinion, Box<Reject>> {
    let text = text_of(context, line, context.position(number), line)?;
    Ok(Opinion {
        id: crate::opinion::made_id(context.fiscal_year, number as usize),
        fiscal_year: context.fiscal_year,
        text,
        source: context.source(Some(number)),
        ..Opinion::default()
    })
}

/// The text of an opinion, when it is text; `record` is shown where it is not.
pub(super) fn text_of(
    context: &StreamContext,
    bytes: &[u8],
    position: Position,
    record: &[u8],
) -> Result<String, Box<Reject>> {
    match std::str::from_utf8(bytes) {
        Err(e) => Err(context.reject(
            position,
            format!("byte {} of the text is not in the file's encoding; see --encoding", e.valid_up_to() + 1),
            record,
        )),
        Ok(text) if text.contains('\0') => {
            Err(context.reject(position, "a NUL byte in the text: text is expected", record))
        }
        Ok(text) if text.trim().is_empty() => Err(context.reject(position, "the text is empty", record)),
        Ok(text) => Ok(text.trim().to_owned()),
    }
}

/// Hands over in batches what a whole-file reader found.
pub struct WholeFile {
    reading: Reading,
    pending: VecDeque<Result<Opinion, Box<Reject>>>,
    context: Arc<StreamContext>,
}

impl WholeFile {
    /// A reader of what was read; the opinions are handed over, the rest stays to be told.
    pub fn new(mut reading: Reading, file: &str, options: &ReadOptions) -> Self {
        let opinions = std::mem::take(&mut reading.opinions);
        let pending = opinions
            .into_iter()
            .map(Ok)
            .chain(reading.rejects.iter().cloned().map(|r| Err(Box::new(r))))
            .collect();
        Self { reading, pending, context: StreamContext::new(file, options) }
    }
}

impl Reader for WholeFile {
    fn next_batch(&mut self) -> Result<Option<RawBatch>> {
        if self.pending.is_empty() {
            return Ok(None);
        }
        let n = self.pending.len().min(BATCH_RECORDS);
        let records = Records::Opinions(self.pending.drain(..n).collect());
        Ok(Some(RawBatch { records, context: Arc::clone(&self.context) }))
    }

    fn understood(&self) -> Option<&Reading> {
        Some(&self.reading)
    }
}

/// A person's decision that a record carries in its themes and stance columns.
///
/// # Errors
/// A message that names what the codebook does not have.
pub fn hand_decision(
    opinion: &Opinion,
    codebook: &Codebook,
) -> Result<Option<crate::record::HandDecision>, String> {
    use crate::codebook::ThemeSet;
    let column = |name: &str| {
        opinion.columns.get(name).and_then(|v| v.as_str()).map(str::trim).filter(|v| !v.is_empty())
    };
    let Some(themes) = column(HAND_THEMES) else { return Ok(None) };
    let set = ThemeSet::parse(themes, codebook)?;
    let stance = column(HAND_STANCE)
        .map(|name| {
            codebook
                .stance_named(name)
                .ok_or_else(|| format!("stance {name} is not in codebook {}", codebook.version()))
        })
        .transpose()?;
    Ok(Some(crate::record::HandDecision {
        themes: set.iter().map(|t| codebook.theme(t).id.clone()).collect(),
        stance: stance.map(|s| codebook.stance(s).id.clone()),
    }))
}

/// Column under which readers keep hand-labeled themes, whatever the input calls it.
pub const HAND_THEMES: &str = "hand_themes";
/// Column under which readers keep a hand-labeled stance.
pub const HAND_STANCE: &str = "hand_stance";
