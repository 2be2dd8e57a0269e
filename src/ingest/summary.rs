//! A summary as text: lines come in, opinions come out. Headings name municipalities, bullets begin opinions, all else
//! continues the opinion above it; footers give year and page. Wraps may fall anywhere but before a bullet's mark, as
//! Japanese line breaking has it.

use std::collections::BTreeSet;

use super::{
    marks::{self, BulletKind, Footer, Heading},
    options::ReadOptions,
    reading::{LeftOut, Part, Reading, Reason, Warning},
};
use crate::{
    error::Position,
    opinion::{Opinion, Source},
    places::places,
};

/// Labels set in single characters beside the opinions; as text they are one character a line.
const SIDE_LABELS: [&str; 6] = ["主な意見", "主な御意見", "主なご意見", "意見", "御意見", "ご意見"];

/// A line that is not blank.
#[derive(Debug, Clone)]
struct Line<'a> {
    number: u64,
    text: &'a str,
    kind: LineKind<'a>,
}

#[derive(Debug, Clone, PartialEq)]
enum LineKind<'a> {
    Footer(Footer),
    Heading(Heading),
    Bullet { rest: &'a str },
    SideLabel,
    Text,
}

/// Reads a summary. `file` stands in sources and positions.
pub fn read_summary(text: &str, file: &str, options: &ReadOptions) -> Reading {
    let lines = classify(text);
    let mut reader = Reader { file, reading: Reading::default(), open: None, state: State::default() };
    for (i, line) in lines.iter().enumerate() {
        reader.line(line, lines.get(i + 1));
    }
    reader.finish(&lines, options)
}

/// What every line is, bullets and bare headings judged by what the whole text uses.
fn classify(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line> = text
        .lines()
        .enumerate()
        .map(|(i, line)| {
            (i as u64 + 1, line.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{C}'))
        })
        .filter(|(_, text)| !text.is_empty())
        .map(|(number, text)| Line { number, text, kind: first_look(text) })
        .collect();
    let kinds = opinion_bullets(&lines);
    let bracketed = lines
        .iter()
        .any(|l| matches!(l.kind, LineKind::Heading(Heading::Municipality { .. })) && !is_bare(l.text));
    for i in 0..lines.len() {
        let next_begins = lines.get(i + 1).is_none_or(|next| begins_something(next.text, &kinds));
        let line = &mut lines[i];
        let bullet = marks::bullet(line.text).filter(|b| kinds.contains(&b.kind));
        line.kind = match std::mem::replace(&mut line.kind, LineKind::Text) {
            // A name alone may be the end of a wrapped opinion: it is a heading where such headings are the custom
            // and an opinion follows.
            LineKind::Heading(Heading::Municipality { .. })
                if is_bare(line.text) && (bracketed || !next_begins) =>
            {
                bullet.map_or(LineKind::Text, |b| LineKind::Bullet { rest: b.rest })
            }
            LineKind::Text => bullet.map_or(LineKind::Text, |b| LineKind::Bullet { rest: b.rest }),
            kind => kind,
        };
    }
    mark_side_labels(&mut lines);
    lines
}

fn first_look(text: &str) -> LineKind<'_> {
    if let Some(heading) = marks::heading(text, places()) {
        LineKind::Heading(heading)
    } else if let Some(footer) = marks::footer(text).filter(|f| f.page.is_some() || f.fiscal_year.is_some()) {
        LineKind::Footer(footer)
    } else {
        LineKind::Text
    }
}

/// Whether a heading stands without brackets.
fn is_bare(text: &str) -> bool {
    !text.starts_with(['〈', '【', '《', '[', '［', '<', '＜', '〔', '≪'])
        && !marks::bullet(text)
            .is_some_and(|b| b.rest.starts_with(['〈', '【', '《', '[', '［', '<', '＜', '〔', '≪']))
}

