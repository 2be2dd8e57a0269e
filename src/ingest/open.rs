//! Picks the reader: the first bytes of a file say what it is, its name only where they leave it open.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    CsvReader, Format, LineForm, LineReader, ReadOptions, Reader, Reading, WholeFile, encoding, file_name,
    read_docx, read_pdf, read_summary, read_workbook,
};
use crate::error::{Error, Position, Result};

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    Path(PathBuf),
    /// Standard input; its form must be given.
    Stdin,
}

impl Input {
    /// `-` is standard input, all else a file.
    pub fn new(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::Path(path.to_owned()) }
    }

    /// The name that opinions remember.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => file_name(path),
            Self::Stdin => "-".to_owned(),
        }
    }

    fn reader(&self) -> Result<(Box<dyn Read + Send>, Option<u64>)> {
        match self {
            Self::Stdin => Ok((Box::new(io::stdin()), None)),
            Self::Path(path) => {
                let error = |source| Error::Io { path: path.clone(), action: "open", source };
                let file = File::open(path).map_err(error)?;
                let metadata = file.metadata().map_err(error)?;
                if metadata.is_dir() {
                    return Err(error(io::Error::from(io::ErrorKind::IsADirectory)));
                }
                let total_bytes = metadata.is_file().then_some(metadata.len());
                Ok((Box::new(file), total_bytes))
            }
        }
    }
}

/// Bytes that tell what a file is.
const SNIFFED_BYTES: usize = 4096;

/// Opens a file for reading; whole-file forms are read at once.
///
/// # Errors
/// [`Error::Io`] when it cannot be opened; [`Error::Input`] when its form cannot be told or it is not what it seems;
/// [`Error::Limit`] when it asks for more than the limits allow.
pub fn open(input: &Input, options: &ReadOptions) -> Result<Opened> {
    let name = input.name();
    let (stream, total_bytes) = input.reader()?;
    let bytes_read = Arc::new(AtomicU64::new(0));
    let mut stream = Counted { inner: stream, n: Arc::clone(&bytes_read) };
    let mut head = Vec::new();
    let stream_error = |source| Error::Stream { action: "read the input", source };
    stream.by_ref().take(SNIFFED_BYTES as u64).read_to_end(&mut head).map_err(stream_error)?;
    if head.is_empty() {
        return Err(Error::input(Position::file(&name), "the file is empty"));
    }
    let format = format_of(&head, input, options)?;
    let stream = Cursor::new(head).chain(stream);
    let reader: Box<dyn Reader> = match format {
        Format::Lines => Box::new(LineReader::new(stream, LineForm::Plain, &name, options)?),
        Format::Jsonl => Box::new(LineReader::new(stream, LineForm::Json, &name, options)?),
        Format::Csv => Box::new(CsvReader::new(stream, None, &name, options)?),
        Format::Tsv => Box::new(CsvReader::new(stream, Some(b'\t'), &name, options)?),
        whole => {
            let bytes = read_whole(stream, &name, options)?;
            let reading = read_bytes(bytes, whole, &name, options)?;
            Box::new(WholeFile::new(reading, &name, options))
        }
    };
    Ok(Opened { reader, bytes_read, total_bytes })
}

/// An input that is being read.
pub struct Opened {
    /// Its records.
    pub reader: Box<dyn Reader>,
    /// Bytes read so far.
    pub bytes_read: Arc<AtomicU64>,
    /// Bytes of the file, where it is one.
    pub total_bytes: Option<u64>,
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    n: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Reads a whole-file form. A panic of a library that reads it is this file's error, and the others go on.
fn read_bytes(bytes: Vec<u8>, format: Format, name: &str, options: &ReadOptions) -> Result<Reading> {
    let read = || match format {
        Format::Docx => read_docx(bytes, name, options),
        Format::Pdf => read_pdf(bytes, name, options),
        Format::Workbook => read_workbook(bytes, name, options),
        _ => {
            let text = encoding::decode(bytes, options.encoding.as_deref(), name)?;
            let reading = read_summary(&text, name, options);
            if reading.opinions.is_empty() {
                return Err(Error::input(
                    Position::file(name),
                    "no bullet was found in this text; if every line is an opinion, say --from lines",
                ));
            }
            Ok(reading)
        }
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(Error::input(
            Position::file(name),
            "the file is damaged in a way that its reader does not know; open it in its program and save it again",
        ))
    })
}

fn read_whole(stream: impl Read, name: &str, options: &ReadOptions) -> Result<Vec<u8>> {
    let limit = options.limits.file_bytes;
    let mut bytes = Vec::new();
    stream
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Stream { action: "read the input", source })?;
    if bytes.len() as u64 > limit {
        return Err(Error::Limit {
            position: Position::file(name),
            what: "the file".to_owned(),
            limit: format!("{limit} bytes"),
            flag: "--limit-file-bytes",
        });
    }
    Ok(bytes)
}

fn format_of(head: &[u8], input: &Input, options: &ReadOptions) -> Result<Format> {
    if let Some(format) = options.format {
        return Ok(format);
    }
    let by_name = match input {
        Input::Path(path) => Format::from_extension(path),
        Input::Stdin => None,
    };
    let refuse = |message: &str| Err(Error::input(Position::file(input.name()), message));
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xD0\xCF\x11\xE0") {
        return match by_name {
            Some(format @ (Format::Docx | Format::Workbook)) => Ok(format),
            _ if memchr::memmem::find(head, b"word/").is_some() => Ok(Format::Docx),
            _ => Ok(Format::Workbook),
        };
    }
    // Readers of PDF look for the mark within the first kilobyte.
    if memchr::memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some() {
        return Ok(Format::Pdf);
    }
    let start = head.trim_ascii_start().to_ascii_lowercase();
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        return refuse(
            "this is a web page, whatever its name says; save the document itself that the page links to",
        );
    }
    match by_name {
        Some(Format::Docx) => refuse("this is no Word file (.docx); a .doc must be saved as .docx first"),
        Some(Format::Workbook) => refuse("this is no workbook (.xlsx, .xls, .ods)"),
        Some(format) => Ok(format),
        None if start.starts_with(b"{") => Ok(Format::Jsonl),
        None => refuse(
            "neither its name nor its content says what it is; say --from summary, lines, jsonl, csv or tsv",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(head: &[u8], path: &str) -> Result<Format> {
        format_of(head, &Input::new(Path::new(path)), &ReadOptions::default())
    }

    #[test]
    fn content_goes_before_the_name() {
        assert_eq!(format(b"PK\x03\x04....word/document.xml", "a.txt").expect("known"), Format::Docx);
        assert_eq!(format(b"PK\x03\x04....xl/workbook.xml", "a.bin").expect("known"), Format::Workbook);
        assert_eq!(format(b"{\"text\":\"a\"}", "a").expect("known"), Format::Jsonl);
        assert_eq!(format("〈港区〉".as_bytes(), "a.txt").expect("known"), Format::Summary);
    }

    #[test]
    fn what_cannot_be_told_is_an_error_that_says_what_to_do() {
        assert!(format(b"abc", "-").expect_err("unknown").to_string().contains("--from"));
        assert!(format(b"<!DOCTYPE html>", "a.csv").expect_err("a page").to_string().contains("web page"));
        assert!(format(b"abc", "a.docx").expect_err("no docx").to_string().contains(".docx"));
    }
}
