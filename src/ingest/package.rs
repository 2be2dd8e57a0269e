//! The zipped files of Word, Excel and OpenDocument: what a file claims to be and what it would cost are checked
//! before any part is read.

use std::io::{BufRead, BufReader, Cursor, Read};

use zip::{ZipArchive, result::ZipError};

use super::options::Limits;
use crate::error::{Error, Position, Result};

/// What an Office reader expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `.docx`
    Word,
    /// `.xlsx`, `.xlsm`, `.ods`
    Workbook,
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Self::Word => "expected a Word file (.docx)",
            Self::Workbook => "expected a workbook (.xlsx, .xlsm, .xls or .ods)",
        }
    }

    fn save_as(self) -> &'static str {
        match self {
            Self::Word => "open it in Word and save it as .docx",
            Self::Workbook => "open it in Excel and save it as .xlsx",
        }
    }
}

/// First bytes of the container of Office files before 2007, and of encrypted ones since.
const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// What the first bytes of a file say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// Zipped parts.
    Zip,
    /// A workbook of Excel 97 to 2003.
    Xls,
}

/// Tells what a file is by its content, whatever its name.
///
/// # Errors
/// A file that no Office reader can take, with what to do about it.
pub(super) fn container(bytes: &[u8], kind: Kind, file: &str) -> Result<Container> {
    let refuse = |found: &str, advice: &str| {
        Err(Error::input(Position::file(file), format!("{found}; {}, {advice}", kind.expected())))
    };
    if bytes.is_empty() {
        return refuse("the file is empty", "ask for the file again");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Container::Zip);
    }
    if bytes.starts_with(&OLE) {
        // Names in the container's directory are UTF-16.
        let holds = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            memchr::memmem::find(bytes, &name).is_some()
        };
        if holds("EncryptedPackage") {
            return refuse("password-protected", "save it without a password (File, Info, Protect)");
        }
        if holds("WordDocument") {
            return refuse("a Word file of the old form (.doc)", "open it in Word and save it as .docx");
        }
        if kind == Kind::Workbook {
            return Ok(Container::Xls);
        }
        return refuse("an Office file of the old form", kind.save_as());
    }
    let start = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with("{\\rtf") {
        return refuse("rich text (RTF)", kind.save_as());
    }
    if text.starts_with("%pdf") {
        return refuse("a PDF", "give it the extension .pdf");
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") || text.contains("<body") {
        return refuse("a web page", kind.save_as());
    }
    if text.starts_with("<?xml") || text.starts_with("mime-version") {
        return refuse("a single XML or MHTML file", kind.save_as());
    }
    // Excel 2.0 to 4.0 wrote bare records.
    if kind == Kind::Workbook && matches!(start, [0x09, 0x00 | 0x02 | 0x04, ..]) {
        return refuse("a workbook older than Excel 5", kind.save_as());
    }
    if start.contains(&0) || !start.is_ascii() && std::str::from_utf8(start).is_err() {
        return refuse("damaged, or no Office file", kind.save_as());
    }
    refuse("a text file", "read it as text, CSV or TSV (give it that extension)")
}

/// Refuses a file that is larger than may be held whole.
///
/// # Errors
/// [`Error::Limit`].
pub(super) fn check_size(bytes: &[u8], file: &str, limits: &Limits) -> Result<()> {
    if bytes.len() as u64 <= limits.file_bytes {
        return Ok(());
    }
    Err(Error::Limit {
        position: Position::file(file),
        what: format!("a size of {} MiB", bytes.len() >> 20),
        limit: format!("{} MiB", limits.file_bytes >> 20),
        flag: "--limit-file-bytes",
    })
}

/// A zipped file whose cost is known to be within the limits.
pub(super) struct Package {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    file: String,
}

