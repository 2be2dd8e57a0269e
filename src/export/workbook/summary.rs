//! The sheet 集計: themes by area and by stance as formulas over 意見, so that they follow a person's edits. Every
//! formula carries its result: the counts are right before anything is recalculated.

use std::collections::HashSet;

use rust_xlsxwriter::{ColNum, Format, Formula, RowNum, Worksheet, XlsxError, column_number_to_name};

use super::{
    columns::Column,
    entry::{Entry, status_name},
    opinions::Layout,
    styles::{Paper, Styles, set_up_printing},
};
use crate::{
    codebook::{Codebook, StanceId, ThemeId},
    places::places,
    record::Status,
};

/// Most areas that get a column of their own.
const MAX_AREAS: usize = 60;
/// Columns before the first area or stance: name, opinions with the theme, those with it as main theme.
const N_TOTALS: ColNum = 3;

/// What the columns of a table part the opinions by.
enum Parted<'e> {
    ByArea(Vec<&'e str>),
    ByStance(Vec<StanceId>),
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    entries: &[Entry],
    layout: &Layout,
    codebook: &Codebook,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let summary = Summary { entries, layout, codebook, styles };
    sheet.set_column_width(0, 34)?;
    sheet.set_column_range_width(1, 200, 11)?;
    sheet.write_string_with_format(0, 0, "集計", &styles.title)?;
    sheet.write_string(1, 0, "シート「意見」の式です。1 件の意見は付いたテーマのすべてに数えます。")?;
    let mut row = summary.write_progress(sheet, 3)?;
    row = summary.write_table(sheet, row + 2, "テーマ × 圏域", &Parted::ByArea(areas(entries)))?;
    let stances = (0..codebook.stances().len()).map(|i| StanceId(i as u8)).collect();
    summary.write_table(sheet, row + 2, "テーマ × 立場", &Parted::ByStance(stances))?;
    set_up_printing(sheet, Paper::A4Landscape);
    sheet.set_print_fit_to_pages(1, 1);
    Ok(())
}

/// Areas that get a column: in official order, then as they are met. A name that a formula would take for a pattern
/// or a comparison gets none and is counted with the others.
fn areas(entries: &[Entry]) -> Vec<&str> {
    let plain = |area: &&str| {
        !area.is_empty()
            && !area.contains(['*', '?', '~'])
            && !area.starts_with(['<', '>', '='])
            && area.len() <= 200
    };
    let mut seen = HashSet::new();
    let met = entries.iter().filter_map(|e| e.record.area.as_deref()).filter(plain);
    // Formulas do not tell upper from lower case.
    let mut areas: Vec<&str> = met.filter(|area| seen.insert(area.to_lowercase())).collect();
    let official = |area: &str| places().areas().iter().position(|a| *a == area).unwrap_or(usize::MAX);
    areas.sort_by_key(|area| official(area));
    areas.truncate(MAX_AREAS);
    areas
}

struct Summary<'a> {
    entries: &'a [Entry],
    layout: &'a Layout,
    codebook: &'a Codebook,
    styles: &'a Styles,
}

