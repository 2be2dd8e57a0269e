//! The opinions behind the cells: groups with their anchors, and what the page may link to.

use std::collections::HashSet;

use serde::Serialize;

use super::{figures::count, summary::year_name};
use crate::{
    codebook::Codebook,
    compare::{Comparison, Mark, Quote, QuoteGroup},
    opinion::Source,
    places::places,
};

/// Characters of an opinion that are shown.
const MOST_CHARS: usize = 280;

/// An opinion on the page.
#[derive(Debug, Clone, Serialize)]
pub struct ShownOpinion {
    /// Anchor of the first opinion of a municipality in a theme and year.
    anchor: Option<String>,
    id: String,
    municipality: String,
    text: String,
    /// All its themes.
    themes: String,
    stance: String,
    mark: &'static str,
    mark_class: &'static str,
    place: String,
}

/// A year's opinions.
#[derive(Debug, Clone, Serialize)]
pub struct ShownYear {
    anchor: String,
    name: String,
    fiscal_year: i32,
    n: String,
    /// How many of them are shown, where not all are.
    shown: Option<String>,
    opinions: Vec<ShownOpinion>,
}

/// An area's opinions.
#[derive(Debug, Clone, Serialize)]
pub struct ShownArea {
    name: String,
    years: Vec<ShownYear>,
}

/// A theme's opinions.
#[derive(Debug, Clone, Serialize)]
pub struct ShownTheme {
    anchor: String,
    name: String,
    areas: Vec<ShownArea>,
}

/// Anchors that stand on the page.
#[derive(Debug, Default)]
pub struct Anchors(HashSet<String>);

impl Anchors {
    /// The link to an anchor, where it stands on the page.
    pub fn href(&self, anchor: &str) -> Option<String> {
        self.0.contains(anchor).then(|| format!("#{anchor}"))
    }
}

/// Anchor of the opinions of a theme.
pub fn theme_anchor(codebook: &Codebook, theme: usize) -> String {
    format!("o-{}", codebook.themes()[theme].id)
}

/// Anchor of the opinions of a theme in an area in a year.
pub fn area_anchor(codebook: &Codebook, theme: usize, area: usize, fiscal_year: i32) -> String {
    format!("{}-{area}-{fiscal_year}", theme_anchor(codebook, theme))
}

/// Anchor of the opinions of a theme in a municipality in a year.
pub fn municipality_anchor(codebook: &Codebook, theme: usize, code: &str, fiscal_year: i32) -> String {
    format!("{}-m{code}-{fiscal_year}", theme_anchor(codebook, theme))
}

/// Who labeled an opinion, in words.
pub fn mark(mark: Mark) -> (&'static str, &'static str) {
    match mark {
        Mark::Hand => ("人手", "hand"),
        Mark::Accepted => ("自動・採用", "accepted"),
        Mark::Review => ("自動・要確認", "review"),
    }
}

/// All groups for the page, and the anchors in them.
pub fn shown(comparison: &Comparison) -> (Vec<ShownTheme>, Anchors) {
    let mut anchors = Anchors::default();
    let mut themes: Vec<ShownTheme> = Vec::new();
    for group in &comparison.quotes {
        let anchor = theme_anchor(&comparison.codebook, group.theme);
        if themes.last().is_none_or(|last| last.anchor != anchor) {
            let name = comparison.codebook.themes()[group.theme].name_ja.clone();
            anchors.0.insert(anchor.clone());
            themes.push(ShownTheme { anchor, name, areas: Vec::new() });
        }
        let area = shown_area(comparison, group, &mut anchors);
        if let Some(theme) = themes.last_mut() {
            theme.areas.push(area);
        }
    }
    (themes, anchors)
}

fn shown_area(comparison: &Comparison, group: &QuoteGroup, anchors: &mut Anchors) -> ShownArea {
    let codebook = &comparison.codebook;
    let years = group
        .years
        .iter()
        .map(|year| {
            let anchor = area_anchor(codebook, group.theme, group.area, year.fiscal_year);
            anchors.0.insert(anchor.clone());
            let figures = comparison.years.iter().find(|y| y.fiscal_year == year.fiscal_year);
            let opinions = year
                .quotes
                .iter()
                .map(|quote| {
                    // A double heading has an anchor for each of its municipalities; the first free one is the row's.
                    let parts = quote.municipality.as_deref().and_then(|m| places().heading(m));
                    let free = parts.unwrap_or_default().into_iter().find_map(|m| {
                        let anchor = municipality_anchor(codebook, group.theme, m.code, year.fiscal_year);
                        anchors.0.insert(anchor.clone()).then_some(anchor)
                    });
                    opinion(codebook, quote, free)
                })
                .collect::<Vec<_>>();
            ShownYear {
                anchor,
                name: figures.map_or_else(String::new, year_name),
                fiscal_year: year.fiscal_year,
                n: count(year.n),
                shown: (year.quotes.len() < year.n).then(|| count(year.quotes.len())),
                opinions,
            }
        })
        .collect();
    ShownArea { name: comparison.areas[group.area].clone(), years }
}

/// An opinion as the page shows it.
pub fn opinion(codebook: &Codebook, quote: &Quote, anchor: Option<String>) -> ShownOpinion {
    let (mark, mark_class) = mark(quote.mark);
    let names: Vec<&str> = quote.themes.iter().map(|t| codebook.theme(t).name_ja.as_str()).collect();
    ShownOpinion {
        anchor,
        id: quote.id.clone(),
        municipality: quote.municipality.clone().unwrap_or_else(|| "—".to_owned()),
        text: shortened(&quote.text),
        themes: names.join("、"),
        stance: codebook.stance(quote.stance).name_ja.clone(),
        mark,
        mark_class,
        place: place(&quote.source),
    }
}

fn shortened(text: &str) -> String {
    let n_chars = text.chars().count();
    if n_chars <= MOST_CHARS {
        return text.to_owned();
    }
    let head: String = text.chars().take(MOST_CHARS).collect();
    format!("{head}…（全{}字）", count(n_chars))
}

/// `r01.pdf 2頁 7行`.
fn place(source: &Source) -> String {
    let mut parts = vec![source.file.clone()];
    parts.extend(source.sheet.clone());
    parts.extend(source.cell.clone());
    parts.extend(source.page.map(|p| format!("{p}頁")));
    parts.extend(source.line.map(|l| format!("{l}行")));
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_opinion_is_cut_and_says_so() {
        assert_eq!(shortened("在宅医が少ない。"), "在宅医が少ない。");
        let shown = shortened(&"あ".repeat(1_500));
        assert!(shown.ends_with("…（全1,500字）"), "{shown}");
    }

    #[test]
    fn a_place_says_what_it_knows() {
        let source = Source { file: "r01.pdf".into(), page: Some(2), line: Some(7), ..Source::default() };
        assert_eq!(place(&source), "r01.pdf 2頁 7行");
    }
}
