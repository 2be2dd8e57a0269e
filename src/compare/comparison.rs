//! All figures of the year-and-area report.

use indexmap::IndexSet;

use super::{
    change::{Change, Settled, changes},
    correction::Correction,
    interval::{Interval, Z_95, wilson},
    novelty::{Novelty, novelty},
    read::{LabeledTables, ReadTable},
    tally::{AreaTally, OUTSIDE_AREA, Quote, Tally, YearTally},
};
use crate::{codebook::Codebook, places::places};

/// Cells under so many opinions carry no percentage.
pub const FEWEST_FOR_PERCENT: usize = 5;
/// Opinions quoted in a report, at most: what keeps a page under five megabytes.
const MOST_QUOTES: usize = 2_500;

/// Opinions of a theme among some others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Opinions.
    pub n: usize,
    /// Their share; `None` under five opinions.
    pub share: Option<f64>,
}

impl Cell {
    fn new(n: usize, of: usize) -> Self {
        let enough = n >= FEWEST_FOR_PERCENT && of >= FEWEST_FOR_PERCENT;
        Self { n, share: enough.then(|| n as f64 / of as f64) }
    }
}

/// A theme in a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Themed {
    /// As counted: a person's decision where there is one, else the model's.
    pub counted: Cell,
    /// Corrected for the model's errors, with its 95 % interval; `None` where it cannot be.
    pub corrected: Option<Interval>,
}

/// A row of the table of areas.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// The area.
    pub name: String,
    /// Opinions.
    pub n: usize,
    /// By theme.
    pub themes: Vec<Cell>,
}

/// A municipality on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// Opinions.
    pub n: usize,
    /// By theme.
    pub themes: Vec<usize>,
}

/// Two themes in the same opinions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Places in the codebook, the lower first.
    pub themes: (usize, usize),
    /// Opinions with both.
    pub n: usize,
    /// Opinions with both if the themes had nothing to do with each other.
    pub expected: f64,
    /// How many times as many there are.
    pub ratio: f64,
}

/// A year's figures.
#[derive(Debug, Clone, PartialEq)]
pub struct YearFigures {
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Whether a table of it was made up to be shown.
    pub is_fictitious: bool,
    /// Opinions.
    pub n: usize,
    /// Opinions labeled by a person, accepted, to review.
    pub marks: [usize; 3],
    /// How its shares are corrected.
    pub correction: Correction,
    /// By theme.
    pub themes: Vec<Themed>,
    /// By area, in official order, others behind.
    pub areas: Vec<AreaRow>,
    /// By municipality, in the order of [`places`].
    pub tiles: Vec<Tile>,
    /// Opinions that are on no tile.
    pub n_off_map: usize,
    /// By theme, then stance.
    pub stances: Vec<Vec<Cell>>,
    /// Opinions by two themes.
    pub together: Vec<Vec<usize>>,
    /// Themes that stand together in five opinions or more, the most frequent first.
    pub pairs: Vec<Pair>,
}

/// Quotes of a year in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotedYear {
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Opinions there are.
    pub n: usize,
    /// Those quoted, by municipality.
    pub quotes: Vec<Quote>,
}

/// Opinions of a theme in an area.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteGroup {
    /// Place of the theme in the codebook.
    pub theme: usize,
    /// Place of the area among [`Comparison::areas`].
    pub area: usize,
    /// By year, the latest first.
    pub years: Vec<QuotedYear>,
}

/// All figures.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The codebook.
    pub codebook: Codebook,
    /// The model.
    pub model: String,
    /// Tables that were read.
    pub tables: Vec<ReadTable>,
    /// Records that were not counted.
    pub n_rejects: usize,
    /// Areas in order.
    pub areas: Vec<String>,
    /// Years in order.
    pub years: Vec<YearFigures>,
    /// Themes between years.
    pub changes: Vec<Change>,
    /// The opinions behind the cells.
    pub quotes: Vec<QuoteGroup>,
    /// Whether some opinions are not quoted.
    pub is_sampled: bool,
    /// What is new in the last year.
    pub novelty: Option<Novelty>,
}

