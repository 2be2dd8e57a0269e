//! The paragraph on methods, to be copied into a paper, with the figures filled in.

use super::{
    figures::count,
    summary::{correction, year_name},
};
use crate::compare::{
    CHANGE_THAT_MATTERS, Comparison, Correction, FALSE_ALARMS, FEWEST_OF_THEME, FEWEST_OPINIONS, Verdict,
};

/// How a year is corrected of which a part was checked.
const SAMPLED: &str = "一部を人手で確認した年度の割合は、自動分類の確率を全件で平均し、無作為に抽出して人手で確認した意見における分類誤差で\
                       補正した（予測を用いた推論；Angelopoulos, Duchi & Zrnic 2023 の PPI++。二段抽出の回帰推定量、Cochran 1977 に同じ）。";
/// Where intervals come from.
const INTERVALS: &str = "分散は区市町村を群とする頑健推定と意見単位の推定の大きい方を取り、95%信頼区間はその分散に相当する標本の大きさによる\
                         Wilson 区間である。区間は意見の標本誤差と、自動分類を用いた場合はその誤差の両方を含む。";

/// The paragraph.
pub fn paragraph(comparison: &Comparison) -> String {
    let codebook = &comparison.codebook;
    let years: Vec<String> = comparison
        .years
        .iter()
        .map(|year| {
            let [hand, accepted, review] = year.marks.map(count);
            format!(
                "{}{}件（人手{hand}件、自動・採用{accepted}件、自動・要確認{review}件。{}）",
                year_name(year),
                count(year.n),
                correction(year)
            )
        })
        .collect();
    let mut text = format!(
        "分析対象は{}である。各意見に、分類基準（コードブック第{}版、識別子{}）の{}テーマから1〜{}個と、{}種の論調から1個を付した。\
         自動分類にはモデル{}を用い、人手の分類がある意見ではそれを優先した。",
        years.join("、"),
        codebook.version(),
        codebook.fingerprint(),
        codebook.themes().len(),
        codebook.max_themes(),
        codebook.stances().len(),
        comparison.model,
    );
    let has = |wanted: fn(&Correction) -> bool| comparison.years.iter().any(|y| wanted(&y.correction));
    if has(|c| matches!(c, Correction::Census)) {
        text.push_str("全件を人手で分類した年度の割合は、それを数えた値である。");
    }
    if has(|c| matches!(c, Correction::Sample { .. })) {
        text.push_str(SAMPLED);
    }
    if has(|c| matches!(c, Correction::None(_))) {
        text.push_str("補正できない年度については、自動分類を数えた値だけを示し、変化を判定していない。");
    }
    if has(|c| !matches!(c, Correction::None(_))) {
        text.push_str(INTERVALS);
    }
    if comparison.years.len() > 1 {
        let tested = comparison.changes.iter().filter(|c| c.p.is_some()).count();
        let found =
            comparison.changes.iter().filter(|c| matches!(c.verdict, Verdict::Rose | Verdict::Fell)).count();
        text.push_str(&format!(
            "年度間の差の区間は Newcombe（1998）の方法10により、{tested}個の比較に Benjamini-Hochberg 法を適用し、偽発見率{:.0}%で\
             変化を判定した（該当{found}個）。有意でない場合は、区間の両端が±{:.0}ポイントの内側にあるときだけ「変化は見られない」とし、\
             それ以外、意見が{FEWEST_OPINIONS}件未満の年度、両年度で{FEWEST_OF_THEME}件未満のテーマ、補正できない年度は「判断できない」とした。",
            100.0 * FALSE_ALARMS,
            100.0 * CHANGE_THAT_MATTERS,
        ));
    }
    text
}
