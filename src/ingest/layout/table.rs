//! Ruling lines -> tables of cells. A cell is what no line divides, so merged cells come as they were drawn.

use std::collections::BTreeSet;

use super::{
    fragments::{Fragment, PageText},
    page::{Rect, Rule},
};

/// How far lines that are one may lie apart, in points.
const SNAP: f32 = 2.2;
/// Lines shorter than this are strokes of a figure, in points.
const SHORTEST: f32 = 6.0;
/// Cells of a grid over which it is a chart or squared paper.
const MOST_SLOTS: usize = 40_000;

/// A cell with what stands in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub rect: Rect,
    /// Rows and columns of the grid, from 0, both ends in it.
    pub rows: (usize, usize),
    pub cols: (usize, usize),
    pub fragments: Vec<Fragment>,
}

/// A ruled table: at least two rows and two columns hold text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub rect: Rect,
    /// Vertical and horizontal lines, outer ones too.
    pub xs: Vec<f32>,
    pub ys: Vec<f32>,
    /// Cells by row, then column; those without text too.
    pub cells: Vec<Cell>,
}

/// A line from `a` to `b` at `at`.
#[derive(Debug, Clone, Copy)]
struct Line {
    at: f32,
    a: f32,
    b: f32,
}

/// The tables of a page and the fragments that stand in none. `known` are the columns of tables on pages before: what
/// has the same goes on with them, however little there is of it.
pub(super) fn tables(page: &PageText, known: &[Vec<f32>]) -> (Vec<Table>, Vec<Fragment>) {
    let horizontal = joined(page.rules.iter().filter(|r| r.is_horizontal()).map(flat));
    let vertical = joined(page.rules.iter().filter(|r| !r.is_horizontal()).map(upright));
    let mut rest = page.fragments.clone();
    let mut found = Vec::new();
    let mut groups = touching(&horizontal, &vertical);
    groups.extend(open_tables(&horizontal, &vertical, page));
    for (rows, columns) in groups {
        let Some(mut table) = grid(&rows, &columns) else { continue };
        let (inside, outside): (Vec<_>, Vec<_>) = rest
            .iter()
            .cloned()
            .partition(|f| table.rect.holds(f.rect.center_x(), f.baseline - 0.35 * f.size));
        table.fill(inside);
        let goes_on = known.iter().any(|xs| same_columns(xs, &table.xs));
        if goes_on || table.is_real() {
            rest = outside;
            found.push(table);
        }
    }
    found.sort_by(|a, b| a.rect.y0.total_cmp(&b.rect.y0).then(a.rect.x0.total_cmp(&b.rect.x0)));
    (found, rest)
}

/// Whether two tables have the same columns at the same places.
pub(super) fn same_columns(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 4.0)
}

fn flat(rule: &Rule) -> Line {
    Line { at: rule.rect.center_y(), a: rule.rect.x0, b: rule.rect.x1 }
}

fn upright(rule: &Rule) -> Line {
    Line { at: rule.rect.center_x(), a: rule.rect.y0, b: rule.rect.y1 }
}

/// Lines that continue each other, as one each: programs draw the border of every cell on its own.
fn joined(lines: impl Iterator<Item = Line>) -> Vec<Line> {
    let mut lines: Vec<Line> = lines.collect();
    lines.sort_by(|p, q| p.at.total_cmp(&q.at).then(p.a.total_cmp(&q.a)));
    let mut done: Vec<Line> = Vec::new();
    let mut rest = lines.as_slice();
    while let Some(first) = rest.first() {
        let n = rest.iter().take_while(|l| l.at - first.at <= SNAP).count();
        let mut same: Vec<Line> = rest[..n].to_vec();
        rest = &rest[n..];
        same.sort_by(|p, q| p.a.total_cmp(&q.a));
        let from = done.len();
        for line in same {
            match done[from..].last_mut() {
                Some(last) if line.a - last.b <= SNAP => last.b = last.b.max(line.b),
                _ => done.push(line),
            }
        }
    }
    done.retain(|l| l.b - l.a >= SHORTEST);
    done
}

