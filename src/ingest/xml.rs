//! XML events as Office readers need them: empty elements opened and closed, references resolved into text, depth
//! counted, errors placed.

use std::{borrow::Cow, io::BufRead};

use quick_xml::{
    Reader,
    events::{BytesEnd, BytesStart, Event},
};

use super::options::Limits;
use crate::error::{Error, Position, Result};

/// A part being read.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    depth: usize,
    depth_limit: usize,
    text_limit_bytes: usize,
    file: String,
    part: String,
}

/// What comes next in a part.
pub(super) enum Node {
    /// An element begins.
    Start(BytesStart<'static>),
    /// An element ends.
    End(BytesEnd<'static>),
    /// Characters; one text may come in several pieces.
    Text(String),
    /// The part ends.
    Eof,
}

impl<R: BufRead> Xml<R> {
    /// A reader of one part of a file.
    pub fn new(inner: R, file: &str, part: &str, limits: &Limits) -> Self {
        let mut reader = Reader::from_reader(inner);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
            depth_limit: limits.depth,
            text_limit_bytes: limits.record_bytes,
            file: file.to_owned(),
            part: part.to_owned(),
        }
    }

    /// The next node.
    ///
    /// # Errors
    /// XML that is damaged or cut short; nesting over the limit.
    pub fn next(&mut self) -> Result<Node> {
        loop {
            self.buffer.clear();
            let damaged = |what: String| {
                Error::input(
                    Position::file(&self.file),
                    format!(
                        "{} is damaged ({what}); ask for the file again, or open it and save it anew",
                        self.part
                    ),
                )
            };
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|e| damaged(e.to_string()))?;
            return Ok(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > self.depth_limit {
                        return Err(Error::Limit {
                            position: Position::file(&self.file),
                            what: format!("a depth of {} elements in {}", self.depth, self.part),
                            limit: self.depth_limit.to_string(),
                            flag: "--limit-depth",
                        });
                    }
                    Node::Start(start.into_owned())
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    Node::End(end.into_owned())
                }
                Event::Text(text) if text.len() > self.text_limit_bytes => {
                    return Err(Error::Limit {
                        position: Position::file(&self.file),
                        what: format!("a text of {} MiB in {}", text.len() >> 20, self.part),
                        limit: format!("{} MiB a text", self.text_limit_bytes >> 20),
                        flag: "--limit-record-bytes",
                    });
                }
                Event::Text(text) => Node::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Node::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(name) => {
                    let resolved = name.resolve_char_ref().ok().flatten().map(String::from);
                    let text = resolved
                        .or_else(|| quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned));
                    // an entity of the file's own: its name is all there is
                    Node::Text(text.unwrap_or_else(|| format!("&{};", &*name)))
                }
                Event::Eof if self.depth > 0 => return Err(damaged("cut short".to_owned())),
                Event::Eof => Node::Eof,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                    continue;
                }
            });
        }
    }
}

/// The value of an attribute by its name without prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start.attributes().flatten().find(|a| a.key.local_name().as_ref() == name).map(|a| {
        a.normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_or_else(|_| a.value.to_string(), Cow::into_owned)
    })
}

/// Whether a switch of Office is on: present without a value, or with one that is not off.
pub(super) fn is_on(start: &BytesStart<'_>) -> bool {
    !matches!(attribute(start, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(xml: &str) -> Result<String> {
        let mut reader =
            Xml::new(xml.as_bytes(), "a.docx", "p.xml", &Limits { depth: 3, ..Limits::default() });
        let mut text = String::new();
        loop {
            match reader.next()? {
                Node::Text(piece) => text.push_str(&piece),
                Node::Eof => return Ok(text),
                Node::Start(_) | Node::End(_) => {}
            }
        }
    }

    #[test]
    fn references_are_part_of_the_text() {
        assert_eq!(text_of("<a>R&amp;D&#22287;&#x533A;<![CDATA[<b>]]></a>").expect("read"), "R&D圏区<b>");
    }

    #[test]
    fn depth_is_limited_and_damage_is_placed() {
        let error = text_of("<a><a><a><a></a></a></a></a>").expect_err("too deep").to_string();
        assert!(error.contains("--limit-depth"), "{error}");
        let error = text_of("<a><b></a>").expect_err("damaged").to_string();
        assert!(error.starts_with("a.docx: p.xml is damaged"), "{error}");
        assert!(text_of("<a>text").is_err());
    }
}
