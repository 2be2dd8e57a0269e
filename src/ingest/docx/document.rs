//! The body of a Word file comes in, paragraphs, tables and text boxes come out, as a person sees them: deletions and
//! hidden text apart, fields by their results, text boxes once.

use std::io::BufRead;

use quick_xml::events::BytesStart;

use super::{
    draft::{Draft, Run, TableDraft},
    fields::Fields,
    model::{Block, Document, Table, TableCell},
    styles::{NumberFormat, Numbering, Styles, left_indent},
    symbols::{readable, symbol},
};
use crate::{
    error::Result,
    ingest::{
        outline::Paragraph,
        xml::{Node, Xml, attribute, is_on},
    },
    opinion::Source,
};

/// Reads one part (`word/document.xml`, a header, footnotes …).
///
/// # Errors
/// As [`Xml::next`].
pub(super) fn read<R: BufRead>(
    mut xml: Xml<R>,
    file: &str,
    styles: &Styles,
    numbering: &Numbering,
) -> Result<Document> {
    let mut parser = Parser {
        file,
        styles,
        numbering,
        path: Vec::new(),
        n_skipped: 0,
        containers: vec![Vec::new()],
        paragraphs: Vec::new(),
        tables: Vec::new(),
        fields: Fields::default(),
        n_dropping: 0,
        placeholders: Vec::new(),
        carried: String::new(),
        n_paragraphs: 0,
        page: None,
        document: Document::default(),
    };
    loop {
        match xml.next()? {
            Node::Start(e) => parser.start(&e),
            Node::End(_) => parser.end(),
            Node::Text(text) => parser.text(&text),
            Node::Eof => return Ok(parser.finish()),
        }
    }
}

struct Parser<'a> {
    file: &'a str,
    styles: &'a Styles,
    numbering: &'a Numbering,
    /// Names of the open elements.
    path: Vec<&'static str>,
    /// Open elements inside one that is skipped.
    n_skipped: usize,
    containers: Vec<Vec<Block>>,
    paragraphs: Vec<Draft>,
    tables: Vec<TableDraft>,
    fields: Fields,
    /// Open elements whose text is deleted.
    n_dropping: usize,
    /// Open content controls: whether each shows only its prompt.
    placeholders: Vec<bool>,
    /// Text of a paragraph whose mark is deleted.
    carried: String,
    n_paragraphs: u64,
    page: Option<u32>,
    document: Document,
}

/// Elements that matter, so that names can be compared and kept without copying.
const NAMES: [&str; 47] = [
    "p",
    "pPr",
    "rPr",
    "r",
    "t",
    "delText",
    "instrText",
    "br",
    "cr",
    "tab",
    "noBreakHyphen",
    "sym",
    "fldChar",
    "pStyle",
    "rStyle",
    "numPr",
    "numId",
    "ilvl",
    "outlineLvl",
    "ind",
    "jc",
    "vanish",
    "rFonts",
    "del",
    "moveFrom",
    "tbl",
    "tr",
    "trPr",
    "tc",
    "tcPr",
    "gridSpan",
    "vMerge",
    "hMerge",
    "gridBefore",
    "txbxContent",
    "sdt",
    "sdtPr",
    "sdtContent",
    "showingPlcHdr",
    "lastRenderedPageBreak",
    "altChunk",
    "Fallback",
    "rt",
    "sectPr",
    "tblGrid",
    "ins",
    "fldSimple",
];

