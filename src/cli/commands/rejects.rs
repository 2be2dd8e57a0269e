//! Records that could not be read: beside the output as OUT.rejects.tsv, or on standard error where there is no file.

use std::path::{Path, PathBuf};

use iken::{
    destination::Destination,
    error::{Error, Result},
    guard::guard,
    ingest::Reject,
};

use super::{Global, Outcome};

/// Rejects told on standard error one by one, at most; the rest is counted.
const TOLD: usize = 20;

/// Collects rejects.
pub struct Rejects<'g> {
    global: &'g Global,
    n: usize,
    /// Where they are written, once there is one.
    path: Option<PathBuf>,
    table: Option<csv::Writer<Destination>>,
}

impl<'g> Rejects<'g> {
    /// Rejects told on standard error.
    pub fn to_stderr(global: &'g Global) -> Self {
        Self { global, n: 0, path: None, table: None }
    }

    /// Rejects written beside an output; a table that an earlier run left there goes.
    pub fn beside(global: &'g Global, out: &Path) -> Self {
        let mut path = out.as_os_str().to_owned();
        path.push(".rejects.tsv");
        Self { global, n: 0, path: Some(path.into()), table: None }
    }

    /// Takes a reject.
    ///
    /// # Errors
    /// What writing says.
    pub fn add(&mut self, reject: Reject) -> Result<()> {
        self.n += 1;
        let Some(path) = &self.path else {
            if self.n <= TOLD {
                self.global.say(format_args!("rejected: {}: {}", reject.position, reject.message));
            }
            return Ok(());
        };
        let error = |e: csv::Error| Error::Io { path: path.clone(), action: "write", source: e.into() };
        let table = match &mut self.table {
            Some(table) => table,
            None => {
                let destination = Destination::create(path)?;
                let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(destination);
                table.write_record(["position", "reason", "record"]).map_err(error)?;
                self.table.insert(table)
            }
        };
        let position = reject.position.to_string();
        table
            .write_record([guard(&position).as_ref(), &reject.message, guard(&reject.record).as_ref()])
            .map_err(error)
    }

    /// Puts the table under its name and says how many there were.
    ///
    /// # Errors
    /// What writing says.
    pub fn finish(self) -> anyhow::Result<Outcome> {
        if let Some(path) = &self.path {
            match self.table {
                Some(table) => {
                    table.into_inner().map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?.finish()?
                }
                None => {
                    let _ = std::fs::remove_file(path);
                }
            }
        }
        if self.n == 0 {
            return Ok(Outcome::Done);
        }
        match &self.path {
            Some(path) => {
                self.global.say(format_args!("{} records could not be read; see {}", self.n, path.display()));
            }
            None => self.global.say(format_args!("{} records could not be read", self.n)),
        }
        Ok(Outcome::Rejects)
    }
}
