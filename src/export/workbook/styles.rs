//! How cells look, and how text is put into one.

use rust_xlsxwriter::{ColNum, Color, Format, FormatAlign, FormatBorder, RowNum, Worksheet, XlsxError};

/// Most UTF-16 units that a cell holds; Excel's limit.
const MAX_CELL_UNITS: usize = 32_767;
/// What a spreadsheet would run, were the cell typed in.
const RUNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// The font of Japanese Excel; others put theirs in its place.
const FONT: &str = "游ゴシック";

/// Formats of cells.
pub(super) struct Styles {
    pub title: Format,
    pub header: Format,
    /// Headers of the columns that a person edits.
    pub editable_header: Format,
    pub text: Format,
    /// Text that a spreadsheet would run: it stays text when a person edits the cell.
    quoted: Format,
    pub number: Format,
    /// A count of a table: nothing is a dash, which the eye passes over.
    pub count: Format,
    pub share: Format,
    pub centered_share: Format,
    pub centered: Format,
    pub note: Format,
}

impl Styles {
    pub fn new() -> Self {
        let base = || Format::new().set_font_name(FONT).set_font_size(10);
        let cell = || {
            base()
                .set_align(FormatAlign::Top)
                .set_border(FormatBorder::Thin)
                .set_border_color(Color::RGB(0xD9_D9_D9))
        };
        let header = || {
            cell()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_border_color(Color::RGB(0xA6_A6_A6))
        };
        Self {
            title: base().set_bold().set_font_size(14),
            header: header().set_background_color(Color::RGB(0xDD_E6_F1)),
            editable_header: header().set_background_color(Color::RGB(0xC6_E0_B4)),
            text: cell().set_text_wrap(),
            quoted: cell().set_text_wrap().set_quote_prefix(),
            number: cell().set_num_format("#,##0"),
            count: cell().set_num_format("#,##0;-#,##0;\"-\"").set_align(FormatAlign::Right),
            share: cell().set_num_format("0.00"),
            centered_share: cell().set_num_format("0.00").set_align(FormatAlign::Center),
            centered: cell().set_align(FormatAlign::Center),
            note: base().set_text_wrap().set_align(FormatAlign::Top),
        }
    }

    /// Writes text as text, whatever it begins with; what a cell cannot hold is cut off. Returns whether it was.
    pub fn write_text(
        &self,
        sheet: &mut Worksheet,
        (row, column): (RowNum, ColNum),
        text: &str,
    ) -> Result<bool, XlsxError> {
        let (shown, cut) = fit(text);
        let format = if shown.starts_with(RUNS) { &self.quoted } else { &self.text };
        match cut {
            false => sheet.write_string_with_format(row, column, shown, format)?,
            true => sheet.write_string_with_format(row, column, format!("{shown}…"), format)?,
        };
        Ok(cut)
    }

    /// Writes a row of headers from the first column on.
    pub fn write_headers(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        headers: &[&str],
    ) -> Result<(), XlsxError> {
        for (column, header) in headers.iter().enumerate() {
            sheet.write_string_with_format(row, column as ColNum, *header, &self.header)?;
        }
        Ok(())
    }
}

/// As much of a text as a cell holds beside a mark, and whether something was cut off.
fn fit(text: &str) -> (&str, bool) {
    // No text has more units than bytes.
    if text.len() <= MAX_CELL_UNITS || text.encode_utf16().count() <= MAX_CELL_UNITS {
        return (text, false);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MAX_CELL_UNITS - 1
    });
    (&text[..end.map_or(text.len(), |(i, _)| i)], true)
}

/// Points that a line of text takes, with the leading of Japanese fonts.
const LINE_POINTS: f64 = 16.5;
/// Excel's limit.
const MAX_HEIGHT_POINTS: f64 = 409.0;

/// Height of a row, in points, at which the texts show whole in columns of their widths (half-width characters).
pub(super) fn height<'t>(cells: impl Iterator<Item = (&'t str, f64)>) -> f64 {
    let n_lines = cells.map(|(text, width)| text.split('\n').map(|line| n_lines(line, width)).sum::<f64>());
    (n_lines.fold(1.0, f64::max) * LINE_POINTS).min(MAX_HEIGHT_POINTS)
}

/// Lines that a line wraps to. A character takes two places but for ASCII and half-width kana; the last place of a line
/// often stays blank.
fn n_lines(line: &str, width: f64) -> f64 {
    let narrow = |c: char| c.is_ascii() || ('\u{FF61}'..='\u{FF9F}').contains(&c);
    let places: u32 = line.chars().map(|c| if narrow(c) { 1 } else { 2 }).sum();
    (f64::from(places) / (width - 1.0)).ceil().max(1.0)
}

/// Paper that a sheet is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    A3Landscape,
    A4Landscape,
    A4Portrait,
}

/// Paper, margins and running titles of a sheet that is printed as wide as the paper.
pub(super) fn set_up_printing(sheet: &mut Worksheet, paper: Paper) {
    // Excel's numbers of paper sizes
    const A3: u8 = 8;
    const A4: u8 = 9;
    sheet.set_paper_size(if paper == Paper::A3Landscape { A3 } else { A4 });
    if paper != Paper::A4Portrait {
        sheet.set_landscape();
    }
    sheet.set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_header("&L&F&R&A").set_footer("&C&P / &N");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_takes_what_excel_lets_it() {
        assert_eq!(fit("在宅医"), ("在宅医", false));
        let long = "あ".repeat(MAX_CELL_UNITS);
        assert_eq!(fit(&long), (long.as_str(), false));
        let longer = "𠮷".repeat(20_000);
        let (shown, cut) = fit(&longer);
        assert!(cut && shown.encode_utf16().count() < MAX_CELL_UNITS);
    }

    #[test]
    fn a_row_is_as_high_as_its_longest_text() {
        let lines = |text: &str, width| height([(text, width)].into_iter()) / LINE_POINTS;
        assert_eq!((lines("", 10.0), lines("在宅医", 10.0), lines("a\nb\nc", 10.0)), (1.0, 1.0, 3.0));
        assert_eq!(lines(&"あ".repeat(20), 21.0), 2.0);
        assert_eq!(height([("a", 9.0), ("b\nc", 9.0)].into_iter()), 2.0 * LINE_POINTS);
        assert_eq!(height([("あ".repeat(9000).as_str(), 9.0)].into_iter()), MAX_HEIGHT_POINTS);
    }
}