impl Parser<'_> {
    fn start(&mut self, e: &BytesStart<'_>) {
        let local = e.local_name();
        let local = local.as_ref();
        // Old properties beside tracked changes, the older copy of a drawing, readings above characters.
        let skips = matches!(
            local,
            "Fallback" | "rt" | "sectPr" | "tblGrid" | "delInstrText" | "numberingChange" | "ffData"
        ) || local.ends_with("PrChange");
        if self.n_skipped > 0 || skips {
            self.n_skipped += 1;
            return;
        }
        let name = NAMES.iter().find(|n| **n == local).copied().unwrap_or("");
        let parent = self.path.last().copied().unwrap_or("");
        self.path.push(name);
        match name {
            "p" => self.begin_paragraph(),
            "txbxContent" => self.containers.push(Vec::new()),
            "tbl" => {
                let table = Table { page: self.page, ..Table::default() };
                self.tables.push(TableDraft { table, ..TableDraft::default() });
            }
            "sdt" => self.placeholders.push(false),
            "showingPlcHdr" if parent == "sdtPr" && is_on(e) => {
                if let Some(last) = self.placeholders.last_mut() {
                    *last = true;
                }
            }
            "sdtContent" if self.placeholders.last() == Some(&true) => self.n_dropping += 1,
            "lastRenderedPageBreak" => self.page = Some(self.page.unwrap_or(1) + 1),
            "altChunk" => self.document.has_foreign_part = true,
            "del" | "moveFrom" => self.deletion(parent),
            "tr" | "tc" | "gridSpan" | "vMerge" | "hMerge" | "gridBefore" => self.start_of_table(name, e),
            "fldChar" => {
                if let Some(drawn) = self.fields.mark(attribute(e, "fldCharType").as_deref()) {
                    self.append(&drawn);
                }
            }
            _ => self.property_or_character(name, parent, e),
        }
    }

    fn begin_paragraph(&mut self) {
        self.n_paragraphs += 1;
        let source = Source {
            file: self.file.to_owned(),
            page: self.page,
            line: Some(self.n_paragraphs),
            ..Source::default()
        };
        self.paragraphs.push(Draft { text: std::mem::take(&mut self.carried), source, ..Draft::default() });
    }

    /// A deletion holds runs, or stands among properties of what is deleted: a paragraph's mark, a row.
    fn deletion(&mut self, parent: &str) {
        let among_paragraph_properties = parent == "rPr" && self.path.iter().rev().nth(2) == Some(&"pPr");
        if among_paragraph_properties {
            if let Some(paragraph) = self.paragraphs.last_mut() {
                paragraph.goes_on = true;
            }
        } else if parent == "trPr" {
            if let Some(table) = self.tables.last_mut() {
                table.row_deleted = true;
            }
        } else if parent != "rPr" {
            self.n_dropping += 1;
        }
    }

    fn start_of_table(&mut self, name: &str, e: &BytesStart<'_>) {
        let Some(table) = self.tables.last_mut() else { return };
        let number = || attribute(e, "val").and_then(|v| v.parse::<u32>().ok());
        match name {
            "tr" => {
                table.row = Vec::new();
                table.row_deleted = false;
                table.next_column = 0;
            }
            "tc" => {
                table.cell = TableCell { column: table.next_column, span: 1, ..TableCell::default() };
                self.containers.push(Vec::new());
            }
            // Word has at most 63 columns.
            "gridSpan" => table.cell.span = number().unwrap_or(1).clamp(1, 255),
            "gridBefore" => table.next_column = number().unwrap_or(0).min(255),
            "vMerge" | "hMerge" => table.cell.goes_on |= attribute(e, "val").as_deref() != Some("restart"),
            _ => {}
        }
    }

    fn property_or_character(&mut self, name: &str, parent: &str, e: &BytesStart<'_>) {
        let in_run = parent == "r";
        match name {
            "tab" if in_run => self.append(" "),
            "br" | "cr" if in_run => self.append("\n"),
            "noBreakHyphen" if in_run => self.append("-"),
            "sym" if in_run => {
                let code = attribute(e, "char").and_then(|c| u32::from_str_radix(&c, 16).ok()).unwrap_or(0);
                let character = symbol(&attribute(e, "font").unwrap_or_default(), code);
                self.append(character.encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
        let styles = self.styles;
        let in_run_properties = parent == "rPr" && self.path.iter().rev().nth(2) == Some(&"r");
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let value = || attribute(e, "val");
        match (parent, name) {
            (_, "r") => paragraph.run = Run::default(),
            ("pPr", "pStyle") => paragraph.style = value(),
            ("pPr", "outlineLvl") => paragraph.outline_level = value().and_then(|v| v.parse().ok()),
            ("pPr", "ind") => paragraph.indent = left_indent(e),
            ("pPr", "jc") => {
                paragraph.is_aside = matches!(value().as_deref(), Some("right" | "center" | "end"));
            }
            ("numPr", "numId") => paragraph.number.id = value().and_then(|v| v.parse().ok()),
            ("numPr", "ilvl") => paragraph.number.level = value().and_then(|v| v.parse().ok()),
            (_, "vanish") if in_run_properties => paragraph.run.hidden = is_on(e),
            (_, "rStyle") if in_run_properties => {
                paragraph.run.hidden |= value().is_some_and(|id| styles.resolve(Some(&id)).hidden);
            }
            (_, "rFonts") if in_run_properties => {
                paragraph.run.font =
                    attribute(e, "ascii").or_else(|| attribute(e, "hAnsi")).unwrap_or_default();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.n_skipped > 0 {
            return;
        }
        match self.path.last() {
            Some(&"t") => {
                let font = self.paragraphs.last().map_or("", |p| p.run.font.as_str());
                let text = readable(text, font);
                self.append(&text);
            }
            Some(&"delText") => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.dropped.push_str(text);
                }
            }
            Some(&"instrText") => self.fields.instruct(text),
            _ => {}
        }
    }

    /// Adds text to the paragraph, or to what is dropped of it.
    fn append(&mut self, text: &str) {
        if self.fields.hides_text() {
            return;
        }
        let in_contents = self.fields.is_contents();
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        paragraph.in_contents |= in_contents;
        let hidden = paragraph.run.hidden
            || (paragraph.style.is_some() && self.styles.resolve(paragraph.style.as_deref()).hidden);
        if self.n_dropping > 0 || hidden {
            paragraph.dropped.push_str(text);
        } else {
            paragraph.text.push_str(text);
        }
    }

    fn end(&mut self) {
        if self.n_skipped > 0 {
            self.n_skipped -= 1;
            return;
        }
        let Some(name) = self.path.pop() else { return };
        let parent = self.path.last().copied().unwrap_or("");
        match name {
            "p" => self.end_paragraph(),
            "del" | "moveFrom" if !matches!(parent, "rPr" | "trPr") => {
                self.n_dropping = self.n_dropping.saturating_sub(1);
            }
            "sdtContent" if self.placeholders.last() == Some(&true) => {
                self.n_dropping = self.n_dropping.saturating_sub(1);
            }
            "sdt" => {
                self.placeholders.pop();
            }
            "txbxContent" => {
                let blocks = self.pop_container();
                match self.paragraphs.last_mut() {
                    Some(paragraph) => paragraph.boxes.push(blocks),
                    None => self.push(Block::Box(blocks)),
                }
            }
            "tc" => {
                let blocks = self.pop_container();
                if let Some(table) = self.tables.last_mut() {
                    let mut cell = std::mem::take(&mut table.cell);
                    cell.blocks = blocks;
                    table.next_column = table.next_column.saturating_add(cell.span.max(1));
                    table.row.push(cell);
                }
            }
            "tr" => self.end_row(),
            "tbl" => {
                if let Some(table) = self.tables.pop() {
                    self.push(Block::Table(table.table));
                }
            }
            _ => {}
        }
    }

    fn end_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let row = std::mem::take(&mut table.row);
        if !table.row_deleted {
            table.table.rows.push(row);
            return;
        }
        let text = row.iter().map(|cell| super::text_of(&cell.blocks)).collect::<Vec<_>>().join(" | ");
        let source = Source { file: self.file.to_owned(), page: self.page, ..Source::default() };
        self.document.dropped.push((source, text));
    }

    fn end_paragraph(&mut self) {
        // An instruction that never ended must not swallow the rest of the file.
        self.fields.close_instructions();
        let Some(draft) = self.paragraphs.pop() else { return };
        if !draft.dropped.trim().is_empty() {
            self.document.dropped.push((draft.source.clone(), draft.dropped.trim().to_owned()));
        }
        if draft.in_contents {
            self.document.dropped.push((draft.source.clone(), draft.text.trim().to_owned()));
        } else if draft.goes_on && draft.boxes.is_empty() {
            self.carried = draft.text;
            return;
        } else {
            let style = self.styles.resolve(draft.style.as_deref());
            let number = NumberFormat {
                id: draft.number.id.or(style.number.id),
                level: draft.number.level.or(style.number.level),
            };
            self.push(Block::Paragraph(Paragraph {
                text: draft.text,
                list: self.numbering.list(number),
                is_heading: style.is_heading || draft.outline_level.is_some_and(|level| level < 9),
                is_aside: draft.is_aside,
                indent: draft.indent.or(style.indent).unwrap_or(0),
                source: draft.source,
            }));
        }
        draft.boxes.into_iter().for_each(|blocks| self.push(Block::Box(blocks)));
    }

    fn pop_container(&mut self) -> Vec<Block> {
        // The document's own container is never taken.
        if self.containers.len() > 1 { self.containers.pop().unwrap_or_default() } else { Vec::new() }
    }

    fn push(&mut self, block: Block) {
        if let Some(container) = self.containers.last_mut() {
            container.push(block);
        }
    }

    fn finish(mut self) -> Document {
        self.document.blocks = std::mem::take(&mut self.containers[0]);
        self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::options::Limits;

    fn document(body: &str) -> Document {
        let text = format!("<w:document><w:body>{body}</w:body></w:document>");
        let xml = Xml::new(text.as_bytes(), "a.docx", "word/document.xml", &Limits::default());
        read(xml, "a.docx", &Styles::default(), &Numbering::default()).expect("read")
    }

    fn texts(body: &str) -> Vec<String> {
        fn collect(blocks: &[Block], out: &mut Vec<String>) {
            for block in blocks {
                match block {
                    Block::Paragraph(p) => out.push(p.text.clone()),
                    Block::Box(blocks) => collect(blocks, out),
                    Block::Table(table) => table.rows.iter().flatten().for_each(|c| collect(&c.blocks, out)),
                }
            }
        }
        let mut out = Vec::new();
        collect(&document(body).blocks, &mut out);
        out
    }

    #[test]
    fn runs_cut_anywhere_are_one_text() {
        let body = "<w:p><w:r><w:t>在宅</w:t></w:r><w:r><w:t>医&amp;薬</w:t><w:tab/><w:t>局</w:t><w:br/><w:t>も</w:t></w:r></w:p>";
        assert_eq!(texts(body), ["在宅医&薬 局\nも"]);
    }

    #[test]
    fn insertions_stay_and_deletions_are_kept_apart() {
        let body = "<w:p><w:ins><w:r><w:t>在宅</w:t></w:r></w:ins><w:del><w:r><w:delText>訪問</w:delText></w:r></w:del>\
                    <w:moveFrom><w:r><w:t>移動</w:t></w:r></w:moveFrom><w:r><w:t>医</w:t></w:r></w:p>";
        let found = document(body);
        assert_eq!(texts(body), ["在宅医"]);
        assert_eq!(found.dropped[0].1, "訪問移動");
    }

    #[test]
    fn a_deleted_mark_joins_two_paragraphs() {
        let body = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>在宅</w:t></w:r></w:p>\
                    <w:p><w:r><w:t>医</w:t></w:r></w:p>";
        assert_eq!(texts(body), ["在宅医"]);
    }

    #[test]
    fn a_text_box_comes_once_after_its_paragraph() {
        let inner = "<w:txbxContent><w:p><w:r><w:t>箱</w:t></w:r></w:p></w:txbxContent>";
        let body = format!(
            "<w:p><w:r><w:t>前</w:t><mc:AlternateContent><mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback>\
             </mc:AlternateContent></w:r><w:r><w:t>後</w:t></w:r></w:p>"
        );
        assert_eq!(texts(&body), ["前後", "箱"]);
    }

    #[test]
    fn fields_give_their_results_and_readings_are_left_out() {
        let body = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText> REF a </w:instrText>\
                    <w:fldChar w:fldCharType=\"separate\"/><w:t>結果</w:t><w:fldChar w:fldCharType=\"end\"/></w:r>\
                    <w:r><w:ruby><w:rt><w:r><w:t>よみ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby></w:r>\
                    <w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>eq \\o\\ac(○,秘)</w:instrText><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
        assert_eq!(texts(body), ["結果漢字秘"]);
    }

    #[test]
    fn hidden_text_and_prompts_are_dropped_and_told() {
        let body = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隠し</w:t></w:r><w:r><w:t>見える</w:t></w:r></w:p>\
                    <w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>ここをクリック</w:t></w:r></w:p></w:sdtContent></w:sdt>";
        assert_eq!(texts(body), ["見える", ""]);
        let dropped: Vec<_> = document(body).dropped.into_iter().map(|(_, text)| text).collect();
        assert_eq!(dropped, ["隠し", "ここをクリック"]);
    }

    #[test]
    fn special_characters_are_read() {
        let body = "<w:p><w:r><w:sym w:font=\"Wingdings\" w:char=\"F06C\"/><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t></w:r></w:p>";
        assert_eq!(texts(body), ["●A-B"]);
    }
}
