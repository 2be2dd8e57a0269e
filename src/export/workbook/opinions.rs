//! The sheet 意見: one row an opinion, those to be reviewed on top; themes, stance, 確認 and コメント are to be edited.

use std::{borrow::Cow, collections::HashSet};

use rust_xlsxwriter::{
    ColNum, Color, ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, Format, Formula,
    RowNum, Worksheet, XlsxError, column_number_to_name,
};
use serde_json::Value;

use super::{
    baseline,
    codebook::List,
    columns::{Column, Sheet, TICK},
    entry::{Entry, status_name},
    styles::{Paper, Styles, height, set_up_printing},
};
use crate::{codebook::Codebook, record::Status};

/// Where the columns and rows of the sheet lie.
pub(super) struct Layout {
    pub columns: Vec<Column>,
    /// The input's other columns, by name, with the header that each gets.
    others: Vec<(String, String)>,
    n_entries: usize,
}

impl Layout {
    pub fn new(entries: &[Entry], codebook: &Codebook) -> Self {
        let columns = Column::of_opinions(codebook.max_themes());
        let mut headers: HashSet<String> = columns.iter().map(|c| c.header().into_owned()).collect();
        let mut known: HashSet<&str> = HashSet::new();
        let mut others = Vec::new();
        for name in entries.iter().flat_map(|e| e.record.columns.keys()) {
            if known.insert(name) {
                let mut header = name.clone();
                while !headers.insert(header.clone()) {
                    header.push_str("（元の表）");
                }
                others.push((name.clone(), header));
            }
        }
        Self { columns, others, n_entries: entries.len() }
    }

    /// Number of a column, from 0.
    pub fn index(&self, column: Column) -> ColNum {
        let index = self.columns.iter().position(|c| *c == column);
        index.expect("a layout has every column of its codebook") as ColNum
    }

    fn letter(&self, column: Column) -> String {
        column_number_to_name(self.index(column))
    }

    /// The last row of opinions, from 0; a sheet without opinions has one blank row.
    fn last_row(&self) -> RowNum {
        self.n_entries.max(1) as RowNum
    }

    fn last_column(&self) -> ColNum {
        (self.columns.len() + self.others.len() - 1) as ColNum
    }

    /// The cells of a column, as formulas name them.
    pub fn range(&self, column: Column) -> String {
        let letter = self.letter(column);
        format!("'{}'!${letter}$2:${letter}${}", Sheet::Opinions.name(), self.last_row() + 1)
    }
}

/// Writes the sheet; returns ids of opinions whose text did not fit into a cell.
pub(super) fn write(
    sheet: &mut Worksheet,
    entries: &[Entry],
    layout: &Layout,
    codebook: &Codebook,
    styles: &Styles,
) -> Result<Vec<String>, XlsxError> {
    write_headers(sheet, layout, styles)?;
    let mut cut = Vec::new();
    let (review, rest): (Vec<_>, Vec<_>) = entries.iter().partition(|e| e.is_review());
    for (i, entry) in review.into_iter().chain(rest).enumerate() {
        if write_row(sheet, i as RowNum + 1, entry, layout, codebook, styles)? {
            cut.push(entry.record.id.clone());
        }
    }
    add_lists(sheet, layout)?;
    add_colors(sheet, layout)?;
    sheet.autofilter(0, 0, layout.last_row(), layout.last_column())?;
    sheet.set_freeze_panes(1, 1)?.set_repeat_rows(0, 0)?;
    set_up_printing(sheet, Paper::A3Landscape);
    Ok(cut)
}

/// Width of a column, in half-width characters.
fn width(column: Column) -> f64 {
    match column {
        Column::Id => 10.0,
        Column::FiscalYear | Column::Status | Column::Probability | Column::Confirmed => 7.0,
        Column::Area | Column::Municipality => 11.0,
        Column::Text => 56.0,
        Column::Theme(_) => 19.0,
        Column::Stance => 15.0,
        Column::Evidence => 20.0,
        Column::Comment => 26.0,
    }
}

/// Width of the input's other columns.
const OTHER_WIDTH: f64 = 14.0;

fn write_headers(sheet: &mut Worksheet, layout: &Layout, styles: &Styles) -> Result<(), XlsxError> {
    for (i, column) in layout.columns.iter().enumerate() {
        let editable =
            matches!(column, Column::Theme(_) | Column::Stance | Column::Confirmed | Column::Comment);
        let format = if editable { &styles.editable_header } else { &styles.header };
        sheet.set_column_width(i as ColNum, width(*column))?;
        sheet.write_string_with_format(0, i as ColNum, column.header(), format)?;
    }
    for (i, (_, header)) in layout.others.iter().enumerate() {
        let column = (layout.columns.len() + i) as ColNum;
        sheet.set_column_width(column, OTHER_WIDTH)?;
        sheet.write_string_with_format(0, column, header, &styles.header)?;
    }
    sheet.set_row_height(0, 32)?;
    Ok(())
}

