//! Edges of a leaf: where its lines start and end, how far apart they stand, and what its indents mean.

use super::{
    bullets::{Kinds, next_mark_in},
    leaf::{Leaf, Line, Source},
    page::median,
    words::{ends_sentence, municipality},
};
use crate::ingest::marks::bullet;

/// Where a line stands in its leaf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edges {
    pub left: f32,
    pub right: f32,
    pub leading: f32,
    pub em: f32,
}

impl Edges {
    pub(super) fn of(leaf: &Leaf, kinds: &Kinds) -> Self {
        let em = leaf.em();
        let starts = |bulleted: bool| {
            let marked =
                |l: &Line| bullet(&l.text).is_some_and(|b| kinds.of(b.kind) > 1 && !next_mark_in(&b));
            let chosen =
                leaf.lines.iter().filter(|l| !bulleted || (marked(l) && municipality(&l.text).is_none()));
            chosen.map(|l| l.rect.x0).fold(f32::MAX, f32::min)
        };
        let bulleted = starts(true);
        let left = if bulleted < f32::MAX { bulleted } else { starts(false) };
        let text_right = leaf.lines.iter().map(|l| l.rect.x1).fold(f32::MIN, f32::max);
        let right = match leaf.source {
            Source::Column => text_right,
            Source::Cell { .. } => text_right.max(leaf.rect.x1 - 1.2 * em),
        };
        Self { left, right, leading: 1.5 * em, em }
    }

    /// All leaves, each with the step between lines inside a paragraph: its own, else the document's.
    pub(super) fn all(leaves: &[Leaf], kinds: &Kinds) -> Vec<Self> {
        let mut edges: Vec<Self> = leaves.iter().map(|leaf| Self::of(leaf, kinds)).collect();
        let mut whole = Vec::new();
        let mut known = Vec::with_capacity(leaves.len());
        for (leaf, edges) in leaves.iter().zip(&edges) {
            let inside = leaf.lines.windows(2).filter(|w| edges.is_full(&w[0]) && !ends_sentence(&w[0].text));
            let steps: Vec<f32> =
                inside.map(|w| (w[1].baseline - w[0].baseline) / edges.em).filter(|s| *s > 0.5).collect();
            whole.extend(&steps);
            known.push((steps.len() > 2).then(|| median(steps, 1.5)));
        }
        let whole = median(whole, 1.5);
        for (edges, own) in edges.iter_mut().zip(known) {
            edges.leading = own.unwrap_or(whole).clamp(1.0, 3.0) * edges.em;
        }
        edges
    }

    pub(super) fn offset(&self, line: &Line) -> f32 {
        (line.rect.x0 - self.left) / self.em
    }

    pub(super) fn is_full(&self, line: &Line) -> bool {
        line.rect.x1 > self.right - 2.2 * self.em
    }
}

/// How paragraphs without bullets show where they begin, with the offset that tells, in em from the left edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Indents {
    None,
    /// The first line starts that much further in.
    FirstLine(f32),
    /// All other lines start that much further in.
    Hanging(f32),
}

impl Indents {
    /// Compares lines that surely begin a paragraph (the one before stops short at its end) with lines that surely go
    /// on with one (the one before is full and does not end).
    pub(super) fn of(leaves: &[Leaf], edges: &[Edges]) -> Self {
        let (mut starts, mut wraps) = (Vec::new(), Vec::new());
        for (leaf, edges) in leaves.iter().zip(edges) {
            for pair in leaf.lines.windows(2) {
                let [before, line] = pair else { continue };
                if municipality(&before.text).is_some() || municipality(&line.text).is_some() {
                    continue;
                }
                match (edges.is_full(before), ends_sentence(&before.text)) {
                    (false, true) => starts.push(edges.offset(line)),
                    (true, false) => wraps.push(edges.offset(line)),
                    _ => {}
                }
            }
        }
        if starts.len() < 2 || wraps.len() < 2 {
            return Self::None;
        }
        let (start, wrap) = (median(starts, 0.0), median(wraps, 0.0));
        match start - wrap {
            0.6.. => Self::FirstLine(start),
            ..-0.6 => Self::Hanging(wrap),
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::leaf::tests::column, *};

    #[test]
    fn the_left_edge_is_that_of_the_bullets() {
        let leaf = column(&[
            ("〈港区〉", 10.0, 40.0),
            ("・在宅医の数が少", 20.0, 55.0),
            ("ない状況。", 30.0, 70.0),
            ("・以上。", 20.0, 85.0),
        ]);
        let leaves = [leaf];
        let edges = Edges::all(&leaves, &Kinds::count(&leaves));
        let offsets: Vec<f32> = leaves[0].lines.iter().map(|l| edges[0].offset(l)).collect();
        assert_eq!(offsets, [-1.0, 0.0, 1.0, 0.0]);
        assert!(edges[0].is_full(&leaves[0].lines[1]) && !edges[0].is_full(&leaves[0].lines[3]));
    }

    #[test]
    fn first_lines_further_in_are_seen_by_what_surely_goes_on() {
        let mut lines = Vec::new();
        for i in 0..3 {
            let y = 40.0 + 45.0 * i as f32;
            lines.extend([
                ("在宅医の数が少ない状", 30.0, y),
                ("況が続いているとのこと", 20.0, y + 15.0),
                ("である。", 20.0, y + 30.0),
            ]);
        }
        let leaves = [column(&lines)];
        let edges = Edges::all(&leaves, &Kinds::count(&leaves));
        assert_eq!(Indents::of(&leaves, &edges), Indents::FirstLine(1.0));
    }
}
