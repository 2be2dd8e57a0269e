//! Sheets of OpenDocument (.ods): only cells that hold something are kept, however many rows or columns a file says
//! it repeats.

use std::io::BufRead;

use quick_xml::events::BytesStart;

use super::{Budget, Sheet};
use crate::{
    error::{Error, Position, Result},
    ingest::{
        grid::{Cell, Merge, Row},
        options::Limits,
        package::Package,
        xml::{Node, Xml, attribute},
    },
};

const CONTENT: &str = "content.xml";

/// Reads all sheets.
///
/// # Errors
/// A damaged file, another kind of OpenDocument, one with a password; more cells than the limit.
pub(super) fn read(mut package: Package, file: &str, limits: &Limits) -> Result<Vec<Sheet>> {
    let refuse = |message: &str| Err(Error::input(Position::file(file), message));
    if is_encrypted(&mut package, file, limits)? {
        return refuse("password-protected; save it without a password");
    }
    let Some(part) = package.part(CONTENT)? else { return refuse("an OpenDocument file without content") };
    let mut parser = Parser { budget: Some(Budget::new(limits, file)), ..Parser::default() };
    let mut xml = Xml::new(part, file, CONTENT, limits);
    loop {
        match xml.next()? {
            Node::Start(e) => parser.start(&e)?,
            Node::End(e) => parser.end(e.local_name().as_ref())?,
            Node::Text(text) => parser.text(&text),
            Node::Eof => break,
        }
    }
    if !parser.is_spreadsheet {
        return refuse("an OpenDocument file that is no workbook; save a text as .docx");
    }
    Ok(parser.sheets)
}

fn is_encrypted(package: &mut Package, file: &str, limits: &Limits) -> Result<bool> {
    const MANIFEST: &str = "META-INF/manifest.xml";
    let Some(part) = package.part(MANIFEST)? else { return Ok(false) };
    finds(Xml::new(part, file, MANIFEST, limits), "encryption-data")
}