/// Writes one opinion; returns whether its text had to be cut.
fn write_row(
    sheet: &mut Worksheet,
    row: RowNum,
    entry: &Entry,
    layout: &Layout,
    codebook: &Codebook,
    styles: &Styles,
) -> Result<bool, XlsxError> {
    let record = &entry.record;
    let mut cut = false;
    let mut cells: Vec<(Cow<'_, str>, f64)> = Vec::with_capacity(layout.columns.len());
    for (i, &column) in layout.columns.iter().enumerate() {
        let at = (row, i as ColNum);
        match (column, record.fiscal_year) {
            (Column::FiscalYear, Some(year)) => {
                sheet.write_number_with_format(row, at.1, year, &styles.centered)?;
            }
            (Column::Probability, _) => {
                sheet.write_number_with_format(row, at.1, record.probability, &styles.centered_share)?;
            }
            (Column::Status | Column::Confirmed, _) => {
                let text = text_of(entry, column, codebook);
                sheet.write_string_with_format(row, at.1, text.as_ref(), &styles.centered)?;
            }
            _ => {
                let text = text_of(entry, column, codebook);
                let was_cut = styles.write_text(sheet, at, &text)?;
                cut |= was_cut && column == Column::Text;
                cells.push((text, width(column)));
            }
        }
    }
    for (i, (name, _)) in layout.others.iter().enumerate() {
        let text = other_text(record.columns.get(name));
        styles.write_text(sheet, (row, (layout.columns.len() + i) as ColNum), &text)?;
        cells.push((text, OTHER_WIDTH));
    }
    sheet.set_row_height(row, height(cells.iter().map(|(text, width)| (text.as_ref(), *width))))?;
    Ok(cut)
}

/// What a column of text shows of an opinion.
fn text_of<'e>(entry: &'e Entry, column: Column, codebook: &'e Codebook) -> Cow<'e, str> {
    let record = &entry.record;
    match column {
        Column::Id => record.id.as_str().into(),
        Column::Area => record.area.as_deref().unwrap_or_default().into(),
        Column::Municipality => record.municipality.as_deref().unwrap_or_default().into(),
        Column::Text => record.text.as_str().into(),
        Column::Theme(place) => entry.theme_name(place, codebook).into(),
        Column::Stance => entry.stance_name(codebook).into(),
        Column::Status => status_name(record.status).into(),
        Column::Evidence => evidence(entry).into(),
        Column::Confirmed if entry.confirmed => TICK.into(),
        Column::FiscalYear | Column::Probability | Column::Confirmed | Column::Comment => "".into(),
    }
}

/// What a column of the input's own shows.
fn other_text(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        None | Some(Value::Null) => "".into(),
        Some(Value::String(text)) => text.into(),
        Some(other) => other.to_string().into(),
    }
}

/// Words that spoke for each theme, main theme first.
fn evidence(entry: &Entry) -> String {
    let words = entry.record.themes.iter().filter_map(|t| entry.record.evidence.get(t));
    words.filter(|w| !w.is_empty()).map(|w| w.join("、")).collect::<Vec<_>>().join(" ／ ")
}

/// The lists that a person chooses from.
fn add_lists(sheet: &mut Worksheet, layout: &Layout) -> Result<(), XlsxError> {
    for &column in &layout.columns {
        let list = match column {
            Column::Theme(_) => DataValidation::new().allow_list_formula(Formula::new(List::Themes.name())),
            Column::Stance => DataValidation::new().allow_list_formula(Formula::new(List::Stances.name())),
            Column::Confirmed => DataValidation::new().allow_list_strings(&[TICK])?,
            _ => continue,
        };
        let message = match column {
            Column::Confirmed => "確かめた意見に ✓ を入れます。",
            _ => "一覧から選んでください。名前はシート「コードブック」にあります。",
        };
        let list = list
            .set_error_title("一覧にない値です")?
            .set_error_message(message)?
            .set_error_style(DataValidationErrorStyle::Stop);
        let index = layout.index(column);
        sheet.add_data_validation(1, index, layout.last_row(), index, &list)?;
    }
    Ok(())
}

/// Colors that follow the rows when they are sorted: what a person changed, what is confirmed, what is to be reviewed.
fn add_colors(sheet: &mut Worksheet, layout: &Layout) -> Result<(), XlsxError> {
    let id_cell = format!("${}2", layout.letter(Column::Id));
    let changed = Format::new()
        .set_bold()
        .set_font_color(Color::RGB(0xC0_00_00))
        .set_background_color(Color::RGB(0xF8_CB_AD));
    let decisive = layout.columns.iter().filter(|c| matches!(c, Column::Theme(_) | Column::Stance));
    for &column in decisive {
        let Some(written) = baseline::lookup(column, &id_cell) else { continue };
        let index = layout.index(column);
        let cell = format!("{}2", layout.letter(column));
        let rule = format!("={cell}&\"\"<>IFERROR({written}&\"\",{cell}&\"\")");
        let rule = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(&changed);
        sheet.add_conditional_format(1, index, layout.last_row(), index, &rule)?;
    }
    let confirmed = format!("=${}2<>\"\"", layout.letter(Column::Confirmed));
    let review = format!("=${}2=\"{}\"", layout.letter(Column::Status), status_name(Status::Review));
    for (rule, color) in [(confirmed, 0xE2_EF_DA), (review, 0xFF_F2_CC)] {
        let fill = Format::new().set_background_color(Color::RGB(color));
        let rule = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(fill);
        sheet.add_conditional_format(1, 0, layout.last_row(), layout.last_column(), &rule)?;
    }
    Ok(())
}
