//! Chains of leaves -> opinions: a heading names the municipality of what follows, a bullet begins an opinion, lines
//! without one go on with it; where a heading has no bullets below it, paragraphs are its opinions.

use super::{
    bullets::{self, Kinds, next_mark_in},
    edges::{Edges, Indents},
    leaf::{Leaf, Line, Source},
    words::{after_heading, begins_note, ends_sentence, is_bracketed, municipality},
};
use crate::{
    ingest::{
        Reason,
        marks::{Bullet, BulletKind, Heading, bullet, heading, leading_heading, numbered},
    },
    places::places,
};

/// What a line was taken for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Take {
    /// The heading of a municipality.
    Heading(String),
    /// A line of the draft with this number.
    Opinion(usize),
    /// Left out.
    Omitted(Reason),
}

/// An opinion as it grows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub text: String,
    pub municipality: Option<String>,
    /// Leaf and line where it begins.
    pub start: (usize, usize),
    /// Whether no bullet began it, in a document where bullets do.
    pub unmarked: bool,
}

/// The opinion that the next line may go on with.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub draft: usize,
    pub leaf: usize,
    pub last: Line,
    /// Offset of its bullet and, once known, of its wrapped lines, in em.
    pub bullet: f32,
    pub wrap: Option<f32>,
    pub kind: Option<BulletKind>,
    pub number: Option<u32>,
}

/// Reads the chains of a document.
pub(super) struct Flow<'a> {
    pub(super) leaves: &'a [Leaf],
    pub(super) edges: Vec<Edges>,
    pub(super) kinds: Kinds,
    pub(super) indents: Indents,
    /// Whether any heading names a municipality: then bullets before the first are no opinions.
    headed: bool,
    pub drafts: Vec<Draft>,
    /// What each line of each leaf was taken for.
    pub takes: Vec<Vec<Take>>,
}

impl<'a> Flow<'a> {
    /// A reader of these leaves; `headed` when a table names municipalities.
    pub fn new(leaves: &'a [Leaf], headed: bool) -> Self {
        let named =
            |l: &Line| municipality(&l.text).is_some() || leading_heading(&l.text, places()).is_some();
        let kinds = Kinds::count(leaves);
        let edges = Edges::all(leaves, &kinds);
        Self {
            leaves,
            indents: Indents::of(leaves, &edges),
            edges,
            kinds,
            headed: headed || leaves.iter().flat_map(|l| &l.lines).any(named),
            drafts: Vec::new(),
            takes: leaves.iter().map(|l| vec![Take::Omitted(Reason::Lead); l.lines.len()]).collect(),
        }
    }

    /// Reads one chain.
    pub fn read(&mut self, chain: &[usize]) {
        let lines: Vec<Place> = chain
            .iter()
            .flat_map(|&leaf| (0..self.leaves[leaf].lines.len()).map(move |line| Place { leaf, line }))
            .collect();
        let cell = chain.iter().find_map(|&leaf| match &self.leaves[leaf].source {
            Source::Cell { municipality, .. } => Some(municipality.clone()),
            Source::Column => None,
        });
        let heads: Vec<(usize, String, bool)> = (0..lines.len())
            .filter_map(|i| self.heading_at(&lines, i).map(|(name, whole)| (i, name, whole)))
            .collect();
        let mut current = cell.clone().flatten();
        // In a cell without headings, what no bullet divides is one opinion.
        let whole_cell = cell.is_some() && heads.is_empty();
        let first = heads.first().map_or(lines.len(), |(i, ..)| *i);
        let mut open = self.run(&lines[..first], current.as_ref(), whole_cell, None);
        for (n, (i, name, whole)) in heads.iter().enumerate() {
            let end = heads.get(n + 1).map_or(lines.len(), |(j, ..)| *j);
            let Place { leaf, line } = lines[*i];
            // The same name at the head of a page is the heading said again; what was open goes on.
            if current.as_ref() != Some(name) || line != 0 {
                open = None;
            }
            current = Some(name.clone());
            if *whole {
                self.takes[leaf][line] = Take::Heading(name.clone());
            }
            let from = if *whole { i + 1 } else { *i };
            open = self.run(&lines[from..end], current.as_ref(), false, open);
        }
    }

