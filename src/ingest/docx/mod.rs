//! Word files (.docx): paragraphs under headings and tables come out as opinions; what does not show or is no text of
//! the body is left out and told.

mod document;
mod draft;
mod fields;
mod model;
mod styles;
mod symbols;

use model::{Block, Document, Table};
use styles::{Numbering, Styles};

use super::{
    around,
    cell::{lines, trim},
    flow::{State, position},
    grid::{Cell, Grid, Merge},
    layout::{Understood, grid_text, read_grid},
    marks,
    options::ReadOptions,
    outline::Outline,
    package::{Container, Kind, Package, container},
    reading::{LeftOut, Reading, Reason, Warning},
    table::Context,
    xml::{Node, Xml, attribute},
};
use crate::error::{Error, Position, Result};

/// Reads a Word file.
///
/// # Errors
/// What is no Word file or is damaged or over a limit; a file in which no opinion is found.
pub fn read_docx(bytes: Vec<u8>, file: &str, options: &ReadOptions) -> Result<Reading> {
    super::package::check_size(&bytes, file, &options.limits)?;
    if container(&bytes, Kind::Word, file)? != Container::Zip {
        return Err(Error::input(Position::file(file), "no Word file; expected .docx"));
    }
    let mut package = Package::open(bytes, file, &options.limits)?;
    let main = main_part(&mut package, file, options)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let parts = Parts { package, folder, file, options };
    let word = parts.read(&main)?;
    let reading = read_word(&word, file, options);
    if reading.opinions.is_empty() {
        return Err(Error::input(Position::file(file), nothing_found(&word, options)));
    }
    Ok(reading.finish(file))
}

/// The name of the part that holds the body.
fn main_part(package: &mut Package, file: &str, options: &ReadOptions) -> Result<String> {
    const RELATIONS: &str = "_rels/.rels";
    let mut target = None;
    if let Some(part) = package.part(RELATIONS)? {
        let mut xml = Xml::new(part, file, RELATIONS, &options.limits);
        loop {
            match xml.next()? {
                Node::Start(e) if attribute(&e, "Type").is_some_and(|t| t.ends_with("/officeDocument")) => {
                    target = attribute(&e, "Target");
                }
                Node::Eof => break,
                _ => {}
            }
        }
    }
    let target =
        target.map_or_else(|| "word/document.xml".to_owned(), |t| t.trim_start_matches('/').to_owned());
    if target.starts_with("xl/") || target.starts_with("ppt/") || !package.has(&target) {
        let found = if target.starts_with("xl/") {
            "a workbook; give it the extension .xlsx"
        } else if target.starts_with("ppt/") {
            "slides of PowerPoint, which are not read; copy the text into a Word file"
        } else if package.has("content.xml") {
            "an OpenDocument file; save it as .docx (text) or give it the extension .ods (sheets)"
        } else {
            "a zipped file without a Word document in it; expected a Word file (.docx)"
        };
        return Err(Error::input(Position::file(file), found));
    }
    Ok(target)
}

/// What was read of a Word file.
struct Word {
    body: Document,
    /// Headers and footers, then notes and comments: paragraphs that are no opinions.
    running: Vec<(String, Document)>,
    notes: Vec<(String, Document)>,
}

struct Parts<'a> {
    package: Package,
    folder: String,
    file: &'a str,
    options: &'a ReadOptions,
}

impl Parts<'_> {
    fn read(mut self, main: &str) -> Result<Word> {
        let named = |name: &str| format!("{}/{name}.xml", self.folder);
        let (styles_name, numbering_name) = (named("styles"), named("numbering"));
        let limits = &self.options.limits;
        let styles = match self.package.part(&styles_name)? {
            Some(part) => Styles::read(Xml::new(part, self.file, &styles_name, limits))?,
            None => Styles::default(),
        };
        let numbering = match self.package.part(&numbering_name)? {
            Some(part) => Numbering::read(Xml::new(part, self.file, &numbering_name, limits))?,
            None => Numbering::default(),
        };
        let body = self.document(main, &styles, &numbering)?;
        let (mut running, mut notes) = (Vec::new(), Vec::new());
        for name in self.package.names() {
            let Some(stem) = name
                .strip_prefix(&self.folder)
                .and_then(|n| n.strip_prefix('/'))
                .and_then(|n| n.strip_suffix(".xml"))
            else {
                continue;
            };
            if stem.starts_with("header") || stem.starts_with("footer") {
                running.push((name.clone(), self.document(&name, &styles, &numbering)?));
            } else if matches!(stem, "footnotes" | "endnotes" | "comments") {
                notes.push((name.clone(), self.document(&name, &styles, &numbering)?));
            }
        }
        Ok(Word { body, running, notes })
    }

    fn document(&mut self, name: &str, styles: &Styles, numbering: &Numbering) -> Result<Document> {
        let limits = &self.options.limits;
        match self.package.part(name)? {
            Some(part) => {
                document::read(Xml::new(part, self.file, name, limits), self.file, styles, numbering)
            }
            None => Ok(Document::default()),
        }
    }
}

