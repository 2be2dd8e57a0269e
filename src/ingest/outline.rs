//! Paragraphs under headings: headings of municipalities and areas, bullets or plain paragraphs below them. What a
//! paragraph is comes from its list, its style or its typed marks; no wraps here, a paragraph is whole.

use super::{
    cell::{join_lines, lines, trim},
    flow::{Flow, Section, State},
    marks::{self, BulletKind, Heading, bullet},
    reading::{Reading, Reason},
};
use crate::{opinion::Source, places::places};

/// A paragraph, or a cell that stands alone in its row.
#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    /// The text; line breaks as `\n`.
    pub text: String,
    /// The list it is an item of, where it is one by its format and not by a typed mark.
    pub list: Option<List>,
    /// Whether its style makes it a heading.
    pub is_heading: bool,
    /// Whether it is centered or set to the right: titles, dates, `以上`.
    pub is_aside: bool,
    /// Indent of its lines after the first, in twentieths of a point.
    pub indent: i32,
    /// Where it stands.
    pub source: Source,
}

/// A list as a person sees it: numbered or not, how deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct List {
    /// Numbered rather than bulleted.
    pub numbered: bool,
    /// Level, from 0.
    pub level: u8,
}

/// The kind of a bullet: items of one kind are on a par.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Typed(BulletKind),
    List(List),
}

impl Kind {
    fn is_numbered(self) -> bool {
        match self {
            Self::List(list) => list.numbered,
            Self::Typed(kind) => !matches!(kind, BulletKind::Character(_)),
        }
    }

    /// Whether titles may carry it: numbers and the larger marks.
    fn may_title(self) -> bool {
        self.is_numbered() || matches!(self, Self::Typed(BulletKind::Character(c)) if "■□◆◇●○◎".contains(c))
    }
}

/// A part of the text: what a line or a paragraph is.
#[derive(Debug)]
enum Item {
    Municipality(String),
    Areas(Vec<&'static str>),
    Section(String),
    Bullet {
        kind: Kind,
        text: String,
        indent: i32,
    },
    Plain {
        text: String,
        is_aside: bool,
        indent: i32,
    },
    Blank,
    /// Something that is read elsewhere: a table, a text box.
    Other(usize),
}

/// Paragraphs and what stands between them, ready to be read.
#[derive(Debug, Default)]
pub(super) struct Outline {
    items: Vec<(Item, Source)>,
}

impl Outline {
    /// Takes in a paragraph.
    pub fn push(&mut self, paragraph: &Paragraph) {
        let lines: Vec<&str> = lines(&paragraph.text).collect();
        let source = &paragraph.source;
        if lines.is_empty() {
            self.items.push((Item::Blank, source.clone()));
            return;
        }
        if paragraph.is_heading {
            let text = join_lines(&lines);
            let item = place_heading(&text).unwrap_or_else(|| match styled_place(&text) {
                Some(name) => Item::Municipality(name),
                None => Item::Section(text),
            });
            self.items.push((item, source.clone()));
            return;
        }
        // Lines of one paragraph belong together, but for those that begin with a mark or are headings.
        let mut pending: Vec<&str> = Vec::new();
        let mut pending_kind = paragraph.list.map(Kind::List);
        for (i, line) in lines.iter().enumerate() {
            let typed = bullet(line).filter(|b| !b.rest.is_empty() && (i == 0 || !is_doubtful(b.kind)));
            if let Some(heading) = place_heading(line) {
                self.flush(&mut pending, pending_kind.take(), paragraph);
                self.items.push((heading, source.clone()));
            } else if let Some((heading, rest)) = heading_before_text(line).filter(|_| typed.is_none()) {
                self.flush(&mut pending, pending_kind.take(), paragraph);
                self.items.push((heading, source.clone()));
                let mark = bullet(rest);
                pending_kind = mark.map(|b| Kind::Typed(b.kind));
                pending.push(mark.map_or(rest, |b| b.rest));
            } else if let Some(mark) = typed {
                match (i, pending_kind) {
                    // a typed mark inside an automatic list is the same bullet twice
                    (0, Some(Kind::List(_))) => {}
                    _ => {
                        self.flush(&mut pending, pending_kind.take(), paragraph);
                        pending_kind = Some(Kind::Typed(mark.kind));
                    }
                }
                pending.push(mark.rest);
            } else {
                pending.push(line);
            }
        }
        self.flush(&mut pending, pending_kind, paragraph);
    }

