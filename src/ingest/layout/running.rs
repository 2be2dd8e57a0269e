//! What stands on a page but not in its text: running titles, page numbers, labels at the side. They go before columns
//! are looked for, or a footer would stick to the last opinion of each column.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::fragments::{Fragment, PageText};
use crate::{
    ingest::{
        Reason,
        marks::{bullet, footer, heading},
    },
    places::places,
};

/// Rows from the top and from the bottom that may be running text.
const MARGIN_ROWS: usize = 4;
/// Height of the margin in which a row that stands off is running text, as a share of the page's.
const MARGIN: f32 = 0.06;
/// Fewest characters above each other that are a label.
const LABEL_CHARS: usize = 3;

/// Keys of repeated texts with their distance from the nearer edge, in steps of two points.
type Repeated = HashMap<(String, bool, i32), usize>;

/// Takes running text and side labels out of the fragments of each page, and says what they were.
pub(super) fn take_running(pages: &[PageText], texts: &mut [Vec<Fragment>]) -> Vec<Vec<(Fragment, Reason)>> {
    let mut taken: Vec<Vec<(Fragment, Reason)>> = vec![Vec::new(); texts.len()];
    for ((page, fragments), taken) in pages.iter().zip(texts.iter_mut()).zip(&mut taken) {
        take_stacked_label(page.em, fragments, taken);
    }
    let mut repeated = Repeated::new();
    for (page, fragments) in pages.iter().zip(texts.iter()) {
        let mut keys: Vec<_> = margin(fragments).into_iter().flatten().map(|f| key(page, f)).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            *repeated.entry(key).or_default() += 1;
        }
    }
    for ((page, fragments), taken) in pages.iter().zip(texts.iter_mut()).zip(&mut taken) {
        for from_top in [true, false] {
            take_margin(page, fragments, taken, &repeated, from_top);
        }
    }
    taken
}

/// Fragments of a page by row, from the top.
fn by_row(fragments: &[Fragment]) -> Vec<Vec<&Fragment>> {
    let mut rows: Vec<Vec<&Fragment>> = Vec::new();
    let mut sorted: Vec<&Fragment> = fragments.iter().collect();
    sorted.sort_by(|a, b| a.row.cmp(&b.row).then(a.rect.x0.total_cmp(&b.rect.x0)));
    for fragment in sorted {
        match rows.last_mut() {
            Some(row) if row[0].row == fragment.row => row.push(fragment),
            _ => rows.push(vec![fragment]),
        }
    }
    rows
}

fn margin(fragments: &[Fragment]) -> Vec<Vec<&Fragment>> {
    let mut rows = by_row(fragments);
    if rows.len() > 2 * MARGIN_ROWS {
        rows.drain(MARGIN_ROWS..rows.len() - MARGIN_ROWS);
    }
    rows
}

fn key(page: &PageText, fragment: &Fragment) -> (String, bool, i32) {
    let folded = fragment.text.nfkc().filter(|c| !c.is_whitespace()).map(|c| match c {
        '0'..='9' => '#',
        c => c,
    });
    let mut text = String::new();
    for c in folded {
        if !(c == '#' && text.ends_with('#')) {
            text.push(c);
        }
    }
    let (top, bottom) = (fragment.baseline, page.height - fragment.baseline);
    (text, top < bottom, (top.min(bottom) / 4.0).round() as i32)
}

fn take_margin(
    page: &PageText,
    fragments: &mut Vec<Fragment>,
    taken: &mut Vec<(Fragment, Reason)>,
    repeated: &Repeated,
    from_top: bool,
) {
    for _ in 0..MARGIN_ROWS {
        let rows = by_row(fragments);
        let Some(row) = (if from_top { rows.first() } else { rows.last() }) else { return };
        // A number left of a text is its bullet.
        let leads = |f: &Fragment| {
            row.iter()
                .any(|g| (0.0..6.0 * page.em).contains(&(g.rect.x0 - f.rect.x1)) && footer(&g.text).is_none())
        };
        let is_running = |f: &Fragment| {
            let (text, top, step) = key(page, f);
            let near = (-1..=1).map(|d| repeated.get(&(text.clone(), top, step + d)).copied().unwrap_or(0));
            let pages = near.max().unwrap_or(0);
            (!leads(f) && (footer(&f.text).is_some() || roman(&f.text)))
                || (pages >= 2 && may_repeat(&f.text))
        };
        let text = row.iter().map(|f| f.text.as_str()).collect::<Vec<_>>().join("　");
        let whole = footer(&text).is_some()
            || (may_repeat(&text) && stands_off(page, &rows, from_top))
            || row.iter().all(|f| is_running(f));
        let number = row[0].row;
        let gone: Vec<Fragment> =
            row.iter().filter(|f| whole || is_running(f)).map(|f| (*f).clone()).collect();
        if gone.is_empty() {
            return;
        }
        fragments.retain(|f| f.row != number || !gone.contains(f));
        taken.extend(gone.into_iter().map(|f| (f, Reason::Running)));
        if !whole {
            return;
        }
    }
}

/// Whether the outermost row lies in the margin: near the edge of the paper and well apart from the rest.
fn stands_off(page: &PageText, rows: &[Vec<&Fragment>], from_top: bool) -> bool {
    let (row, next) = match rows {
        [first, second, ..] if from_top => (first, second),
        [.., second, first] if !from_top => (first, second),
        _ => return false,
    };
    let baseline = row[0].baseline;
    let edge = if from_top { baseline } else { page.height - baseline };
    edge < MARGIN * page.height && (next[0].baseline - baseline).abs() > 2.5 * page.em
}