/// Kinds of bullets that begin opinions: those that stand right below headings, else the most frequent one.
fn opinion_bullets(lines: &[Line]) -> BTreeSet<BulletKind> {
    let kind_of = |line: &Line| marks::bullet(line.text).map(|b| b.kind);
    let below: BTreeSet<BulletKind> = lines
        .windows(2)
        .filter(|w| matches!(w[0].kind, LineKind::Heading(Heading::Municipality { .. })))
        .filter(|w| matches!(w[1].kind, LineKind::Text))
        .filter_map(|w| kind_of(&w[1]))
        .collect();
    if !below.is_empty() {
        return below;
    }
    let mut counts = std::collections::BTreeMap::new();
    for kind in lines.iter().filter(|l| l.kind == LineKind::Text).filter_map(kind_of) {
        *counts.entry(kind).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map(|(kind, _)| kind).into_iter().collect()
}

fn begins_something(text: &str, kinds: &BTreeSet<BulletKind>) -> bool {
    marks::heading(text, places()).is_some() || marks::bullet(text).is_some_and(|b| kinds.contains(&b.kind))
}

/// Runs of single characters that spell a side label, between a footer or heading and something that begins.
fn mark_side_labels(lines: &mut [Line]) {
    let mut i = 0;
    while i < lines.len() {
        let run =
            lines[i..].iter().take_while(|l| l.kind == LineKind::Text && l.text.chars().count() == 1).count();
        let spelled: String = lines[i..i + run].iter().map(|l| l.text).collect();
        let inside = |line: Option<&Line>| {
            line.is_some_and(|l| {
                matches!(l.kind, LineKind::Text | LineKind::Bullet { .. } | LineKind::SideLabel)
            })
        };
        let before = i.checked_sub(1).map(|i| &lines[i]);
        let after = lines.get(i + run);
        if SIDE_LABELS.contains(&spelled.as_str()) && !(inside(before) && inside(after)) {
            lines[i..i + run].iter_mut().for_each(|l| l.kind = LineKind::SideLabel);
        }
        i += run.max(1);
    }
}

struct Reader<'a> {
    file: &'a str,
    reading: Reading,
    /// The opinion that following lines go on.
    open: Option<Opinion>,
    state: State,
}

