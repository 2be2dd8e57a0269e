//! What stands around the opinions of an Office file: what the whole file says about them is filled in at the end.

use std::{collections::HashSet, path::Path};

use serde_json::Value;

use super::{
    marks,
    options::ReadOptions,
    reading::{Part, Reading, Warning},
};
use crate::{error::Position, opinion::Opinion, places::places};

/// Fills years and municipalities that the opinions lack, from the file as a whole (`year`), the options and the
/// file's name, and puts ids right that are not unique.
pub(super) fn fill(reading: &mut Reading, year: Option<i32>, file: &str, options: &ReadOptions) {
    let stem = Path::new(file).file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let year = year.or(options.fiscal_year).or_else(|| {
        stem.split(['_', '-', ' ', '　', '（', '(', '）', ')'])
            .find_map(marks::fiscal_year)
            .or_else(|| marks::fiscal_year(&stem))
    });
    for opinion in &mut reading.opinions {
        opinion.fiscal_year = opinion.fiscal_year.or(year);
    }
    if !reading.opinions.is_empty()
        && reading.opinions.iter().all(|o| o.municipality.is_none())
        && let Some(name) = municipality_in(&stem)
    {
        reading.opinions.iter_mut().for_each(|o| o.municipality = Some(name.clone()));
        reading.warnings.push(Warning {
            position: Position::file(file),
            message: format!("no municipality inside the file; {name} is taken from its name"),
        });
    }
    make_ids_unique(&mut reading.opinions);
}

/// The one municipality that a name holds (`01_千代田区`, `千代田区 意見`).
pub(super) fn municipality_in(name: &str) -> Option<String> {
    let bare = name.trim_matches(|c: char| c.is_numeric() || c.is_whitespace() || "_-.()（）－".contains(c));
    if places().heading(bare).is_some() {
        return Some(bare.to_owned());
    }
    let name = crate::places::fold(name);
    let held: Vec<_> = places()
        .municipalities()
        .iter()
        .filter(|m| name.contains(&crate::places::fold(m.name)))
        .map(|m| m.name)
        .collect();
    // 港区 is held by no other name, but 市 names may hold one another: the longest counts.
    let longest = held.iter().max_by_key(|n| n.chars().count())?;
    held.iter().all(|n| longest.contains(n)).then(|| (*longest).to_owned())
}

/// Numbers that begin anew on every sheet identify nothing: they become an ordinary column, and ids are made.
fn make_ids_unique(opinions: &mut [Opinion]) {
    let mut seen = HashSet::new();
    if opinions.iter().filter(|o| !o.id.is_empty()).all(|o| seen.insert(o.id.as_str())) {
        return;
    }
    for opinion in opinions.iter_mut().filter(|o| !o.id.is_empty()) {
        let id = std::mem::take(&mut opinion.id);
        opinion.columns.entry("number").or_insert(Value::String(id));
    }
}

/// What a page, sheet or file held.
pub(super) fn part(name: &str, opinions: &[Opinion]) -> Part {
    let mut municipalities: Vec<String> = Vec::new();
    for name in opinions.iter().filter_map(|o| o.municipality.as_ref()) {
        if municipalities.last() != Some(name) && !municipalities.contains(name) {
            municipalities.push(name.clone());
        }
    }
    Part { name: name.to_owned(), n_opinions: opinions.len(), municipalities }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_fills_what_the_file_does_not_say() {
        let mut reading = Reading { opinions: vec![Opinion::default()], ..Reading::default() };
        fill(&mut reading, None, "R4_03港区_意見.xlsx", &ReadOptions::default());
        assert_eq!(reading.opinions[0].fiscal_year, Some(2022));
        assert_eq!(reading.opinions[0].municipality.as_deref(), Some("港区"));
        assert_eq!(reading.warnings.len(), 1);
    }

    #[test]
    fn numbers_that_begin_anew_are_no_ids() {
        let numbered = |id: &str| Opinion { id: id.into(), ..Opinion::default() };
        let mut opinions = vec![numbered("1"), numbered("2"), numbered("1")];
        make_ids_unique(&mut opinions);
        assert!(opinions.iter().all(|o| o.id.is_empty()));
        assert_eq!(opinions[2].columns["number"], "1");
    }
}
