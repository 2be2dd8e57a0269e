//! Names of columns come in, which column holds what comes out. Names are those of the committed table
//! `data/columns.tsv`, compared without blanks, width, case, brackets and punctuation; exact names go before names
//! that a header ends with or holds (`在宅療養に関するご意見`).

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::options::Field;
use crate::error::{Error, Position, Result};

/// Which column of a table holds what; columns count from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// The opinion's text.
    pub text: usize,
    /// The opinion's id.
    pub id: Option<usize>,
    /// Municipality.
    pub municipality: Option<usize>,
    /// Area.
    pub area: Option<usize>,
    /// Fiscal year.
    pub fiscal_year: Option<usize>,
    /// Hand-labeled themes.
    pub themes: Option<usize>,
    /// Hand-labeled stance.
    pub stance: Option<usize>,
    /// All other columns, in their order.
    pub others: Vec<usize>,
}

/// A known name of a column.
struct Known {
    /// What it stands for; `None`: a column that is no field of ours.
    field: Option<Field>,
    /// The name as compared.
    name: String,
    /// Whether several such columns of one table all hold opinions (`現状`, `課題`, `要望`).
    beside: bool,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    include_str!("../../data/columns.tsv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let field = cells.next()?.parse().ok();
            Some(Known { field, name: key(cells.next()?), beside: cells.next() == Some("beside") })
        })
        .collect()
});

/// Longest header that may hold a known name instead of being one: longer ones are titles and sentences.
const LONGEST_HEADER_CHARS: usize = 30;

/// How a header names a field, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// Named by `--column`.
    Told,
    /// A known name.
    Exact,
    /// Ends with a known name.
    Ends,
    /// Holds a known name.
    Holds,
}

/// A field found at a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Which column.
    pub column: usize,
    /// How sure.
    pub by: Match,
}

/// Fields found in a header; the text may be missing.
#[derive(Debug, Clone, Default)]
pub(super) struct Assignment(Vec<(Field, Found)>);

impl Columns {
    /// The columns of a table with this header, or the fields of an object with these keys. `overrides` are names
    /// given by the user (`--column text=NAME`).
    ///
    /// # Errors
    /// No column for the text, or an override that no header has; both list the headers found.
    pub fn find(header: &[&str], overrides: &[(Field, String)], position: Position) -> Result<Self> {
        let assignment = Assignment::of(header, overrides);
        for (field, name) in overrides {
            if !assignment.0.iter().any(|(f, found)| f == field && found.by == Match::Told) {
                return Err(Error::input(
                    position,
                    format!(
                        "no column is named {name}; found {}; expected the name of one of these in --column {}={name}",
                        listed(header),
                        field.name()
                    ),
                ));
            }
        }
        assignment.columns(header.len()).ok_or_else(|| {
            Error::input(
                position,
                format!(
                    "no column of opinions; found {}; name the one that holds them with --column text=NAME",
                    listed(header)
                ),
            )
        })
    }
}

impl Assignment {
    /// Gives each field at most one column and each column at most one field, the surest first.
    pub fn of(header: &[&str], overrides: &[(Field, String)]) -> Self {
        let mut assignment = Self::default();
        for (field, name) in overrides {
            let told = header
                .iter()
                .position(|h| h.trim() == name.trim())
                .or_else(|| header.iter().position(|h| key(h) == key(name)));
            if let Some(column) = told {
                assignment.0.retain(|(f, found)| f != field && found.column != column);
                assignment.0.push((*field, Found { column, by: Match::Told }));
            }
        }
        let keys: Vec<Vec<String>> = header.iter().map(|h| keys(h)).collect();
        let mut candidates: Vec<(Match, usize, usize, Field)> = Vec::new();
        for (column, forms) in keys.iter().enumerate() {
            candidates
                .extend(candidates_of(forms).into_iter().map(|(by, rank, field)| (by, rank, column, field)));
        }
        candidates.sort_unstable();
        for (by, _, column, field) in candidates {
            if !assignment.0.iter().any(|(f, found)| *f == field || found.column == column) {
                assignment.0.push((field, Found { column, by }));
            }
        }
        assignment
    }

