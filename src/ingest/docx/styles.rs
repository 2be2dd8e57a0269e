//! Styles and numbering of a Word file: which paragraphs are headings, items of lists, or hidden.

use std::{collections::HashMap, io::BufRead};

use crate::{
    error::Result,
    ingest::{
        outline::List,
        xml::{Node, Xml, attribute, is_on},
    },
};

/// A paragraph's place in a list, as its format states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NumberFormat {
    /// Which list; 0 takes a paragraph out of its style's list.
    pub id: Option<u32>,
    /// Level in the list.
    pub level: Option<u8>,
}

/// What a style says of itself.
#[derive(Debug, Clone, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    number: NumberFormat,
    outline_level: Option<u8>,
    hidden: Option<bool>,
    indent: Option<i32>,
}

/// A style with what it takes over from those it is based on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Heading by outline level or name.
    pub is_heading: bool,
    /// List.
    pub number: NumberFormat,
    /// Hidden text.
    pub hidden: bool,
    /// Indent of lines after the first.
    pub indent: Option<i32>,
}

/// All styles of a file.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    default_paragraph: Option<String>,
}

/// Most styles that one is based on: a chain that is longer is a loop.
const LONGEST_CHAIN: usize = 20;

impl Styles {
    /// Reads `word/styles.xml`.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read<R: BufRead>(mut xml: Xml<R>) -> Result<Self> {
        let mut styles = Self::default();
        let mut current: Option<(String, Style)> = None;
        loop {
            match xml.next()? {
                Node::Start(e) => {
                    let name = e.local_name();
                    if name.as_ref() == "style" {
                        let id = attribute(&e, "styleId").unwrap_or_default();
                        if attribute(&e, "default").as_deref() == Some("1")
                            && attribute(&e, "type").as_deref() == Some("paragraph")
                        {
                            styles.default_paragraph = Some(id.clone());
                        }
                        current = Some((id, Style::default()));
                    } else if let Some((_, style)) = &mut current {
                        let value = || attribute(&e, "val");
                        match name.as_ref() {
                            "name" => style.name = value().unwrap_or_default(),
                            "basedOn" => style.based_on = value(),
                            "numId" => style.number.id = value().and_then(|v| v.parse().ok()),
                            "ilvl" => style.number.level = value().and_then(|v| v.parse().ok()),
                            "outlineLvl" => style.outline_level = value().and_then(|v| v.parse().ok()),
                            "vanish" => style.hidden = Some(is_on(&e)),
                            "ind" => style.indent = left_indent(&e),
                            _ => {}
                        }
                    }
                }
                Node::End(e) if e.local_name().as_ref() == "style" => {
                    styles.by_id.extend(current.take());
                }
                Node::Eof => return Ok(styles),
                Node::End(_) | Node::Text(_) => {}
            }
        }
    }

    /// What a style amounts to; without one, the default of paragraphs.
    pub fn resolve(&self, id: Option<&str>) -> Resolved {
        let mut resolved = Resolved::default();
        let (mut outline_level, mut hidden) = (None, None);
        let mut next = id.or(self.default_paragraph.as_deref());
        for _ in 0..LONGEST_CHAIN {
            let Some(style) = next.and_then(|id| self.by_id.get(id)) else { break };
            resolved.is_heading |= is_heading_name(&style.name);
            resolved.number.id = resolved.number.id.or(style.number.id);
            resolved.number.level = resolved.number.level.or(style.number.level);
            resolved.indent = resolved.indent.or(style.indent);
            outline_level = outline_level.or(style.outline_level);
            hidden = hidden.or(style.hidden);
            next = style.based_on.as_deref();
        }
        resolved.is_heading |= outline_level.is_some_and(|level| level < 9);
        resolved.hidden = hidden.unwrap_or(false);
        resolved
    }
}

fn is_heading_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("heading")
        || name.starts_with("見出し")
        || matches!(name.as_str(), "title" | "subtitle" | "表題" | "副題")
}

/// Left indent in twentieths of a point; indents in characters count ten points each.
pub(super) fn left_indent(e: &quick_xml::events::BytesStart<'_>) -> Option<i32> {
    let number = |name| attribute(e, name).and_then(|v| v.parse::<i32>().ok());
    number("left").or_else(|| number("start")).or_else(|| number("leftChars").map(|c| c.saturating_mul(2)))
}

