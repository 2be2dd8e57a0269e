//! One row of the sheet of opinions beside what was written of the same opinion.

use super::{
    baseline::WrittenOpinion,
    decision::{BadCell, same_value, stance, themes, ticked},
    returned::Change,
    table::{Table, fold_text},
};
use crate::{
    codebook::{Codebook, StanceId, ThemeSet},
    export::workbook::Column,
    ingest::Row,
};

/// Reads rows.
pub(super) struct RowReader<'t, 's> {
    pub table: &'t Table<'s>,
    codebook: &'t Codebook,
    max_themes: usize,
    /// Columns that a person decides by.
    columns: Vec<Column>,
}

/// What a person did to a row.
#[derive(Debug)]
pub(super) struct Edits {
    pub changes: Vec<Change>,
    /// `None` where the row was neither changed nor ticked.
    pub decision: Option<Decision>,
}

/// What a row decides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub themes: ThemeSet,
    pub stance: Option<StanceId>,
    /// Something other than the tick was changed.
    pub changed: bool,
}

impl<'t, 's> RowReader<'t, 's> {
    pub fn new(table: &'t Table<'s>, codebook: &'t Codebook, max_themes: usize) -> Self {
        Self { table, codebook, max_themes, columns: Column::of_decision(max_themes) }
    }

    /// Whether nothing stands in any column of ours.
    pub fn is_blank(&self, row: &Row) -> bool {
        let ours = [Column::Id, Column::Text, Column::Comment];
        ours.iter().chain(&self.columns).all(|c| self.table.text(row, *c).is_empty())
    }

    /// Whether text and decision are those that were written.
    pub fn is_untouched(&self, row: &Row, opinion: &WrittenOpinion) -> bool {
        self.same_text(row, opinion)
            && self
                .columns
                .iter()
                .zip(&opinion.values)
                .all(|(c, v)| same_value(*c, &self.table.text(row, *c), v))
    }

    /// What the row says, whose text is the opinion's.
    ///
    /// # Errors
    /// Every cell that cannot be taken.
    pub fn read(&self, row: &Row, opinion: &WrittenOpinion) -> Result<Edits, Vec<BadCell>> {
        let values: Vec<String> =
            self.columns.iter().map(|c| self.table.text(row, *c).into_owned()).collect();
        let mut changes = Vec::new();
        let mut changed = false;
        for ((&column, to), from) in self.columns.iter().zip(&values).zip(&opinion.values) {
            if !same_value(column, from, to) {
                changed |= column != Column::Confirmed;
                changes.push(self.change(row, opinion, column, from, to));
            }
        }
        let comment = self.table.text(row, Column::Comment);
        if !comment.is_empty() {
            changes.push(self.change(row, opinion, Column::Comment, "", &comment));
        }
        let (theme_values, rest) = values.split_at(self.max_themes);
        let (_, written) = opinion.values.split_at(self.max_themes);
        let [stance_value, tick] = rest else { return Ok(Edits { changes, decision: None }) };
        let newly_ticked = ticked(tick).map_err(|bad| vec![bad])? && !ticked(&written[1]).unwrap_or(false);
        if !changed && !newly_ticked {
            return Ok(Edits { changes, decision: None });
        }
        let decision =
            match (themes(theme_values, self.codebook), stance(stance_value, &written[0], self.codebook)) {
                (Ok(themes), Ok(stance)) => Decision { themes, stance, changed },
                (Err(mut bad), Err(stance)) => {
                    bad.push(stance);
                    return Err(bad);
                }
                (Err(bad), _) => return Err(bad),
                (_, Err(stance)) => return Err(vec![stance]),
            };
        Ok(Edits { changes, decision: Some(decision) })
    }

    /// The row in a line, for a list of rejects.
    pub fn describe(&self, row: &Row) -> String {
        let ours = [Column::Id, Column::Text];
        let cells = ours.iter().chain(&self.columns).map(|c| self.table.text(row, *c));
        cells.collect::<Vec<_>>().join(" | ").replace(['\n', '\r', '\t'], " ")
    }

    /// Whether the row's text is the opinion's, blanks and line breaks aside.
    pub fn same_text(&self, row: &Row, opinion: &WrittenOpinion) -> bool {
        fold_text(&self.table.text(row, Column::Text)) == fold_text(&opinion.text)
    }

    fn change(&self, row: &Row, opinion: &WrittenOpinion, column: Column, from: &str, to: &str) -> Change {
        Change {
            cell: self.table.cell(row, column),
            id: opinion.id.clone(),
            column: column.header().into_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }
}