/// Works out all figures.
pub fn compare(read: &LabeledTables) -> Comparison {
    let tally = &read.tally;
    let areas = area_names(tally);
    let settled: Vec<Settled> = tally.years.values().map(settle).collect();
    let years: Vec<YearFigures> = tally
        .years
        .values()
        .zip(&settled)
        .map(|(year, settled)| {
            let of_table = |t: &ReadTable| t.is_fictitious && t.years.contains(&year.fiscal_year);
            figures(year, settled, &areas, read.tables.iter().any(of_table))
        })
        .collect();
    let quotes = quotes(tally, &areas);
    let is_sampled = quotes.iter().flat_map(|g| &g.years).any(|y| y.quotes.len() < y.n);
    Comparison {
        codebook: tally.codebook.clone(),
        model: read.model.clone(),
        tables: read.tables.clone(),
        n_rejects: read.rejects.len(),
        changes: changes(&settled),
        novelty: novelty(tally.years.values()),
        areas,
        years,
        quotes,
        is_sampled,
    }
}

/// Areas that occur, in official order; others in order of first sight, then those without any.
fn area_names(tally: &Tally) -> Vec<String> {
    let found: IndexSet<&str> =
        tally.years.values().flat_map(|y| y.areas.keys().map(String::as_str)).collect();
    let official = places().areas().iter().copied();
    let known: Vec<&str> = official.filter(|a| found.contains(a)).collect();
    let mut others: Vec<&str> = found.iter().copied().filter(|a| !known.contains(a)).collect();
    others.sort_by_key(|a| *a == OUTSIDE_AREA);
    known.into_iter().chain(others).map(str::to_owned).collect()
}

fn settle(year: &YearTally) -> Settled {
    let correction = Correction::of(year);
    Settled {
        fiscal_year: year.fiscal_year,
        n: year.n,
        counts: year.themes.clone(),
        correction,
        shares: (0..year.themes.len()).map(|theme| correction.share(year, theme)).collect(),
    }
}

fn figures(year: &YearTally, settled: &Settled, areas: &[String], is_fictitious: bool) -> YearFigures {
    let n_themes = year.themes.len();
    let none = AreaTally { n: 0, themes: vec![0; n_themes] };
    YearFigures {
        fiscal_year: year.fiscal_year,
        is_fictitious,
        n: year.n,
        marks: year.marks,
        correction: settled.correction,
        themes: year
            .themes
            .iter()
            .zip(&settled.shares)
            .map(|(&n, share)| Themed {
                counted: Cell::new(n, year.n),
                corrected: share.map(|s| wilson(s.share, s.n_effective, Z_95)),
            })
            .collect(),
        areas: areas
            .iter()
            .map(|name| {
                let AreaTally { n, themes } = year.areas.get(name).unwrap_or(&none);
                AreaRow {
                    name: name.clone(),
                    n: *n,
                    themes: themes.iter().map(|&t| Cell::new(t, *n)).collect(),
                }
            })
            .collect(),
        tiles: year.municipalities.iter().map(|m| Tile { n: m.n, themes: m.themes.clone() }).collect(),
        n_off_map: year.n_off_map,
        stances: year
            .stances
            .iter()
            .zip(&year.themes)
            .map(|(stances, &of)| stances.iter().map(|&n| Cell::new(n, of)).collect())
            .collect(),
        together: year.pairs.clone(),
        pairs: pairs(year),
    }
}