    /// The column of a field.
    pub fn get(&self, field: Field) -> Option<Found> {
        self.0.iter().find(|(f, _)| *f == field).map(|(_, found)| *found)
    }

    /// How much the names look like those of a table, for comparing rows.
    pub fn weight(&self) -> u32 {
        let of = |by| match by {
            Match::Told => 10,
            Match::Exact => 6,
            Match::Ends => 4,
            Match::Holds => 2,
        };
        self.0.iter().map(|(_, found)| of(found.by)).sum()
    }

    /// Number of fields found by name or by the user, not by part of a name.
    pub fn n_sure(&self) -> usize {
        self.0.iter().filter(|(_, found)| found.by <= Match::Exact).count()
    }

    /// The columns, where there is one for the text.
    pub fn columns(&self, n_columns: usize) -> Option<Columns> {
        let at = |field| self.get(field).map(|found| found.column);
        Some(Columns {
            text: at(Field::Text)?,
            id: at(Field::Id),
            municipality: at(Field::Municipality),
            area: at(Field::Area),
            fiscal_year: at(Field::FiscalYear),
            themes: at(Field::Themes),
            stance: at(Field::Stance),
            others: (0..n_columns).filter(|c| !self.0.iter().any(|(_, found)| found.column == *c)).collect(),
        })
    }
}

/// What one header may stand for. A column known to be something else ends the search, unless its whole name is
/// also a field's.
fn candidates_of(forms: &[String]) -> Vec<(Match, usize, Field)> {
    let exact: Vec<_> = KNOWN
        .iter()
        .enumerate()
        .filter(|(_, known)| forms.contains(&known.name))
        .filter_map(|(rank, known)| Some((Match::Exact, rank, known.field?)))
        .collect();
    let Some(form) = forms.first() else { return Vec::new() };
    if !exact.is_empty() || form.chars().count() > LONGEST_HEADER_CHARS || form.ends_with('。') {
        return exact;
    }
    if is_other_form(forms) {
        return Vec::new();
    }
    KNOWN
        .iter()
        .enumerate()
        .filter(|(_, known)| known.field.is_some() && is_telling(&known.name))
        .filter_map(|(rank, known)| {
            let by = if forms.iter().any(|form| form.ends_with(&known.name)) {
                Match::Ends
            } else if forms.iter().any(|form| form.contains(&known.name)) {
                Match::Holds
            } else {
                return None;
            };
            Some((by, rank, known.field?))
        })
        .collect()
}

fn is_other_form(forms: &[String]) -> bool {
    KNOWN.iter().any(|known| known.field.is_none() && forms.iter().any(|form| form.ends_with(&known.name)))
}

/// Whether a header is known to be a column that holds no field of ours (`備考`, `回答日`).
pub(super) fn is_other_column(header: &str) -> bool {
    is_other_form(&keys(header))
}

/// Whether a column of this name may hold opinions beside another such one.
pub(super) fn stands_beside(header: &str) -> bool {
    let forms = keys(header);
    KNOWN.iter().any(|known| known.beside && forms.contains(&known.name))
}

/// Whether a header is one of the known names, or ends with one or holds one.
pub(super) fn is_known(header: &str) -> bool {
    let forms = keys(header);
    is_other_form(&forms) || !candidates_of(&forms).is_empty()
}

/// Whether a name says something as a part of a longer one: two characters of Japanese, or a word of four letters.
fn is_telling(name: &str) -> bool {
    let n_chars = name.chars().count();
    if name.is_ascii() {
        n_chars >= 4
    } else {
        n_chars >= 2 && name != "地区" && name != "団体" && name != "地域"
    }
}

