//! Text outside tables -> leaves in reading order: a region is cut where a gutter stands between two bodies of text,
//! into what is above it, left of it, right of it and below it, and each of these again.

use super::{
    bullets::is_mark,
    fragments::Fragment,
    leaf::{Leaf, Line, lines},
    page::{Rect, median},
};
use crate::{
    ingest::marks::{Heading, heading},
    places::places,
};

/// Narrowest gutter, in em.
const GUTTER: f32 = 0.5;
/// How far left edges that are one may lie apart, in em.
const ALIGNED: f32 = 0.4;
/// How far headings, bullets and wrapped lines of one column may start apart, in em.
const INDENT: f32 = 2.5;
/// Deepest nesting of cuts.
const DEPTH: usize = 10;

/// What is known about gutters beside the text itself.
pub(super) struct Signs<'a> {
    /// Middle size of the page's type.
    pub em: f32,
    /// Vertical rules.
    pub walls: &'a [Rect],
    /// Horizontal rules.
    pub bars: &'a [Rect],
    /// Gutters (right edges) that are known from elsewhere: the page before.
    pub before: &'a [f32],
}

/// Leaves of a page, and its gutters.
pub(super) fn columns(page: u32, fragments: Vec<Fragment>, signs: &Signs<'_>) -> (Vec<Leaf>, Vec<f32>) {
    // Gutters that the page shows somewhere hold where little text stands beside them.
    let mut seen = Vec::new();
    cut(fragments.clone(), signs, 0, &mut Vec::new(), &mut seen);
    let before: Vec<f32> = signs.before.iter().chain(&seen).copied().collect();
    let signs = &Signs { before: &before, ..*signs };
    let mut gutters = Vec::new();
    let mut parts = Vec::new();
    cut(fragments, signs, 0, &mut parts, &mut gutters);
    let mut leaves = Vec::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        let labelled = part.labels_next
            && parts.peek().is_some_and(|text| labels(page, &part.fragments, &text.fragments));
        if labelled && let Some(text) = parts.next() {
            leaves.extend(with_names(page, part.fragments, text.fragments));
        } else {
            leaves.extend(Leaf::column(page, part.fragments));
        }
    }
    (leaves, gutters)
}

/// A region that no gutter cuts.
struct Part {
    fragments: Vec<Fragment>,
    /// Whether the next part stands right of it, across a gutter.
    labels_next: bool,
}

/// A gutter: its right edge and the base lines between which it runs.
#[derive(Debug, Clone, Copy)]
struct Gutter {
    x: f32,
    top: f32,
    bottom: f32,
    weight: f32,
}

fn cut(
    fragments: Vec<Fragment>,
    signs: &Signs<'_>,
    depth: usize,
    parts: &mut Vec<Part>,
    gutters: &mut Vec<f32>,
) {
    let gutter = if depth < DEPTH { best_gutter(&fragments, signs) } else { None };
    let Some(gutter) = gutter else {
        if !fragments.is_empty() {
            parts.push(Part { fragments, labels_next: false });
        }
        return;
    };
    gutters.push(gutter.x);
    let (mut above, mut left, mut right, mut below) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for fragment in fragments {
        if fragment.baseline < gutter.top {
            above.push(fragment);
        } else if fragment.baseline > gutter.bottom {
            below.push(fragment);
        } else if fragment.rect.x0 < gutter.x - ALIGNED * signs.em {
            left.push(fragment);
        } else {
            right.push(fragment);
        }
    }
    cut(above, signs, depth + 1, parts, gutters);
    let n_before = parts.len();
    cut(left, signs, depth + 1, parts, gutters);
    if let [.., last] = &mut parts[n_before..] {
        last.labels_next = true;
    }
    cut(right, signs, depth + 1, parts, gutters);
    cut(below, signs, depth + 1, parts, gutters);
}

/// The gutter beside which most rows stand.
fn best_gutter(fragments: &[Fragment], signs: &Signs<'_>) -> Option<Gutter> {
    let mut sorted: Vec<&Fragment> = fragments.iter().collect();
    sorted.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut edges: Vec<f32> = sorted.iter().map(|f| f.rect.x0).collect();
    edges.sort_by(f32::total_cmp);
    edges.dedup_by(|b, a| *b - *a < 0.2 * signs.em);
    let found = edges.into_iter().filter_map(|x| gutter_at(x, &sorted, signs));
    found.max_by(|a, b| a.weight.total_cmp(&b.weight))
}

