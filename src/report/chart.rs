//! Drawn curves: data come in, shapes in the units of a drawing come out; templates only write them as SVG.

use serde::Serialize;

use super::figures::points;
use crate::compare::interval::Interval;

/// A mark of an axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tick {
    /// Place.
    pub at: f64,
    /// What it says.
    pub text: String,
}

/// A range of values along a length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Values at both ends.
    pub values: (f64, f64),
    /// Places of both ends.
    pub places: (f64, f64),
}

impl Axis {
    /// Place of a value, to a tenth.
    pub fn place(self, value: f64) -> f64 {
        let (low, high) = self.values;
        let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
        let place = self.places.0 + part * (self.places.1 - self.places.0);
        (place * 10.0).round() / 10.0
    }
}

/// How sure a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sureness {
    /// Changed: a full point.
    Changed,
    /// No change seen: an empty point.
    Same,
    /// Nothing can be said: an empty point on a broken line.
    Unknown,
}

/// A theme's difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifferenceRow {
    /// The theme.
    pub name: String,
    /// Middle of its row.
    pub y: f64,
    /// Where the line begins and ends, and the point.
    pub line: Option<(f64, f64, f64)>,
    /// What stands at the right end.
    pub text: String,
    /// Its kind.
    pub sureness: Sureness,
}

/// Differences with their intervals, theme below theme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differences {
    /// Rows.
    pub rows: Vec<DifferenceRow>,
    /// Marks of the axis, in points.
    pub ticks: Vec<Tick>,
    /// Where no difference is.
    pub zero: f64,
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
}

/// Height of a row, width of the names, of the curve, and of the text behind it.
const ROW: f64 = 24.0;
const NAMES: f64 = 250.0;
const CURVE: f64 = 430.0;
const TEXT: f64 = 130.0;
const TOP: f64 = 10.0;

/// Draws differences: name, interval, kind and what stands behind.
pub fn differences(themes: &[(String, Option<Interval>, Sureness, String)]) -> Differences {
    let furthest = themes.iter().filter_map(|(_, d, _, _)| *d).map(|d| d.low.abs().max(d.high.abs()));
    let step = 0.1;
    let reach = (furthest.fold(step, f64::max) / step).ceil() * step;
    let axis = Axis { values: (-reach, reach), places: (NAMES, NAMES + CURVE) };
    let n_steps = (reach / step).round() as i32;
    // At most nine marks, so that their texts stay apart.
    let every = (n_steps + 3) / 4;
    let ticks = (-n_steps..=n_steps)
        .filter(|i| i % every == 0)
        .map(|i| {
            let value = f64::from(i) * step;
            let text = if i == 0 { "0".to_owned() } else { points(value).replace(".0", "") };
            Tick { at: axis.place(value), text }
        })
        .collect();
    let rows = themes
        .iter()
        .enumerate()
        .map(|(i, (name, difference, sureness, text))| DifferenceRow {
            name: name.clone(),
            y: TOP + ROW * (i as f64 + 0.5),
            line: difference.map(|d| (axis.place(d.low), axis.place(d.high), axis.place(d.estimate))),
            text: text.clone(),
            sureness: *sureness,
        })
        .collect();
    Differences {
        rows,
        ticks,
        zero: axis.place(0.0),
        width: NAMES + CURVE + TEXT,
        height: TOP + ROW * themes.len() as f64 + 24.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_in_the_middle_and_lines_stay_on_the_drawing() {
        let interval = |low, estimate, high| Some(Interval { estimate, low, high });
        let drawn = differences(&[
            ("甲".into(), interval(-0.31, -0.2, -0.1), Sureness::Changed, String::new()),
            ("乙".into(), None, Sureness::Unknown, String::new()),
        ]);
        assert_eq!(drawn.zero, NAMES + CURVE / 2.0);
        let (low, high, point) = drawn.rows[0].line.expect("a line");
        assert!(NAMES <= low && low < point && point < high && high < drawn.zero);
        assert_eq!(drawn.rows[1].line, None);
        assert!(drawn.ticks.len() <= 9 && drawn.ticks.iter().any(|t| t.text == "0"), "{:?}", drawn.ticks);
    }

    #[test]
    fn a_value_beyond_an_axis_stays_at_its_end() {
        let axis = Axis { values: (0.0, 1.0), places: (10.0, 20.0) };
        assert_eq!((axis.place(2.0), axis.place(-1.0), axis.place(0.5)), (20.0, 10.0, 15.0));
    }
}
