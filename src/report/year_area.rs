//! The year-and-area report: what a comparison found, put into words and cells.

use serde::Serialize;

use super::{
    chart::{self, Differences, Sureness},
    figures::{count, fiscal_year, p_value, percent, percent_range, points, points_range},
    methods,
    opinions::{
        Anchors, ShownOpinion, ShownTheme, area_anchor, municipality_anchor, opinion, shown, theme_anchor,
    },
    page,
    shades::{Shades, Step},
    summary::{self, year_name},
    tiles::{self, DrawnMap},
};
use crate::{
    compare::{Cell, Change, Comparison, FEWEST_NAMING, GrownTerm, LOW_SCORE, Novelty, Verdict, YearFigures},
    places::places,
};

/// Years whose maps are drawn; each is fifteen drawings.
const MOST_MAPS: usize = 2;

/// The whole report as one page.
pub fn year_area_report(comparison: &Comparison) -> String {
    page::render("year_area.html", &Report::new(comparison))
}

#[derive(Serialize)]
struct Report {
    title: &'static str,
    years_named: String,
    fictitious: Vec<String>,
    sentences: Vec<String>,
    tables: Vec<TableRow>,
    codebook: String,
    model: String,
    n_rejects: String,
    has_rejects: bool,
    years: Vec<YearRow>,
    /// Value and text of the filter's choices.
    filter_years: Vec<(i32, String)>,
    themes: Vec<ThemeRow>,
    pairs: Vec<PairOfYears>,
    heat: Vec<HeatMap>,
    heat_legend: Vec<Step>,
    maps: Vec<YearMaps>,
    map_legend: Vec<Step>,
    together: Vec<Together>,
    stances: Vec<StanceTable>,
    novelty: Option<NoveltyView>,
    methods: String,
    command: String,
    opinions: Vec<ShownTheme>,
    is_sampled: bool,
}

#[derive(Serialize)]
struct TableRow {
    file: String,
    n: String,
    years: String,
}

#[derive(Serialize)]
struct YearRow {
    name: String,
    n: String,
    marks: Vec<String>,
    correction: String,
}

#[derive(Serialize)]
struct ThemeRow {
    name: String,
    definition: String,
    href: Option<String>,
    years: Vec<ThemeYear>,
}

#[derive(Serialize)]
struct ThemeYear {
    n: String,
    counted: Option<String>,
    corrected: Option<String>,
    range: Option<String>,
}

#[derive(Serialize)]
struct PairOfYears {
    from: String,
    to: String,
    chart: Differences,
    changes: Vec<ChangeRow>,
}

#[derive(Serialize)]
struct ChangeRow {
    name: String,
    difference: Option<String>,
    range: Option<String>,
    p: Option<String>,
    q: Option<String>,
    verdict: &'static str,
    class: Sureness,
    reason: String,
}

#[derive(Serialize)]
struct HeatMap {
    year: String,
    /// Names, in parts between which a line may break, and opinions.
    areas: Vec<(Vec<String>, String)>,
    rows: Vec<HeatRow>,
}

#[derive(Serialize)]
struct HeatRow {
    name: String,
    n: String,
    cells: Vec<HeatCell>,
}

#[derive(Serialize)]
struct HeatCell {
    n: String,
    share: Option<String>,
    level: usize,
    href: Option<String>,
}

#[derive(Serialize)]
struct YearMaps {
    year: String,
    side: usize,
    n_off_map: String,
    has_off_map: bool,
    maps: Vec<DrawnMap>,
}

#[derive(Serialize)]
struct Together {
    year: String,
    names: Vec<String>,
    rows: Vec<Vec<HeatCell>>,
    pairs: Vec<PairRow>,
}

#[derive(Serialize)]
struct PairRow {
    first: String,
    second: String,
    n: String,
    expected: String,
    ratio: String,
}

#[derive(Serialize)]
struct StanceTable {
    year: String,
    stances: Vec<String>,
    rows: Vec<HeatRow>,
}

