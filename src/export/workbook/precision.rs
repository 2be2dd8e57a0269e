//! The sheet 精度: what was promised, on what evidence, and the measured precision of each theme.

use rust_xlsxwriter::{Format, RowNum, Worksheet, XlsxError};

use super::{
    context::WorkbookContext,
    styles::{Paper, Styles, set_up_printing},
};

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    context: &WorkbookContext<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (column, width) in [(0, 36), (1, 12), (2, 12), (3, 12), (4, 12)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.write_string_with_format(0, 0, "精度", &styles.title)?;
    let mut row = 2;
    for (name, value, format) in promise_lines(context, styles) {
        styles.write_text(sheet, (row, 0), name)?;
        sheet.write_number_with_format(row, 1, value, format)?;
        row += 1;
    }
    let note = match context.promise {
        Some(_) => {
            "「採用」の意見に付けたテーマが正しい割合は、95 % の確かさで上の「下限」以上です（学習に使っていない資料で測った値）。\
             年度が変わると下がることがあるため、抽出した意見を確かめてください。"
        }
        None => "この適合率を示せるだけのデータがありません。すべての意見を「要確認」としました。",
    };
    sheet.merge_range(row, 0, row, 4, "", &styles.note)?;
    sheet.write_string_with_format(row, 0, note, &styles.note)?;
    sheet.set_row_height(row, 48)?;
    row += 2;
    if context.precision.is_empty() {
        sheet.write_string_with_format(row, 0, "テーマごとの適合率はまだ測っていません。", &styles.note)?;
    } else {
        write_themes(sheet, row, context, styles)?;
    }
    set_up_printing(sheet, Paper::A4Portrait);
    Ok(())
}

fn promise_lines<'s>(
    context: &WorkbookContext<'_>,
    styles: &'s Styles,
) -> Vec<(&'static str, f64, &'s Format)> {
    let mut lines = vec![("約束した適合率", context.promised, &styles.share)];
    if let Some(promise) = &context.promise {
        lines.extend([
            ("採用する確率（これ以上）", promise.threshold, &styles.share),
            ("根拠とした意見の数", promise.n_opinions as f64, &styles.number),
            ("付けたテーマの数", promise.n_given as f64, &styles.number),
            ("うち正しいもの", promise.n_right as f64, &styles.number),
            ("適合率の下限（片側 95 %）", promise.lower_bound, &styles.share),
        ]);
    }
    lines
}

fn write_themes(
    sheet: &mut Worksheet,
    header_row: RowNum,
    context: &WorkbookContext<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    styles.write_headers(sheet, header_row, &["テーマ", "付けた数", "適合率", "下限", "上限"])?;
    for (row, figure) in (header_row + 1..).zip(context.precision) {
        let codebook = context.codebook;
        let name = codebook.theme_named(&figure.theme).map_or(&figure.theme, |t| &codebook.theme(t).name_ja);
        styles.write_text(sheet, (row, 0), name)?;
        sheet.write_number_with_format(row, 1, figure.support as f64, &styles.number)?;
        for (column, value) in [(2, figure.precision), (3, figure.low), (4, figure.high)] {
            match value {
                Some(value) => sheet.write_number_with_format(row, column, value, &styles.share)?,
                None => sheet.write_string_with_format(row, column, "―", &styles.centered)?,
            };
        }
    }
    Ok(())
}