impl Summary<'_> {
    /// How far the checking is; returns the row after it.
    fn write_progress(&self, sheet: &mut Worksheet, mut row: RowNum) -> Result<RowNum, XlsxError> {
        let ids = self.layout.range(Column::Id);
        let status = self.layout.range(Column::Status);
        let confirmed = self.layout.range(Column::Confirmed);
        let (accepted, review) = (status_name(Status::Accepted), status_name(Status::Review));
        let count = |wanted: &dyn Fn(&Entry) -> bool| self.entries.iter().filter(|e| wanted(e)).count();
        let is_review = |e: &Entry| e.record.status == Status::Review;
        let lines = [
            ("意見の数", format!("=COUNTA({ids})"), self.entries.len()),
            ("採用", format!("=COUNTIF({status},\"{accepted}\")"), count(&|e| !is_review(e))),
            ("要確認", format!("=COUNTIF({status},\"{review}\")"), count(&is_review)),
            (
                "　うち確認済み",
                format!("=COUNTIFS({status},\"{review}\",{confirmed},\"<>\")"),
                count(&|e| is_review(e) && e.confirmed),
            ),
            ("確認済み（全体）", format!("=COUNTIF({confirmed},\"<>\")"), count(&|e| e.confirmed)),
        ];
        for (name, formula, result) in lines {
            self.styles.write_text(sheet, (row, 0), name)?;
            write_count(sheet, (row, 1), &formula, result, &self.styles.number)?;
            row += 1;
        }
        Ok(row)
    }

    /// Writes a table of themes; returns the row after it.
    fn write_table(
        &self,
        sheet: &mut Worksheet,
        title_row: RowNum,
        title: &str,
        parted: &Parted<'_>,
    ) -> Result<RowNum, XlsxError> {
        sheet.write_string_with_format(title_row, 0, title, &self.styles.title)?;
        let header_row = title_row + 1;
        let names: Vec<&str> = match parted {
            Parted::ByArea(areas) => areas.clone(),
            Parted::ByStance(stances) => stances.iter().map(|s| &*self.codebook.stance(*s).name_ja).collect(),
        };
        let mut headers = vec!["テーマ", "意見", "うち主テーマ"];
        headers.extend(&names);
        headers.push("その他・記載なし");
        self.styles.write_headers(sheet, header_row, &headers)?;
        sheet.set_row_height(header_row, 40)?;
        let mut row = header_row + 1;
        for theme in self.codebook.theme_ids() {
            self.write_theme(sheet, row, header_row, theme, parted)?;
            row += 1;
        }
        self.write_total(sheet, row, header_row, parted)?;
        Ok(row + 1)
    }

    fn write_theme(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        header_row: RowNum,
        theme: ThemeId,
        parted: &Parted<'_>,
    ) -> Result<(), XlsxError> {
        self.styles.write_text(sheet, (row, 0), &self.codebook.theme(theme).name_ja)?;
        let name = format!("$A{}", row + 1);
        let places = 0..self.codebook.max_themes();
        let in_any = |term: &dyn Fn(String) -> String| {
            let terms: Vec<_> = places.clone().map(|p| term(self.layout.range(Column::Theme(p)))).collect();
            format!("={}", terms.join("+"))
        };
        let having: Vec<&Entry> = self.entries.iter().filter(|e| e.themes.contains(theme)).collect();
        let formula = in_any(&|range| format!("COUNTIF({range},{name})"));
        write_count(sheet, (row, 1), &formula, having.len(), &self.styles.count)?;
        let main = format!("=COUNTIF({},{name})", self.layout.range(Column::Theme(0)));
        let n_main = having.iter().filter(|e| e.themes.main() == theme).count();
        write_count(sheet, (row, 2), &main, n_main, &self.styles.count)?;
        let by = self.layout.range(parted.column());
        for i in 0..parted.len() {
            let column = N_TOTALS + i as ColNum;
            let header = format!("{}${}", column_number_to_name(column), header_row + 1);
            let formula = in_any(&|range| format!("COUNTIFS({by},{header},{range},{name})"));
            let count = having.iter().filter(|e| parted.is_in(i, e)).count();
            write_count(sheet, (row, column), &formula, count, &self.styles.count)?;
        }
        self.write_rest(sheet, row, having.into_iter(), parted)
    }

    fn write_total(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        header_row: RowNum,
        parted: &Parted<'_>,
    ) -> Result<(), XlsxError> {
        self.styles.write_text(sheet, (row, 0), "意見の数")?;
        let total = format!("=COUNTA({})", self.layout.range(Column::Id));
        write_count(sheet, (row, 1), &total, self.entries.len(), &self.styles.count)?;
        write_count(sheet, (row, 2), &total, self.entries.len(), &self.styles.count)?;
        let by = self.layout.range(parted.column());
        for i in 0..parted.len() {
            let column = N_TOTALS + i as ColNum;
            let formula = format!("=COUNTIF({by},{}${})", column_number_to_name(column), header_row + 1);
            let count = self.entries.iter().filter(|e| parted.is_in(i, e)).count();
            write_count(sheet, (row, column), &formula, count, &self.styles.count)?;
        }
        self.write_rest(sheet, row, self.entries.iter(), parted)
    }

    /// Writes what the columns before leave over.
    fn write_rest<'e>(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        entries: impl Iterator<Item = &'e Entry>,
        parted: &Parted<'_>,
    ) -> Result<(), XlsxError> {
        let n = parted.len();
        let column = N_TOTALS + n as ColNum;
        let left = column_number_to_name(column - 1);
        let number = row + 1;
        // Without a column of its own, no area takes anything off the total.
        let formula = match n {
            0 => format!("=$B{number}"),
            _ => format!("=$B{number}-SUM($D{number}:{left}{number})"),
        };
        let count = entries.filter(|e| !(0..n).any(|i| parted.is_in(i, e))).count();
        write_count(sheet, (row, column), &formula, count, &self.styles.count)
    }
}

impl Parted<'_> {
    fn len(&self) -> usize {
        match self {
            Self::ByArea(areas) => areas.len(),
            Self::ByStance(stances) => stances.len(),
        }
    }

    fn column(&self) -> Column {
        match self {
            Self::ByArea(_) => Column::Area,
            Self::ByStance(_) => Column::Stance,
        }
    }

    fn is_in(&self, i: usize, entry: &Entry) -> bool {
        match self {
            Self::ByArea(areas) => {
                entry.record.area.as_deref().is_some_and(|a| a.to_lowercase() == areas[i].to_lowercase())
            }
            Self::ByStance(stances) => entry.stance == Some(stances[i]),
        }
    }
}

fn write_count(
    sheet: &mut Worksheet,
    (row, column): (RowNum, ColNum),
    formula: &str,
    result: usize,
    format: &Format,
) -> Result<(), XlsxError> {
    let formula = Formula::new(formula).set_result(result.to_string());
    sheet.write_formula_with_format(row, column, formula, format).map(|_| ())
}