impl Package {
    /// Opens a zipped file and measures what its parts unpack to, by unpacking them to nowhere: the sizes that a zip
    /// states may lie.
    ///
    /// # Errors
    /// A damaged zip; [`Error::Limit`] where the parts unpack to more than the limit.
    pub fn open(bytes: Vec<u8>, file: &str, limits: &Limits) -> Result<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(file, "the zipped file", &e))?;
        let mut package = Self { zip, file: file.to_owned() };
        package.measure(limits)?;
        Ok(package)
    }

    fn measure(&mut self, limits: &Limits) -> Result<()> {
        let limit = limits.unpacked_bytes;
        let over = |what: String| Error::Limit {
            position: Position::file(&self.file),
            what,
            limit: format!("{} MiB unpacked", limit >> 20),
            flag: "--limit-unpacked-bytes",
        };
        let mut stated_bytes = 0u64;
        let mut parts = Vec::new();
        for i in 0..self.zip.len() {
            // A part that cannot be opened is an error only where a reader wants it.
            let Ok(part) = self.zip.by_index(i) else { continue };
            if part.name().is_ok_and(|name| is_xml(&name)) {
                stated_bytes = stated_bytes.saturating_add(part.size());
                parts.push(i);
            }
        }
        if stated_bytes > limit {
            return Err(over(format!("a size of {} MiB", stated_bytes >> 20)));
        }
        let mut left_bytes = limit;
        for i in parts {
            let Ok(part) = self.zip.by_index(i) else { continue };
            // A damaged part is reported by the reader that needs it.
            let unpacked_bytes =
                std::io::copy(&mut part.take(left_bytes + 1), &mut std::io::sink()).unwrap_or(0);
            left_bytes = left_bytes
                .checked_sub(unpacked_bytes)
                .ok_or_else(|| over("a size that the file hides".to_owned()))?;
        }
        Ok(())
    }

    /// Whether there is a part of that name.
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Names of the parts, in order.
    pub fn names(&self) -> Vec<String> {
        self.zip.file_names().filter_map(|name| name.ok().map(|n| n.into_owned())).collect()
    }

    /// A part, unpacked as it is read; `None` where there is none of that name.
    ///
    /// # Errors
    /// A part that is encrypted or damaged.
    pub fn part(&mut self, name: &str) -> Result<Option<impl BufRead + '_>> {
        match self.zip.by_name(name) {
            Ok(part) => Ok(Some(BufReader::new(part))),
            Err(ZipError::FileNotFound) => Ok(None),
            Err(e) => Err(damaged(&self.file, name, &e)),
        }
    }

    /// The file's bytes again.
    pub fn into_bytes(self) -> Vec<u8> {
        self.zip.into_inner().into_inner()
    }
}

fn is_xml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".rels", ".vml", ".bin"].iter().any(|e| name.ends_with(e)) && !name.contains("vbaproject")
}

fn damaged(file: &str, part: &str, error: &dyn std::error::Error) -> Error {
    Error::input(
        Position::file(file),
        format!(
            "{part} is cut short or damaged ({error}); ask for the file again, or open it and save it anew"
        ),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    /// A zipped file of parts.
    pub fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
            zip.write_all(content.as_bytes()).expect("written");
        }
        zip.finish().expect("finished").into_inner()
    }

    #[test]
    fn what_is_no_office_file_is_told_with_what_to_do() {
        let ole = |name: &str| {
            let mut bytes = OLE.to_vec();
            bytes.resize(1024, 0);
            bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        };
        let message = |bytes: &[u8], kind| container(bytes, kind, "a").expect_err("refused").to_string();
        assert!(message(&ole("EncryptedPackage"), Kind::Word).contains("password-protected"));
        assert!(message(&ole("WordDocument"), Kind::Word).contains("save it as .docx"));
        assert!(message(b"<!DOCTYPE html><html>", Kind::Workbook).contains("a web page"));
        assert!(message("圏域,意見\n".as_bytes(), Kind::Workbook).contains("a text file"));
        assert!(message(b"", Kind::Word).contains("empty"));
        assert!(message(&[1, 0, 2, 0, 255], Kind::Word).contains("damaged"));
        assert_eq!(container(&ole("Workbook"), Kind::Workbook, "a").expect("a workbook"), Container::Xls);
    }

    #[test]
    fn parts_over_the_limit_are_refused_before_they_are_read() {
        let bytes = zipped(&[("word/document.xml", &"あ".repeat(1 << 20))]);
        let limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
        let error = Package::open(bytes.clone(), "a.docx", &limits).err().expect("refused").to_string();
        assert!(error.contains("3 MiB") && error.contains("--limit-unpacked-bytes"), "{error}");
        assert!(Package::open(bytes, "a.docx", &Limits::default()).is_ok());
    }

    #[test]
    fn a_size_that_lies_is_found_out() {
        let mut bytes = zipped(&[("a.xml", &"a".repeat(3 << 20))]);
        let size = (3u32 << 20).to_le_bytes();
        while let Some(at) = memchr::memmem::find(&bytes, &size) {
            bytes[at..at + 4].copy_from_slice(&[1, 0, 0, 0]);
        }
        let limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
        if let Ok(mut package) = Package::open(bytes, "a.docx", &limits) {
            let mut text = String::new();
            let mut part = package.part("a.xml").expect("a part").expect("there");
            let _ = part.read_to_string(&mut text);
            assert!(text.len() <= 1 << 20);
        }
    }
}
