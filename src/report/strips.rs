//! Precision, recall and F1 of every theme, each with its interval, theme below theme.

use serde::Serialize;

use super::chart::{Axis, Tick};
use crate::compare::interval::Interval;

/// Height of a theme's row, distance of its three lines, widths of names and curve.
const ROW: f64 = 38.0;
const LINE: f64 = 10.0;
const NAMES: f64 = 250.0;
const CURVE: f64 = 480.0;
const TOP: f64 = 8.0;

/// A line with its point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strip {
    y: f64,
    from: f64,
    to: f64,
    at: f64,
    /// `precision`, `recall` or `f1`.
    kind: &'static str,
}

/// A theme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StripRow {
    name: String,
    y: f64,
    strips: Vec<Strip>,
}

/// The drawing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strips {
    rows: Vec<StripRow>,
    ticks: Vec<Tick>,
    width: f64,
    height: f64,
}

/// Draws precision, recall and F1 by theme; one that was not counted has no line.
pub fn draw(themes: impl Iterator<Item = (String, [Option<Interval>; 3])>) -> Strips {
    let axis = Axis { values: (0.0, 1.0), places: (NAMES, NAMES + CURVE) };
    let rows: Vec<StripRow> = themes
        .enumerate()
        .map(|(i, (name, figures))| {
            let y = TOP + ROW * (i as f64 + 0.5);
            let strips = ["precision", "recall", "f1"]
                .into_iter()
                .zip(figures)
                .zip([-LINE, 0.0, LINE])
                .filter_map(|((kind, figure), shift)| {
                    let figure = figure?;
                    Some(Strip {
                        y: y + shift,
                        from: axis.place(figure.low),
                        to: axis.place(figure.high),
                        at: axis.place(figure.estimate),
                        kind,
                    })
                })
                .collect();
            StripRow { name, y, strips }
        })
        .collect();
    Strips {
        ticks: (0..=5)
            .map(|i| Tick { at: axis.place(f64::from(i) / 5.0), text: format!("{}%", 20 * i) })
            .collect(),
        width: NAMES + CURVE + 30.0,
        height: TOP + ROW * rows.len() as f64 + 24.0,
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_was_not_counted_has_no_line() {
        let figure = Some(Interval { estimate: 0.5, low: 0.25, high: 1.0 });
        let drawn = draw([("甲".to_owned(), [figure, None, figure])].into_iter());
        let kinds: Vec<_> = drawn.rows[0].strips.iter().map(|s| s.kind).collect();
        assert_eq!(kinds, ["precision", "f1"]);
        let first = &drawn.rows[0].strips[0];
        assert_eq!((first.from, first.at, first.to), (370.0, 490.0, 730.0));
    }
}