#[derive(Default)]
struct State {
    municipality: Option<String>,
    /// The area of the last heading that named a single one.
    area: Option<&'static str>,
    /// Opinions not yet given a page: a page's footer comes below them.
    first_of_page: usize,
    page: Option<u32>,
    n_footers: u32,
    /// After a footer the page goes on where no heading of areas opens the next one.
    page_ended: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &Line, next: Option<&Line>) {
        match &line.kind {
            LineKind::Footer(footer) if !self.is_wrapped_number(line, footer) => self.footer(line, footer),
            LineKind::SideLabel => self.leave_out(line, Reason::SideLabel),
            LineKind::Heading(Heading::Areas(areas)) => {
                self.close();
                self.end_page();
                self.state.area = (areas.len() == 1).then(|| areas[0]);
                self.leave_out(line, Reason::AreaHeading);
            }
            LineKind::Heading(Heading::Municipality { name, .. }) => {
                self.close();
                self.state.municipality = Some(name.clone());
                if matches!(
                    next.map(|n| &n.kind),
                    None | Some(LineKind::Heading(Heading::Municipality { .. }))
                ) {
                    self.reading.warnings.push(Warning {
                        position: self.position(line),
                        message: format!("{name} has no opinion below it"),
                    });
                }
            }
            LineKind::Bullet { rest } => {
                self.close();
                self.open = Some(Opinion {
                    municipality: self.state.municipality.clone(),
                    area: self.state.area.map(str::to_owned),
                    text: (*rest).to_owned(),
                    source: Source {
                        file: self.file.to_owned(),
                        line: Some(line.number),
                        ..Source::default()
                    },
                    ..Opinion::default()
                });
            }
            LineKind::Text | LineKind::Footer(_) => match &mut self.open {
                Some(opinion) => opinion.text.push_str(line.text),
                None => self.leave_out(line, Reason::Lead),
            },
        }
    }

    /// Whether a number alone is a piece of a wrapped opinion: it does not follow the page numbers so far.
    fn is_wrapped_number(&self, line: &Line, footer: &Footer) -> bool {
        let is_number = line.text.chars().all(char::is_numeric);
        is_number && self.open.is_some() && footer.page != Some(self.state.n_footers + 1)
    }

    fn footer(&mut self, line: &Line, footer: &Footer) {
        self.end_page();
        self.state.n_footers += 1;
        if footer.page.is_some() || footer.fiscal_year.is_some() {
            self.state.page = footer.page.or(Some(self.state.n_footers));
            self.state.page_ended = true;
        }
        self.leave_out(line, Reason::Running);
    }

    /// Gives the opinions above the last footer their page, and those below it too when it closed the page early.
    fn end_page(&mut self) {
        if !self.state.page_ended {
            return;
        }
        let n_closed = self.reading.opinions.len();
        for opinion in &mut self.reading.opinions[self.state.first_of_page..] {
            opinion.source.page = self.state.page;
        }
        self.state.first_of_page = n_closed;
        self.state.page_ended = false;
    }

    fn close(&mut self) {
        let Some(opinion) = self.open.take() else { return };
        if opinion.text.trim().is_empty() {
            let position = Position { line: opinion.source.line, ..Position::file(self.file) };
            self.reading.left_out.push(LeftOut { position, reason: Reason::NoText, text: opinion.text });
        } else {
            self.reading.opinions.push(opinion);
        }
    }

    fn leave_out(&mut self, line: &Line, reason: Reason) {
        let position = self.position(line);
        self.reading.left_out.push(LeftOut { position, reason, text: line.text.to_owned() });
    }

    fn position(&self, line: &Line) -> Position {
        Position { line: Some(line.number), ..Position::file(self.file) }
    }

    fn finish(mut self, lines: &[Line], options: &ReadOptions) -> Reading {
        self.close();
        self.end_page();
        let fiscal_year = options.fiscal_year.or_else(|| year_of(lines));
        let mut parts: Vec<Part> = Vec::new();
        for opinion in &mut self.reading.opinions {
            opinion.fiscal_year = fiscal_year;
            let name = opinion.source.page.map_or_else(|| self.file.to_owned(), |p| format!("page {p}"));
            if parts.last().is_none_or(|p| p.name != name) {
                parts.push(Part { name, ..Part::default() });
            }
            let part = parts.last_mut().expect("one was pushed if there was none");
            part.n_opinions += 1;
            part.municipalities
                .extend(opinion.municipality.clone().filter(|m| part.municipalities.last() != Some(m)));
        }
        self.reading.parts = parts;
        self.reading.finish(self.file)
    }
}

