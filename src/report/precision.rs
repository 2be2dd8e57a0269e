//! The precision report: what an evaluation measured, put into words, tables and drawings, as a page and as Markdown.

use serde::Serialize;

use super::{
    figures::{count, listed, percent, percent_range, points as in_points},
    page,
    plot::{Plot, Scale},
    shades::{Shades, Step},
    strips::{self, Strips},
};
use crate::{
    codebook::Codebook,
    compare::interval::Interval,
    evaluate::{CurvePoint, Evaluation, Figure, Misread, Protocol, ScoredSet, ThemeFigures},
};

/// Fewer labels or decisions of a theme say nothing of its precision.
const FEWEST: usize = 10;
/// Themes named in a sentence.
const MOST_NAMED: usize = 8;
/// Pairs of themes taken for each other that are listed.
const MOST_REPLACED: usize = 12;
/// Opinions that are listed as misread; what keeps the page readable.
const MOST_MISREAD: usize = 300;
/// A name that says so marks what is made up.
const FICTITIOUS: &str = "sample";

/// How coders agree with each other: what no classifier can be expected to exceed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ceiling {
    /// Who, on what.
    pub name: String,
    /// Cohen's kappa of the main theme.
    pub main_kappa: f64,
    /// Cohen's kappa of the stance.
    pub stance_kappa: f64,
    /// Micro-F1 between the sets of themes.
    pub micro_f1: f64,
}

/// The report as one page.
pub fn precision_report(evaluation: &Evaluation, codebook: &Codebook, ceiling: Option<&Ceiling>) -> String {
    page::render("precision.html", &Report::new(evaluation, codebook, ceiling))
}

/// The report in Markdown, from the same figures.
pub fn precision_markdown(evaluation: &Evaluation, codebook: &Codebook, ceiling: Option<&Ceiling>) -> String {
    page::render("precision.md", &Report::new(evaluation, codebook, ceiling))
}

#[derive(Serialize)]
struct Report {
    title: &'static str,
    fictitious: Vec<String>,
    sentences: Vec<String>,
    codebook: String,
    model: Option<String>,
    program: String,
    command: String,
    seed: u64,
    promise: String,
    overview: Vec<Overview>,
    sets: Vec<SetView>,
    curves: Vec<CurveView>,
    ceiling: Option<CeilingView>,
}

#[derive(Serialize)]
struct Overview {
    name: String,
    protocol: &'static str,
    classifier: String,
    real: &'static str,
    n: String,
    /// Each with its interval.
    figures: Vec<(String, String)>,
}

#[derive(Serialize)]
struct SetView {
    name: String,
    protocol: &'static str,
    n: String,
    n_groups: String,
    accepted: String,
    accepted_precision: String,
    themes: Vec<ThemeRow>,
    strips: Strips,
    replaced: Vec<ReplacedRow>,
    reliability: Plot,
    calibration_error: String,
    bins: Vec<[String; 4]>,
    coverage: Plot,
    coverage_rows: Vec<[String; 4]>,
    stances: Vec<String>,
    stance_rows: Vec<StanceRow>,
    stance_legend: Vec<Step>,
    stance_accuracy: String,
    misread: Vec<MisreadRow>,
    n_misread: String,
    more_misread: Option<String>,
}

#[derive(Serialize)]
struct ThemeRow {
    name: String,
    support: String,
    given: String,
    precision: String,
    recall: String,
    f1: String,
    standing: &'static str,
    class: &'static str,
}

#[derive(Serialize)]
struct ReplacedRow {
    wanted: String,
    given: String,
    n: String,
}

#[derive(Serialize)]
struct StanceRow {
    name: String,
    cells: Vec<(String, usize)>,
}

#[derive(Serialize)]
struct MisreadRow {
    id: String,
    text: String,
    label: String,
    given: String,
    stance_label: String,
    stance: String,
    probability: String,
    accepted: &'static str,
    what: &'static str,
}

#[derive(Serialize)]
struct CurveView {
    title: &'static str,
    plot: Plot,
    rows: Vec<[String; 3]>,
    themes: Vec<ThemeCurve>,
    heads: Vec<String>,
}

#[derive(Serialize)]
struct ThemeCurve {
    name: String,
    f1: Vec<String>,
    gain: String,
}

#[derive(Serialize)]
struct CeilingView {
    name: String,
    main_kappa: String,
    stance_kappa: String,
    micro_f1: String,
}