#[derive(Serialize)]
struct NoveltyView {
    year: String,
    looked_at: String,
    is_sampled: bool,
    has_before: bool,
    n_before: String,
    n_unfit: String,
    low_score: String,
    unseen: String,
    groups: Vec<GroupView>,
    new_terms: Vec<TermRow>,
    grown_terms: Vec<TermRow>,
    naming: (usize, usize),
}

#[derive(Serialize)]
struct GroupView {
    term: Option<String>,
    n: String,
    more: Option<String>,
    opinions: Vec<ShownOpinion>,
}

#[derive(Serialize)]
struct TermRow {
    term: String,
    before: String,
    now: String,
    municipalities: String,
    q: Option<String>,
    example: String,
}

impl Report {
    fn new(comparison: &Comparison) -> Self {
        let (opinions, anchors) = shown(comparison);
        let years = &comparison.years;
        let names: Vec<String> = years.iter().map(year_name).collect();
        let most = |counts: &mut dyn Iterator<Item = usize>| Shades::up_to(counts.max().unwrap_or(0));
        let of_area = most(&mut years.iter().flat_map(|y| &y.areas).flat_map(|a| &a.themes).map(|c| c.n));
        let of_tile = most(&mut years.iter().flat_map(|y| &y.tiles).flat_map(|t| t.themes.iter().copied()));
        Self {
            title: "在宅医療に関する意見の集計：年度・圏域・テーマ",
            years_named: names.join("、"),
            fictitious: years
                .iter()
                .filter(|y| y.is_fictitious)
                .map(|y| fiscal_year(y.fiscal_year))
                .collect(),
            sentences: summary::sentences(comparison),
            tables: tables(comparison),
            codebook: comparison.codebook.fingerprint(),
            model: comparison.model.clone(),
            n_rejects: count(comparison.n_rejects),
            has_rejects: comparison.n_rejects > 0,
            years: years.iter().map(year_row).collect(),
            filter_years: years.iter().map(|y| (y.fiscal_year, year_name(y))).collect(),
            themes: theme_rows(comparison, &anchors),
            pairs: pairs_of_years(comparison),
            heat: years.iter().rev().map(|y| heat_map(comparison, y, of_area, &anchors)).collect(),
            heat_legend: of_area.legend(),
            maps: maps(comparison, of_tile, &anchors),
            map_legend: of_tile.legend(),
            together: years.iter().rev().map(|y| together(comparison, y)).collect(),
            stances: years.iter().rev().map(|y| stance_table(comparison, y)).collect(),
            novelty: comparison.novelty.as_ref().map(|n| novelty(comparison, n)),
            methods: methods::paragraph(comparison),
            command: command(comparison),
            opinions,
            is_sampled: comparison.is_sampled,
        }
    }
}

fn tables(comparison: &Comparison) -> Vec<TableRow> {
    let rows = comparison.tables.iter().map(|table| TableRow {
        file: table.file.clone(),
        n: count(table.n),
        years: table.years.iter().map(|y| fiscal_year(*y)).collect::<Vec<_>>().join("、"),
    });
    rows.collect()
}

/// The command that makes the report again.
fn command(comparison: &Comparison) -> String {
    let files: Vec<&str> = comparison.tables.iter().map(|t| t.file.as_str()).collect();
    format!("iken report {} -o report.html", files.join(" "))
}

fn year_row(year: &YearFigures) -> YearRow {
    YearRow {
        name: year_name(year),
        n: count(year.n),
        marks: year.marks.iter().map(|n| count(*n)).collect(),
        correction: summary::correction(year),
    }
}

fn theme_name(comparison: &Comparison, theme: usize) -> String {
    comparison.codebook.themes()[theme].name_ja.clone()
}

