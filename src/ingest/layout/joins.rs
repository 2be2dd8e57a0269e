//! Whether a line goes on with the opinion before it or begins another: by indent, fullness, space and marks.

use super::{
    bullets,
    edges::Indents,
    flow::{Flow, Open, Place},
    words::{ends_sentence, is_bracketed},
};
use crate::ingest::marks::Bullet;

/// Steps between lines, in leadings: space after a full stop that divides paragraphs, and space that does so anywhere.
const CLEAR_SPACE: f32 = 1.22;
const WIDE_SPACE: f32 = 1.4;

impl Flow<'_> {
    /// Whether a bullet at the start of a line is only a wrapped sentence's next character.
    pub(super) fn is_wrapped(&self, place: Place, bullet: &Bullet<'_>, open: &Open) -> bool {
        let line = self.line(place);
        if !self.edges[open.leaf].is_full(&open.last) || ends_sentence(&open.last.text) {
            return false;
        }
        let offset = self.edges[place.leaf].offset(line);
        let hangs = match open.wrap {
            Some(wrap) => wrap > open.bullet + 0.5 && (offset - wrap).abs() < 0.5,
            None => open.leaf == place.leaf && offset > open.bullet + 0.6,
        };
        let out_of_order = match (bullets::number(bullet), open.number) {
            (Some(n), Some(last)) => n != last + 1 && n != 1,
            _ => false,
        };
        hangs || open.kind.is_some_and(|k| k != bullet.kind) || out_of_order
    }

    /// Whether a short line with a rarer bullet only heads the bullets below it: （１）現状.
    pub(super) fn is_subheading(&self, lines: &[Place], i: usize, bullet: &Bullet<'_>) -> bool {
        let Some(next) = lines.get(i + 1).and_then(|p| self.opening(*p, false)) else { return false };
        next.kind != bullet.kind
            && self.kinds.of(next.kind) > self.kinds.of(bullet.kind)
            && bullet.rest.chars().count() <= 24
            && !ends_sentence(bullet.rest)
    }

    /// Whether a line without a bullet goes on with the open opinion.
    pub(super) fn continues(&self, place: Place, text: &str, open: &Open) -> bool {
        let (line, edges) = (self.line(place), &self.edges[place.leaf]);
        let full = self.edges[open.leaf].is_full(&open.last);
        let ended = ends_sentence(&open.last.text);
        if is_bracketed(text) && (ended || !full) {
            return false;
        }
        let offset = edges.offset(line);
        if open.leaf != place.leaf {
            return place.line <= 1 && (!ended || full || offset > 0.5);
        }
        let step = line.baseline - open.last.baseline;
        let other_type = line.bold != open.last.bold || (line.size - open.last.size).abs() > 0.12 * line.size;
        let apart = ended && step > CLEAR_SPACE * edges.leading && offset <= open.bullet + 0.5;
        if apart
            || step > 1.9 * edges.leading
            || (other_type && ended)
            || (line.size < 0.8 * open.last.size && !full)
        {
            return false;
        }
        match open.wrap {
            Some(wrap) if (offset - wrap).abs() <= 0.6 => full || !ended || wrap > open.bullet + 0.5,
            Some(_) => full && !ended,
            None if offset < open.bullet - 0.6 => full && !ended,
            None => full || offset > open.bullet + 0.5 || !ended,
        }
    }

    /// Whether a line begins a paragraph: the one before it stopped short, space lies between, or its indent says so.
    pub(super) fn begins_paragraph(&self, place: Place, open: &Open) -> bool {
        let (line, edges) = (self.line(place), &self.edges[place.leaf]);
        let (full, ended) = (self.edges[open.leaf].is_full(&open.last), ends_sentence(&open.last.text));
        let at_start = match self.indents {
            Indents::FirstLine(by) => edges.offset(line) > by - 0.5,
            Indents::Hanging(by) => edges.offset(line) < by - 0.5,
            Indents::None => false,
        };
        if open.leaf != place.leaf {
            return ended && (!full || at_start);
        }
        let step = line.baseline - open.last.baseline;
        let space = if ended { CLEAR_SPACE } else { WIDE_SPACE };
        step > space * edges.leading
            || match self.indents {
                Indents::None => !full,
                _ => at_start || (!full && ended),
            }
    }
}