/// The longest run of rows that have a clear strip left of `x` and text on both sides of it.
fn gutter_at(x: f32, sorted: &[&Fragment], signs: &Signs<'_>) -> Option<Gutter> {
    let em = signs.em;
    let walled = signs.walls.iter().any(|w| w.center_x() < x + 0.2 * em && w.center_x() > x - 4.0 * em);
    let known = signs.before.iter().any(|b| (b - x).abs() < ALIGNED * em);
    let clear = if walled { 0.1 * em } else { GUTTER * em };
    let crosses = |f: &Fragment| f.rect.x0 < x - ALIGNED * em && f.rect.x1 > x - clear;
    let mut best: Option<Gutter> = None;
    for run in sorted.split(|f| crosses(f)).flat_map(|run| between_bars(run, x, signs)) {
        let (left, right): (Vec<&Fragment>, Vec<&Fragment>) =
            run.iter().partition(|f| f.rect.x0 < x - ALIGNED * em);
        let Some(weight) = weight(x, &left, &right, walled || known, em) else { continue };
        let (top, bottom) = (run[0].baseline, run[run.len() - 1].baseline);
        if best.is_none_or(|b| weight > b.weight) {
            best = Some(Gutter { x, top, bottom, weight });
        }
    }
    best
}

/// Parts of a run between what spans both sides although no text does: a rule across, or the heading of an area that
/// stands alone at its height.
fn between_bars<'r, 'f>(run: &'r [&'f Fragment], x: f32, signs: &Signs<'_>) -> Vec<&'r [&'f Fragment]> {
    let em = signs.em;
    let over = |y0: f32, y1: f32| {
        signs
            .bars
            .iter()
            .any(|b| b.x0 < x - 4.0 * em && b.x1 > x + 4.0 * em && (y0..y1).contains(&b.center_y()))
    };
    let alone = |f: &Fragment| {
        f.rect.x0 < x - 4.0 * em
            && matches!(heading(&f.text, places()), Some(Heading::Areas(_)))
            && !run.iter().any(|g| !std::ptr::eq(*g, f) && (g.baseline - f.baseline).abs() < 1.3 * f.size)
    };
    let mut parts = Vec::new();
    let mut from = 0;
    for i in 0..run.len() {
        let barred = i > from && over(run[i - 1].baseline, run[i].baseline - 0.5 * run[i].size);
        let heads = alone(run[i]);
        if barred || heads {
            parts.push(&run[from..i]);
            from = i + usize::from(heads);
        }
    }
    parts.push(&run[from..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// How sure a gutter is: the rows that stand beside each other, and the width of the gap. `None` if it is none.
fn weight(x: f32, left: &[&Fragment], right: &[&Fragment], sure: bool, em: f32) -> Option<f32> {
    let fewest = if sure { 1 } else { 3 };
    let rows = |side: &[&Fragment]| {
        let mut rows: Vec<u32> = side.iter().map(|f| f.row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.len()
    };
    let (n_left, n_right) = (rows(left), rows(right));
    if n_left < fewest.min(2) || n_right < fewest {
        return None;
    }
    let aligned = right.iter().filter(|f| (-ALIGNED * em..INDENT * em).contains(&(f.rect.x0 - x))).count();
    if aligned < fewest.min(2).max(n_right / 4) {
        return None;
    }
    // Marks with their text at a distance are a list, not two columns.
    let marks = left.iter().filter(|f| is_mark(&f.text)).count();
    let near_marks = left.iter().filter(|f| is_mark(&f.text) && x - f.rect.x1 < 3.5 * em).count();
    if 5 * near_marks >= 3 * left.len() || (marks > 0 && rows(left) == marks) {
        return None;
    }
    let span = |side: &[&Fragment]| {
        let ys = side.iter().map(|f| f.baseline);
        (ys.clone().fold(f32::MAX, f32::min), ys.fold(f32::MIN, f32::max))
    };
    let ((l0, l1), (r0, r1)) = (span(left), span(right));
    let shared = l1.min(r1) - l0.max(r0);
    if shared < if sure { -0.5 * em } else { 0.8 * em } || shared < 0.3 * (l1 - l0).min(r1 - r0) {
        return None;
    }
    let end = left.iter().map(|f| f.rect.x1).fold(f32::MIN, f32::max);
    let gap = ((x - end) / em).clamp(0.0, 10.0);
    Some(n_left.min(n_right) as f32 + n_left.max(n_right) as f32 * 0.1 + gap + if sure { 2.0 } else { 0.0 })
}

fn municipality(text: &str) -> bool {
    matches!(heading(text, places()), Some(Heading::Municipality { .. }))
}

/// Lines of a column of names; a name that wraps is one line.
fn name_lines(page: u32, fragments: Vec<Fragment>) -> Vec<Line> {
    let mut names: Vec<Line> = Vec::new();
    for line in lines(page, fragments) {
        match names.last_mut() {
            Some(last)
                if !municipality(&last.text)
                    && line.rect.overlap_y(&last.rect) > -1.2 * line.size
                    && municipality(&format!("{}{}", last.text, line.text)) =>
            {
                last.text.push_str(&line.text);
                last.rect = last.rect.union(&line.rect);
                last.words.extend(line.words);
            }
            _ => names.push(line),
        }
    }
    names
}

/// Whether the left part is a column of names for the right one: names and little else, and no name at the right.
fn labels(page: u32, left: &[Fragment], right: &[Fragment]) -> bool {
    let names = name_lines(page, left.to_vec());
    let n_names = names.iter().filter(|l| municipality(&l.text)).count();
    let left_chars: usize =
        names.iter().filter(|l| !municipality(&l.text)).map(|l| l.text.chars().count()).sum();
    let right_chars: usize = right.iter().map(|f| f.text.chars().count()).sum();
    n_names > 0
        && 3 * left_chars < right_chars
        && 2 * n_names >= names.len()
        && !lines(page, right.to_vec()).iter().any(|l| municipality(&l.text))
}

/// A column of names and the text at its right, as one leaf: each name before the line that it stands beside.
fn with_names(page: u32, names: Vec<Fragment>, text: Vec<Fragment>) -> Option<Leaf> {
    let mut all: Vec<(f32, bool, Line)> = Vec::new();
    let em = median(text.iter().map(|f| f.size).collect(), 10.0);
    all.extend(name_lines(page, names).into_iter().map(|l| (l.baseline - 0.7 * em, false, l)));
    let text = lines(page, text);
    let rect = text.iter().map(|l| l.rect).reduce(|a, b| a.union(&b))?;
    all.extend(text.into_iter().map(|l| (l.baseline, true, l)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let lines = all.into_iter().map(|(_, _, line)| line).collect();
    Some(Leaf { page, rect, lines, source: super::leaf::Source::Column })
}

#[cfg(test)]
mod tests {
    use super::{
        super::fragments::{PageText, tests::page},
        *,
    };

    fn read(texts: &[(&str, f32, f32)], before: &[f32]) -> Vec<Vec<String>> {
        let page = PageText::new(page(1, texts));
        let (leaves, _) = columns(1, page.fragments, &Signs { em: 10.0, walls: &[], bars: &[], before });
        leaves.into_iter().map(|l| l.lines.into_iter().map(|l| l.text).collect()).collect()
    }

    /// Lines of one column at `x`, 15 points apart from `y`.
    fn block<'a>(x: f32, y: f32, texts: &[&'a str]) -> Vec<(&'a str, f32, f32)> {
        texts.iter().enumerate().map(|(i, t)| (*t, x, y + 15.0 * i as f32)).collect()
    }

    #[test]
    fn two_columns_below_a_title_are_read_one_after_the_other() {
        let mut texts = vec![("在宅療養ワーキンググループにおける意見のまとめについて", 20.0, 30.0)];
        texts.extend(block(20.0, 60.0, &["〈港区〉", "・在宅医が少ない", "状況である。", "・以上。"]));
        texts.extend(block(120.0, 62.0, &["〈北区〉", "・薬局が多い。", "・以上である。", "・終わり。"]));
        let found = read(&texts, &[]);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1][0], "〈港区〉");
        assert_eq!(found[2], ["〈北区〉", "・薬局が多い。", "・以上である。", "・終わり。"]);
    }

    #[test]
    fn bullets_at_a_distance_from_their_text_make_no_column() {
        let mut texts = block(20.0, 60.0, &["・", "・", "・", "・"]);
        texts.extend(block(45.0, 60.0, &["在宅医が少ない。", "薬局が多い。", "連携が必要。", "以上。"]));
        assert_eq!(read(&texts, &[]).len(), 1);
    }

    #[test]
    fn a_short_last_page_keeps_the_gutter_of_the_page_before() {
        let mut texts = block(20.0, 60.0, &["・在宅医が少ない。"]);
        texts.extend(block(120.0, 60.0, &["・薬局が多い。"]));
        assert_eq!(read(&texts, &[]).len(), 1);
        assert_eq!(read(&texts, &[120.0]).len(), 2);
    }

    #[test]
    fn names_at_the_left_of_their_opinions_become_headings() {
        let mut texts = vec![("港区", 20.0, 60.0), ("北区", 20.0, 105.0), ("足立区", 20.0, 150.0)];
        texts.extend(block(
            80.0,
            60.0,
            &["・在宅医が少ない。", "・薬局が多い。", "・甲。", "・乙。", "・丙。", "・丁。", "・戊。"],
        ));
        let found = read(&texts, &[]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0][..2], ["港区", "・在宅医が少ない。"]);
        assert_eq!(found[0][4..6], ["北区", "・乙。"]);
    }
}