fn theme_rows(comparison: &Comparison, anchors: &Anchors) -> Vec<ThemeRow> {
    let themes = comparison.codebook.themes().iter().enumerate();
    themes
        .map(|(i, theme)| ThemeRow {
            name: theme.name_ja.clone(),
            definition: theme.definition.clone(),
            href: anchors.href(&theme_anchor(&comparison.codebook, i)),
            years: comparison
                .years
                .iter()
                .map(|year| {
                    let themed = year.themes[i];
                    ThemeYear {
                        n: count(themed.counted.n),
                        counted: themed.counted.share.map(percent),
                        corrected: themed.corrected.map(|c| percent(c.estimate)),
                        range: themed.corrected.map(|c| percent_range(&c)),
                    }
                })
                .collect(),
        })
        .collect()
}

fn pairs_of_years(comparison: &Comparison) -> Vec<PairOfYears> {
    let named = |year: i32| {
        let figures = comparison.years.iter().find(|y| y.fiscal_year == year);
        figures.map_or_else(|| fiscal_year(year), year_name)
    };
    let pairs = comparison.changes.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to));
    pairs
        .map(|changes| {
            let rows: Vec<ChangeRow> = changes.iter().map(|c| change_row(comparison, c)).collect();
            let drawn: Vec<_> = changes
                .iter()
                .zip(&rows)
                .map(|(c, row)| (row.name.clone(), c.difference, row.class, row.verdict.to_owned()))
                .collect();
            PairOfYears {
                from: named(changes[0].from),
                to: named(changes[0].to),
                chart: chart::differences(&drawn),
                changes: rows,
            }
        })
        .collect()
}

fn change_row(comparison: &Comparison, change: &Change) -> ChangeRow {
    ChangeRow {
        name: theme_name(comparison, change.theme),
        difference: change.difference.map(|d| points(d.estimate)),
        range: change.difference.map(|d| points_range(&d)),
        p: change.p.map(p_value),
        q: change.q.map(p_value),
        verdict: summary::verdict(change.verdict),
        class: match change.verdict {
            Verdict::Rose | Verdict::Fell => Sureness::Changed,
            Verdict::NoChangeSeen => Sureness::Same,
            Verdict::CannotSay(_) => Sureness::Unknown,
        },
        reason: summary::reason(change),
    }
}

fn heat_cell(cell: Cell, shades: Shades, href: Option<String>) -> HeatCell {
    HeatCell { n: count(cell.n), share: cell.share.map(percent), level: shades.level(cell.n), href }
}

/// A long name (`北多摩西部`) in two parts.
fn parts(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let length = if chars.len() > 4 { chars.len().div_ceil(2) } else { chars.len().max(1) };
    chars.chunks(length).map(|part| part.iter().collect()).collect()
}

