//! What the paragraphs under a heading become, one after the other: opinions, their continuations, or text that is
//! left out.

use super::{
    cell::{join_lines, says_nothing},
    marks,
    reading::{LeftOut, Reading, Reason},
};
use crate::{
    error::Position,
    opinion::{Opinion, Source},
    places::places,
};

/// What stands around the paragraphs.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Municipality of the last heading.
    pub municipality: Option<String>,
    /// Area of the last heading.
    pub area: Option<String>,
    /// Fiscal year said last.
    pub fiscal_year: Option<i32>,
}

/// What a section under one heading holds.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Section {
    /// Items of lists or typed bullets.
    pub has_bullets: bool,
    /// Tables or text boxes.
    pub has_others: bool,
}

/// The opinions as they come, and what the headings above them said.
pub(super) struct Flow<'a> {
    /// What the headings said last.
    pub state: State,
    /// Under a heading, so that bullets are opinions.
    in_section: bool,
    /// What is found.
    pub reading: &'a mut Reading,
    /// Indent of the opinion that a following paragraph may continue.
    pub last: Option<i32>,
}

impl<'a> Flow<'a> {
    /// A flow that begins under what `state` says.
    pub fn new(state: State, in_section: bool, reading: &'a mut Reading) -> Self {
        Self { state, in_section, reading, last: None }
    }

    /// A heading was met.
    pub fn begin_section(&mut self) {
        self.in_section = true;
        self.last = None;
    }

    /// A bullet: an opinion, where it stands under a heading.
    pub fn bullet(&mut self, text: &str, indent: i32, source: &Source) {
        if !self.in_section {
            self.leave_out(text, source, Reason::Lead);
            return;
        }
        if says_nothing(text) {
            self.leave_out(text, source, Reason::NoText);
            return;
        }
        self.opinion(text, source);
        self.last = Some(indent);
    }

    /// A paragraph without a bullet: the rest of an opinion, an opinion where its section has no bullets, or a note.
    pub fn plain(
        &mut self,
        text: &str,
        is_aside: bool,
        indent: i32,
        source: &Source,
        section: &Section,
        headless: bool,
    ) {
        if let Some(footer) = Some(text).filter(|text| is_short(text)).and_then(marks::footer) {
            self.state.fiscal_year = footer.fiscal_year.or(self.state.fiscal_year);
            self.leave_out(text, source, Reason::Running);
            return;
        }
        let ends = |text: &str| text.ends_with(['。', '．', '！', '？']) || text.ends_with("。）");
        let is_note = is_aside || is_closing(text) || text.starts_with(['※', '＊', '*']);
        let previous = self.reading.opinions.last_mut();
        if let (Some(last_indent), Some(previous), false) = (self.last, previous, is_note)
            && section.has_bullets
            && (!ends(&previous.text) || (indent > 0 && indent >= last_indent))
        {
            previous.text = join_lines(&[&previous.text, text]);
            return;
        }
        let is_opinion = self.in_section
            && self.state.municipality.is_some()
            && !section.has_bullets
            && !section.has_others
            && !headless;
        if is_opinion && !is_note && !says_nothing(text) {
            self.opinion(text, source);
            self.last = None;
        } else {
            self.leave_out(text, source, Reason::Lead);
        }
    }

    fn opinion(&mut self, text: &str, source: &Source) {
        let known = self.state.municipality.as_deref().and_then(|m| places().area_of(m));
        self.reading.opinions.push(Opinion {
            fiscal_year: self.state.fiscal_year,
            area: known.map(str::to_owned).or_else(|| self.state.area.clone()),
            municipality: self.state.municipality.clone(),
            text: text.to_owned(),
            source: source.clone(),
            ..Opinion::default()
        });
    }

    /// Text that is no opinion; titles say the year.
    pub fn leave_out(&mut self, text: &str, source: &Source, reason: Reason) {
        if reason == Reason::Lead
            && is_short(text)
            && let Some(year) = marks::fiscal_year(text)
        {
            self.state.fiscal_year = Some(year);
        }
        self.last = None;
        self.reading.left_out.push(LeftOut { position: position(source), reason, text: text.to_owned() });
    }
}

/// Whether a text may be a title or a footer: both take one line.
fn is_short(text: &str) -> bool {
    text.len() <= 240 && !text.ends_with('。')
}

/// `以上` and its like at the end of a document.
fn is_closing(text: &str) -> bool {
    matches!(
        text.trim_matches(|c: char| c.is_whitespace() || "（）()".contains(c)),
        "以上" | "以 上" | "以　上" | "了" | "終わり" | "おわり"
    )
}

/// An opinion's place as an error's.
pub(super) fn position(source: &Source) -> Position {
    Position {
        file: Some(source.file.clone()),
        page: source.page,
        sheet: source.sheet.clone(),
        cell: source.cell.clone(),
        line: source.line,
        ..Position::default()
    }
}
