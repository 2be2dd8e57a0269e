//! Leaves -> chains: which leaf goes on in which. Newspaper columns run on from column to column; columns that each
//! belong to an area run on in the same place of the next page. The text itself says which it is: a sentence that
//! stops at the foot of one leaf goes on at the head of the right one.

use super::leaf::{Leaf, Line, Source};
use crate::{
    ingest::marks::{Heading, bullet, heading},
    places::places,
};

/// How far left edges that are one may lie apart, in em.
const SAME_EDGE: f32 = 1.6;

/// Indices of leaves, each chain in its order; chains in the order of their first leaves.
pub(super) fn chains(leaves: &[Leaf]) -> Vec<Vec<usize>> {
    let newspaper = predecessors(leaves, false);
    let parallel = predecessors(leaves, true);
    // Columns that run on are the rule: the other reading must be clearly better.
    let margin = if columns_have_areas(leaves) { 0 } else { 2 };
    let before =
        if cost(leaves, &parallel) + margin <= cost(leaves, &newspaper) { parallel } else { newspaper };
    let mut chain_of: Vec<usize> = Vec::with_capacity(leaves.len());
    let mut chains: Vec<Vec<usize>> = Vec::new();
    for (i, before) in before.iter().enumerate() {
        // A leaf that two would continue belongs to the first.
        let open = before.map(|b| (b, chain_of[b])).filter(|(b, c)| chains[*c].last() == Some(b));
        match open {
            Some((_, chain)) => {
                chains[chain].push(i);
                chain_of.push(chain);
            }
            None => {
                chain_of.push(chains.len());
                chains.push(vec![i]);
            }
        }
    }
    chains
}

/// The leaf before each, in one of the two readings.
fn predecessors(leaves: &[Leaf], parallel: bool) -> Vec<Option<usize>> {
    (0..leaves.len())
        .map(|i| {
            let leaf = &leaves[i];
            match &leaf.source {
                Source::Cell { goes_on: true, .. } => leaves[..i].iter().rposition(|before| {
                    before.source != Source::Column
                        && before.page < leaf.page
                        && (before.rect.x0 - leaf.rect.x0).abs() < 4.0
                }),
                Source::Cell { .. } => None,
                Source::Column if !parallel => leaves[..i].iter().rposition(|l| l.source == Source::Column),
                Source::Column => same_place(leaves, i),
            }
        })
        .collect()
}

/// The leaf that stands above this one on its page, else the lowest in its place on the page before.
fn same_place(leaves: &[Leaf], i: usize) -> Option<usize> {
    let leaf = &leaves[i];
    let em = leaf.em();
    let same_edge = |l: &Leaf| (l.rect.x0 - leaf.rect.x0).abs() < SAME_EDGE * em;
    let columns = |page: u32| {
        leaves[..i].iter().enumerate().filter(move |(_, l)| l.page == page && l.source == Source::Column)
    };
    let above = columns(leaf.page)
        .filter(|(_, l)| l.rect.y1 <= leaf.rect.y0 + em && l.rect.overlap_x(&leaf.rect) > 0.0);
    above
        .max_by(|a, b| a.1.rect.y1.total_cmp(&b.1.rect.y1))
        .or_else(|| {
            columns(leaf.page.checked_sub(1)?)
                .filter(|(_, l)| same_edge(l))
                .max_by(|a, b| a.1.rect.y1.total_cmp(&b.1.rect.y1))
        })
        .map(|(j, _)| j)
}

/// What speaks against a reading: sentences that stop or start in the middle, numbers out of order, bullets under no
/// heading.
fn cost(leaves: &[Leaf], before: &[Option<usize>]) -> u32 {
    let mut cost = 0;
    let mut followed = vec![false; leaves.len()];
    for (i, leaf) in leaves.iter().enumerate().filter(|(_, l)| l.source == Source::Column) {
        let Some(first) = leaf.lines.first() else { continue };
        let start = start(first);
        let Some(j) = before[i].filter(|&j| !followed[j]) else {
            cost += match start {
                Start::Heading => 0,
                Start::Bullet(_) => 3,
                Start::Text if i == 0 => 0,
                Start::Text => 4,
            };
            continue;
        };
        followed[j] = true;
        let open = is_open(&leaves[j]);
        cost += match start {
            Start::Heading if open || ends_with_name(&leaves[j]) => 4,
            Start::Bullet(_) if ends_with_heading(&leaves[j]) => 2,
            Start::Bullet(Some(n)) if last_number(&leaves[j]).is_some_and(|last| n != last + 1) => 4,
            Start::Bullet(None) if open => 3,
            Start::Text if !open => 2,
            _ => 0,
        };
    }
    for (i, leaf) in leaves.iter().enumerate().filter(|(_, l)| l.source == Source::Column) {
        if !followed[i] && (is_open(leaf) || ends_with_name(leaf)) {
            cost += 3;
        }
    }
    cost
}