    fn flush(&mut self, pending: &mut Vec<&str>, kind: Option<Kind>, paragraph: &Paragraph) {
        if pending.is_empty() {
            return;
        }
        let (text, indent) = (join_lines(pending), paragraph.indent);
        let item = match kind {
            Some(kind) => Item::Bullet { kind, text, indent },
            None => Item::Plain { text, is_aside: paragraph.is_aside, indent },
        };
        self.items.push((item, paragraph.source.clone()));
        pending.clear();
    }

    /// Takes in something that is read elsewhere, by its number.
    pub fn push_other(&mut self, number: usize) {
        self.items.push((Item::Other(number), Source::default()));
    }

    /// Whether any heading names a municipality or an area.
    pub fn has_headings(&self) -> bool {
        self.items.iter().any(|(item, _)| matches!(item, Item::Municipality(_) | Item::Areas(_)))
    }

    /// Reads the opinions. `headless` also takes bullets that stand under no heading. `other` is called for what is
    /// read elsewhere, with the state at that place.
    pub fn read(
        &self,
        state: State,
        headless: bool,
        reading: &mut Reading,
        mut other: impl FnMut(usize, &State, &mut Reading),
    ) {
        let minor = self.minor_kinds();
        let in_section = state.municipality.is_some() || headless;
        let mut flow = Flow::new(state, in_section, reading);
        let mut section = self.section(0);
        for (i, (item, source)) in self.items.iter().enumerate() {
            match item {
                Item::Municipality(name) => {
                    flow.state.municipality = Some(name.clone());
                    flow.begin_section();
                    section = self.section(i + 1);
                }
                Item::Areas(areas) => {
                    flow.state.area = Some(areas[0].to_owned()).filter(|_| areas.len() == 1);
                    flow.state.municipality = None;
                    flow.begin_section();
                    flow.leave_out(&areas.join(" "), source, Reason::AreaHeading);
                    section = self.section(i + 1);
                }
                Item::Section(text) => flow.leave_out(text, source, Reason::Lead),
                Item::Bullet { kind, .. } if minor.contains(kind) => {
                    let Item::Bullet { text, .. } = item else { continue };
                    flow.leave_out(text, source, Reason::Lead);
                }
                Item::Bullet { text, indent, .. } => flow.bullet(text, *indent, source),
                Item::Plain { text, is_aside, indent } => {
                    flow.plain(text, *is_aside, *indent, source, &section, headless);
                }
                Item::Blank => flow.last = None,
                Item::Other(number) => {
                    flow.last = None;
                    other(*number, &flow.state.clone(), flow.reading);
                }
            }
        }
    }

    /// What the section that begins at an item holds.
    fn section(&self, start: usize) -> Section {
        let mut section = Section::default();
        for (item, _) in &self.items[start..] {
            match item {
                Item::Municipality(_) | Item::Areas(_) => break,
                Item::Bullet { .. } => section.has_bullets = true,
                Item::Other(_) => section.has_others = true,
                _ => {}
            }
        }
        section
    }

