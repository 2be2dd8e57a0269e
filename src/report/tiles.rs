//! The tile map: where each municipality's tile is drawn and what is written on it.

use serde::Serialize;

use super::shades::Shades;
use crate::{compare::YearFigures, places::places};

/// Side of a tile with its gap, in units of the drawing.
const STEP: usize = 46;
/// Side of a tile.
pub const SIDE: usize = 44;
/// Characters on a line of a tile.
const LINE_CHARS: usize = 3;

/// A tile.
#[derive(Debug, Clone, Serialize)]
pub struct DrawnTile {
    x: usize,
    y: usize,
    /// Name without 区, 市, 町 or 村, in one or two lines.
    lines: Vec<String>,
    /// Full name, for readers and pointers.
    name: &'static str,
    /// Opinions of the theme; `None` where the municipality gave none at all.
    n: Option<usize>,
    of: usize,
    level: usize,
    /// Anchor of its opinions, where there are some on the page.
    href: Option<String>,
}

/// A map of one theme in one year.
#[derive(Debug, Clone, Serialize)]
pub struct DrawnMap {
    /// The theme's name.
    pub theme: String,
    /// Opinions of the theme in the year.
    pub n: usize,
    /// Its tiles.
    pub tiles: Vec<DrawnTile>,
    /// Width of the drawing.
    pub width: usize,
    /// Height of the drawing.
    pub height: usize,
    /// Where the line above the islands begins (x, y) and what it says.
    pub islands: (usize, usize),
}

/// Draws the map of a theme; `href` gives the anchor of a municipality's opinions by its code.
pub fn draw(
    year: &YearFigures,
    theme: usize,
    name: &str,
    shades: Shades,
    href: impl Fn(&str) -> Option<String>,
) -> DrawnMap {
    let all = places().municipalities();
    let extent = |of: fn(&crate::places::Tile) -> u8| all.iter().map(|m| usize::from(of(&m.tile))).max();
    let (columns, rows) = (extent(|t| t.column).unwrap_or(0) + 1, extent(|t| t.row).unwrap_or(0) + 1);
    let tiles = all
        .iter()
        .zip(&year.tiles)
        .map(|(municipality, tile)| {
            let n = (tile.n > 0).then(|| tile.themes[theme]);
            DrawnTile {
                x: usize::from(municipality.tile.column) * STEP,
                y: usize::from(municipality.tile.row) * STEP,
                lines: lines(municipality.name),
                name: municipality.name,
                n,
                of: tile.n,
                level: shades.level(n.unwrap_or(0)),
                href: n.filter(|n| *n > 0).and_then(|_| href(municipality.code)),
            }
        })
        .collect();
    let islands = all.iter().filter(|m| usize::from(m.tile.row) + 1 == rows).map(|m| m.tile.column).min();
    DrawnMap {
        theme: name.to_owned(),
        n: year.themes[theme].counted.n,
        tiles,
        width: columns * STEP,
        height: rows * STEP,
        islands: (usize::from(islands.unwrap_or(0)) * STEP, (rows - 1) * STEP - STEP / 4),
    }
}

/// The name in one line, or in two of even length.
fn lines(name: &str) -> Vec<String> {
    let short: Vec<char> = name.strip_suffix(['区', '市', '町', '村']).unwrap_or(name).chars().collect();
    // 北区, 港区: one character alone is no name.
    let short = if short.len() == 1 { name.chars().collect() } else { short };
    if short.len() <= LINE_CHARS {
        return vec![short.into_iter().collect()];
    }
    short.chunks(short.len().div_ceil(2)).map(|line| line.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_tiles() {
        assert_eq!(lines("千代田区"), ["千代田"]);
        assert_eq!(lines("武蔵村山市"), ["武蔵", "村山"]);
        assert_eq!(lines("港区"), ["港区"]);
        for municipality in places().municipalities() {
            let lines = lines(municipality.name);
            assert!(lines.len() <= 2 && lines.iter().all(|l| l.chars().count() <= LINE_CHARS), "{lines:?}");
        }
    }
}