fn read_word(word: &Word, file: &str, options: &ReadOptions) -> Reading {
    let running: Vec<String> = word.running.iter().flat_map(|(_, d)| paragraphs_of(&d.blocks)).collect();
    let mut year = None;
    let mut reading = Reading::default();
    // Bullets under no heading, and tables without a known name, only where there is nothing better.
    for last_resort in [false, true] {
        reading = Reading::default();
        let mut reader = Reader { file, options, last_resort, n_tables: 0 };
        reader.read_blocks(&word.body.blocks, &State::default(), &mut reading);
        if !reading.opinions.is_empty() {
            break;
        }
    }
    for text in &running {
        year = year.or_else(|| marks::fiscal_year(text));
        reading.left_out.push(LeftOut {
            position: Position::file(file),
            reason: Reason::Running,
            text: text.clone(),
        });
    }
    let notes = word
        .notes
        .iter()
        .flat_map(|(_, d)| paragraphs_of(&d.blocks))
        .map(|text| (Position::file(file), text));
    let dropped = word.body.dropped.iter().map(|(source, text)| (position(source), text.clone()));
    reading.left_out.extend(notes.chain(dropped).map(|(position, text)| LeftOut {
        position,
        reason: Reason::Note,
        text,
    }));
    if word.body.has_foreign_part {
        reading.warnings.push(Warning {
            position: Position::file(file),
            message: "a part in another format is embedded and was not read: open the file in Word and save it anew"
                .to_owned(),
        });
    }
    let year = reading.opinions.iter().find_map(|o| o.fiscal_year).or(year).or_else(|| {
        reading.left_out.iter().filter(|l| l.reason == Reason::Lead).find_map(|l| marks::fiscal_year(&l.text))
    });
    around::fill(&mut reading, year, file, options);
    reading.parts.push(around::part(file, &reading.opinions));
    reading
}

/// Why no opinion was found, with the headers of tables that were.
fn nothing_found(word: &Word, options: &ReadOptions) -> String {
    let headers: Vec<String> = word
        .body
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) => grid_of(table).rows.first().map(super::table::row_text),
            _ => None,
        })
        .collect();
    let told: Vec<_> =
        options.columns.iter().map(|(field, name)| format!("{}={name}", field.name())).collect();
    if headers.is_empty() {
        return "no opinion was found; expected headings of municipalities with bullets or paragraphs below them, or a \
                table with a column of opinions"
            .to_owned();
    }
    format!(
        "no opinion was found; the tables begin with: {}; {} --column text=NAME",
        headers.join(" / "),
        if told.is_empty() {
            "name the column that holds them with".to_owned()
        } else {
            format!("{} names none of these columns; correct", told.join(" "))
        }
    )
}

struct Reader<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    last_resort: bool,
    n_tables: usize,
}

impl Reader<'_> {
    fn read_blocks(&mut self, blocks: &[Block], state: &State, reading: &mut Reading) {
        let mut outline = Outline::default();
        for (i, block) in blocks.iter().enumerate() {
            match block {
                Block::Paragraph(paragraph) => outline.push(paragraph),
                Block::Table(_) | Block::Box(_) => outline.push_other(i),
            }
        }
        let headless = self.last_resort && !outline.has_headings();
        outline.read(state.clone(), headless, reading, |i, state, reading| match &blocks[i] {
            Block::Table(table) => self.read_table(table, state, reading),
            Block::Box(blocks) => self.read_blocks(blocks, state, reading),
            Block::Paragraph(_) => {}
        });
    }

    fn read_table(&mut self, table: &Table, state: &State, reading: &mut Reading) {
        self.n_tables += 1;
        let grid = grid_of(table);
        let context = Context {
            file: self.file.to_owned(),
            part: Some(format!("table {}", self.n_tables)),
            page: table.page,
            municipality: state.municipality.clone(),
            area: state.area.clone(),
            fiscal_year: state.fiscal_year,
        };
        let understood = read_grid(&grid, &context, &self.options.columns, self.last_resort, reading);
        if understood != Understood::Read {
            let text = grid_text(&grid);
            if !text.is_empty() {
                let position = context.position(1, 0);
                reading.left_out.push(LeftOut { position, reason: Reason::NoText, text });
            }
        }
        for cell in table.rows.iter().flatten() {
            for block in &cell.blocks {
                if let Block::Table(inner) = block {
                    self.read_table(inner, state, reading);
                }
            }
        }
    }
}

/// A table's cells as a grid; list items begin with a bullet.
fn grid_of(table: &Table) -> Grid {
    let mut grid = Grid::default();
    for (i, row) in table.rows.iter().enumerate() {
        let number = i as u32 + 1;
        for cell in row.iter().filter(|cell| !cell.goes_on) {
            let text = cell_text(&cell.blocks);
            if cell.span > 1 {
                let columns = (cell.column, cell.column + cell.span - 1);
                grid.merges.push(Merge { rows: (number, number), columns });
            }
            if !trim(&text).is_empty() {
                grid.push(number, cell.column, Cell::Text(text));
            }
        }
    }
    grid.sort();
    grid
}

fn cell_text(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Paragraph(p) if trim(&p.text).is_empty() => {}
            Block::Paragraph(p) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                if p.list.is_some() && marks::bullet(&p.text).is_none() {
                    text.push('・');
                }
                text.push_str(&p.text);
            }
            Block::Box(blocks) => {
                text.push('\n');
                text.push_str(&cell_text(blocks));
            }
            Block::Table(_) => {}
        }
    }
    text
}

/// The text of blocks on one line, for what is left out.
fn text_of(blocks: &[Block]) -> String {
    paragraphs_of(blocks).join(" ")
}

fn paragraphs_of(blocks: &[Block]) -> Vec<String> {
    let mut texts = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(p) => {
                let text = lines(&p.text).collect::<Vec<_>>().join(" ");
                if !text.is_empty() {
                    texts.push(text);
                }
            }
            Block::Box(blocks) => texts.extend(paragraphs_of(blocks)),
            Block::Table(table) => {
                texts.extend(table.rows.iter().flatten().flat_map(|cell| paragraphs_of(&cell.blocks)));
            }
        }
    }
    texts
}