/// The fiscal year that the footers name, else the title above the first heading.
fn year_of(lines: &[Line]) -> Option<i32> {
    let in_footer = lines.iter().find_map(|l| match l.kind {
        LineKind::Footer(Footer { fiscal_year, .. }) => fiscal_year,
        _ => None,
    });
    in_footer.or_else(|| {
        lines
            .iter()
            .take_while(|l| {
                !matches!(l.kind, LineKind::Bullet { .. } | LineKind::Heading(Heading::Municipality { .. }))
            })
            .find_map(|l| marks::fiscal_year(l.text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading {
        read_summary(text, "a.txt", &ReadOptions::default())
    }

    fn texts(reading: &Reading) -> Vec<(&str, &str)> {
        reading.opinions.iter().map(|o| (o.municipality.as_deref().unwrap_or("-"), o.text.as_str())).collect()
    }

    #[test]
    fn the_real_summary_is_read_as_its_labels_have_it() {
        let text = std::fs::read_to_string("data/summaries/r01.txt").expect("the summary");
        let reading = read(&text);
        let labels = std::fs::read_to_string("labels/r01.tsv").expect("labels");
        let expected: Vec<(&str, &str)> =
            labels.lines().skip(1).map(|l| l.split('\t').collect::<Vec<_>>()).map(|f| (f[1], f[4])).collect();
        assert_eq!(texts(&reading), expected);
        assert_eq!(
            reading.opinions[0].source,
            Source { file: "a.txt".into(), page: Some(1), line: Some(6), ..Source::default() }
        );
        assert!(reading.opinions.iter().all(|o| o.fiscal_year == Some(2019) && o.area.is_some()));
        let ota =
            reading.opinions.iter().find(|o| o.municipality.as_deref() == Some("大田区")).expect("大田区");
        assert_eq!(ota.source.page, Some(1), "it stands below the footer of its page");
        assert_eq!(reading.parts.len(), 5);
        assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
    }

    #[test]
    fn an_opinion_goes_on_over_a_footer() {
        let reading = read(
            "〈港区〉\n・在宅医が\n意見まとめ（１／２）\n少ない。\n・薬局は多い。\n意見まとめ（２／２）\n",
        );
        assert_eq!(texts(&reading), [("港区", "在宅医が少ない。"), ("港区", "薬局は多い。")]);
    }

    #[test]
    fn a_lead_sentence_is_left_out_with_its_text() {
        let reading = read("令和５年度の意見\n各区の意見は次のとおり。\n【港区】\n○在宅医が少ない。\n");
        assert_eq!(texts(&reading), [("港区", "在宅医が少ない。")]);
        assert_eq!(reading.opinions[0].fiscal_year, Some(2023));
        let left: Vec<_> = reading.left_out.iter().map(|l| l.text.as_str()).collect();
        assert!(left.contains(&"各区の意見は次のとおり。"), "{left:?}");
    }

    #[test]
    fn a_bare_name_is_a_heading_only_where_an_opinion_follows() {
        let reading = read("港区\n・隣の\n千代田区\nとの連携が必要。\n千代田区\n・在宅医が少ない。\n");
        assert_eq!(
            texts(&reading),
            [("港区", "隣の千代田区との連携が必要。"), ("千代田区", "在宅医が少ない。")]
        );
    }

    #[test]
    fn a_middle_dot_inside_an_opinion_is_no_bullet_where_others_are() {
        let reading = read("【港区】\n（１）主治医\n・副主治医制が必要。\n（２）24時間対応。\n");
        assert_eq!(texts(&reading), [("港区", "主治医・副主治医制が必要。"), ("港区", "24時間対応。")]);
    }

    /// Lays opinions out as the summary does: a heading a municipality, bullets wrapped at a width, a blank line behind
    /// every line, a footer. No line begins with a middle dot that is no bullet, as Japanese line breaking has it.
    fn lay_out(opinions: &[(usize, String)], width: usize) -> String {
        let mut lines = Vec::new();
        let mut last = None;
        for (place, text) in opinions {
            if last != Some(*place) {
                lines.push(format!("〈{}〉", places().municipalities()[*place].name));
                last = Some(*place);
            }
            let mut line = String::from("・");
            for c in text.chars() {
                if line.chars().count() >= width && c != '・' {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
            lines.push(line);
        }
        lines.push("令和元年度　在宅療養ワーキンググループ　意見まとめ（１／１）".to_owned());
        lines.join("\n\n")
    }

    proptest::proptest! {
        #[test]
        fn any_opinions_laid_out_at_any_width_are_read_back(
            mut opinions in proptest::collection::vec((0_usize..62, "[在宅医療の数が少ない。、ー・A-OQ-Z]{1,60}"), 1..12),
            width in 3_usize..60,
        ) {
            // A text does not begin with its own bullet; a wrap can leave no line that is a page number (P2, 24) alone.
            opinions.iter_mut().for_each(|(_, text)| *text = format!("訪{text}診"));
            opinions.sort_by_key(|(place, _)| *place);
            let reading = read(&lay_out(&opinions, width));
            let expected: Vec<(&str, &str)> = opinions
                .iter()
                .map(|(place, text)| (places().municipalities()[*place].name, text.as_str()))
                .collect();
            proptest::prop_assert_eq!(texts(&reading), expected);
        }
    }
}
