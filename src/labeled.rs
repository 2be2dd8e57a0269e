//! Labeled tables read back: the JSON Lines that `label` writes, one record after the other.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use crate::{
    error::{Error, Position, Result},
    record::LabeledRecord,
};

/// Calls `found` for every labeled opinion of a JSON Lines file, in order.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] at the first line that is no labeled opinion.
pub fn for_each_labeled(path: &Path, mut found: impl FnMut(LabeledRecord)) -> Result<()> {
    let io = |source| Error::Io { path: path.into(), action: "read the labeled opinions", source };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(io)?);
    let mut line = String::new();
    let mut number = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line).map_err(io)? == 0 {
            return Ok(());
        }
        number += 1;
        if line.trim().is_empty() {
            continue;
        }
        let record = serde_json::from_str(&line).map_err(|e| {
            let position = Position::file(path.display().to_string()).at_line(number);
            Error::input(
                position,
                format!("no labeled opinion ({e}); JSON Lines written by `iken label` are expected"),
            )
        })?;
        found(record);
    }
}

/// All labeled opinions of a JSON Lines file.
///
/// # Errors
/// As [`for_each_labeled`].
pub fn read_labeled(path: &Path) -> Result<Vec<LabeledRecord>> {
    let mut records = Vec::new();
    for_each_labeled(path, |record| records.push(record))?;
    Ok(records)
}
