//! What a page holds before anything is known about it: glyphs, ruling lines, dots, text that runs another way.

/// A rectangle in points; y grows downwards.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x0: f32,
    /// Upper edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Lower edge.
    pub y1: f32,
}

impl Rect {
    /// The rectangle with these edges, whichever way round they come.
    pub fn new(x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        Self { x0: x0.min(x1), y0: y0.min(y1), x1: x0.max(x1), y1: y0.max(y1) }
    }

    /// Width.
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Height.
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// Middle between left and right.
    pub fn center_x(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }

    /// Middle between top and bottom.
    pub fn center_y(&self) -> f32 {
        (self.y0 + self.y1) / 2.0
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// Length that both share from left to right; below zero it is the gap between them.
    pub fn overlap_x(&self, other: &Self) -> f32 {
        self.x1.min(other.x1) - self.x0.max(other.x0)
    }

    /// Length that both share from top to bottom; below zero it is the gap between them.
    pub fn overlap_y(&self, other: &Self) -> f32 {
        self.y1.min(other.y1) - self.y0.max(other.y0)
    }

    /// Whether the point lies inside or on the edge.
    pub fn holds(&self, x: f32, y: f32) -> bool {
        (self.x0..=self.x1).contains(&x) && (self.y0..=self.y1).contains(&y)
    }
}

/// One character where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// The character.
    pub ch: char,
    /// Left edge.
    pub x0: f32,
    /// Right edge: where the next character would stand.
    pub x1: f32,
    /// Base line.
    pub baseline: f32,
    /// Size of the font on the page.
    pub size: f32,
    /// Number of the font, to tell one from another.
    pub font: u16,
    /// Whether the font is bold.
    pub bold: bool,
}

/// A straight ruling line, as the thin box that it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// The box.
    pub rect: Rect,
}

impl Rule {
    /// Whether it runs from left to right.
    pub fn is_horizontal(&self) -> bool {
        self.rect.width() >= self.rect.height()
    }
}

/// Text that does not run as the page's text does: turned, or written from top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct Sideways {
    /// Where it stands.
    pub rect: Rect,
    /// The text.
    pub text: String,
}

/// A page, turned so that its text runs from left to right.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Number, from 1.
    pub number: u32,
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// Glyphs in the order of the file.
    pub glyphs: Vec<Glyph>,
    /// Ruling lines.
    pub rules: Vec<Rule>,
    /// Small filled or outlined shapes, about as wide as high: bullets that were drawn.
    pub dots: Vec<Rect>,
    /// Text that runs another way.
    pub sideways: Vec<Sideways>,
}

/// The middle value, or `default` where there is none.
pub(super) fn median(mut values: Vec<f32>, default: f32) -> f32 {
    if values.is_empty() {
        return default;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_may_come_in_any_order() {
        let rect = Rect::new(10.0, 20.0, 0.0, 5.0);
        assert_eq!(rect, Rect { x0: 0.0, y0: 5.0, x1: 10.0, y1: 20.0 });
        assert_eq!(rect.overlap_x(&Rect::new(8.0, 0.0, 30.0, 1.0)), 2.0);
        assert_eq!(rect.overlap_y(&Rect::new(8.0, 0.0, 30.0, 1.0)), -4.0);
    }

    #[test]
    fn the_median_of_nothing_is_the_default() {
        assert_eq!(median(vec![], 7.0), 7.0);
        assert_eq!(median(vec![3.0, 1.0, 2.0], 7.0), 2.0);
    }
}
