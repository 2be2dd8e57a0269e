//! The whole document: pages of fragments come in, opinions with their municipality, what was left out, and the boxes
//! of every page come out.

use super::{
    chains::chains,
    columns::{Signs, columns},
    flow::{Flow, Take},
    fragments::{Fragment, PageText},
    leaf::{Leaf, Line, lines},
    page::{Rect, Rule},
    rows,
    running::take_running,
    table::{Table, same_columns, tables},
    words::municipality,
};
use crate::ingest::{
    Reason,
    marks::{fiscal_year, leading_heading},
};

/// An opinion as the layout gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The text without bullet and wraps.
    pub text: String,
    /// The municipality as its heading or cell names it.
    pub municipality: Option<String>,
    /// Page where it begins, from 1.
    pub page: u32,
    /// Line of that page, from 1.
    pub line: u32,
    /// Whether it has no bullet although most opinions of the document do.
    pub unmarked: bool,
}

/// Text that was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Omitted {
    /// Why.
    pub reason: Reason,
    /// The text.
    pub text: String,
    /// Page, from 1.
    pub page: u32,
    /// Line of the page, from 1.
    pub line: u32,
}

/// What a box of a page was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoxKind {
    /// The heading of a municipality.
    Heading(String),
    /// An opinion, by its number in [`Document::opinions`], from 0.
    Opinion(usize),
    /// Left out.
    LeftOut(Reason),
}

/// A word where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its place.
    pub rect: Rect,
    /// Its text.
    pub text: String,
}

/// Lines of a page that were read as one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct PageBox {
    /// What they were taken for.
    pub kind: BoxKind,
    /// Their place.
    pub rect: Rect,
    /// Their words, line by line.
    pub words: Vec<Word>,
}

/// A page with its boxes in the order in which they are read; what is not read in order comes last.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLayout {
    /// Number, from 1.
    pub page: u32,
    /// Width in points, the page turned so that its text runs from left to right.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// Ruling lines.
    pub rules: Vec<Rule>,
    /// The boxes.
    pub boxes: Vec<PageBox>,
}

/// What was understood of a document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Opinions in reading order.
    pub opinions: Vec<Found>,
    /// What was left out, by page and line.
    pub omitted: Vec<Omitted>,
    /// Fiscal year that a running title, a title or a lead sentence names.
    pub fiscal_year: Option<i32>,
    /// Municipalities headed on each page, page by page.
    pub headings: Vec<(u32, String)>,
    /// The pages.
    pub pages: Vec<PageLayout>,
}

/// Text outside the tables between two of them, or a table.
enum Region {
    Text(Vec<Fragment>),
    Table(Table),
}

/// Reads the pages of a document.
pub fn document(pages: Vec<PageText>) -> Document {
    let mut known: Vec<Vec<f32>> = Vec::new();
    let mut split: Vec<(Vec<Table>, Vec<Fragment>)> = Vec::with_capacity(pages.len());
    for page in &pages {
        let found = tables(page, &known);
        for table in &found.0 {
            if !known.iter().any(|xs| same_columns(xs, &table.xs)) {
                known.push(table.xs.clone());
            }
        }
        split.push(found);
    }
    let mut texts: Vec<Vec<Fragment>> = split.iter_mut().map(|(_, text)| std::mem::take(text)).collect();
    let running = take_running(&pages, &mut texts);
    let regions: Vec<Vec<Region>> =
        split.into_iter().zip(texts).map(|((tables, _), text)| regions(tables, text)).collect();
    let mut read = Read::new(&pages, regions);
    read.omit_running(&pages, running);
    read.finish(&pages)
}

/// Tables and the text around them from the top.
fn regions(tables: Vec<Table>, mut text: Vec<Fragment>) -> Vec<Region> {
    let mut out = Vec::new();
    for table in tables {
        let (before, after): (Vec<_>, Vec<_>) = text.into_iter().partition(|f| f.baseline < table.rect.y1);
        if !before.is_empty() {
            out.push(Region::Text(before));
        }
        out.push(Region::Table(table));
        text = after;
    }
    if !text.is_empty() {
        out.push(Region::Text(text));
    }
    out
}

/// A line that is not read in order, and what it is.
type Aside = (Line, BoxKind);

/// Leaves of a document in order, and what stands beside them.
struct Read {
    leaves: Vec<Leaf>,
    asides: Vec<Aside>,
    names_in_tables: bool,
}