/// What a theme's labels are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    AsTheyCome,
    Check,
    TooFew,
}

impl Standing {
    /// Usable where even the lower end of the precision's interval keeps the promise.
    fn of(theme: &ThemeFigures, promise: f64) -> Self {
        if theme.support < FEWEST || theme.given < FEWEST {
            Self::TooFew
        } else if theme.precision.low >= promise {
            Self::AsTheyCome
        } else {
            Self::Check
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AsTheyCome => ("そのまま使える", "verdict-same"),
            Self::Check => ("確認が必要", "verdict-changed"),
            Self::TooFew => ("件数が足りず、言えない", "verdict-unknown"),
        }
    }
}

impl Report {
    fn new(evaluation: &Evaluation, codebook: &Codebook, ceiling: Option<&Ceiling>) -> Self {
        let sets = &evaluation.sets;
        let classifier = sets.first().map(|s| s.classifier.as_str());
        let in_full = sets.iter().filter(|s| Some(s.classifier.as_str()) == classifier);
        Self {
            title: "自動分類の精度の報告",
            fictitious: sets.iter().map(|s| s.name.clone()).filter(|n| n.contains(FICTITIOUS)).collect(),
            sentences: sets.first().map(|set| sentences(set, codebook)).unwrap_or_default(),
            codebook: evaluation.codebook.clone(),
            model: evaluation.model.clone(),
            program: evaluation.program.clone(),
            command: evaluation.command.clone(),
            seed: evaluation.seed,
            promise: percent(evaluation.promise),
            overview: sets.iter().map(overview).collect(),
            sets: in_full.map(|set| set_view(set, codebook)).collect(),
            curves: evaluation
                .learning_curve
                .iter()
                .flat_map(|c| [("人手の分類を増やしたとき", &c.labels), ("例文を増やしたとき", &c.examples)])
                .filter(|(_, points)| !points.is_empty())
                .map(|(title, points)| curve_view(title, points, codebook))
                .collect(),
            ceiling: ceiling.map(|c| CeilingView {
                name: c.name.clone(),
                main_kappa: format!("{:.2}", c.main_kappa),
                stance_kappa: format!("{:.2}", c.stance_kappa),
                micro_f1: percent(c.micro_f1),
            }),
        }
    }
}

/// Three sentences that a person can act on.
fn sentences(set: &ScoredSet, codebook: &Codebook) -> Vec<String> {
    let promised = percent(set.promise.promised);
    let named = |standing: Standing| -> Vec<&str> {
        let themes = codebook.themes().iter().zip(&set.themes);
        let wanted = themes.filter(|(_, t)| Standing::of(t, set.promise.promised) == standing);
        wanted.map(|(theme, _)| theme.name_ja.as_str()).collect()
    };
    let kept = &set.promise.precision;
    let first = if kept.n == 0 {
        format!("約束の適合率{promised}を満たすと示せる意見はないので、すべての分類を人が確認する。")
    } else {
        let verdict = if kept.low >= set.promise.promised {
            "約束を満たすので、「採用」の分類はそのまま使える"
        } else if kept.high < set.promise.promised {
            "約束に届かないので、「採用」の分類も確認する"
        } else {
            "約束を満たすかどうかは、この件数では言い切れない"
        };
        format!(
            "「採用」とした{}の意見では、付けたテーマの{}が正しかった。約束は{promised}であり、{verdict}。",
            range(&set.promise.accepted),
            range(kept),
        )
    };
    let (usable, check, few) = (named(Standing::AsTheyCome), named(Standing::Check), named(Standing::TooFew));
    let usable = match usable.is_empty() {
        true => format!(
            "「採用」かどうかを問わずにそのまま使えるテーマ（適合率の区間の下端が{promised}以上）はない。"
        ),
        false => format!("{}は、「採用」かどうかを問わずそのまま使える。", listed(&usable, MOST_NAMED)),
    };
    let check = match check.is_empty() {
        true => String::new(),
        false => format!("{}は、「要確認」の意見を人が確認してから使う。", listed(&check, MOST_NAMED)),
    };
    let few = match few.is_empty() {
        true => "すべてのテーマに、判断できるだけの件数がある。".to_owned(),
        false => format!(
            "{}は、人手か自動のどちらかが{FEWEST}件に満たず、精度について何も言えない。",
            listed(&few, MOST_NAMED)
        ),
    };
    vec![first, format!("{usable}{check}"), few]
}

