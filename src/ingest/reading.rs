//! What a reader hands over: opinions, what it left out and why, and what a person should look at.

use crate::{
    error::Position,
    opinion::{Opinion, made_id},
    places::places,
};

/// What was understood of one file.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Opinions in reading order.
    pub opinions: Vec<Opinion>,
    /// Text that is no opinion, with the reason: nothing is dropped in silence.
    pub left_out: Vec<LeftOut>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// Records that should have been opinions and could not be read.
    pub rejects: Vec<Reject>,
    /// The file's pages or sheets, in order.
    pub parts: Vec<Part>,
}

/// Text that was not read as an opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it stands.
    pub position: Position,
    /// Why it is no opinion.
    pub reason: Reason,
    /// The text.
    pub text: String,
}

/// Why a text was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Title, lead sentence or note before the first opinion or between headings.
    Lead,
    /// Running title, footer or page number.
    Running,
    /// Name of an area.
    AreaHeading,
    /// Vertical label at the side of a page.
    SideLabel,
    /// Header row of a table.
    TableHeader,
    /// A row or cell without text for an opinion.
    NoText,
    /// A column of a table that holds no opinions.
    OtherColumn,
    /// A sheet without a column of opinions.
    NotesSheet,
    /// A footnote, comment or deleted text.
    Note,
}

impl Reason {
    /// One or two words for tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead or note",
            Self::Running => "running title or page number",
            Self::AreaHeading => "area heading",
            Self::SideLabel => "side label",
            Self::TableHeader => "table header",
            Self::NoText => "no text",
            Self::OtherColumn => "other column",
            Self::NotesSheet => "sheet of notes",
            Self::Note => "footnote, comment or deletion",
        }
    }
}

/// Something a person should look at; the opinion is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub position: Position,
    /// What was found and what to look for.
    pub message: String,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where.
    pub position: Position,
    /// What was found, what was expected, what to change.
    pub message: String,
    /// The record as it stood, as far as it is text.
    pub record: String,
}

/// A page, a sheet, or a whole text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// `page 1`, `sheet 意見一覧`, or the file's name.
    pub name: String,
    /// Number of opinions that begin here.
    pub n_opinions: usize,
    /// Municipalities in the order in which they were met here.
    pub municipalities: Vec<String>,
}

/// Fewest and most characters of an opinion that raises no warning.
const USUAL_CHARS: std::ops::RangeInclusive<usize> = 2..=1000;

impl Reading {
    /// Fills what follows from the rest: areas of municipalities, ids, and the warnings that need the whole file.
    pub fn finish(mut self, file: &str) -> Self {
        let mut runs: Vec<&str> = Vec::new();
        let mut warnings = Vec::new();
        for (i, opinion) in self.opinions.iter_mut().enumerate() {
            if opinion.area.is_none() {
                opinion.area =
                    opinion.municipality.as_deref().and_then(|m| places().area_of(m)).map(str::to_owned);
            }
            if opinion.id.is_empty() {
                opinion.id = made_id(opinion.fiscal_year, i + 1);
            }
        }
        for opinion in &self.opinions {
            let position = Position {
                file: Some(file.to_owned()),
                page: opinion.source.page,
                sheet: opinion.source.sheet.clone(),
                cell: opinion.source.cell.clone(),
                line: opinion.source.line,
                ..Position::default()
            };
            let mut warn = |message: String| warnings.push(Warning { position: position.clone(), message });
            let n_chars = opinion.text.chars().count();
            if !USUAL_CHARS.contains(&n_chars) {
                warn(format!("an opinion of {n_chars} characters: look whether it was cut or joined"));
            }
            match opinion.municipality.as_deref() {
                None => warn("an opinion without a municipality".to_owned()),
                Some(name) if runs.last() != Some(&name) => {
                    if places().heading(name).is_none() {
                        warn(format!("{name} is no municipality of Tokyo: its area is unknown"));
                    }
                    if runs.contains(&name) {
                        warn(format!("{name} is named a second time, after other municipalities"));
                    }
                    runs.push(name);
                }
                Some(_) => {}
            }
        }
        self.warnings.extend(warnings);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_reading_has_ids_areas_and_warnings() {
        let opinion = |municipality: &str, text: &str| Opinion {
            fiscal_year: Some(2019),
            municipality: Some(municipality.into()),
            text: text.into(),
            ..Opinion::default()
        };
        let reading = Reading {
            opinions: vec![
                opinion("港区", "在宅医が少ない。"),
                opinion("架空市", "あ"),
                opinion("港区", "薬局は充足している。"),
            ],
            ..Reading::default()
        }
        .finish("a.txt");
        assert_eq!(reading.opinions[2].id, "R01-003");
        assert_eq!(reading.opinions[0].area.as_deref(), Some("区中央部"));
        let messages: Vec<_> = reading.warnings.iter().map(|w| w.message.as_str()).collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
    }
}
