//! The sheet コードブック: names, definitions, what belongs to a theme and what does not, and the rules of coding. The
//! lists to choose from are its first column.

use rust_xlsxwriter::{ColNum, RowNum, Worksheet, XlsxError};

use super::{
    columns::Sheet,
    styles::{Paper, Styles, height, set_up_printing},
};
use crate::codebook::Codebook;

/// A list to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Themes,
    Stances,
}

/// Widths of the columns, in half-width characters.
const WIDTHS: [f64; 5] = [32.0, 20.0, 60.0, 44.0, 50.0];
/// Row of the headers of the themes, from 0.
const THEME_HEADER_ROW: RowNum = 2;

fn first_row(list: List, codebook: &Codebook) -> RowNum {
    match list {
        List::Themes => THEME_HEADER_ROW + 1,
        // a blank row and the headers of the stances lie between
        List::Stances => THEME_HEADER_ROW + codebook.themes().len() as RowNum + 3,
    }
}

impl List {
    /// The name by which other sheets know its cells. A drop-down takes its values from there: a list of strings may
    /// not be longer than 255 characters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Themes => "themes",
            Self::Stances => "stances",
        }
    }

    /// Its cells.
    pub fn range(self, codebook: &Codebook) -> String {
        let n = match self {
            Self::Themes => codebook.themes().len(),
            Self::Stances => codebook.stances().len(),
        };
        let first = first_row(self, codebook) + 1;
        format!("='{}'!$A${first}:$A${}", Sheet::Codebook.name(), first + n as RowNum - 1)
    }
}

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, codebook: &Codebook, styles: &Styles) -> Result<(), XlsxError> {
    for (column, width) in WIDTHS.into_iter().enumerate() {
        sheet.set_column_width(column as ColNum, width)?;
    }
    let title = format!("コードブック {}", codebook.fingerprint());
    sheet.write_string_with_format(0, 0, title, &styles.title)?;
    styles.write_headers(sheet, THEME_HEADER_ROW, &["テーマ", "記号", "定義", "含むもの", "含まないもの"])?;
    let mut row = first_row(List::Themes, codebook);
    for theme in codebook.themes() {
        let lines = |sentences: &[String]| sentences.join("\n");
        let cells =
            [&theme.name_ja, &theme.id, &theme.definition, &lines(&theme.include), &lines(&theme.exclude)];
        write_row(sheet, row, &cells, styles)?;
        row += 1;
    }
    row = first_row(List::Stances, codebook);
    styles.write_headers(sheet, row - 1, &["立場", "記号", "定義"])?;
    for stance in codebook.stances() {
        write_row(sheet, row, &[&stance.name_ja, &stance.id, &stance.definition], styles)?;
        row += 1;
    }
    let rules = codebook.rules();
    for (title, sentences) in [("テーマの付け方", &rules.general), ("立場の付け方", &rules.stance)]
    {
        if sentences.is_empty() {
            continue;
        }
        row += 1;
        styles.write_headers(sheet, row, &[title])?;
        for sentence in sentences {
            row += 1;
            sheet.merge_range(row, 0, row, WIDTHS.len() as ColNum - 1, "", &styles.text)?;
            styles.write_text(sheet, (row, 0), sentence)?;
            sheet.set_row_height(row, height([(sentence.as_str(), WIDTHS.iter().sum())].into_iter()))?;
        }
        row += 1;
    }
    sheet.set_freeze_panes(THEME_HEADER_ROW + 1, 1)?;
    set_up_printing(sheet, Paper::A4Landscape);
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: RowNum,
    cells: &[&String],
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (column, text) in cells.iter().enumerate() {
        styles.write_text(sheet, (row, column as ColNum), text)?;
    }
    sheet.set_row_height(row, height(cells.iter().map(|text| text.as_str()).zip(WIDTHS)))?;
    Ok(())
}