fn heat_map(comparison: &Comparison, year: &YearFigures, shades: Shades, anchors: &Anchors) -> HeatMap {
    let codebook = &comparison.codebook;
    HeatMap {
        year: year_name(year),
        areas: year.areas.iter().map(|area| (parts(&area.name), count(area.n))).collect(),
        rows: (0..codebook.themes().len())
            .map(|theme| HeatRow {
                name: theme_name(comparison, theme),
                n: count(year.themes[theme].counted.n),
                cells: year
                    .areas
                    .iter()
                    .enumerate()
                    .map(|(i, area)| {
                        let anchor = area_anchor(codebook, theme, i, year.fiscal_year);
                        heat_cell(area.themes[theme], shades, anchors.href(&anchor))
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn maps(comparison: &Comparison, shades: Shades, anchors: &Anchors) -> Vec<YearMaps> {
    let codebook = &comparison.codebook;
    let on_map = |year: &&YearFigures| year.tiles.iter().any(|t| t.n > 0);
    let years = comparison.years.iter().rev().filter(on_map).take(MOST_MAPS);
    years
        .map(|year| YearMaps {
            year: year_name(year),
            side: tiles::SIDE,
            n_off_map: count(year.n_off_map),
            has_off_map: year.n_off_map > 0,
            maps: (0..codebook.themes().len())
                .map(|theme| {
                    let href = |code: &str| {
                        let own = municipality_anchor(codebook, theme, code, year.fiscal_year);
                        anchors.href(&own).or_else(|| {
                            let municipality = places().municipalities().iter().find(|m| m.code == code)?;
                            let area = comparison.areas.iter().position(|a| a == municipality.area)?;
                            anchors.href(&area_anchor(codebook, theme, area, year.fiscal_year))
                        })
                    };
                    tiles::draw(year, theme, &theme_name(comparison, theme), shades, href)
                })
                .collect(),
        })
        .collect()
}

fn together(comparison: &Comparison, year: &YearFigures) -> Together {
    let n_themes = year.together.len();
    let pairs_of = |a: usize| (0..n_themes).filter(move |b| *b != a).map(move |b| (a, b));
    let counts = (0..n_themes).flat_map(pairs_of).map(|(a, b)| year.together[a][b]);
    let shades = Shades::up_to(counts.max().unwrap_or(0));
    Together {
        year: year_name(year),
        names: (0..n_themes).map(|t| theme_name(comparison, t)).collect(),
        rows: (0..n_themes)
            .map(|a| {
                (0..n_themes)
                    .map(|b| {
                        let n = year.together[a][b];
                        let level = if a == b { 0 } else { shades.level(n) };
                        HeatCell { n: count(n), share: None, level, href: None }
                    })
                    .collect()
            })
            .collect(),
        pairs: year
            .pairs
            .iter()
            .map(|pair| PairRow {
                first: theme_name(comparison, pair.themes.0),
                second: theme_name(comparison, pair.themes.1),
                n: count(pair.n),
                expected: format!("{:.1}", pair.expected),
                ratio: format!("{:.1}倍", pair.ratio),
            })
            .collect(),
    }
}

fn stance_table(comparison: &Comparison, year: &YearFigures) -> StanceTable {
    let shades = Shades::up_to(year.stances.iter().flatten().map(|c| c.n).max().unwrap_or(0));
    StanceTable {
        year: year_name(year),
        stances: comparison.codebook.stances().iter().map(|s| s.name_ja.clone()).collect(),
        rows: year
            .stances
            .iter()
            .enumerate()
            .map(|(theme, stances)| HeatRow {
                name: theme_name(comparison, theme),
                n: count(year.themes[theme].counted.n),
                cells: stances.iter().map(|&cell| heat_cell(cell, shades, None)).collect(),
            })
            .collect(),
    }
}

fn novelty(comparison: &Comparison, found: &Novelty) -> NoveltyView {
    let codebook = &comparison.codebook;
    let year = comparison.years.iter().find(|y| y.fiscal_year == found.fiscal_year);
    let term = |term: &GrownTerm| TermRow {
        term: term.term.clone(),
        before: count(term.n_before),
        now: count(term.n_now),
        municipalities: count(term.n_municipalities),
        q: term.q.map(p_value),
        example: term.example.clone(),
    };
    NoveltyView {
        year: year.map_or_else(|| fiscal_year(found.fiscal_year), year_name),
        looked_at: count(found.n_texts.0),
        is_sampled: found.n_texts.0 < found.n_texts.1,
        has_before: found.n_before > 0,
        n_before: count(found.n_before),
        n_unfit: count(found.n_unfit),
        low_score: percent(LOW_SCORE),
        unseen: percent(found.unseen_terms),
        groups: found
            .groups
            .iter()
            .map(|group| GroupView {
                term: group.term.clone(),
                n: count(group.n),
                more: (group.quotes.len() < group.n).then(|| count(group.n - group.quotes.len())),
                opinions: group.quotes.iter().map(|q| opinion(codebook, q, None)).collect(),
            })
            .collect(),
        new_terms: found.new_terms.iter().map(term).collect(),
        grown_terms: found.grown_terms.iter().map(term).collect(),
        naming: FEWEST_NAMING,
    }
}
