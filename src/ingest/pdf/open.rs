//! Opening: bytes -> a file with pages, or what is wrong with it and what to do.

use std::{panic::AssertUnwindSafe, sync::Arc};

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use memchr::memmem;

use super::streams::check_object_streams;
use crate::{
    error::{Error, Position, Result},
    ingest::ReadOptions,
};

/// How far into a file a PDF may begin: mail programs and servers put lines before it.
const HEAD_BYTES: usize = 64 * 1024;
/// How near the end of a file its end mark must stand.
const TAIL_BYTES: usize = 4 * 1024;

/// Opens a file, with its password if it needs one.
///
/// # Errors
/// [`Error::Input`] for what is no PDF, is damaged beyond reading or needs another password; [`Error::Limit`] for what
/// costs too much.
pub(super) fn open(bytes: Vec<u8>, file: &str, options: &ReadOptions) -> Result<Pdf> {
    let input = |message: String| Error::input(Position::file(file), message);
    let limits = &options.limits;
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Error::Limit {
            position: Position::file(file),
            what: format!("a file of {} bytes", bytes.len()),
            limit: format!("{} bytes", limits.file_bytes),
            flag: "--limit-file-bytes",
        });
    }
    if let Some(message) = no_pdf(&bytes) {
        return Err(input(message));
    }
    if check_object_streams(&bytes, limits.unpacked_bytes).is_err() {
        return Err(too_large(Position::file(file), limits.unpacked_bytes));
    }
    let cut = is_cut(&bytes);
    let bytes = Arc::new(bytes);
    let password = options.password.as_deref();
    let open = || Pdf::new_with_password(bytes.clone(), password.unwrap_or_default());
    let opened = std::panic::catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(LoadPdfError::Invalid));
    let pdf = opened.map_err(|error| input(why(error, password.is_some(), cut)))?;
    match pdf.pages().len() {
        0 => Err(input(why(LoadPdfError::Invalid, false, cut))),
        n if n > limits.pages => Err(Error::Limit {
            position: Position::file(file),
            what: format!("{n} pages"),
            limit: format!("{} pages", limits.pages),
            flag: "--limit-pages",
        }),
        _ => Ok(pdf),
    }
}

/// The error for a stream that unpacks to more than the limit.
pub(super) fn too_large(position: Position, limit: u64) -> Error {
    Error::Limit {
        position,
        what: "a compressed part of the file".to_owned(),
        limit: format!("{limit} bytes unpacked"),
        flag: "--limit-unpacked-bytes",
    }
}

/// Whether the end of the file is missing.
pub(super) fn is_cut(bytes: &[u8]) -> bool {
    memmem::rfind(&bytes[bytes.len().saturating_sub(TAIL_BYTES)..], b"%%EOF").is_none()
}

fn no_pdf(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    if bytes.is_empty() {
        return Some("the file is empty; expected a PDF".to_owned());
    }
    if memmem::find(head, b"%PDF-").is_some() {
        return None;
    }
    let start = head[..head.len().min(1024)].to_ascii_lowercase();
    let web_page = [&b"<!doctype html"[..], b"<html", b"<head", b"<body"]
        .iter()
        .any(|t| memmem::find(&start, t).is_some());
    Some(if web_page {
        "a web page, not a PDF: open the address in a browser and save the PDF that the page links to"
            .to_owned()
    } else {
        "no PDF: %PDF- was expected at its start; look whether the file's name has the right extension"
            .to_owned()
    })
}

fn why(error: LoadPdfError, has_password: bool, cut: bool) -> String {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) if has_password => {
            "the password is wrong: look at the file given with --password-file".to_owned()
        }
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            "the file is locked with a password: write it to a file and name that with --password-file"
                .to_owned()
        }
        LoadPdfError::Decryption(_) => {
            "encrypted in a way that cannot be read: save a copy without protection in a PDF program"
                .to_owned()
        }
        LoadPdfError::Invalid if cut => {
            "the file was cut short (its end mark %%EOF is missing) and no page can be read: get it again"
                .to_owned()
        }
        LoadPdfError::Invalid => {
            "damaged: no page can be found in it; get the file again, or save it anew in a PDF program"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        match open(bytes.to_vec(), "a.pdf", &ReadOptions::default()) {
            Ok(_) => panic!("opened"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_no_pdf_is_called_by_its_name() {
        assert!(error(b"").contains("empty"));
        assert!(error(b"\n<!DOCTYPE html><html><title>404</title>").contains("web page"));
        assert!(error(b"PK\x03\x04").contains("no PDF"));
    }

    #[test]
    fn a_file_that_was_cut_short_says_so() {
        assert!(error(b"%PDF-1.7\n1 0 obj << /Type").contains("cut short"));
        assert!(error(b"%PDF-1.7\n1 0 obj << /Type\n%%EOF").contains("damaged"));
    }

    #[test]
    fn a_file_over_the_limit_is_refused_by_its_size() {
        let mut options = ReadOptions::default();
        options.limits.file_bytes = 3;
        let error = open(b"%PDF-1.7".to_vec(), "a.pdf", &options).err().expect("an error").to_string();
        assert!(error.contains("--limit-file-bytes"), "{error}");
    }
}