/// The forms in which a header is compared: without brackets, and without what stands in them.
fn keys(header: &str) -> Vec<String> {
    let folded: String = header.nfkc().collect();
    let mut outside = String::new();
    let mut depth = 0usize;
    for c in folded.chars() {
        match c {
            '(' | '[' | '【' | '〔' | '〈' | '《' | '<' => depth += 1,
            ')' | ']' | '】' | '〕' | '〉' | '》' | '>' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    let mut forms = vec![key(&outside), key(header)];
    forms.retain(|form| !form.is_empty());
    forms.dedup();
    forms
}

/// A name as compared: NFKC, lower-case, no blanks, marks or brackets.
pub(super) fn key(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    let kept: String = folded
        .chars()
        .filter(|c| {
            !c.is_whitespace()
                && !c.is_control()
                && !matches!(
                    c,
                    '(' | ')' | '[' | ']' | '【' | '】' | '〔' | '〕' | '〈' | '〉' | '《' | '》' | '<' | '>'
                )
                && !matches!(
                    c,
                    '_' | '-'
                        | '.'
                        | ':'
                        | '*'
                        | '※'
                        | '"'
                        | '\''
                        | '■'
                        | '●'
                        | '○'
                        | '◆'
                        | '\u{FEFF}'
                        | '\u{200B}'
                )
        })
        .collect();
    kept
}

fn listed(header: &[&str]) -> String {
    let names: Vec<_> = header.iter().map(|h| h.trim()).filter(|h| !h.is_empty()).collect();
    if names.is_empty() { "no names at all".to_owned() } else { format!("the columns {}", names.join(", ")) }
}

impl Field {
    /// The name in `--column`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Municipality => "municipality",
            Self::Area => "area",
            Self::FiscalYear => "fiscal_year",
            Self::Themes => "themes",
            Self::Stance => "stance",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &[&str]) -> Columns {
        Columns::find(header, &[], Position::file("a.csv")).expect("a text column")
    }

    #[test]
    fn every_row_of_the_table_is_a_known_field_once() {
        let table = include_str!("../../data/columns.tsv");
        assert_eq!(KNOWN.len(), table.lines().count() - 1);
        for (i, known) in KNOWN.iter().enumerate() {
            assert!(!known.name.is_empty());
            assert!(!KNOWN[..i].iter().any(|k| k.name == known.name), "{} twice", known.name);
        }
        for line in table.lines().skip(1) {
            let field = line.split('\t').next().expect("a field");
            assert!(field == "-" || field.parse::<Field>().is_ok(), "{line}");
        }
    }

    #[test]
    fn the_obvious_names_are_found_however_they_are_written() {
        let columns = find(&["Ｎｏ．", " 圏 域 ", "区市町村名", "主な意見", "回答日"]);
        assert_eq!(
            columns,
            Columns {
                id: Some(0),
                area: Some(1),
                municipality: Some(2),
                text: 3,
                others: vec![4],
                ..Columns::default()
            }
        );
        let columns = find(&["ID", "Fiscal Year", "Area", "Municipality", "Text", "themes", "stance"]);
        assert_eq!(
            (columns.id, columns.fiscal_year, columns.area, columns.municipality),
            (Some(0), Some(1), Some(2), Some(3))
        );
        assert_eq!((columns.text, columns.themes, columns.stance), (4, Some(5), Some(6)));
        assert_eq!(find(&["№", "自治体（区市町村）", "意見（自由記述）"]).municipality, Some(1));
    }

    #[test]
    fn a_name_inside_a_longer_one_counts_after_exact_names() {
        assert_eq!(find(&["意見提出日", "在宅療養に関するご意見", "意見者の所属"]).text, 1);
        assert_eq!(find(&["在宅療養に関するご意見", "意見"]).text, 1);
        assert_eq!(find(&["市区町村コード", "市区町村", "内容"]).municipality, Some(1));
        assert_eq!(find(&["内容", "意見"]).text, 1);
    }

    #[test]
    fn without_a_text_column_the_error_lists_what_was_found() {
        let error = Columns::find(&["区市町村", "備考"], &[], Position::file("a.csv")).expect_err("no text");
        let message = error.to_string();
        assert!(message.contains("区市町村, 備考") && message.contains("--column text=NAME"), "{message}");
    }

    #[test]
    fn the_user_has_the_last_word() {
        let overrides = [(Field::Text, "備考".to_owned())];
        let columns = Columns::find(&["意見", "備考"], &overrides, Position::default()).expect("found");
        assert_eq!((columns.text, columns.others), (1, vec![0]));
        let wrong = [(Field::Text, "びこう".to_owned())];
        let error =
            Columns::find(&["意見", "備考"], &wrong, Position::default()).expect_err("no such column");
        assert!(error.to_string().contains("意見, 備考"), "{error}");
    }
}