/// The number of the last numbered bullet since the last heading.
fn last_number(leaf: &Leaf) -> Option<u32> {
    let since = leaf.lines.iter().rev().take_while(|l| !matches!(start(l), Start::Heading));
    since.into_iter().find_map(|l| match start(l) {
        Start::Bullet(number) => number,
        _ => None,
    })
}

/// Whether the columns of some page, two or more, all start with the name of an area.
fn columns_have_areas(leaves: &[Leaf]) -> bool {
    leaves.chunk_by(|a, b| a.page == b.page).any(|page| {
        let columns = || page.iter().filter(|l| l.source == Source::Column);
        columns().count() > 1
            && columns().all(|l| {
                l.lines.first().is_some_and(|l| matches!(heading(&l.text, places()), Some(Heading::Areas(_))))
            })
    })
}

/// Whether a municipality is named last, its opinions still to come.
fn ends_with_name(leaf: &Leaf) -> bool {
    leaf.lines
        .last()
        .is_some_and(|l| matches!(heading(&l.text, places()), Some(Heading::Municipality { .. })))
}

fn ends_with_heading(leaf: &Leaf) -> bool {
    leaf.lines.last().is_some_and(|l| matches!(heading(&l.text, places()), Some(Heading::Areas(_))))
}

enum Start {
    Heading,
    /// With its number, if it has one.
    Bullet(Option<u32>),
    Text,
}

fn start(line: &Line) -> Start {
    match heading(&line.text, places()) {
        Some(Heading::Municipality { .. } | Heading::Areas(_)) => Start::Heading,
        None => bullet(&line.text).map_or(Start::Text, |b| Start::Bullet(super::bullets::number(&b))),
    }
}

/// Whether the last line is full and ends within a sentence.
fn is_open(leaf: &Leaf) -> bool {
    leaf.lines.last().is_some_and(|line| {
        !line.text.ends_with(['。', '．', '！', '？', '〉', '】', '》', ']', '）', ')'])
            && line.rect.x1 > leaf.rect.x1 - 2.0 * line.size
            && leaf.rect.width() > 8.0 * line.size
    })
}

#[cfg(test)]
mod tests {
    use super::{super::leaf::tests::column, *};

    fn leaf(page: u32, x: f32, texts: &[&str]) -> Leaf {
        let lines: Vec<_> = texts.iter().enumerate().map(|(i, t)| (*t, x, 50.0 + 15.0 * i as f32)).collect();
        Leaf { page, ..column(&lines) }
    }

    #[test]
    fn a_sentence_cut_at_the_foot_of_a_column_goes_on_in_the_next_column() {
        let leaves = [
            leaf(1, 20.0, &["〈港区〉", "・在宅医が少ない。", "・訪問看護を担う人"]),
            leaf(1, 300.0, &["材が足りない。", "〈北区〉", "・以上のとおりだ。"]),
        ];
        assert_eq!(chains(&leaves), [vec![0, 1]]);
    }

    #[test]
    fn columns_of_areas_go_on_in_their_place_on_the_next_page() {
        let leaves = [
            leaf(1, 20.0, &["〈港区〉", "・在宅医が少ない。", "・訪問看護を担う人"]),
            leaf(1, 300.0, &["〈大田区〉", "・薬局が足りない。", "・夜間に対応できる"]),
            leaf(2, 20.0, &["材が足りない。", "・甲である。"]),
            leaf(2, 300.0, &["医師が少ない。", "・乙である。"]),
        ];
        assert_eq!(chains(&leaves), [vec![0, 2], vec![1, 3]]);
    }
}
