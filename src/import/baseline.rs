//! The hidden sheet that keeps what was written.

use std::collections::HashMap;

use super::table::Table;
use crate::{
    error::{Error, Position, Result},
    export::workbook::{self, Column},
    ingest::Sheet,
};

/// What a workbook held when it was written.
pub(super) struct Baseline {
    /// The codebook's version and fingerprint.
    pub codebook: String,
    /// Most themes of an opinion.
    pub max_themes: usize,
    /// Opinions in the order in which they were labeled.
    pub opinions: Vec<WrittenOpinion>,
    by_id: HashMap<String, Vec<usize>>,
}

/// An opinion as it was written.
pub(super) struct WrittenOpinion {
    pub id: String,
    pub text: String,
    pub municipality: Option<String>,
    /// Values of the columns that a person decides by, in their order.
    pub values: Vec<String>,
}

impl Baseline {
    /// Reads the hidden sheet.
    ///
    /// # Errors
    /// A workbook that has none: another program's, or one that was not saved whole.
    pub fn read(file: &str, sheets: &[Sheet]) -> Result<Self> {
        let name = workbook::Sheet::Baseline.name();
        let none = || {
            let message = format!(
                "no sheet {name} with what was written; expected a workbook that iken label wrote, saved whole \
                 (a single sheet that was moved to another workbook cannot be taken)"
            );
            Error::input(Position::file(file), message)
        };
        let sheet = sheets.iter().find(|s| s.name == name).ok_or_else(none)?;
        let mark = sheet.grid.rows.first().filter(|row| row.number == 1).ok_or_else(none)?;
        if mark.get(0).is_none_or(|cell| cell.text() != workbook::MARK) {
            return Err(none());
        }
        let codebook = mark.get(3).map(|cell| cell.text().into_owned()).unwrap_or_default();
        let headers = sheet.grid.rows.iter().find(|row| row.number == workbook::BASELINE_HEADER_ROW + 1);
        let n_headers = headers.ok_or_else(none)?.cells.len();
        let max_themes = n_headers.checked_sub(Column::of_baseline(0).len()).ok_or_else(none)?;
        let columns = Column::of_baseline(max_themes);
        let table = Table::find(file, sheet, &columns, &[])?.ok_or_else(none)?;
        let mut opinions = Vec::new();
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        for row in table.rows() {
            let text = |column| table.text(row, column).into_owned();
            let opinion = WrittenOpinion {
                id: text(Column::Id),
                text: text(Column::Text),
                municipality: Some(text(Column::Municipality)).filter(|m| !m.is_empty()),
                values: Column::of_decision(max_themes).into_iter().map(text).collect(),
            };
            by_id.entry(opinion.id.clone()).or_default().push(opinions.len());
            opinions.push(opinion);
        }
        Ok(Self { codebook, max_themes, opinions, by_id })
    }

    /// Numbers of the opinions of an id; more than one where ids were doubled from the start.
    pub fn numbers(&self, id: &str) -> &[usize] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }
}