impl Read {
    fn new(pages: &[PageText], regions: Vec<Vec<Region>>) -> Self {
        let mut read = Self { leaves: Vec::new(), asides: Vec::new(), names_in_tables: false };
        let mut before: Vec<f32> = Vec::new();
        let mut waiting: Vec<(u32, Table, Option<String>)> = Vec::new();
        // Where the leaves of each waiting table belong.
        let mut places: Vec<usize> = Vec::new();
        let mut above: Option<String> = None;
        for (page, regions) in pages.iter().zip(regions) {
            let long = |r: &&Rule| r.rect.width().max(r.rect.height()) > 3.0 * page.em;
            let (bars, walls): (Vec<&Rule>, Vec<&Rule>) =
                page.rules.iter().filter(long).partition(|r| r.is_horizontal());
            let rects = |rules: Vec<&Rule>| rules.into_iter().map(|r| r.rect).collect::<Vec<Rect>>();
            let (bars, walls) = (rects(bars), rects(walls));
            let mut gutters = Vec::new();
            for region in regions {
                match region {
                    Region::Text(fragments) => {
                        let signs = Signs { em: page.em, walls: &walls, bars: &bars, before: &before };
                        let (leaves, found) = columns(page.number, fragments, &signs);
                        let mut names =
                            leaves.iter().flat_map(|l| &l.lines).filter_map(|l| municipality(&l.text));
                        above = names.next_back().or(above);
                        read.leaves.extend(leaves);
                        gutters.extend(found);
                    }
                    Region::Table(table) => {
                        places.push(read.leaves.len());
                        waiting.push((page.number, table, above.clone()));
                    }
                }
            }
            if !gutters.is_empty() {
                before = gutters;
            }
        }
        for (rows, place) in rows::rows(waiting).into_iter().zip(places).rev() {
            read.names_in_tables |= !rows.names.is_empty();
            read.asides.extend(rows.omitted.into_iter().map(|(l, reason)| (l, BoxKind::LeftOut(reason))));
            read.asides.extend(rows.names.into_iter().map(|(l, name)| (l, BoxKind::Heading(name))));
            read.leaves.splice(place..place, rows.leaves);
        }
        read
    }

    fn omit_running(&mut self, pages: &[PageText], running: Vec<Vec<(Fragment, Reason)>>) {
        for (page, taken) in pages.iter().zip(running) {
            for reason in [Reason::Running, Reason::SideLabel] {
                let fragments = taken.iter().filter(|(_, r)| *r == reason).map(|(f, _)| f.clone()).collect();
                let lines = lines(page.number, fragments);
                self.asides.extend(lines.into_iter().map(|l| (l, BoxKind::LeftOut(reason))));
            }
            for side in &page.sideways {
                let line = Line {
                    page: page.number,
                    row: page.fragments.iter().take_while(|f| f.baseline < side.rect.y0).count() as u32 + 1,
                    rect: side.rect,
                    baseline: side.rect.y1,
                    size: page.em,
                    text: side.text.clone(),
                    font: 0,
                    bold: false,
                    words: vec![(side.rect, side.text.clone())],
                };
                self.asides.push((line, BoxKind::LeftOut(Reason::SideLabel)));
            }
        }
    }

    fn finish(self, pages: &[PageText]) -> Document {
        let Self { leaves, asides, names_in_tables } = self;
        let mut flow = Flow::new(&leaves, names_in_tables);
        for chain in chains(&leaves) {
            flow.read(&chain);
        }
        // Drafts by chain -> opinions in the order in which a person meets them.
        let mut order: Vec<usize> =
            (0..flow.drafts.len()).filter(|&d| !flow.drafts[d].text.is_empty()).collect();
        order.sort_by_key(|&d| flow.drafts[d].start);
        let mut number = vec![None; flow.drafts.len()];
        let mut out = Document::default();
        for (n, &d) in order.iter().enumerate() {
            number[d] = Some(n);
            let draft = &flow.drafts[d];
            let line = &leaves[draft.start.0].lines[draft.start.1];
            out.opinions.push(Found {
                text: draft.text.clone(),
                municipality: draft.municipality.clone(),
                page: line.page,
                line: line.row,
                unmarked: draft.unmarked,
            });
        }
        let mut boxes: Vec<(Line, BoxKind)> = Vec::new();
        for (leaf, takes) in leaves.iter().zip(&flow.takes) {
            for (line, take) in leaf.lines.iter().zip(takes) {
                let kind = match take {
                    Take::Heading(name) => BoxKind::Heading(name.clone()),
                    Take::Omitted(reason) => BoxKind::LeftOut(*reason),
                    Take::Opinion(draft) => {
                        number[*draft].map_or(BoxKind::LeftOut(Reason::NoText), BoxKind::Opinion)
                    }
                };
                if let (BoxKind::Opinion(_), Some((name, _))) = (&kind, leading(&line.text)) {
                    out.headings.push((line.page, name));
                }
                boxes.push((line.clone(), kind));
            }
        }
        boxes.extend(asides);
        out.omitted = omitted(&boxes);
        let headings = boxes.iter().filter_map(|(line, kind)| match kind {
            BoxKind::Heading(name) => Some((line.page, name.clone())),
            _ => None,
        });
        out.headings.extend(headings);
        out.headings.sort_by_key(|(page, _)| *page);
        out.headings.dedup();
        out.fiscal_year = named_year(&out.omitted);
        out.pages = layouts(pages, boxes);
        out
    }
}