/// Lists of a file.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// Formats of the levels of each abstract list.
    levels: HashMap<u32, HashMap<u8, Level>>,
    /// Abstract list of each list.
    lists: HashMap<u32, u32>,
}

#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    text: String,
}

impl Numbering {
    /// Reads `word/numbering.xml`.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read<R: BufRead>(mut xml: Xml<R>) -> Result<Self> {
        let mut numbering = Self::default();
        let (mut abstract_id, mut list_id, mut level) = (None, None, 0u8);
        loop {
            match xml.next()? {
                Node::Start(e) => {
                    let number = |name| attribute(&e, name).and_then(|v| v.parse::<u32>().ok());
                    match e.local_name().as_ref() {
                        "abstractNum" => abstract_id = number("abstractNumId"),
                        "num" => list_id = number("numId"),
                        "abstractNumId" => {
                            if let (Some(list), Some(target)) = (list_id, number("val")) {
                                numbering.lists.insert(list, target);
                            }
                        }
                        "lvl" => level = number("ilvl").and_then(|l| u8::try_from(l).ok()).unwrap_or(0),
                        name @ ("numFmt" | "lvlText") => {
                            if let Some(id) = abstract_id {
                                let value = attribute(&e, "val").unwrap_or_default();
                                let entry = numbering.levels.entry(id).or_default().entry(level).or_default();
                                *(if name == "numFmt" { &mut entry.format } else { &mut entry.text }) = value;
                            }
                        }
                        _ => {}
                    }
                }
                Node::End(e) => match e.local_name().as_ref() {
                    "abstractNum" => abstract_id = None,
                    "num" => list_id = None,
                    _ => {}
                },
                Node::Eof => return Ok(numbering),
                Node::Text(_) => {}
            }
        }
    }

    /// The list item that a paragraph is; `None` where its list shows neither number nor mark.
    pub fn list(&self, number: NumberFormat) -> Option<List> {
        let id = number.id.filter(|id| *id != 0)?;
        let level = number.level.unwrap_or(0);
        let known =
            self.lists.get(&id).and_then(|target| self.levels.get(target)).and_then(|l| l.get(&level));
        let shows_nothing =
            known.is_some_and(|l| l.format == "none" || (l.format != "bullet" && l.text.is_empty()));
        (!shows_nothing).then(|| List { numbered: known.is_some_and(|l| l.format != "bullet"), level })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::options::Limits;

    fn xml(text: &str) -> Xml<&[u8]> {
        Xml::new(text.as_bytes(), "a.docx", "part", &Limits::default())
    }

    #[test]
    fn a_style_takes_over_what_it_is_based_on() {
        let styles = Styles::read(xml(
            r#"<w:styles><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
            <w:style w:styleId="a"><w:name w:val="区名"/><w:basedOn w:val="1"/></w:style>
            <w:style w:styleId="b"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
            <w:style w:styleId="c"><w:basedOn w:val="d"/></w:style><w:style w:styleId="d"><w:basedOn w:val="c"/></w:style>
            </w:styles>"#,
        ))
        .expect("read");
        assert!(styles.resolve(Some("a")).is_heading);
        assert_eq!(styles.resolve(Some("b")).number.id, Some(3));
        assert!(!styles.resolve(Some("c")).is_heading);
    }

    #[test]
    fn lists_know_whether_they_are_numbered() {
        let numbering = Numbering::read(xml(
            r#"<w:numbering><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>
            <w:lvlText w:val="・"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
            <w:lvl w:ilvl="2"><w:numFmt w:val="none"/></w:lvl></w:abstractNum>
            <w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num></w:numbering>"#,
        ))
        .expect("read");
        let list = |id, level| numbering.list(NumberFormat { id: Some(id), level: Some(level) });
        assert_eq!(list(2, 0), Some(List { numbered: false, level: 0 }));
        assert_eq!(list(2, 1), Some(List { numbered: true, level: 1 }));
        assert_eq!(list(2, 2), None);
        assert_eq!(list(0, 0), None);
        assert!(list(9, 0).is_some());
    }
}
