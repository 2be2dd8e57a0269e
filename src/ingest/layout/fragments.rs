//! Glyphs -> fragments: stretches of one line without a wide gap or a vertical rule in them. Columns are not known
//! yet, so a line may come as several fragments; a text that was drawn twice to look bold comes once.

use super::page::{Glyph, Page, Rect, Rule, Sideways, median};

/// Widest gap inside a fragment, in em. Justified text spreads up to a third of an em, gutters start at half.
const GAP: f32 = 0.55;
/// How far base lines of one row may lie apart, in em.
const ROW: f32 = 0.35;
/// Blanks in a row that are layout, not text, in em.
const WIDE_BLANK: f32 = 2.4;

/// A stretch of one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fragment {
    pub rect: Rect,
    pub baseline: f32,
    pub size: f32,
    pub text: String,
    pub font: u16,
    pub bold: bool,
    /// Row of the page, from 1.
    pub row: u32,
}

/// A page's text as fragments, its glyphs forgotten.
#[derive(Debug, Clone, Default)]
pub struct PageText {
    pub(super) number: u32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) em: f32,
    pub(super) fragments: Vec<Fragment>,
    pub(super) rules: Vec<Rule>,
    pub(super) sideways: Vec<Sideways>,
}

impl PageText {
    /// Whether the page has no text at all.
    pub fn is_empty(&self) -> bool {
        self.fragments.is_empty() && self.sideways.is_empty()
    }

    /// Groups a page's glyphs.
    pub fn new(page: Page) -> Self {
        let Page { number, width, height, mut glyphs, rules, dots, sideways } = page;
        let inked = glyphs.iter().filter(|g| !g.ch.is_whitespace());
        let em = median(inked.map(|g| g.size).collect(), 10.0).max(1.0);
        add_dots(&mut glyphs, &dots);
        let rows = rows(&glyphs, em);
        let walls: Vec<Rect> =
            rules.iter().filter(|r| !r.is_horizontal() && r.rect.height() > em).map(|r| r.rect).collect();
        let mut fragments: Vec<Fragment> = rows.into_iter().flat_map(|row| cut(row, &walls)).collect();
        number_rows(&mut fragments);
        Self { number, width, height, em, fragments, rules, sideways }
    }
}

/// Drawn bullets become glyphs, where a text starts right of them at their height.
fn add_dots(glyphs: &mut Vec<Glyph>, dots: &[Rect]) {
    let mut found = Vec::new();
    for dot in dots.iter().take(10_000) {
        let (cx, cy) = (dot.center_x(), dot.center_y());
        let beside = |g: &&Glyph| {
            !g.ch.is_whitespace() && g.baseline - 0.95 * g.size < cy && cy < g.baseline + 0.15 * g.size
        };
        let covered = |g: &Glyph| g.x0 - 0.5 * g.size < cx && cx < g.x1 + 0.6 * g.size;
        let neighbours: Vec<&Glyph> = glyphs.iter().filter(beside).collect();
        let next = neighbours.iter().filter(|g| g.x0 > cx).min_by(|a, b| a.x0.total_cmp(&b.x0));
        if let Some(next) = next
            && next.x0 - dot.x1 < 3.0 * next.size
            && dot.width() < next.size
            && !neighbours.iter().any(|g| g.x0 <= cx && covered(g))
        {
            found.push(Glyph { ch: '•', x0: dot.x0, x1: dot.x1, ..**next });
        }
    }
    glyphs.extend(found);
}