    /// Kinds of bullets that are not opinions: notes (※) beside other kinds, and numbers before titles, each of them
    /// short and followed by bullets of another kind.
    fn minor_kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<(Kind, bool)> = Vec::new();
        for (i, (item, _)) in self.items.iter().enumerate() {
            let Item::Bullet { kind, text, .. } = item else { continue };
            let next =
                self.items[i + 1..].iter().map(|(item, _)| item).find(|item| !matches!(item, Item::Blank));
            let titles = text.chars().count() <= 20
                && !text.ends_with('。')
                && match next {
                    Some(Item::Bullet { kind: next, .. }) => next != kind && kind.may_title(),
                    Some(Item::Municipality(_) | Item::Areas(_) | Item::Other(_)) => kind.is_numbered(),
                    _ => false,
                };
            match kinds.iter_mut().find(|(k, _)| k == kind) {
                Some((_, all)) => *all &= titles,
                None => kinds.push((*kind, titles)),
            }
        }
        let several = kinds.len() > 1 && !kinds.iter().all(|(_, titles)| *titles);
        let is_note = |kind: &Kind| *kind == Kind::Typed(BulletKind::Character('※'));
        kinds
            .iter()
            .filter(|(kind, titles)| several && (*titles || is_note(kind)))
            .map(|(kind, _)| *kind)
            .collect()
    }
}

/// What headings add to the name of a municipality, longest first.
const HEADING_ENDS: [&str; 12] = [
    "からの主な意見",
    "における意見",
    "の主な意見",
    "からの意見",
    "からの回答",
    "の御意見",
    "のご意見",
    "の意見",
    "の回答",
    "の現状と課題",
    "の課題",
    "分",
];

/// Names of all municipalities of an area, joined, are shorter.
const LONGEST_HEADING_BYTES: usize = 400;

/// A bullet of the kind that a wrapped line may begin with by chance.
fn is_doubtful(kind: BulletKind) -> bool {
    matches!(kind, BulletKind::Character('-' | '–' | '—' | '‐' | '‑' | '*') | BulletKind::Kana)
}

fn place_heading(line: &str) -> Option<Item> {
    if line.len() > LONGEST_HEADING_BYTES {
        return None;
    }
    if let Some(heading) = marks::heading(line, places()) {
        return Some(match heading {
            Heading::Municipality { name, .. } => Item::Municipality(name),
            Heading::Areas(areas) => Item::Areas(areas),
        });
    }
    // 千代田区の意見
    let bare = bullet(line).map_or(line, |b| b.rest);
    if let Some(name) =
        HEADING_ENDS.iter().find_map(|end| bare.strip_suffix(end)).filter(|name| !name.is_empty())
        && let Some(Heading::Municipality { name, known: true }) = marks::heading(name, places())
    {
        return Some(Item::Municipality(name));
    }
    // １　千代田区, 第２ 区南部: a number without a point
    let rest = line.strip_prefix('第').unwrap_or(line);
    let rest = rest
        .trim_start_matches(|c: char| c.is_numeric() || matches!(c, '-' | '－' | '.' | '．' | '章' | '節'));
    (rest.len() < line.len() && rest.starts_with(char::is_whitespace))
        .then(|| marks::heading(rest, places()))
        .flatten()
        .and_then(|heading| match heading {
            Heading::Municipality { name, known } => known.then_some(Item::Municipality(name)),
            Heading::Areas(areas) => Some(Item::Areas(areas)),
        })
}

/// A styled heading that names a place the table does not have.
fn styled_place(text: &str) -> Option<String> {
    let name = bullet(text).map_or(text, |b| b.rest);
    let name =
        name.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | '．' | ' ' | '　' | '-'));
    let is_name = (2..=8).contains(&name.chars().count())
        && name.ends_with(['区', '市', '町', '村'])
        && !name.chars().any(|c| matches!(c, '・' | '、' | 'の') || ('\u{3041}'..='\u{3096}').contains(&c));
    is_name.then(|| name.to_owned())
}