fn pairs(year: &YearTally) -> Vec<Pair> {
    let n_themes = year.themes.len();
    let mut pairs: Vec<Pair> = (0..n_themes)
        .flat_map(|a| (a + 1..n_themes).map(move |b| (a, b)))
        .filter(|&(a, b)| year.pairs[a][b] >= FEWEST_FOR_PERCENT)
        .map(|(a, b)| {
            let n = year.pairs[a][b];
            let expected = year.themes[a] as f64 * year.themes[b] as f64 / year.n as f64;
            Pair { themes: (a, b), n, expected, ratio: n as f64 / expected }
        })
        .collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.n));
    pairs
}

/// Quotes by theme and area; every cell has as many as the page has room for.
fn quotes(tally: &Tally, areas: &[String]) -> Vec<QuoteGroup> {
    let kept = |most: usize| -> usize {
        tally.years.values().flat_map(|y| y.quotes.values()).map(|s| s.len().min(most)).sum()
    };
    let most = (1..=super::tally::MOST_QUOTES).rev().find(|&most| kept(most) <= MOST_QUOTES).unwrap_or(1);
    let mut groups = Vec::new();
    for theme in tally.codebook.theme_ids() {
        for (area, name) in areas.iter().enumerate() {
            let quoted = tally.years.values().rev().filter_map(|year| {
                let sample = year.quotes.get(&(theme.0, year.areas.get_index_of(name)?))?;
                let mut quotes: Vec<Quote> = sample.take(most).into_iter().cloned().collect();
                quotes.sort_by_key(official_place);
                Some(QuotedYear { fiscal_year: year.fiscal_year, n: sample.n_seen(), quotes })
            });
            let years: Vec<QuotedYear> = quoted.collect();
            if !years.is_empty() {
                groups.push(QuoteGroup { theme: theme.index(), area, years });
            }
        }
    }
    groups
}

/// Place of the municipality of an opinion in the official order; others behind.
fn official_place(quote: &Quote) -> usize {
    let first = quote.municipality.as_deref().and_then(|m| places().heading(m)).map(|parts| parts[0].code);
    places().municipalities().iter().position(|m| Some(m.code) == first).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_under_five_opinions_carries_no_percentage() {
        assert_eq!(Cell::new(4, 20).share, None);
        assert_eq!(Cell::new(5, 20).share, Some(0.25));
        assert_eq!(Cell::new(0, 0).share, None);
    }

    #[test]
    fn figures_agree_with_a_count_by_hand() {
        let codebook =
            Codebook::from_toml(include_str!("../../labels/codebook.toml"), "c").expect("a codebook");
        let mut tally = Tally::new(codebook);
        for i in 0..30 {
            let themes = if i < 10 { vec!["supply", "policy"] } else { vec!["policy"] };
            let municipality = if i % 3 == 0 { "港区" } else { "横浜市" };
            let record = serde_json::from_value(serde_json::json!({
                "id": i.to_string(), "fiscal_year": 2022, "municipality": municipality, "text": "a",
                "themes": themes, "stance": "concern", "status": "accepted", "probability": 0.9, "scores": {},
                "stance_scores": {}, "evidence": {}, "unseen_terms": 0.1, "in_training": false,
                "source": {"file": "a.txt"}, "model": "m", "codebook": "c"
            }))
            .expect("a record");
            tally.add(&record).expect("counted");
        }
        let read = LabeledTables { tally, tables: Vec::new(), model: "m".into(), rejects: Vec::new() };
        let found = compare(&read);
        assert_eq!(found.areas, ["区中央部", OUTSIDE_AREA]);
        let year = &found.years[0];
        assert_eq!((year.themes[0].counted.n, year.themes[0].corrected), (10, None));
        let [pair] = &year.pairs[..] else { panic!("one pair: {:?}", year.pairs) };
        assert!((pair.n, pair.ratio) == (10, 1.0), "{pair:?}");
        assert_eq!(year.areas[0].themes[0].n, 4);
        assert!(found.changes.is_empty() && !found.is_sampled);
        let quoted: usize = found.quotes.iter().flat_map(|g| &g.years).map(|y| y.quotes.len()).sum();
        assert_eq!(quoted, 40);
    }
}
