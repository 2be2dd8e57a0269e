//! What the cells of one row decide.

use super::table::fold;
use crate::{
    codebook::{Codebook, StanceId, ThemeSet},
    export::workbook::{Column, TICK},
};

/// What people put into 確認 for yes.
const YES: [&str; 16] = [
    "✓",
    "✔",
    "☑",
    "✅",
    "レ",
    "○",
    "〇",
    "◯",
    "済",
    "確認",
    "確認済",
    "確認済み",
    "OK",
    "TRUE",
    "1",
    "はい",
];
/// What people and programs put there for no.
const NO: [&str; 6] = ["", "☐", "□", "未", "FALSE", "0"];

/// A cell whose value cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadCell {
    pub column: Column,
    pub message: String,
}

/// Whether 確認 is ticked.
pub(super) fn ticked(value: &str) -> Result<bool, BadCell> {
    let folded = fold(value).to_uppercase();
    // Folding may change a mark itself, as it does ㋹; the list is folded the same way.
    let among = |list: &[&str]| list.iter().any(|known| fold(known) == folded);
    match (among(&YES), among(&NO)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(BadCell {
            column: Column::Confirmed,
            message: format!("{value} in {}; expected {TICK} or nothing", Column::Confirmed.header()),
        }),
    }
}

/// Whether two values of a column mean the same.
pub(super) fn same_value(column: Column, a: &str, b: &str) -> bool {
    match column {
        Column::Confirmed => a == b || matches!((ticked(a), ticked(b)), (Ok(a), Ok(b)) if a == b),
        _ => fold(a) == fold(b),
    }
}

/// Themes of a row, main first; blanks between them are passed over.
pub(super) fn themes(values: &[String], codebook: &Codebook) -> Result<ThemeSet, Vec<BadCell>> {
    let mut bad = Vec::new();
    let mut set: Option<ThemeSet> = None;
    for (place, value) in values.iter().enumerate() {
        let column = Column::Theme(place);
        if fold(value).is_empty() {
            if place == 0 {
                let message = format!("{} is blank; every opinion has a main theme", column.header());
                bad.push(BadCell { column, message });
            }
            continue;
        }
        let Some(theme) = find(value, codebook.themes().iter().map(|t| [t.name_ja.as_str(), &t.id])) else {
            bad.push(BadCell { column, message: unknown("theme", value, codebook) });
            continue;
        };
        let theme = crate::codebook::ThemeId(theme as u8);
        match &mut set {
            None => set = Some(ThemeSet::new(theme)),
            Some(set) => {
                if !set.push(theme) {
                    let message = format!("theme {value} is named twice; clear one of the cells");
                    bad.push(BadCell { column, message });
                }
            }
        }
    }
    match set {
        Some(set) if bad.is_empty() => Ok(set),
        _ => Err(bad),
    }
}

/// Stance of a row; a blank one is an error only where there was one.
pub(super) fn stance(value: &str, written: &str, codebook: &Codebook) -> Result<Option<StanceId>, BadCell> {
    let column = Column::Stance;
    if fold(value).is_empty() {
        return match written.is_empty() {
            true => Ok(None),
            false => Err(BadCell {
                column,
                message: format!("{} is blank; every opinion has a stance", column.header()),
            }),
        };
    }
    match find(value, codebook.stances().iter().map(|s| [s.name_ja.as_str(), &s.id])) {
        Some(stance) => Ok(Some(StanceId(stance as u8))),
        None => Err(BadCell { column, message: unknown("stance", value, codebook) }),
    }
}

fn find<'c>(value: &str, names: impl Iterator<Item = [&'c str; 2]>) -> Option<usize> {
    let value = fold(value);
    names.enumerate().find(|(_, names)| names.iter().any(|name| fold(name) == value)).map(|(i, _)| i)
}

fn unknown(kind: &str, value: &str, codebook: &Codebook) -> String {
    format!(
        "{kind} {value} is not in codebook {}; expected a name from the cell's list (sheet {})",
        codebook.version(),
        crate::export::workbook::Sheet::Codebook.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codebook() -> Codebook {
        Codebook::from_path(std::path::Path::new("labels/codebook.toml")).expect("the project's codebook")
    }

    fn values(names: [&str; 3]) -> Vec<String> {
        names.map(str::to_owned).to_vec()
    }

    #[test]
    fn names_are_taken_in_any_width_and_ids_too() {
        let codebook = codebook();
        let set = themes(&values(["２４時間・夜間休日体制", "", " supply "]), &codebook).expect("taken");
        assert_eq!(set.to_string(&codebook), "around_the_clock|supply");
        assert_eq!(stance("充足・良好 ", "", &codebook), Ok(Some(StanceId(0))));
    }

    #[test]
    fn every_bad_cell_of_a_row_is_named() {
        let codebook = codebook();
        let bad = themes(&values(["", "看取りなど", "地域特性"]), &codebook).expect_err("refused");
        assert_eq!(bad.iter().map(|b| b.column).collect::<Vec<_>>(), [Column::Theme(0), Column::Theme(1)]);
        let bad = themes(&values(["地域特性", "地域特性", ""]), &codebook).expect_err("refused");
        assert_eq!(bad[0].column, Column::Theme(1));
        assert!(themes(&values(["", "", ""]), &codebook).is_err());
        assert!(stance("", "不足・課題", &codebook).is_err());
        assert_eq!(stance("", "", &codebook), Ok(None));
    }

    #[test]
    fn a_tick_may_be_written_in_many_ways() {
        for yes in ["✓", "✔", "○", "ok", "ＯＫ", "TRUE", "1", "済"] {
            assert_eq!(ticked(yes), Ok(true), "{yes}");
        }
        for no in ["", " ", "FALSE", "未"] {
            assert_eq!(ticked(no), Ok(false), "{no}");
        }
        assert!(ticked("×").is_err() && ticked("あとで").is_err());
        assert!(same_value(Column::Confirmed, "✓", "TRUE") && !same_value(Column::Confirmed, "✓", ""));
    }
}
