//! Reads a workbook that came back and tells what a person decided.

use std::collections::{HashMap, HashSet};

use super::{
    baseline::{Baseline, WrittenOpinion},
    row::{Decision, Edits, RowReader},
    table::Table,
};
use crate::{
    codebook::Codebook,
    error::{Error, Position, Result},
    export::workbook::{self, Column},
    ingest::{Limits, Reject, Row, Sheet, Warning, open_sheets},
    labels::{HandLabel, Origin},
};

/// What came back in a workbook.
#[derive(Debug, Default)]
pub struct Returned {
    /// Labels of the opinions that were changed or confirmed, in the order in which they were labeled.
    pub labels: Vec<HandLabel>,
    /// Every cell that a person changed, in the order of the sheet; those of rejected rows are not among them.
    pub changes: Vec<Change>,
    /// Rows that could not be taken, by cell.
    pub rejects: Vec<Reject>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// Opinions of the workbook when it was written.
    pub n_opinions: usize,
    /// Labels whose themes or stance were changed.
    pub n_changed: usize,
    /// Labels that were ticked and left as they were.
    pub n_confirmed: usize,
    /// Ids of opinions that are no longer in the sheet.
    pub deleted: Vec<String>,
}

/// A cell that a person changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The cell, such as `F12`.
    pub cell: String,
    /// Id of the opinion.
    pub id: String,
    /// Header of the column.
    pub column: String,
    /// What was written there.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// Reads a person's edits; `origin` goes into every label. Of a row only themes, stance, 確認 and コメント are read:
/// text and municipality of a label are those that were written.
///
/// # Errors
/// What is no workbook of ours, or one without a column that is needed.
pub fn read_edits(bytes: Vec<u8>, file: &str, codebook: &Codebook, origin: &Origin) -> Result<Returned> {
    let sheets = open_sheets(bytes, file, &Limits::default())?;
    let baseline = Baseline::read(file, &sheets)?;
    let table = find_opinions(file, &sheets, baseline.max_themes)?;
    let mut returned = Returned { n_opinions: baseline.opinions.len(), ..Returned::default() };
    if baseline.codebook != codebook.fingerprint() {
        let message = format!(
            "the workbook was written with codebook {}, this is {}; its own can be named with --codebook",
            baseline.codebook,
            codebook.fingerprint()
        );
        returned.warnings.push(Warning { position: Position::file(file), message });
    }
    let reader = RowReader::new(&table, codebook, baseline.max_themes);
    let rows = known_rows(&reader, &baseline, &mut returned);
    let mut decisions = read_rows(&reader, &rows, &baseline, &mut returned);
    for (number, opinion) in baseline.opinions.iter().enumerate() {
        if let Some(decision) = decisions.remove(&number) {
            returned.push_label(opinion, decision, origin);
        }
    }
    let present: HashSet<_> = table.rows().map(|row| table.text(row, Column::Id)).collect();
    let gone = baseline.opinions.iter().filter(|o| !present.contains(o.id.as_str()));
    returned.deleted = gone.map(|o| o.id.clone()).collect();
    Ok(returned)
}

/// The sheet of opinions: the one of that name, else the first that has its columns.
fn find_opinions<'s>(file: &'s str, sheets: &'s [Sheet], max_themes: usize) -> Result<Table<'s>> {
    let mut wanted = vec![Column::Id, Column::Text];
    wanted.extend(Column::of_decision(max_themes));
    let name = workbook::Sheet::Opinions.name();
    let (named, others): (Vec<_>, Vec<_>) = sheets.iter().partition(|s| s.name == name);
    let baseline = workbook::Sheet::Baseline.name();
    for sheet in named.into_iter().chain(others).filter(|s| s.name != baseline) {
        if let Some(table) = Table::find(file, sheet, &wanted, &[Column::Comment])? {
            return Ok(table);
        }
    }
    let names: Vec<_> = sheets.iter().filter(|s| !s.hidden).map(|s| s.name.as_str()).collect();
    let message = format!(
        "no sheet with the columns {} and {}; found the sheets {}; expected {name}",
        Column::Id.header(),
        Column::Text.header(),
        names.join(", ")
    );
    Err(Error::input(Position::file(file), message))
}