/// `82.2%（78.9〜85.1%）`; a dash where nothing was counted.
fn range(figure: &Figure) -> String {
    if figure.n == 0 {
        return "—".to_owned();
    }
    format!("{}（{}）", percent(figure.value), percent_range(&interval(figure)))
}

fn interval(figure: &Figure) -> Interval {
    Interval { estimate: figure.value, low: figure.low, high: figure.high }
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::NestedCrossValidation => "入れ子の交差検証",
        Protocol::AcrossSources => "出所を除いて学習",
        Protocol::Gold => "人手の分類と照合",
    }
}

fn overview(set: &ScoredSet) -> Overview {
    let o = &set.overall;
    let figures = [
        &o.micro_f1,
        &o.precision,
        &o.recall,
        &o.macro_f1,
        &o.exact_match,
        &o.hit_at_1,
        &o.main_accuracy,
        &o.stance_accuracy,
    ];
    Overview {
        name: set.name.clone(),
        protocol: protocol(set.protocol),
        classifier: set.classifier.clone(),
        real: if set.is_real && !set.name.contains(FICTITIOUS) {
            "実際の意見"
        } else {
            "作った文章"
        },
        n: count(set.n_opinions),
        figures: figures
            .map(|f| match f.n {
                0 => ("—".to_owned(), String::new()),
                _ => (percent(f.value), percent_range(&interval(f))),
            })
            .to_vec(),
    }
}

fn set_view(set: &ScoredSet, codebook: &Codebook) -> SetView {
    let names: Vec<&str> = codebook.themes().iter().map(|t| t.name_ja.as_str()).collect();
    let most = set.stance.counts.iter().flatten().copied().max().unwrap_or(0);
    let shades = Shades::up_to(most);
    SetView {
        name: set.name.clone(),
        protocol: protocol(set.protocol),
        n: count(set.n_opinions),
        n_groups: count(set.n_groups),
        accepted: range(&set.promise.accepted),
        accepted_precision: range(&set.promise.precision),
        themes: names.iter().zip(&set.themes).map(|(n, t)| theme_row(n, t, set.promise.promised)).collect(),
        strips: strips::draw(names.iter().zip(&set.themes).map(|(name, t)| {
            let known = |f: &Figure| (f.n > 0).then(|| interval(f));
            ((*name).to_owned(), [known(&t.precision), known(&t.recall), known(&t.f1)])
        })),
        replaced: replaced(set, &names),
        reliability: reliability(set),
        calibration_error: range(&set.calibration_error),
        bins: bins(set),
        coverage: coverage(set),
        coverage_rows: set
            .coverage
            .iter()
            .map(|p| [percent(p.probability), percent(p.coverage), percent(p.precision), count(p.n_given)])
            .collect(),
        stances: codebook.stances().iter().map(|s| s.name_ja.clone()).collect(),
        stance_rows: codebook
            .stances()
            .iter()
            .zip(&set.stance.counts)
            .map(|(stance, counts)| StanceRow {
                name: stance.name_ja.clone(),
                cells: counts.iter().map(|&n| (count(n), shades.level(n))).collect(),
            })
            .collect(),
        stance_legend: shades.legend(),
        stance_accuracy: range(&set.overall.stance_accuracy),
        misread: set.misread.iter().take(MOST_MISREAD).map(|m| misread_row(m, codebook)).collect(),
        n_misread: count(set.misread.len()),
        more_misread: set.misread.len().checked_sub(MOST_MISREAD).filter(|n| *n > 0).map(count),
    }
}

fn theme_row(name: &str, theme: &ThemeFigures, promise: f64) -> ThemeRow {
    let (standing, class) = Standing::of(theme, promise).words();
    ThemeRow {
        name: name.to_owned(),
        support: count(theme.support),
        given: count(theme.given),
        precision: range(&theme.precision),
        recall: range(&theme.recall),
        f1: range(&theme.f1),
        standing,
        class,
    }
}

/// Themes taken for each other, the most frequent first.
fn replaced(set: &ScoredSet, names: &[&str]) -> Vec<ReplacedRow> {
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (wanted, row) in set.replaced.iter().enumerate() {
        pairs.extend(row.iter().enumerate().filter(|(_, n)| **n > 0).map(|(given, &n)| (n, wanted, given)));
    }
    pairs.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let rows = pairs.iter().take(MOST_REPLACED).map(|&(n, wanted, given)| ReplacedRow {
        wanted: names[wanted].to_owned(),
        given: names[given].to_owned(),
        n: count(n),
    });
    rows.collect()
}