/// Glyphs by base line. Small ones (raised figures) go to the row of the text that they touch.
fn rows(glyphs: &[Glyph], em: f32) -> Vec<Vec<Glyph>> {
    let (mut normal, small): (Vec<Glyph>, Vec<Glyph>) = glyphs.iter().partition(|g| g.size >= 0.75 * em);
    normal.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut rows: Vec<Vec<Glyph>> = Vec::new();
    for glyph in normal {
        match rows.last_mut() {
            Some(row) if glyph.baseline - row[0].baseline <= ROW * row[0].size.max(glyph.size) => {
                row.push(glyph)
            }
            _ => rows.push(vec![glyph]),
        }
    }
    let n_normal = rows.len();
    let mut rest = small;
    rest.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.x0.total_cmp(&b.x0)));
    for glyph in rest {
        let touches = |other: &Glyph| {
            !other.ch.is_whitespace()
                && (glyph.baseline - other.baseline).abs() < 0.6 * other.size
                && glyph.x0 < other.x1 + 0.3 * other.size
                && other.x0 < glyph.x1 + 0.3 * other.size
        };
        let from = rows[..n_normal].partition_point(|row| row[0].baseline < glyph.baseline - 2.0 * em);
        let near = rows[from..n_normal]
            .iter()
            .take_while(|row| row[0].baseline < glyph.baseline + 2.0 * em)
            .position(|row| row.iter().any(touches));
        match near {
            Some(i) => rows[from + i].push(glyph),
            None => match rows[n_normal..].last_mut() {
                Some(row) if glyph.baseline - row[0].baseline <= ROW * glyph.size => row.push(glyph),
                _ => rows.push(vec![glyph]),
            },
        }
    }
    rows
}

/// Cuts a row where a gap is wide or a vertical rule stands.
fn cut(mut row: Vec<Glyph>, walls: &[Rect]) -> Vec<Fragment> {
    row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut kept: Vec<Glyph> = Vec::with_capacity(row.len());
    for glyph in row {
        let twice = kept.iter().rev().take(3).any(|k| {
            k.ch == glyph.ch
                && (k.x0 - glyph.x0).abs() < 0.25 * (k.x1 - k.x0).max(0.2 * k.size)
                && (k.baseline - glyph.baseline).abs() < 0.15 * k.size
        });
        if !twice {
            kept.push(glyph);
        }
    }
    let mut pieces: Vec<Vec<Glyph>> = Vec::new();
    let mut blanks: Vec<Glyph> = Vec::new();
    for glyph in kept {
        if glyph.ch.is_whitespace() {
            blanks.push(glyph);
            continue;
        }
        let joined = pieces.last().and_then(|p| p.last()).is_some_and(|last: &Glyph| {
            let size = last.size.max(glyph.size);
            let blank_end = blanks.last().map_or(last.x1, |b| b.x1.max(last.x1));
            glyph.x0 - blank_end <= GAP * size
                && glyph.x0 - last.x1 <= WIDE_BLANK * size
                && !walls.iter().any(|w| stands_between(w, last, &glyph))
        });
        match pieces.last_mut() {
            Some(piece) if joined => {
                piece.append(&mut blanks);
                piece.push(glyph);
            }
            _ => pieces.push(vec![glyph]),
        }
        blanks.clear();
    }
    pieces.into_iter().map(|p| fragment(&p)).collect()
}

fn stands_between(wall: &Rect, left: &Glyph, right: &Glyph) -> bool {
    let x = wall.center_x();
    let y = left.baseline - 0.35 * left.size;
    let inset = 0.2 * left.size;
    (left.x1 - inset..=right.x0 + inset).contains(&x) && (wall.y0..=wall.y1).contains(&y)
}

fn fragment(glyphs: &[Glyph]) -> Fragment {
    let mut text = String::new();
    let mut end: Option<&Glyph> = None;
    for glyph in glyphs {
        // Words of a Latin text whose blanks were left out as mere distance.
        if let Some(last) = end
            && last.ch.is_ascii_alphanumeric()
            && glyph.ch.is_ascii_alphanumeric()
            && glyph.x0 - last.x1 > 0.2 * glyph.size
        {
            text.push(' ');
        }
        text.push(glyph.ch);
        end = Some(glyph);
    }
    let largest = glyphs.iter().map(|g| g.size).fold(0.0, f32::max);
    let leading = glyphs.iter().find(|g| g.size >= 0.75 * largest).unwrap_or(&glyphs[0]);
    let n_bold = glyphs.iter().filter(|g| g.bold).count();
    let x1 = glyphs.iter().map(|g| g.x1).fold(f32::MIN, f32::max);
    Fragment {
        rect: Rect::new(
            glyphs[0].x0,
            leading.baseline - 0.85 * leading.size,
            x1,
            leading.baseline + 0.15 * leading.size,
        ),
        baseline: leading.baseline,
        size: median(glyphs.iter().map(|g| g.size).collect(), largest),
        text,
        font: leading.font,
        bold: 2 * n_bold > glyphs.len(),
        row: 0,
    }
}

