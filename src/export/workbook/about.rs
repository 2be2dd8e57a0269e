//! The sheet 情報: how the workbook is used, and from what and with what it was made.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{
    context::WorkbookContext,
    entry::Entry,
    styles::{Paper, Styles, height, set_up_printing},
};

/// How a person works with the workbook.
const HOW_TO: [&str; 6] = [
    "黄色の行（状態が「要確認」）から確かめます。緑の見出しの列（テーマ・立場・確認・コメント）を書き換えられます。",
    "正しければ「確認」に ✓ を入れます。違えば一覧からテーマ・立場を選び直します（変えたセルは橙色になります）。",
    "並べ替え・絞り込み・列の追加や移動・行の削除をしても取り込めます。ID と意見の文は書き換えないでください。",
    "別の名前で保存してもかまいません。シートを 1 枚だけ別のブックに移すと取り込めません（隠れたシート「照合」が要ります）。",
    "「集計」は「意見」の式なので、書き換えるとすぐ変わります。",
    "取り込み: iken import このファイル --labels 手でつけたラベル.tsv --coder 名前",
];

/// Width of the second column, in half-width characters.
const VALUE_WIDTH: f64 = 90.0;

/// Writes the sheet; `cut` are ids of opinions whose text did not fit into a cell.
pub(super) fn write(
    sheet: &mut Worksheet,
    entries: &[Entry],
    cut: &[String],
    context: &WorkbookContext<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 20)?.set_column_width(1, VALUE_WIDTH)?;
    sheet.write_string_with_format(0, 0, "情報", &styles.title)?;
    let mut row = 2;
    for (name, value) in lines(entries, cut, context) {
        styles.write_text(sheet, (row, 0), name)?;
        styles.write_text(sheet, (row, 1), &value)?;
        sheet.set_row_height(row, height([(value.as_str(), VALUE_WIDTH)].into_iter()))?;
        row += 1;
    }
    set_up_printing(sheet, Paper::A4Portrait);
    Ok(())
}

fn lines(entries: &[Entry], cut: &[String], context: &WorkbookContext<'_>) -> Vec<(&'static str, String)> {
    let manifest = context.manifest;
    let mut lines = vec![("使い方", HOW_TO.join("\n"))];
    lines.push(("意見の数", entries.len().to_string()));
    for file in &manifest.files {
        lines.push(("元のファイル", format!("{}\nSHA-256 {}", file.name, file.sha256)));
    }
    lines.extend([
        ("モデル", manifest.model.clone()),
        ("コードブック", context.codebook.fingerprint()),
        ("設定", manifest.settings.clone()),
        ("プログラム", manifest.program.clone()),
    ]);
    let n_training = entries.iter().filter(|e| e.record.in_training).count();
    if n_training > 0 {
        lines.push((
            "学習に使った意見",
            format!("{n_training} 件。これらの確率は新しい年度の目安になりません。"),
        ));
    }
    if !cut.is_empty() {
        lines.push(("途中で切った意見", format!("セルに入らない長さのため: {}", cut.join("、"))));
    }
    lines
}