fn leading(text: &str) -> Option<(String, &str)> {
    leading_heading(text, crate::places::places())
}

/// Lines left out, those that follow each other for the same reason as one text.
fn omitted(boxes: &[(Line, BoxKind)]) -> Vec<Omitted> {
    let mut out: Vec<Omitted> = Vec::new();
    let mut last: Option<(&Line, Reason)> = None;
    for (line, kind) in boxes {
        let BoxKind::LeftOut(reason) = kind else {
            last = None;
            continue;
        };
        let follows = last.is_some_and(|(before, r)| {
            let step = line.baseline - before.baseline;
            r == *reason
                && before.page == line.page
                && matches!(reason, Reason::Lead | Reason::Note)
                && step > 0.0
                && step < 2.0 * line.size
                && (line.size - before.size).abs() < 0.1 * line.size
                && !before.text.ends_with('。')
        });
        match out.last_mut() {
            Some(text) if follows => text.text.push_str(line.text.trim()),
            _ => out.push(Omitted {
                reason: *reason,
                text: line.text.trim().to_owned(),
                page: line.page,
                line: line.row,
            }),
        }
        last = Some((line, *reason));
    }
    out.sort_by_key(|o| (o.page, o.line));
    out
}

/// The year of a running title, else of a title, else of another text left out.
fn named_year(omitted: &[Omitted]) -> Option<i32> {
    let of = |wanted: fn(&Omitted) -> bool| omitted.iter().filter(|o| wanted(o)).find_map(|o| year(&o.text));
    of(|o| o.reason == Reason::Running)
        .or_else(|| of(|o| o.reason == Reason::Lead && !o.text.ends_with('。')))
        .or_else(|| of(|o| matches!(o.reason, Reason::Lead | Reason::TableHeader | Reason::Note)))
}

/// A page number such as 2022 is no year.
fn year(text: &str) -> Option<i32> {
    fiscal_year(text).filter(|_| text.contains("年度") || text.contains('年'))
}

/// Boxes of each page: lines of one leaf that were read as one thing.
fn layouts(pages: &[PageText], boxes: Vec<(Line, BoxKind)>) -> Vec<PageLayout> {
    let mut out: Vec<PageLayout> = pages
        .iter()
        .map(|p| PageLayout {
            page: p.number,
            width: p.width,
            height: p.height,
            rules: p.rules.clone(),
            boxes: Vec::new(),
        })
        .collect();
    for (line, kind) in boxes {
        let Some(page) = out.iter_mut().find(|p| p.page == line.page) else { continue };
        let words = line.words.into_iter().map(|(rect, text)| Word { rect, text });
        match page.boxes.last_mut() {
            Some(last)
                if last.kind == kind
                    && matches!(kind, BoxKind::Opinion(_))
                    && last.rect.overlap_x(&line.rect) > 0.0
                    && line.rect.y0 > last.rect.y0 =>
            {
                last.rect = last.rect.union(&line.rect);
                last.words.extend(words);
            }
            _ => page.boxes.push(PageBox { kind, rect: line.rect, words: words.collect() }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::fragments::tests::page, *};

    fn read(pages: &[Vec<(&str, f32, f32)>]) -> Document {
        document(pages.iter().enumerate().map(|(i, t)| PageText::new(page(i as u32 + 1, t))).collect())
    }

    #[test]
    fn an_opinion_that_goes_on_over_a_page_is_one() {
        let found = read(&[
            vec![
                ("令和４年度　意見", 20.0, 20.0),
                ("〈港区〉", 20.0, 60.0),
                ("・在宅医の数が少な", 20.0, 80.0),
                ("1", 300.0, 820.0),
            ],
            vec![("い状況である。", 20.0, 60.0), ("・薬局が足りない。", 20.0, 75.0), ("2", 300.0, 820.0)],
        ]);
        let texts: Vec<_> = found.opinions.iter().map(|o| o.text.as_str()).collect();
        assert_eq!(texts, ["在宅医の数が少ない状況である。", "薬局が足りない。"]);
        assert_eq!((found.opinions[1].page, found.opinions[1].line), (2, 2));
        assert_eq!(found.fiscal_year, Some(2022));
        assert_eq!(found.omitted.iter().filter(|o| o.reason == Reason::Running).count(), 3);
    }

    #[test]
    fn boxes_come_in_the_order_of_reading() {
        let found = read(&[vec![
            ("〈港区〉", 20.0, 60.0),
            ("・在宅医の数が少ない", 20.0, 80.0),
            ("状況である。", 20.0, 95.0),
            ("・以上。", 20.0, 110.0),
        ]]);
        let kinds: Vec<_> = found.pages[0].boxes.iter().map(|b| b.kind.clone()).collect();
        assert_eq!(kinds, [BoxKind::Heading("港区".into()), BoxKind::Opinion(0), BoxKind::Opinion(1)]);
        assert_eq!(found.pages[0].boxes[1].words.len(), 2);
    }
}