    /// The line at a place.
    pub(super) fn line(&self, place: Place) -> &'a Line {
        &self.leaves[place.leaf].lines[place.line]
    }

    /// The municipality that a line begins with, and whether the name is all of it. A bare name in the middle of a
    /// sentence that was wrapped is none.
    fn heading_at(&self, lines: &[Place], i: usize) -> Option<(String, bool)> {
        let line = self.line(lines[i]);
        let found = match municipality(&line.text) {
            Some(name) => (name, true),
            None => (leading_heading(&line.text, places())?.0, false),
        };
        let bare = !line.text.trim_start().starts_with(['〈', '【', '《', '[', '［', '<', '＜', '〔', '≪']);
        let wrapped = i > 0 && bare && {
            let before = self.line(lines[i - 1]);
            self.edges[lines[i - 1].leaf].is_full(before)
                && !ends_sentence(&before.text)
                && municipality(&before.text).is_none()
                && (before.font, before.bold) == (line.font, line.bold)
                && (before.size - line.size).abs() < 0.1 * line.size
        };
        (!wrapped).then_some(found)
    }

    /// Reads the lines between two headings; what is still open comes back.
    fn run(
        &mut self,
        lines: &[Place],
        current: Option<&String>,
        whole_cell: bool,
        mut open: Option<Open>,
    ) -> Option<Open> {
        let marked = lines.iter().enumerate().any(|(i, p)| self.opening(*p, i == 0).is_some());
        let goes_on = open.as_ref().is_some_and(|o| o.kind.is_some());
        let lead = current.is_none() && self.headed;
        for (i, &place) in lines.iter().enumerate() {
            let line = self.line(place);
            let text = after_heading(&line.text).trim();
            if text.is_empty() {
                self.takes[place.leaf][place.line] = Take::Omitted(Reason::NoText);
                continue;
            }
            if lead {
                self.takes[place.leaf][place.line] = Take::Omitted(self.reason(text));
                continue;
            }
            let take = if marked || goes_on {
                self.bulleted(lines, i, text, current, &mut open)
            } else {
                self.paragraph(place, text, current, whole_cell, &mut open)
            };
            self.takes[place.leaf][place.line] = take;
        }
        open
    }

    fn reason(&self, text: &str) -> Reason {
        match heading(text, places()) {
            Some(Heading::Areas(_)) => Reason::AreaHeading,
            _ if begins_note(text) => Reason::Note,
            _ => Reason::Lead,
        }
    }

    /// The bullet of a line, if its kind begins opinions here.
    pub(super) fn opening(&self, place: Place, first: bool) -> Option<Bullet<'a>> {
        let bullet = bullet(after_heading(&self.line(place).text))?;
        let in_cell = self.leaves[place.leaf].source != Source::Column;
        let usual = self.kinds.of(bullet.kind) >= 2 || (first && !in_cell);
        // ① …、② … in one sentence is no list, unless the document has many such marks.
        let in_sentence = self.kinds.of(bullet.kind) < 4 && next_mark_in(&bullet);
        (usual && !in_sentence && !self.kinds.is_note(bullet.kind)).then_some(bullet)
    }

    /// The next number of a list before a figure (２．24時間), which alone would look like a number with a fraction.
    fn expected(&self, place: Place, open: Option<&Open>) -> Option<Bullet<'a>> {
        let n = match open {
            Some(Open { kind: Some(BulletKind::Dotted), number: Some(n), .. }) => n + 1,
            None if self.kinds.of(BulletKind::Dotted) > 3 => 1,
            _ => return None,
        };
        numbered(after_heading(&self.line(place).text), n)
    }

    /// A line of a run that has bullets.
    fn bulleted(
        &mut self,
        lines: &[Place],
        i: usize,
        text: &str,
        current: Option<&String>,
        open: &mut Option<Open>,
    ) -> Take {
        let place = lines[i];
        let line = self.line(place);
        if let Some(bullet) = self.opening(place, i == 0).or_else(|| self.expected(place, open.as_ref()))
            && !open.as_ref().is_some_and(|o| self.is_wrapped(place, &bullet, o))
        {
            if self.is_subheading(lines, i, &bullet) {
                *open = None;
                return Take::Omitted(Reason::Lead);
            }
            let draft = self.begin(place, bullet.rest, current, false);
            *open = Some(Open {
                draft,
                leaf: place.leaf,
                last: line.clone(),
                bullet: self.edges[place.leaf].offset(line),
                wrap: None,
                kind: Some(bullet.kind),
                number: bullets::number(&bullet),
            });
            return Take::Opinion(draft);
        }
        if matches!(heading(text, places()), Some(Heading::Areas(_))) {
            if place.line != 0 {
                *open = None;
            }
            return Take::Omitted(Reason::AreaHeading);
        }
        if let Some(o) = open.as_mut()
            && !begins_note(text)
            && self.continues(place, text, o)
        {
            let draft = o.draft;
            let offset = self.edges[place.leaf].offset(line);
            *o = Open { leaf: place.leaf, last: line.clone(), wrap: Some(offset), ..o.clone() };
            self.append(draft, text);
            return Take::Opinion(draft);
        }
        *open = None;
        Take::Omitted(self.reason(text))
    }

    /// A line of a run without bullets.
    fn paragraph(
        &mut self,
        place: Place,
        text: &str,
        current: Option<&String>,
        whole_cell: bool,
        open: &mut Option<Open>,
    ) -> Take {
        let line = self.line(place);
        if !whole_cell && matches!(heading(text, places()), Some(Heading::Areas(_))) {
            *open = None;
            return Take::Omitted(Reason::AreaHeading);
        }
        let new = open.as_ref().is_none_or(|o| !whole_cell && self.begins_paragraph(place, o));
        if new && !whole_cell && (begins_note(text) || is_bracketed(text)) {
            *open = None;
            return Take::Omitted(self.reason(text));
        }
        let offset = self.edges[place.leaf].offset(line);
        match open.as_mut() {
            Some(o) if !new => {
                let draft = o.draft;
                *o = Open { leaf: place.leaf, last: line.clone(), wrap: Some(offset), ..o.clone() };
                self.append(draft, text);
                Take::Opinion(draft)
            }
            _ => {
                let unmarked = !whole_cell && self.kinds.total > self.leaves.len();
                let draft = self.begin(place, text, current, unmarked);
                let last = line.clone();
                *open = Some(Open {
                    draft,
                    leaf: place.leaf,
                    last,
                    bullet: offset,
                    wrap: None,
                    kind: None,
                    number: None,
                });
                Take::Opinion(draft)
            }
        }
    }

    fn begin(&mut self, place: Place, text: &str, municipality: Option<&String>, unmarked: bool) -> usize {
        self.drafts.push(Draft {
            text: text.trim().to_owned(),
            municipality: municipality.cloned(),
            start: (place.leaf, place.line),
            unmarked,
        });
        self.drafts.len() - 1
    }

    /// Adds a wrapped line; only Latin words had a blank where the line was broken.
    fn append(&mut self, draft: usize, text: &str) {
        let whole = &mut self.drafts[draft].text;
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        if latin(whole.chars().next_back()) && latin(text.chars().next()) {
            whole.push(' ');
        }
        whole.push_str(text.trim());
    }
}