/// A heading and its first opinion on one line: `〈千代田区〉在宅医が…`, `千代田区：在宅医が…`.
fn heading_before_text(line: &str) -> Option<(Item, &str)> {
    let end = line
        .char_indices()
        .take(30)
        .find(|(_, c)| matches!(c, '〉' | '】' | '》' | '］' | ']' | '：' | ':' | '＞' | '>'))?;
    let (head, rest) = line.split_at(end.0 + end.1.len_utf8());
    let rest = trim(rest);
    match marks::heading(head, places())? {
        Heading::Municipality { name, known: true } if !rest.is_empty() => {
            Some((Item::Municipality(name), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Option<List> = Some(List { numbered: false, level: 0 });

    fn read(paragraphs: &[(&str, Option<List>)]) -> Reading {
        let mut outline = Outline::default();
        for (text, list) in paragraphs {
            outline.push(&Paragraph { text: (*text).into(), list: *list, ..Paragraph::default() });
        }
        let mut reading = Reading::default();
        outline.read(State::default(), false, &mut reading, |_, _, _| {});
        reading
    }

    fn opinions(paragraphs: &[(&str, Option<List>)]) -> Vec<(String, String)> {
        read(paragraphs).opinions.into_iter().map(|o| (o.municipality.unwrap_or_default(), o.text)).collect()
    }

    fn pair(municipality: &str, text: &str) -> (String, String) {
        (municipality.to_owned(), text.to_owned())
    }

    #[test]
    fn items_of_lists_and_typed_bullets_under_headings_are_opinions() {
        let found = opinions(&[
            ("令和元年度　意見まとめ", None),
            ("各区市町村の意見は次のとおり。", None),
            ("〈千代田区〉", None),
            ("在宅医が少ない。", LIST),
            ("・薬局は多い", None),
            ("【港区】", None),
            ("○訪問看護が\n少ない。", None),
        ]);
        assert_eq!(
            found,
            [
                pair("千代田区", "在宅医が少ない。"),
                pair("千代田区", "薬局は多い"),
                pair("港区", "訪問看護が少ない。")
            ]
        );
    }

    #[test]
    fn plain_paragraphs_under_a_heading_are_opinions_where_there_are_no_bullets() {
        let reading = read(&[
            ("令和４年度 意見", None),
            ("港区", None),
            ("在宅医が少ない。", None),
            ("薬局は多い。", None),
            ("以上", None),
        ]);
        assert_eq!(reading.opinions.len(), 2);
        assert_eq!(reading.opinions[0].fiscal_year, Some(2022));
        assert_eq!(reading.left_out.len(), 2);
    }

    #[test]
    fn a_paragraph_after_an_unfinished_bullet_goes_on_with_it() {
        let found = opinions(&[
            ("港区", None),
            ("・在宅医が", None),
            ("少ない。", None),
            ("上の意見は原文のまま。", None),
        ]);
        assert_eq!(found, [pair("港区", "在宅医が少ない。")]);
    }

    #[test]
    fn numbered_titles_above_bullets_and_notes_are_no_opinions() {
        let numbered = Some(List { numbered: true, level: 0 });
        let found = opinions(&[
            ("港区", None),
            ("現状と課題", numbered),
            ("在宅医が少ない。", LIST),
            ("※原文のまま", None),
            ("要望", numbered),
            ("薬局を増やしてほしい。", LIST),
        ]);
        assert_eq!(found, [pair("港区", "在宅医が少ない。"), pair("港区", "薬局を増やしてほしい。")]);
    }

    #[test]
    fn a_heading_may_stand_before_its_first_opinion() {
        let found = opinions(&[("〈港区〉・在宅医が少ない。", None), ("大田区：薬局は多い。", None)]);
        assert_eq!(found, [pair("港区", "在宅医が少ない。"), pair("大田区", "薬局は多い。")]);
    }

    #[test]
    fn an_area_ends_the_municipality_before_it() {
        let reading = read(&[("港区", None), ("・一つ目", None), ("区南部", None), ("・二つ目", None)]);
        let places: Vec<_> =
            reading.opinions.iter().map(|o| (o.area.as_deref(), o.municipality.as_deref())).collect();
        assert_eq!(places, [(Some("区中央部"), Some("港区")), (Some("区南部"), None)]);
    }
}