/// Numbers the rows of the page from the top, fragments of one height sharing a number.
fn number_rows(fragments: &mut [Fragment]) {
    fragments.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.rect.x0.total_cmp(&b.rect.x0)));
    let mut row = 0;
    let mut start = f32::MIN;
    for fragment in fragments {
        if row == 0 || fragment.baseline - start > ROW * fragment.size {
            row += 1;
            start = fragment.baseline;
        }
        fragment.row = row;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Glyphs of a text in 10 point type from `x` on, half as wide for ASCII.
    pub(in super::super) fn glyphs(text: &str, x: f32, baseline: f32) -> Vec<Glyph> {
        let mut x0 = x;
        text.chars()
            .map(|ch| {
                let width = if ch.is_ascii() { 5.0 } else { 10.0 };
                let glyph = Glyph { ch, x0, x1: x0 + width, baseline, size: 10.0, font: 0, bold: false };
                x0 += width;
                glyph
            })
            .collect()
    }

    /// A page of texts, each with its left edge and base line.
    pub(in super::super) fn page(number: u32, texts: &[(&str, f32, f32)]) -> Page {
        let glyphs = texts.iter().flat_map(|(text, x, y)| glyphs(text, *x, *y)).collect();
        Page { number, width: 595.0, height: 842.0, glyphs, ..Page::default() }
    }

    fn texts(page: Page) -> Vec<String> {
        PageText::new(page).fragments.into_iter().map(|f| f.text).collect()
    }

    #[test]
    fn two_columns_on_one_base_line_are_two_fragments() {
        let found = texts(page(1, &[("右の列", 100.0, 50.0), ("左の列", 20.0, 51.0)]));
        assert_eq!(found, ["右の列", "左の列"]);
    }

    #[test]
    fn a_vertical_rule_cuts_what_stands_close() {
        let mut page = page(1, &[("港区", 20.0, 50.0), ("意見", 42.0, 50.0)]);
        assert_eq!(texts(page.clone()), ["港区意見"]);
        page.rules.push(Rule { rect: Rect::new(40.5, 30.0, 41.0, 60.0) });
        assert_eq!(texts(page), ["港区", "意見"]);
    }

    #[test]
    fn text_drawn_twice_comes_once_but_doubled_characters_stay() {
        let found =
            texts(page(1, &[("〈港区〉", 20.0, 50.0), ("〈港区〉", 20.3, 50.0), ("々々", 20.0, 70.0)]));
        assert_eq!(found, ["〈港区〉", "々々"]);
    }

    #[test]
    fn blanks_inside_stay_and_blanks_around_go() {
        assert_eq!(texts(page(1, &[(" ICT の　活用  ", 20.0, 50.0)])), ["ICT の　活用"]);
    }

    #[test]
    fn a_drawn_dot_before_a_text_is_a_bullet() {
        let mut page = page(1, &[("在宅医が少ない。", 40.0, 50.0)]);
        page.dots = vec![Rect::new(28.0, 45.0, 31.0, 48.0), Rect::new(300.0, 45.0, 303.0, 48.0)];
        assert_eq!(texts(page), ["•", "在宅医が少ない。"]);
    }

    #[test]
    fn a_raised_figure_belongs_to_its_line() {
        let mut page = page(1, &[("在宅医", 20.0, 50.0), ("が少ない", 55.0, 50.0)]);
        page.glyphs.push(Glyph {
            ch: '1',
            x0: 50.0,
            x1: 53.0,
            baseline: 46.0,
            size: 6.0,
            font: 0,
            bold: false,
        });
        assert_eq!(texts(page), ["在宅医1が少ない"]);
    }
}