fn exact(value: f64) -> Interval {
    Interval { estimate: value, low: value, high: value }
}

fn reliability(set: &ScoredSet) -> Plot {
    let bins = set.reliability.iter().filter(|b| b.n > 0);
    Plot::new(&Scale::shares(0.0, "モデルの確率（平均）"), &Scale::shares(0.0, "正しかった割合"))
        .guide((0.0, 0.0), (1.0, 1.0), "")
        .points(bins.map(|b| (b.probability, exact(b.right), count(b.n))))
}

fn bins(set: &ScoredSet) -> Vec<[String; 4]> {
    let bins = set.reliability.iter().filter(|b| b.n > 0);
    bins.map(|b| {
        let from_to = format!("{}〜{}", percent(b.from), percent(b.to));
        [from_to, count(b.n), percent(b.probability), percent(b.right)]
    })
    .collect()
}

fn coverage(set: &ScoredSet) -> Plot {
    let lowest = set.coverage.iter().map(|p| p.precision).fold(set.promise.promised, f64::min);
    let from = (lowest * 5.0).floor() / 5.0;
    let from = if from >= 1.0 { 0.8 } else { from };
    let promised = set.promise.promised;
    Plot::new(&Scale::shares(0.0, "採用する意見の割合"), &Scale::shares(from, "テーマの適合率"))
        .guide((0.0, promised), (1.0, promised), format!("約束 {}", percent(promised)))
        .points(set.coverage.iter().map(|p| (p.coverage, exact(p.precision), String::new())))
}

fn misread_row(m: &Misread, codebook: &Codebook) -> MisreadRow {
    let themes = |ids: &[String]| {
        let name =
            |id: &String| codebook.theme_named(id).map_or(id.clone(), |t| codebook.theme(t).name_ja.clone());
        ids.iter().map(name).collect::<Vec<_>>().join("、")
    };
    let stance =
        |id: &str| codebook.stance_named(id).map_or(id.to_owned(), |s| codebook.stance(s).name_ja.clone());
    let mut sorted = (m.label.clone(), m.given.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    let wrong_stance = m.stance_label.as_ref().is_some_and(|s| *s != m.stance);
    MisreadRow {
        id: m.id.clone(),
        text: m.text.clone(),
        label: themes(&m.label),
        given: themes(&m.given),
        stance_label: m.stance_label.as_deref().map_or_else(|| "—".to_owned(), stance),
        stance: stance(&m.stance),
        probability: percent(m.probability),
        accepted: if m.accepted { "採用" } else { "要確認" },
        what: match (sorted.0 == sorted.1, wrong_stance) {
            (true, _) => "論調",
            (false, false) => "テーマ",
            (false, true) => "テーマと論調",
        },
    }
}

fn curve_view(title: &'static str, points: &[CurvePoint], codebook: &Codebook) -> CurveView {
    let most = points.iter().map(|p| p.n_rows).max().unwrap_or(1);
    let x = Scale {
        values: (0.0, most as f64),
        ticks: points.iter().map(|p| (p.n_rows as f64, count(p.n_rows))).collect(),
        title: "件数",
    };
    let plot = Plot::new(&x, &Scale::shares(0.0, "micro-F1"))
        .points(points.iter().map(|p| (p.n_rows as f64, exact(p.micro_f1), percent(p.micro_f1))));
    let last_two = points.len().checked_sub(2).map(|i| (&points[i], &points[i + 1]));
    CurveView {
        title,
        plot,
        rows: points.iter().map(|p| [count(p.n_rows), count(p.n_tested), percent(p.micro_f1)]).collect(),
        heads: points.iter().map(|p| format!("{}件", count(p.n_rows))).collect(),
        themes: codebook
            .themes()
            .iter()
            .enumerate()
            .map(|(t, theme)| ThemeCurve {
                name: theme.name_ja.clone(),
                f1: points
                    .iter()
                    .map(|p| p.themes.get(t).map_or_else(String::new, |f| percent(*f)))
                    .collect(),
                gain: last_two
                    .and_then(|(a, b)| Some(in_points(b.themes.get(t)? - a.themes.get(t)?)))
                    .unwrap_or_else(|| "—".to_owned()),
            })
            .collect(),
    }
}