/// Rows whose opinion is known, with its number, in the order of the sheet; others are rejected.
fn known_rows<'s>(
    reader: &RowReader<'_, 's>,
    baseline: &Baseline,
    returned: &mut Returned,
) -> Vec<(usize, &'s Row)> {
    let mut rows = Vec::new();
    for row in reader.table.rows().filter(|row| !reader.is_blank(row)) {
        let id = reader.table.text(row, Column::Id);
        let message = match (id.as_ref(), baseline.numbers(&id)) {
            ("", _) => "a row without an id; put back the one that was written or clear the row".to_owned(),
            (_, &[number]) => {
                rows.push((number, row));
                continue;
            }
            (_, []) => format!("id {id} is not among those that were written; put back the one that was"),
            // Nothing is taken from such rows, so those that were left alone need no word.
            (_, numbers) if numbers.iter().any(|n| reader.is_untouched(row, &baseline.opinions[*n])) => {
                continue;
            }
            (_, numbers) => format!(
                "id {id} was given to {} opinions; which one the row means cannot be told; give each an id of its \
                 own before labeling",
                numbers.len()
            ),
        };
        returned.reject(reader, row, Column::Id, message);
    }
    rows
}

fn read_rows<'s>(
    reader: &RowReader<'_, 's>,
    rows: &[(usize, &'s Row)],
    baseline: &Baseline,
    returned: &mut Returned,
) -> HashMap<usize, Decision> {
    let mut rows_of: HashMap<usize, Vec<&Row>> = HashMap::new();
    for (number, row) in rows {
        rows_of.entry(*number).or_default().push(row);
    }
    let mut decisions = HashMap::new();
    // Rows are taken in the order of the sheet, those of one id together.
    for (number, _) in rows {
        let Some(same_id) = rows_of.remove(number) else { continue };
        if let Some(edits) = read_opinion(reader, &same_id, &baseline.opinions[*number], returned) {
            returned.changes.extend(edits.changes);
            decisions.extend(edits.decision.map(|decision| (*number, decision)));
        }
    }
    decisions
}

/// What the rows of one id say. Those with another opinion's text are rejected; of several with the right one the first
/// is taken where all say the same, else none.
fn read_opinion(
    reader: &RowReader<'_, '_>,
    rows: &[&Row],
    opinion: &WrittenOpinion,
    returned: &mut Returned,
) -> Option<Edits> {
    let (rows, others): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| reader.same_text(row, opinion));
    for row in others {
        let message = format!(
            "the text is not the one of {}, which begins {}; put back the text, or the id of this one",
            opinion.id,
            opinion.text.chars().take(20).collect::<String>()
        );
        returned.reject(reader, row, Column::Text, message);
    }
    let first = rows.first()?;
    let mut read: Vec<_> = rows.iter().map(|row| reader.read(row, opinion)).collect();
    let decision = |i: usize| read[i].as_ref().map(|edits| &edits.decision);
    let agree = (1..rows.len()).all(|i| matches!((decision(0), decision(i)), (Ok(a), Ok(b)) if a == b));
    for (i, row) in rows.iter().enumerate().filter(|(i, _)| rows.len() > 1 && (*i > 0 || !agree)) {
        let other = reader.table.cell(rows[usize::from(i == 0)], Column::Id);
        let taken = if agree { "its row is taken" } else { "they do not say the same and none is taken" };
        let message = format!("id {} stands in {other} too; {taken}; delete one of the rows", opinion.id);
        returned.reject(reader, row, Column::Id, message);
    }
    if !agree {
        return None;
    }
    match read.swap_remove(0) {
        Ok(edits) => Some(edits),
        Err(bad) => {
            for cell in bad {
                returned.reject(reader, first, cell.column, cell.message);
            }
            None
        }
    }
}

impl Returned {
    fn reject(&mut self, reader: &RowReader<'_, '_>, row: &Row, column: Column, message: String) {
        let record = reader.describe(row);
        self.rejects.push(Reject { position: reader.table.position(row, column), message, record });
    }

    fn push_label(&mut self, opinion: &WrittenOpinion, decision: Decision, origin: &Origin) {
        if decision.changed {
            self.n_changed += 1;
        } else {
            self.n_confirmed += 1;
        }
        self.labels.push(HandLabel {
            id: opinion.id.clone(),
            municipality: opinion.municipality.clone(),
            themes: decision.themes,
            stance: decision.stance,
            text: opinion.text.clone(),
            origin: origin.clone(),
        });
    }
}