/// Horizontal and vertical lines that hang together.
fn touching(horizontal: &[Line], vertical: &[Line]) -> Vec<(Vec<Line>, Vec<Line>)> {
    let n = horizontal.len();
    let mut group: Vec<usize> = (0..n + vertical.len()).collect();
    for (i, h) in horizontal.iter().enumerate() {
        for (j, v) in vertical.iter().enumerate() {
            let meets = h.at >= v.a - SNAP && h.at <= v.b + SNAP && v.at >= h.a - SNAP && v.at <= h.b + SNAP;
            if meets {
                let (p, q) = (root(&mut group, i), root(&mut group, n + j));
                group[p.max(q)] = p.min(q);
            }
        }
    }
    let mut groups: std::collections::BTreeMap<usize, (Vec<Line>, Vec<Line>)> = Default::default();
    for i in 0..group.len() {
        let entry = groups.entry(root(&mut group, i)).or_default();
        if i < n { entry.0.push(horizontal[i]) } else { entry.1.push(vertical[i - n]) }
    }
    groups.into_values().filter(|(h, v)| h.len() >= 2 && !v.is_empty()).collect()
}

/// Root of a set in a forest of sets, the way to it made short.
pub(super) fn root(parents: &mut [usize], mut i: usize) -> usize {
    while parents[i] != i {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    i
}

/// Tables without vertical lines: three or more lines of one width, between which a column of names stands at the
/// left of the text. The vertical line is put where it would have been drawn.
fn open_tables(horizontal: &[Line], vertical: &[Line], page: &PageText) -> Vec<(Vec<Line>, Vec<Line>)> {
    let mut done = vec![false; horizontal.len()];
    let mut found = Vec::new();
    for i in 0..horizontal.len() {
        if done[i] {
            continue;
        }
        let first = horizontal[i];
        let mut rows = Vec::new();
        for (j, line) in horizontal.iter().enumerate() {
            let same = (line.a - first.a).abs() < 3.0 && (line.b - first.b).abs() < 3.0;
            if same && !done[j] {
                done[j] = true;
                rows.push(*line);
            }
        }
        let crossed = vertical.iter().any(|v| {
            v.at > first.a - SNAP && v.at < first.b + SNAP && rows.iter().any(|r| r.at > v.a && r.at < v.b)
        });
        if rows.len() < 2 || crossed {
            continue;
        }
        let (top, bottom) = (rows[0].at, rows[rows.len() - 1].at);
        let inside: Vec<&Fragment> = page
            .fragments
            .iter()
            .filter(|f| {
                f.rect.x0 >= first.a - page.em
                    && f.rect.x1 <= first.b + page.em
                    && (top..bottom).contains(&f.baseline)
            })
            .collect();
        let mut columns: Vec<Line> =
            clear_gaps(&inside, page.em).into_iter().map(|at| Line { at, a: top, b: bottom }).collect();
        if columns.is_empty() || !names_at_left(&inside, columns[0].at, rows.len() == 2) {
            continue;
        }
        columns.push(Line { at: first.a, a: top, b: bottom });
        columns.push(Line { at: first.b, a: top, b: bottom });
        columns.sort_by(|p, q| p.at.total_cmp(&q.at));
        found.push((rows, columns));
    }
    found
}

/// Whether what stands left of `x` may be names beside their opinions: short words, no bullets, no sentences. Two lines
/// alone may be anything, so between them it must be a known name.
fn names_at_left(fragments: &[&Fragment], x: f32, strictly: bool) -> bool {
    let left = || fragments.iter().filter(|f| f.rect.x1 < x);
    if strictly {
        let text: String = left().map(|f| f.text.as_str()).collect();
        return super::words::municipality(&text).is_some();
    }
    left().all(|f| {
        f.text.chars().count() <= 14
            && !f.text.ends_with('。')
            && crate::ingest::marks::bullet(&f.text).is_none()
    })
}

/// Middles of the gaps that no fragment crosses, with two or more fragments at the right and not only marks at the left.
fn clear_gaps(fragments: &[&Fragment], em: f32) -> Vec<f32> {
    let mut spans: Vec<(f32, f32)> = fragments.iter().map(|f| (f.rect.x0, f.rect.x1)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut gaps = Vec::new();
    let Some(&(_, mut end)) = spans.first() else { return gaps };
    for (i, &(x0, x1)) in spans.iter().enumerate() {
        let marks_only =
            fragments.iter().filter(|f| f.rect.x0 < x0).all(|f| super::bullets::is_mark(&f.text));
        if x0 - end >= 0.5 * em && i >= 1 && spans.len() - i >= 2 && !marks_only {
            gaps.push((x0 + end) / 2.0);
        }
        end = end.max(x1);
    }
    gaps
}

/// Places of lines, each once.
fn distinct(mut places: Vec<f32>) -> Vec<f32> {
    places.sort_by(f32::total_cmp);
    places.dedup_by(|b, a| *b - *a <= SNAP);
    places
}

/// The grid that lines make, its cells still empty.
fn grid(rows: &[Line], columns: &[Line]) -> Option<Table> {
    let all_x = || rows.iter().flat_map(|r| [r.a, r.b]).chain(columns.iter().map(|c| c.at));
    let all_y = || columns.iter().flat_map(|c| [c.a, c.b]).chain(rows.iter().map(|r| r.at));
    let rect = Rect {
        x0: all_x().fold(f32::MAX, f32::min),
        y0: all_y().fold(f32::MAX, f32::min),
        x1: all_x().fold(f32::MIN, f32::max),
        y1: all_y().fold(f32::MIN, f32::max),
    };
    let xs = distinct(columns.iter().map(|c| c.at).chain([rect.x0, rect.x1]).collect());
    let ys = distinct(rows.iter().map(|r| r.at).chain([rect.y0, rect.y1]).collect());
    let (n_cols, n_rows) = (xs.len().saturating_sub(1), ys.len().saturating_sub(1));
    if n_cols == 0 || n_rows == 0 || n_cols * n_rows > MOST_SLOTS {
        return None;
    }
    let covered = |lines: &[Line], at: f32, middle: f32| {
        lines.iter().any(|l| (l.at - at).abs() <= SNAP && l.a <= middle && middle <= l.b)
    };
    let mut set: Vec<usize> = (0..n_cols * n_rows).collect();
    for r in 0..n_rows {
        for c in 0..n_cols {
            let here = r * n_cols + c;
            let (mid_x, mid_y) = ((xs[c] + xs[c + 1]) / 2.0, (ys[r] + ys[r + 1]) / 2.0);
            let open_right = c + 1 < n_cols && !covered(columns, xs[c + 1], mid_y);
            let open_below = r + 1 < n_rows && !covered(rows, ys[r + 1], mid_x);
            for next in
                [open_right.then_some(here + 1), open_below.then_some(here + n_cols)].into_iter().flatten()
            {
                let (p, q) = (root(&mut set, here), root(&mut set, next));
                set[p.max(q)] = p.min(q);
            }
        }
    }
    let mut cells: Vec<Cell> = Vec::new();
    let mut number = vec![usize::MAX; set.len()];
    for slot in 0..set.len() {
        let (r, c) = (slot / n_cols, slot % n_cols);
        let rect = Rect { x0: xs[c], y0: ys[r], x1: xs[c + 1], y1: ys[r + 1] };
        let top = root(&mut set, slot);
        if number[top] == usize::MAX {
            number[top] = cells.len();
            cells.push(Cell { rect, rows: (r, r), cols: (c, c), fragments: Vec::new() });
        } else {
            let cell = &mut cells[number[top]];
            cell.rect = cell.rect.union(&rect);
            cell.rows = (cell.rows.0.min(r), cell.rows.1.max(r));
            cell.cols = (cell.cols.0.min(c), cell.cols.1.max(c));
        }
    }
    Some(Table { rect, xs, ys, cells })
}

impl Table {
    /// Puts each fragment in the smallest cell around it.
    fn fill(&mut self, fragments: Vec<Fragment>) {
        for fragment in fragments {
            let (x, y) = (fragment.rect.center_x(), fragment.baseline - 0.35 * fragment.size);
            let area = |cell: &Cell| cell.rect.width() * cell.rect.height();
            let around = self.cells.iter_mut().filter(|c| c.rect.holds(x, y));
            if let Some(cell) = around.min_by(|a, b| area(a).total_cmp(&area(b))) {
                cell.fragments.push(fragment);
            }
        }
    }

    /// Whether it is a table rather than a frame or a row of boxes: text in two rows and two columns, in three rows of
    /// one column (the half of a table two pages wide), or in one row beside a name.
    fn is_real(&self) -> bool {
        let filled = || self.cells.iter().filter(|c| !c.fragments.is_empty());
        let distinct = |start: fn(&Cell) -> usize| filled().map(start).collect::<BTreeSet<_>>().len();
        let named = |c: &Cell| {
            let text: String = c.fragments.iter().map(|f| f.text.as_str()).collect();
            super::words::municipality(&text).is_some()
        };
        match (distinct(|c| c.rows.0), distinct(|c| c.cols.0)) {
            (2.., 2..) | (3.., 1) => true,
            (1, 2..) => filled().any(named),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fragments::tests::page, *};

    /// Rules of a table with two columns at x 10, 60, 300; the left cell runs over both rows below the header.
    fn merged() -> Vec<Rule> {
        let rule = |x0, y0, x1, y1| Rule { rect: Rect::new(x0, y0, x1, y1) };
        vec![
            rule(10.0, 10.0, 300.0, 10.5),
            rule(10.0, 30.0, 300.0, 30.5),
            rule(60.0, 50.0, 300.0, 50.5),
            rule(10.0, 70.0, 300.0, 70.5),
            rule(10.0, 10.0, 10.5, 70.0),
            rule(60.0, 10.0, 60.5, 70.0),
            rule(300.0, 10.0, 300.5, 70.0),
        ]
    }

    #[test]
    fn a_merged_cell_spans_the_rows_that_no_line_divides() {
        let mut page = page(
            1,
            &[
                ("区市町村", 12.0, 25.0),
                ("意見", 70.0, 25.0),
                ("港区", 12.0, 55.0),
                ("甲", 70.0, 45.0),
                ("乙", 70.0, 65.0),
            ],
        );
        page.rules = merged();
        let (tables, rest) = tables(&PageText::new(page), &[]);
        assert!(rest.is_empty());
        let cells: Vec<_> = tables[0]
            .cells
            .iter()
            .map(|c| (c.rows, c.cols, c.fragments.iter().map(|f| f.text.as_str()).collect::<String>()))
            .collect();
        let expected = [
            ((0, 0), (0, 0), "区市町村"),
            ((0, 0), (1, 1), "意見"),
            ((1, 2), (0, 0), "港区"),
            ((1, 1), (1, 1), "甲"),
            ((2, 2), (1, 1), "乙"),
        ];
        assert_eq!(cells, expected.map(|(r, c, t)| (r, c, t.to_owned())));
    }

    #[test]
    fn a_frame_around_a_page_is_no_table() {
        let rule = |x0, y0, x1, y1| Rule { rect: Rect::new(x0, y0, x1, y1) };
        let mut page = page(1, &[("〈港区〉", 20.0, 30.0), ("・意見。", 20.0, 50.0)]);
        page.rules = vec![
            rule(10.0, 10.0, 500.0, 10.5),
            rule(10.0, 800.0, 500.0, 800.5),
            rule(10.0, 10.0, 10.5, 800.0),
            rule(500.0, 10.0, 500.5, 800.0),
        ];
        let (tables, rest) = tables(&PageText::new(page), &[]);
        assert_eq!((tables.len(), rest.len()), (0, 2));
    }

    #[test]
    fn lines_across_without_lines_down_make_a_table_where_names_stand_at_the_left() {
        let rule = |y| Rule { rect: Rect::new(10.0, y, 300.0, y + 0.5) };
        let mut page = page(
            1,
            &[
                ("港区", 12.0, 45.0),
                ("最初の意見", 70.0, 35.0),
                ("次の意見", 70.0, 55.0),
                ("北区", 12.0, 85.0),
                ("意見", 70.0, 85.0),
            ],
        );
        page.rules = vec![rule(20.0), rule(65.0), rule(100.0)];
        let (tables, _) = tables(&PageText::new(page), &[]);
        assert_eq!(tables.len(), 1);
        assert_eq!((tables[0].xs.len(), tables[0].ys.len()), (3, 3));
    }
}