/// A line of a leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub leaf: usize,
    pub line: usize,
}

#[cfg(test)]
mod tests {
    use super::{super::leaf::tests::column, *};

    fn read(lines: &[(&str, f32, f32)]) -> (Vec<(String, String)>, Vec<String>) {
        let leaves = [column(lines)];
        let mut flow = Flow::new(&leaves, false);
        flow.read(&[0]);
        let omitted = flow.takes[0].iter().zip(&leaves[0].lines).filter_map(|(take, line)| match take {
            Take::Omitted(_) => Some(line.text.clone()),
            _ => None,
        });
        let drafts = flow.drafts.iter().map(|d| (d.municipality.clone().unwrap_or_default(), d.text.clone()));
        (drafts.collect(), omitted.collect())
    }

    /// Lines 15 points apart; a line's blanks at its start are its indent.
    fn lines<'a>(texts: &[&'a str]) -> Vec<(&'a str, f32, f32)> {
        let indent = |t: &str| 5.0 * (t.len() - t.trim_start_matches(' ').len()) as f32;
        texts.iter().enumerate().map(|(i, t)| (t.trim(), 20.0 + indent(t), 50.0 + 15.0 * i as f32)).collect()
    }

    fn opinions(texts: &[&str]) -> Vec<String> {
        read(&lines(texts)).0.into_iter().map(|(m, t)| format!("{m}:{t}")).collect()
    }

    #[test]
    fn wrapped_lines_join_with_and_without_a_hanging_indent() {
        let expected = ["港区:在宅医の数が少ない状況である。", "港区:主治医・副主治医の仕組み。"];
        assert_eq!(
            opinions(&[
                "〈港区〉",
                "・在宅医の数が",
                "少ない状況である。",
                "・主治医・副主治医",
                "の仕組み。"
            ]),
            expected
        );
        assert_eq!(
            opinions(&[
                "〈港区〉",
                "・在宅医の数が",
                "  少ない状況である。",
                "・主治医・副主治医",
                "  の仕組み。"
            ]),
            expected
        );
    }

    #[test]
    fn a_lead_sentence_and_a_note_are_no_opinions() {
        let (found, omitted) = read(&lines(&[
            "区市町村からの主な意見は次のとおりであった。",
            "港区",
            "・在宅医の数が少ない状況である。",
            "※意見は令和元年の調査による。",
            "北区",
            "・薬局が足りない。",
        ]));
        assert_eq!(found.len(), 2);
        assert_eq!(
            omitted,
            ["区市町村からの主な意見は次のとおりであった。", "※意見は令和元年の調査による。"]
        );
    }

    #[test]
    fn paragraphs_under_a_heading_are_opinions() {
        assert_eq!(
            opinions(&[
                "【港区】",
                "  在宅医の数が少ない状",
                "況である。",
                "  薬局が足りない。",
                "【北区】",
                "  連携が必要"
            ]),
            ["港区:在宅医の数が少ない状況である。", "港区:薬局が足りない。", "北区:連携が必要"]
        );
    }

    #[test]
    fn numbers_out_of_order_at_the_start_of_a_line_are_text() {
        assert_eq!(
            opinions(&["港区", "１．診療所が今後増加して", "３、４か所は必要である。", "２．以上である。"]),
            ["港区:診療所が今後増加して３、４か所は必要である。", "港区:以上である。"]
        );
    }

    #[test]
    fn a_short_numbered_line_above_bullets_is_a_heading_inside() {
        let (found, omitted) = read(&lines(&[
            "港区",
            "（１）現状",
            "・甲である。",
            "・乙である。",
            "（２）課題",
            "・丙である。",
        ]));
        assert_eq!(found.len(), 3);
        assert_eq!(omitted, ["（１）現状", "（２）課題"]);
    }

    #[test]
    fn a_heading_may_stand_on_the_line_of_its_first_opinion() {
        assert_eq!(
            opinions(&["【港区】在宅医が少ない。", "【北区】・薬局が多い。", "・以上だ。"]),
            ["港区:在宅医が少ない。", "北区:薬局が多い。", "北区:以上だ。"]
        );
    }
}
