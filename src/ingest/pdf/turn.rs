//! Marks -> a page whose text runs from left to right: most characters say which way it is to be turned; the rest is
//! text at the side.

use kurbo::{Point, Rect as Box2};

use super::content::{Mark, Marks};
use crate::ingest::layout::{Glyph, Page, Rect, Rule, Sideways};

/// Which way a line runs, in quarter turns clockwise; `None` between two.
type Turn = Option<u8>;

/// The page of these marks, `width` by `height` points before it is turned.
pub(super) fn turned(number: u32, width: f64, height: f64, marks: Marks) -> Page {
    let Marks { marks, rules, dots, .. } = marks;
    let inside = |p: Point| (-2.0..width + 2.0).contains(&p.x) && (-2.0..height + 2.0).contains(&p.y);
    let mut marks: Vec<Mark> = marks.into_iter().filter(|m| inside(m.from)).collect();
    if is_stacked(&marks) {
        marks.iter_mut().filter(|m| direction(m) == Some(0)).for_each(stack);
    }
    let mut counts = [0usize; 4];
    for turn in marks.iter().filter(|m| !m.ch.is_whitespace()).filter_map(direction) {
        counts[usize::from(turn)] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let main = counts.iter().position(|c| *c == most).unwrap_or(0) as u8;
    let place = |p: Point| match main {
        0 => p,
        1 => Point::new(p.y, width - p.x),
        2 => Point::new(width - p.x, height - p.y),
        _ => Point::new(height - p.y, p.x),
    };
    let rect = |b: &Box2| {
        let (p, q) = (place(Point::new(b.x0, b.y0)), place(Point::new(b.x1, b.y1)));
        Rect::new(p.x as f32, p.y as f32, q.x as f32, q.y as f32)
    };
    let (width, height) = if main.is_multiple_of(2) { (width, height) } else { (height, width) };
    let (straight, aside): (Vec<&Mark>, Vec<&Mark>) = marks.iter().partition(|m| direction(m) == Some(main));
    Page {
        number,
        width: width as f32,
        height: height as f32,
        glyphs: straight.into_iter().map(|m| glyph(m, place(m.from), place(m.to))).collect(),
        rules: rules.iter().map(|b| Rule { rect: rect(b) }).collect(),
        dots: dots.iter().map(rect).collect(),
        sideways: sideways(&aside, place),
    }
}

/// Whether most characters, upright as they are, follow each other downwards: text from top to bottom whose program
/// placed every character on its own.
fn is_stacked(marks: &[Mark]) -> bool {
    let (mut down, mut right) = (0usize, 0usize);
    for pair in marks.windows(2) {
        let (step, size) = (pair[1].from - pair[0].from, pair[0].size);
        if step.x.abs() < 0.3 * size && (0.5 * size..2.0 * size).contains(&step.y) {
            down += 1;
        } else if step.y.abs() < 0.3 * size && (0.2 * size..2.0 * size).contains(&step.x) {
            right += 1;
        }
    }
    down > right
}

/// An upright character as one written downwards: its pen goes through its middle.
fn stack(mark: &mut Mark) {
    let x = (mark.from.x + mark.to.x) / 2.0;
    let top = mark.from.y - 0.88 * mark.size;
    (mark.from, mark.to) = (Point::new(x, top), Point::new(x, top + mark.size));
    mark.vertical = true;
}

fn direction(mark: &Mark) -> Turn {
    let run = mark.to - mark.from;
    let angle = run.y.atan2(run.x).to_degrees().rem_euclid(360.0);
    let quarter = (angle / 90.0).round();
    ((angle - quarter * 90.0).abs() < 10.0).then_some(quarter as u8 % 4)
}

fn glyph(mark: &Mark, from: Point, to: Point) -> Glyph {
    // Text written downwards has its pen in the middle of the line.
    let drop = if mark.vertical { 0.35 * mark.size } else { 0.0 };
    Glyph {
        ch: mark.ch,
        x0: from.x as f32,
        x1: to.x as f32,
        baseline: (from.y + drop) as f32,
        size: mark.size as f32,
        font: mark.font,
        bold: mark.bold,
    }
}

/// Characters that follow each other in the file and on the page, as one text.
fn sideways(marks: &[&Mark], place: impl Fn(Point) -> Point) -> Vec<Sideways> {
    let mut texts: Vec<Sideways> = Vec::new();
    let mut last: Option<&Mark> = None;
    for mark in marks {
        let (p, q) = (place(mark.from), place(mark.to));
        let rect = Rect::new(p.x as f32, p.y as f32, q.x as f32, q.y as f32);
        let follows = last
            .is_some_and(|l| (mark.from - l.to).hypot() < 1.5 * l.size && direction(l) == direction(mark));
        match texts.last_mut() {
            Some(text) if follows => {
                text.text.push(mark.ch);
                text.rect = text.rect.union(&rect);
            }
            _ => texts.push(Sideways { rect, text: mark.ch.to_string() }),
        }
        last = Some(mark);
    }
    for text in &mut texts {
        text.text = text.text.trim().to_owned();
    }
    texts.retain(|t| !t.text.is_empty());
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(ch: char, from: (f64, f64), to: (f64, f64)) -> Mark {
        Mark { ch, from: from.into(), to: to.into(), size: 10.0, font: 1, bold: false, vertical: false }
    }

    #[test]
    fn a_page_is_turned_as_most_of_its_text_runs() {
        // Written upwards on a page of 100 by 200, as /Rotate 90 pages are.
        let marks = vec![
            mark('港', (30.0, 150.0), (30.0, 140.0)),
            mark('区', (30.0, 140.0), (30.0, 130.0)),
            mark('主', (90.0, 10.0), (100.0, 10.0)),
        ];
        let page = turned(1, 100.0, 200.0, Marks { marks, ..Marks::default() });
        assert_eq!((page.width, page.height), (200.0, 100.0));
        let places: Vec<_> = page.glyphs.iter().map(|g| (g.ch, g.x0, g.x1, g.baseline)).collect();
        assert_eq!(places, [('港', 50.0, 60.0, 30.0), ('区', 60.0, 70.0, 30.0)]);
        assert_eq!(page.sideways[0].text, "主");
    }

    #[test]
    fn upright_characters_below_each_other_are_a_line() {
        let column = |x: f64, text: &str| -> Vec<Mark> {
            let place = |(i, c)| mark(c, (x, 10.0 + 10.0 * i as f64), (x + 10.0, 10.0 + 10.0 * i as f64));
            text.chars().enumerate().map(place).collect()
        };
        let marks = [column(70.0, "在宅医が"), column(50.0, "少ない。")].concat();
        let page = turned(1, 100.0, 200.0, Marks { marks, ..Marks::default() });
        let first: Vec<_> =
            page.glyphs.iter().take(2).map(|g| (g.ch, g.x0.round(), g.baseline.round())).collect();
        assert_eq!(first, [('在', 1.0, 29.0), ('宅', 11.0, 29.0)]);
        assert!(page.glyphs[4].baseline > page.glyphs[0].baseline);
    }

    #[test]
    fn what_stands_outside_the_page_is_not_on_it() {
        let marks = vec![mark('甲', (30.0, 50.0), (40.0, 50.0)), mark('乙', (300.0, 50.0), (310.0, 50.0))];
        let page = turned(1, 100.0, 200.0, Marks { marks, ..Marks::default() });
        assert_eq!(page.glyphs.iter().map(|g| g.ch).collect::<String>(), "甲");
    }
}
