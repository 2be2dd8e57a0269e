//! Lines: one record a line, plain text or JSON, in batches of whole lines.

use std::{io::Read, sync::Arc};

use super::{
    options::ReadOptions,
    stream::{RawBatch, Reader, Records, StreamContext},
    utf8_reader::Utf8Reader,
};
use crate::error::{Error, Position, Result};

/// Bytes read at once; a batch is about as long, and longer only where a line is.
const BLOCK_BYTES: usize = 128 << 10;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineForm {
    /// An opinion.
    Plain,
    /// A JSON object.
    Json,
}

/// Reads lines.
pub struct LineReader<R> {
    input: Utf8Reader<R>,
    form: LineForm,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    next_line: u64,
    max_line_bytes: usize,
    context: Arc<StreamContext>,
}

impl<R: Read + Send> LineReader<R> {
    /// Reads lines from a stream; `file` stands in positions.
    ///
    /// # Errors
    /// What telling the encoding says.
    pub fn new(input: R, form: LineForm, file: &str, options: &ReadOptions) -> Result<Self> {
        Ok(Self {
            input: Utf8Reader::new(input, options.encoding.as_deref(), file)?,
            form,
            rest: Vec::new(),
            next_line: 1,
            max_line_bytes: options.limits.record_bytes,
            context: StreamContext::new(file, options),
        })
    }

    /// Whole lines, at least one unless the input is at its end; the last may lack its line break.
    fn whole_lines(&mut self) -> Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.rest);
        loop {
            let start = bytes.len();
            bytes.resize(start + BLOCK_BYTES, 0);
            let n = loop {
                match self.input.read(&mut bytes[start..]) {
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    result => {
                        break result.map_err(|source| Error::Stream { action: "read the input", source })?;
                    }
                }
            };
            bytes.truncate(start + n);
            if n == 0 {
                return Ok(bytes);
            }
            if let Some(end) = memchr::memrchr(b'\n', &bytes[start..]) {
                self.rest = bytes.split_off(start + end + 1);
                return Ok(bytes);
            }
            if bytes.len() > self.max_line_bytes {
                return Err(Error::Limit {
                    position: Position::file(&self.context.file).at_line(self.next_line),
                    what: "a line".to_owned(),
                    limit: format!("{} bytes", self.max_line_bytes),
                    flag: "--limit-record-bytes",
                });
            }
        }
    }
}

impl<R: Read + Send> Reader for LineReader<R> {
    fn next_batch(&mut self) -> Result<Option<RawBatch>> {
        let bytes = self.whole_lines()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let first_line = self.next_line;
        self.next_line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let records = match self.form {
            LineForm::Plain => Records::Lines { bytes, first_line },
            LineForm::Json => Records::Jsonl { bytes, first_line },
        };
        Ok(Some(RawBatch { records, context: Arc::clone(&self.context) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::stream::RecordCache;

    fn read(input: &[u8], form: LineForm) -> Vec<Result<(String, String), String>> {
        let mut reader = LineReader::new(input, form, "a", &ReadOptions::default()).expect("opened");
        let mut found = Vec::new();
        while let Some(batch) = reader.next_batch().expect("read") {
            batch.for_each(&mut RecordCache::default(), |r| {
                found.push(r.map(|o| (o.id, o.text)).map_err(|e| format!("{}: {}", e.position, e.message)));
            });
        }
        found
    }

    #[test]
    fn blank_lines_are_no_opinions_and_numbers_are_those_of_lines() {
        let found = read("在宅医が少ない。\r\n\n　\n薬局は多い。".as_bytes(), LineForm::Plain);
        assert_eq!(
            found,
            [
                Ok(("001".into(), "在宅医が少ない。".into())),
                Err("a, line 3: the text is empty".into()),
                Ok(("004".into(), "薬局は多い。".into()))
            ]
        );
    }

    #[test]
    fn broken_bytes_reject_their_line_alone() {
        let good = "在宅医の数が少ない。\n".as_bytes();
        let found = read(&[good, b"\xe5\x9c\n", good].concat(), LineForm::Plain);
        assert_eq!(found.len(), 3);
        assert!(found[0].is_ok() && found[1].is_err() && found[2].is_ok(), "{found:?}");
    }

    #[test]
    fn lines_longer_than_a_block_are_read_whole_and_over_the_limit_refused() {
        let long = "あ".repeat(BLOCK_BYTES);
        let found = read(format!("{long}\n短い\n").as_bytes(), LineForm::Plain);
        assert_eq!(found[0].as_ref().map(|(_, t)| t.len()), Ok(long.len()));
        assert_eq!(found.len(), 2);
        let mut options = ReadOptions::default();
        options.limits.record_bytes = 1000;
        let mut reader = LineReader::new(long.as_bytes(), LineForm::Plain, "a", &options).expect("opened");
        assert!(matches!(reader.next_batch(), Err(Error::Limit { .. })));
    }
}
