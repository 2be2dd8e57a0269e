//! Leaves of a page: a column or a cell, as lines in reading order.

use super::{
    fragments::Fragment,
    page::{Rect, median},
};

/// Gap inside a line of one column that is written as a blank, in em: tabs and blanks that set words apart.
const WORD_GAP: f32 = 1.2;

/// A line of one column or cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub page: u32,
    /// Row of the page, from 1.
    pub row: u32,
    pub rect: Rect,
    pub baseline: f32,
    pub size: f32,
    pub text: String,
    pub font: u16,
    pub bold: bool,
    pub words: Vec<(Rect, String)>,
}

/// What a leaf is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// A column of running text.
    Column,
    /// A cell of a table that holds opinions.
    Cell {
        /// The municipality that the table gives it.
        municipality: Option<String>,
        /// Whether the cell goes on from the table's last cell on the page before.
        goes_on: bool,
    },
}

/// A column or a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    pub page: u32,
    pub rect: Rect,
    pub lines: Vec<Line>,
    pub source: Source,
}

impl Leaf {
    /// A column of these fragments, if there are any.
    pub fn column(page: u32, fragments: Vec<Fragment>) -> Option<Self> {
        let lines = lines(page, fragments);
        let rect = lines.iter().map(|l| l.rect).reduce(|a, b| a.union(&b))?;
        Some(Self { page, rect, lines, source: Source::Column })
    }

    /// Middle size of its type.
    pub fn em(&self) -> f32 {
        median(self.lines.iter().map(|l| l.size).collect(), 10.0).max(1.0)
    }
}

/// Fragments of one column -> its lines from the top.
pub(super) fn lines(page: u32, mut fragments: Vec<Fragment>) -> Vec<Line> {
    fragments.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut rows: Vec<Vec<Fragment>> = Vec::new();
    for fragment in fragments {
        match rows.last_mut() {
            Some(row) if same_line(row, &fragment) => row.push(fragment),
            _ => rows.push(vec![fragment]),
        }
    }
    rows.into_iter().filter_map(|row| line(page, row)).collect()
}

/// A smaller mark or figure may sit a little higher or lower than the text it stands beside.
fn same_line(row: &[Fragment], fragment: &Fragment) -> bool {
    let drop = fragment.baseline - row[0].baseline;
    let size = row[0].size.max(fragment.size);
    let apart = row.iter().all(|f| f.rect.overlap_x(&fragment.rect) < 0.3 * size);
    drop <= 0.25 * size || (drop <= 0.45 * size && apart)
}

fn line(page: u32, mut row: Vec<Fragment>) -> Option<Line> {
    row.sort_by(|a, b| a.rect.x0.total_cmp(&b.rect.x0));
    // The longest fragment says what the line is: a bullet may come from another font.
    let main = row.iter().max_by_key(|f| f.text.chars().count())?.clone();
    let rect = row.iter().map(|f| f.rect).reduce(|a, b| a.union(&b))?;
    let mut text = String::new();
    let mut end: Option<f32> = None;
    for fragment in &row {
        if let Some(end) = end {
            let gap = fragment.rect.x0 - end;
            let latin = text.ends_with(|c: char| c.is_ascii_alphanumeric())
                && fragment.text.starts_with(|c: char| c.is_ascii_alphanumeric());
            if gap > WORD_GAP * main.size || (latin && gap > 0.2 * main.size) {
                text.push(' ');
            }
        }
        text.push_str(&fragment.text);
        end = Some(fragment.rect.x1);
    }
    Some(Line {
        page,
        row: main.row,
        rect,
        baseline: main.baseline,
        size: main.size,
        text,
        font: main.font,
        bold: main.bold,
        words: row.into_iter().map(|f| (f.rect, f.text)).collect(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::{
        super::fragments::{PageText, tests::page},
        *,
    };

    /// The column that these texts make.
    pub(in super::super) fn column(texts: &[(&str, f32, f32)]) -> Leaf {
        Leaf::column(1, PageText::new(page(1, texts)).fragments).expect("text")
    }

    #[test]
    fn a_bullet_that_is_a_piece_of_its_own_joins_its_line() {
        let leaf = column(&[("●", 20.0, 51.0), ("在宅医が", 40.0, 50.0), ("少ない。", 40.0, 65.0)]);
        let texts: Vec<_> = leaf.lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(texts, ["●在宅医が", "少ない。"]);
    }

    #[test]
    fn names_far_apart_on_one_line_stay_apart() {
        let leaf = column(&[("区中央部", 20.0, 50.0), ("区南部", 100.0, 50.0)]);
        assert_eq!(leaf.lines[0].text, "区中央部 区南部");
    }
}
