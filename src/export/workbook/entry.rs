//! One opinion as the sheets show it: a person's decision where there is one, else the prediction.

use crate::{
    codebook::{Codebook, StanceId, ThemeSet},
    error::{Error, Result},
    record::{LabeledRecord, Status},
};

/// One opinion as the sheets show it.
#[derive(Debug)]
pub(super) struct Entry {
    pub record: LabeledRecord,
    pub themes: ThemeSet,
    pub stance: Option<StanceId>,
    /// Decided by a person already.
    pub confirmed: bool,
}

impl Entry {
    /// The entry of a record.
    ///
    /// # Errors
    /// A theme or a stance that the codebook does not have.
    pub fn new(record: LabeledRecord, codebook: &Codebook) -> Result<Self> {
        let (themes, stance) = match &record.label {
            Some(label) => (&label.themes, label.stance.as_deref()),
            None => (&record.themes, Some(record.stance.as_str())),
        };
        let mismatch =
            |message: String| Error::Mismatch { message: format!("opinion {}: {message}", record.id) };
        let themes = ThemeSet::parse(&themes.join("|"), codebook).map_err(mismatch)?;
        let stance = match stance {
            None => None,
            Some(name) => Some(codebook.stance_named(name).ok_or_else(|| {
                mismatch(format!(
                    "stance {name} is not in codebook {}; use the codebook that it was labeled by",
                    codebook.fingerprint()
                ))
            })?),
        };
        Ok(Self { themes, stance, confirmed: record.label.is_some(), record })
    }

    /// Whether a person should look at it.
    pub fn is_review(&self) -> bool {
        self.record.status == Status::Review && !self.confirmed
    }

    /// Name of the theme at a place.
    pub fn theme_name<'c>(&self, place: usize, codebook: &'c Codebook) -> &'c str {
        self.themes.as_slice().get(place).map_or("", |t| &codebook.theme(*t).name_ja)
    }

    /// Name of the stance.
    pub fn stance_name<'c>(&self, codebook: &'c Codebook) -> &'c str {
        self.stance.map_or("", |s| &codebook.stance(s).name_ja)
    }
}

/// A status as an analyst reads it.
pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Accepted => "採用",
        Status::Review => "要確認",
    }
}
