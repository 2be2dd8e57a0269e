//! Drawings on two axes: reliability, precision against coverage, learning curves.

use serde::Serialize;

use super::chart::{Axis, Tick};
use crate::compare::interval::Interval;

/// Size of a drawing and of its margins.
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 48.0;
/// Room for what stands beside the last point.
const RIGHT: f64 = 44.0;
const TOP: f64 = 14.0;

/// A point with its interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlotPoint {
    x: f64,
    y: f64,
    low: f64,
    high: f64,
    /// What stands beside it.
    text: String,
}

/// A broken line with its text: what is hoped for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guide {
    from: (f64, f64),
    to: (f64, f64),
    text: String,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
    top: f64,
    right: f64,
    x_title: String,
    y_title: String,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    /// Corners of the line through all points, as SVG writes them.
    line: String,
    points: Vec<PlotPoint>,
    guides: Vec<Guide>,
    #[serde(skip)]
    axes: (Axis, Axis),
}

/// Values of an axis, its marks and its title.
pub struct Scale<'a> {
    /// Both ends.
    pub values: (f64, f64),
    /// Marks: value and text.
    pub ticks: Vec<(f64, String)>,
    /// What it shows.
    pub title: &'a str,
}

impl Scale<'_> {
    /// Shares from `low` to 1, a mark every fifth.
    pub fn shares(low: f64, title: &str) -> Scale<'_> {
        let marks = (0..=5).map(|i| f64::from(i) / 5.0).filter(|v| *v >= low - 1e-9);
        Scale { values: (low, 1.0), ticks: marks.map(|v| (v, format!("{:.0}%", 100.0 * v))).collect(), title }
    }
}

impl Plot {
    /// A drawing without anything on it.
    pub fn new(x: &Scale, y: &Scale) -> Self {
        let x_axis = Axis { values: x.values, places: (LEFT, WIDTH - RIGHT) };
        let y_axis = Axis { values: y.values, places: (HEIGHT - BOTTOM, TOP) };
        let ticks = |axis: Axis, scale: &Scale| {
            scale.ticks.iter().map(|(v, text)| Tick { at: axis.place(*v), text: text.clone() }).collect()
        };
        Self {
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            bottom: HEIGHT - BOTTOM,
            top: TOP,
            right: WIDTH - RIGHT,
            x_title: x.title.to_owned(),
            y_title: y.title.to_owned(),
            x_ticks: ticks(x_axis, x),
            y_ticks: ticks(y_axis, y),
            line: String::new(),
            points: Vec::new(),
            guides: Vec::new(),
            axes: (x_axis, y_axis),
        }
    }

    /// Adds points from left to right, with the line through them.
    pub fn points(mut self, points: impl IntoIterator<Item = (f64, Interval, String)>) -> Self {
        let (x_axis, y_axis) = self.axes;
        self.points = points
            .into_iter()
            .map(|(x, y, text)| PlotPoint {
                x: x_axis.place(x),
                y: y_axis.place(y.estimate),
                low: y_axis.place(y.low),
                high: y_axis.place(y.high),
                text,
            })
            .collect();
        self.line = self.points.iter().map(|p| format!("{},{}", p.x, p.y)).collect::<Vec<_>>().join(" ");
        self
    }

    /// Adds a broken line between two places.
    pub fn guide(mut self, from: (f64, f64), to: (f64, f64), text: impl Into<String>) -> Self {
        let place = |(x, y): (f64, f64)| (self.axes.0.place(x), self.axes.1.place(y));
        let guide = Guide { from: place(from), to: place(to), text: text.into() };
        self.guides.push(guide);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_where_their_values_are_and_intervals_upright() {
        let plot = Plot::new(&Scale::shares(0.0, "確率"), &Scale::shares(0.0, "正答率"))
            .points([(0.5, Interval { estimate: 0.5, low: 0.4, high: 0.6 }, "12".to_owned())])
            .guide((0.0, 0.0), (1.0, 1.0), "理想");
        let point = &plot.points[0];
        assert_eq!((point.x, point.y), (236.0, 143.0));
        assert!(point.high < point.y && point.y < point.low);
        assert_eq!(plot.line, "236,143");
        assert_eq!((plot.guides[0].from, plot.guides[0].to), ((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP)));
        assert_eq!(plot.x_ticks.len(), 6);
    }

    #[test]
    fn a_scale_from_half_has_only_the_marks_above() {
        let ticks: Vec<String> = Scale::shares(0.5, "精度").ticks.into_iter().map(|(_, text)| text).collect();
        assert_eq!(ticks, ["60%", "80%", "100%"]);
    }
}