/// A page number in small Roman figures.
fn roman(text: &str) -> bool {
    let text = text.trim();
    (1..=5).contains(&text.len()) && text.chars().all(|c| matches!(c, 'i' | 'v' | 'x'))
}

/// Headings and opinions may come twice without being running titles.
fn may_repeat(text: &str) -> bool {
    bullet(text).is_none()
        && heading(text, places()).is_none()
        && !text.ends_with('。')
        && text.chars().count() > 1
}

/// Single characters above each other, with nothing close beside them: 主 / な / 意 / 見.
fn take_stacked_label(em: f32, fragments: &mut Vec<Fragment>, taken: &mut Vec<(Fragment, Reason)>) {
    let single = |f: &Fragment| {
        let mut chars = f.text.trim().chars();
        let c = chars.next();
        chars.next().is_none() && c.is_some_and(|c| c.is_alphabetic()) && !super::bullets::is_mark(&f.text)
    };
    let lone: Vec<usize> = (0..fragments.len())
        .filter(|&i| {
            let f = &fragments[i];
            let close = |g: &Fragment| {
                g.rect.overlap_y(&f.rect) > 0.3 * em && (-em..0.0).contains(&g.rect.overlap_x(&f.rect))
            };
            single(f) && !fragments.iter().enumerate().any(|(j, g)| j != i && close(g) && !single(g))
        })
        .collect();
    let mut used = vec![false; fragments.len()];
    let mut labels: Vec<Vec<usize>> = Vec::new();
    for &start in &lone {
        if used[start] {
            continue;
        }
        let mut stack = vec![start];
        for &next in lone.iter().filter(|&&n| n != start && !used[n]) {
            let (a, b) = (&fragments[stack[stack.len() - 1]], &fragments[next]);
            let drop = b.baseline - a.baseline;
            if (a.rect.center_x() - b.rect.center_x()).abs() < 0.35 * em
                && (0.7 * em..4.0 * em).contains(&drop)
            {
                stack.push(next);
            }
        }
        // A label of a page stands apart from its text: the stack's own rows may hold text, but not in its column.
        if stack.len() >= LABEL_CHARS {
            stack.iter().for_each(|&i| used[i] = true);
            labels.push(stack);
        }
    }
    for label in &labels {
        let text = label.iter().map(|&i| fragments[i].text.trim()).collect::<String>();
        let rect = label.iter().map(|&i| fragments[i].rect).reduce(|a, b| a.union(&b));
        let first = &fragments[label[0]];
        taken.push((Fragment { text, rect: rect.unwrap_or(first.rect), ..first.clone() }, Reason::SideLabel));
    }
    let mut i = 0;
    fragments.retain(|_| {
        i += 1;
        !used[i - 1]
    });
}

#[cfg(test)]
mod tests {
    use super::{super::fragments::tests::page, *};

    /// What stays and what goes, page by page.
    type Split = (Vec<Vec<String>>, Vec<Vec<(String, Reason)>>);

    fn split(pages: &[Vec<(&str, f32, f32)>]) -> Split {
        let pages: Vec<_> =
            pages.iter().enumerate().map(|(i, t)| PageText::new(page(i as u32 + 1, t))).collect();
        let mut texts: Vec<_> = pages.iter().map(|p| p.fragments.clone()).collect();
        let taken = take_running(&pages, &mut texts);
        (
            texts.into_iter().map(|t| t.into_iter().map(|f| f.text).collect()).collect(),
            taken.into_iter().map(|t| t.into_iter().map(|(f, r)| (f.text, r)).collect()).collect(),
        )
    }

    #[test]
    fn titles_and_numbers_that_come_on_every_page_are_running() {
        let (texts, taken) = split(&[
            vec![
                ("資料２", 500.0, 30.0),
                ("〈港区〉", 20.0, 60.0),
                ("・甲。", 20.0, 80.0),
                ("意見集 1", 280.0, 820.0),
            ],
            vec![
                ("資料２", 500.0, 30.0),
                ("〈北区〉", 20.0, 60.0),
                ("・乙。", 20.0, 80.0),
                ("意見集 2", 280.0, 820.0),
            ],
        ]);
        assert_eq!(texts, [["〈港区〉", "・甲。"], ["〈北区〉", "・乙。"]]);
        assert_eq!(taken[1], [("資料２".into(), Reason::Running), ("意見集 2".into(), Reason::Running)]);
    }

    #[test]
    fn a_page_number_is_known_on_a_single_page_too() {
        for number in ["- 3 -", "3/12", "３ページ", "P.3", "ii"] {
            let (texts, _) = split(&[vec![("・甲。", 20.0, 80.0), (number, 280.0, 820.0)]]);
            assert_eq!(texts, [["・甲。"]], "{number}");
        }
    }

    #[test]
    fn the_same_opinion_at_the_foot_of_two_pages_stays() {
        let page = vec![("〈港区〉", 20.0, 60.0), ("・特になし", 20.0, 820.0)];
        let (texts, _) = split(&[page.clone(), page]);
        assert_eq!(texts[0], ["〈港区〉", "・特になし"]);
    }

    #[test]
    fn characters_above_each_other_are_a_side_label() {
        let (texts, taken) = split(&[vec![
            ("主", 5.0, 100.0),
            ("・甲。", 40.0, 100.0),
            ("な", 5.0, 120.0),
            ("意", 5.0, 140.0),
            ("・乙。", 40.0, 140.0),
            ("見", 5.0, 160.0),
        ]]);
        assert_eq!(texts, [["・甲。", "・乙。"]]);
        assert_eq!(taken[0], [("主な意見".into(), Reason::SideLabel)]);
    }
}