fn finds<R: BufRead>(mut xml: Xml<R>, element: &str) -> Result<bool> {
    loop {
        match xml.next()? {
            Node::Start(e) if e.local_name().as_ref() == element => return Ok(true),
            Node::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// A cell being read.
#[derive(Default)]
struct Draft {
    value: Option<Cell>,
    text: String,
    n_paragraphs: usize,
    n_repeated: u32,
    columns_spanned: u32,
    rows_spanned: u32,
}

#[derive(Default)]
struct Parser<'a> {
    budget: Option<Budget<'a>>,
    sheets: Vec<Sheet>,
    is_spreadsheet: bool,
    style: Option<String>,
    hidden_styles: Vec<String>,
    /// Number of the next row, from 1.
    next_row: u32,
    row: Row,
    rows_repeated: u32,
    next_column: u32,
    cell: Option<Draft>,
    in_paragraph: usize,
    /// Open elements inside one that is skipped.
    n_skipped: usize,
}

/// A sheet of LibreOffice has no more rows.
const MOST_ROWS: u32 = 1 << 20;

impl Parser<'_> {
    fn start(&mut self, e: &BytesStart<'_>) -> Result<()> {
        let name = e.local_name();
        let name = name.as_ref();
        // Comments, readings above characters, drawings, earlier states.
        let skips = matches!(
            name,
            "annotation" | "ruby-text" | "note" | "tracked-changes" | "shapes" | "frame" | "custom-shape"
        );
        if self.n_skipped > 0 || skips {
            self.n_skipped += 1;
            return Ok(());
        }
        let number = |name| attribute(e, name).and_then(|v| v.parse::<u32>().ok()).unwrap_or(1);
        match name {
            "spreadsheet" => self.is_spreadsheet = true,
            "style" => self.style = attribute(e, "name"),
            "table-properties" if attribute(e, "display").as_deref() == Some("false") => {
                self.hidden_styles.extend(self.style.clone());
            }
            "table" => {
                let style = attribute(e, "style-name").unwrap_or_default();
                let hidden = self.hidden_styles.contains(&style);
                self.sheets.push(Sheet {
                    name: attribute(e, "name").unwrap_or_default(),
                    hidden,
                    ..Sheet::default()
                });
                self.next_row = 1;
            }
            "table-row" => {
                self.rows_repeated = number("number-rows-repeated");
                self.next_column = 0;
                let hidden = matches!(attribute(e, "visibility").as_deref(), Some("collapse" | "filter"));
                self.row = Row { number: self.next_row, hidden, cells: Vec::new() };
            }
            "table-cell" | "covered-table-cell" => {
                self.cell = Some(Draft {
                    value: value(e),
                    n_repeated: number("number-columns-repeated"),
                    columns_spanned: number("number-columns-spanned"),
                    rows_spanned: number("number-rows-spanned"),
                    ..Draft::default()
                });
            }
            "p" | "h" => {
                self.in_paragraph += 1;
                if let Some(cell) = &mut self.cell {
                    if cell.n_paragraphs > 0 {
                        cell.text.push('\n');
                    }
                    cell.n_paragraphs += 1;
                }
            }
            "s" | "tab" => {
                self.text(&" ".repeat(attribute(e, "c").and_then(|c| c.parse().ok()).unwrap_or(1).min(100)))
            }
            "line-break" => self.text("\n"),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.n_skipped == 0
            && self.in_paragraph > 0
            && let Some(cell) = &mut self.cell
        {
            cell.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str) -> Result<()> {
        if self.n_skipped > 0 {
            self.n_skipped -= 1;
            return Ok(());
        }
        match name {
            "p" | "h" => self.in_paragraph = self.in_paragraph.saturating_sub(1),
            "table-cell" | "covered-table-cell" => self.end_cell()?,
            "table-row" => self.end_row()?,
            _ => {}
        }
        Ok(())
    }

    fn end_cell(&mut self) -> Result<()> {
        let Some(draft) = self.cell.take() else { return Ok(()) };
        let column = self.next_column;
        self.next_column = column.saturating_add(draft.n_repeated);
        let cell = match draft.value {
            Some(value) => value,
            None if draft.text.is_empty() => return Ok(()),
            None => Cell::Text(draft.text),
        };
        if draft.columns_spanned > 1 || draft.rows_spanned > 1 {
            let last = |first: u32, n: u32| first.saturating_add(n.max(1) - 1);
            let merge = Merge {
                rows: (self.row.number, last(self.row.number, draft.rows_spanned)),
                columns: (column, last(column, draft.columns_spanned)),
            };
            if let Some(sheet) = self.sheets.last_mut() {
                sheet.grid.merges.push(merge);
            }
        }
        for i in 0..draft.n_repeated {
            self.take(&cell)?;
            self.row.cells.push((column + i, cell.clone()));
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        let row = std::mem::take(&mut self.row);
        let n_repeated = self.rows_repeated.min(MOST_ROWS.saturating_sub(self.next_row - 1));
        self.next_row += n_repeated;
        if row.cells.is_empty() || self.sheets.is_empty() {
            return Ok(());
        }
        for i in 1..n_repeated {
            for (_, cell) in &row.cells {
                self.take(cell)?;
            }
            let again = Row { number: row.number + i, ..row.clone() };
            if i == 1 {
                self.push_row(row.clone());
            }
            self.push_row(again);
        }
        if n_repeated == 1 {
            self.push_row(row);
        }
        Ok(())
    }

    fn push_row(&mut self, row: Row) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.grid.rows.push(row);
        }
    }

    fn take(&mut self, cell: &Cell) -> Result<()> {
        let text_bytes = if let Cell::Text(text) = cell { text.len() } else { 8 };
        self.budget.as_mut().map_or(Ok(()), |budget| budget.take(text_bytes))
    }
}

/// The value that a cell states beside its text; text cells have none.
fn value(e: &BytesStart<'_>) -> Option<Cell> {
    match attribute(e, "value-type")?.as_str() {
        "float" | "percentage" | "currency" => attribute(e, "value")?.parse().ok().map(Cell::Number),
        "date" => attribute(e, "date-value").map(Cell::Text),
        "boolean" => attribute(e, "boolean-value").map(|v| Cell::Bool(v == "true")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::package::tests::zipped;

    fn read_table(rows: &str, limits: &Limits) -> Result<Vec<Sheet>> {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"一覧\">{rows}\
             </table:table></office:spreadsheet></office:body></office:document-content>"
        );
        let package = Package::open(zipped(&[("content.xml", &content)]), "a.ods", limits)?;
        read(package, "a.ods", limits)
    }

    #[test]
    fn cells_keep_their_places_past_repeated_blanks() {
        let sheets = read_table(
            "<table:table-row table:number-rows-repeated=\"3\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row>\
             <table:table-row table:visibility=\"filter\"><table:table-cell table:number-columns-repeated=\"2\"/>\
             <table:table-cell><text:p>在宅<text:s text:c=\"2\"/>医</text:p><text:p>が<office:annotation><text:p>注</text:p></office:annotation>少ない</text:p></table:table-cell>\
             <table:table-cell office:value-type=\"float\" office:value=\"3\"><text:p>３</text:p></table:table-cell></table:table-row>",
            &Limits::default(),
        )
        .expect("read");
        let row = &sheets[0].grid.rows[0];
        assert_eq!((row.number, row.hidden), (4, true));
        assert_eq!(row.cells, [(2, Cell::Text("在宅  医\nが少ない".into())), (3, Cell::Number(3.0))]);
    }

    #[test]
    fn repeated_text_counts_as_often_as_it_stands() {
        let limits = Limits { cells: 1000, ..Limits::default() };
        let row = "<table:table-row table:number-rows-repeated=\"9999\"><table:table-cell><text:p>あ</text:p></table:table-cell></table:table-row>";
        let error = read_table(row, &limits).expect_err("too many").to_string();
        assert!(error.contains("--limit-cells"), "{error}");
    }
}
