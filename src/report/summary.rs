//! What the figures say, in sentences: verdicts, why something cannot be said, what to do about it, and the three
//! sentences on top of the report.

use super::figures::{count, fiscal_year, listed};
use crate::compare::{
    CHANGE_THAT_MATTERS, Change, Comparison, Correction, FALSE_ALARMS, FEWEST_CHECKED,
    FEWEST_CHECKED_OF_STATUS, FEWEST_OF_THEME, FEWEST_OPINIONS, Uncorrected, Unknown, Verdict, YearFigures,
};

/// Themes named in a sentence.
const MOST_NAMED: usize = 6;

/// A verdict in a word.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Rose => "増えた",
        Verdict::Fell => "減った",
        Verdict::NoChangeSeen => "変化は見られない",
        Verdict::CannotSay(_) => "判断できない",
    }
}

/// Why a verdict is as it is.
pub fn reason(change: &Change) -> String {
    let matters = 100.0 * CHANGE_THAT_MATTERS;
    let alarms = 100.0 * FALSE_ALARMS;
    match change.verdict {
        Verdict::Rose | Verdict::Fell => {
            format!("全テーマを同時に見ても、誤って変化と呼ぶ割合は{alarms:.0}%以下")
        }
        Verdict::NoChangeSeen => format!("{matters:.0}ポイント以上の変化があれば区間に表れる"),
        Verdict::CannotSay(why) => match why {
            Unknown::Uncorrected(year, why) => format!("{}：{}", fiscal_year(year), uncorrected(why)),
            Unknown::FewOpinions(year, n) => {
                format!("{}の意見が{n}件しかない（{FEWEST_OPINIONS}件以上必要）", fiscal_year(year))
            }
            Unknown::RareTheme(n) => format!("両年度を合わせて{n}件しかない（{FEWEST_OF_THEME}件以上必要）"),
            Unknown::Wide => format!("区間が広く、{matters:.0}ポイント以上の変化が隠れている可能性がある"),
            Unknown::ManyThemes => {
                "このテーマだけを見れば差があるが、多くのテーマを同時に見れば偶然でも起こりうる".to_owned()
            }
        },
    }
}

/// Why the shares of a year cannot be corrected.
pub fn uncorrected(why: Uncorrected) -> String {
    match why {
        Uncorrected::FewChecked { n_checked: 0 } => {
            "人手で確認した意見がなく、自動分類の誤りを見積もれない".to_owned()
        }
        Uncorrected::FewChecked { n_checked } => {
            format!("人手で確認した意見が{n_checked}件しかない（{FEWEST_CHECKED}件以上必要）")
        }
        Uncorrected::TrainedOn { n } => {
            format!("{}件は学習に使った文章で、人手の分類が表に付いていない", count(n))
        }
        Uncorrected::OneSided { accepted, review } => format!(
            "人手の確認が「採用」{accepted}件、「要確認」{review}件に偏っている（確認し終えていない側も{FEWEST_CHECKED_OF_STATUS}件以上必要）"
        ),
    }
}

/// What to do where the shares of a year cannot be corrected.
pub fn remedy(why: Uncorrected) -> &'static str {
    match why {
        Uncorrected::FewChecked { .. } | Uncorrected::OneSided { .. } => {
            "iken sample で無作為に60件ほど抜き出して人手で確認し、その表を iken label の --gold に渡して表を作り直す"
        }
        Uncorrected::TrainedOn { .. } => {
            "学習に使った人手の分類の表（labels/ にある）を iken label の --gold に渡して表を作り直す"
        }
    }
}

/// How the shares of a year are corrected.
pub fn correction(year: &YearFigures) -> String {
    match year.correction {
        Correction::Census => "全件を人手で分類（補正は不要）".to_owned(),
        Correction::Sample { n_checked, by_status } => format!(
            "人手で確認した{}件で補正{}",
            count(n_checked),
            if by_status { "（採用と要確認を分けて重み付け）" } else { "" }
        ),
        Correction::None(why) => format!("補正できない：{}", uncorrected(why)),
    }
}

/// The sentences on top.
pub fn sentences(comparison: &Comparison) -> Vec<String> {
    let years = &comparison.years;
    let Some((last, earlier)) = years.split_last() else { return Vec::new() };
    let name = |year: &YearFigures| year_name(year);
    let Some(previous) = earlier.last() else {
        return vec![
            format!(
                "{}の意見{}件を集計した。年度が一つなので、変化については何も言えない。",
                name(last),
                count(last.n)
            ),
            most_frequent(comparison, last),
            trust(last),
        ];
    };
    let named = |wanted: fn(&Verdict) -> bool| -> Vec<&str> {
        let of_pair = |c: &&Change| c.from == previous.fiscal_year && c.to == last.fiscal_year;
        let changes = comparison.changes.iter().filter(of_pair).filter(|c| wanted(&c.verdict));
        changes.map(|c| comparison.codebook.themes()[c.theme].name_ja.as_str()).collect()
    };
    let rose = named(|v| *v == Verdict::Rose);
    let fell = named(|v| *v == Verdict::Fell);
    let same = named(|v| *v == Verdict::NoChangeSeen);
    let unknown = named(|v| matches!(v, Verdict::CannotSay(_)));
    let mut sentences = vec![match (rose.is_empty(), fell.is_empty()) {
        (true, true) => {
            format!("{}から{}にかけて、変化したと言えるテーマはない。", name(previous), name(last))
        }
        (rose_none, fell_none) => {
            let mut parts = Vec::new();
            if !rose_none {
                parts.push(format!("{}の割合が増えた", listed(&rose, MOST_NAMED)));
            }
            if !fell_none {
                parts.push(format!("{}の割合が減った", listed(&fell, MOST_NAMED)));
            }
            format!("{}から{}にかけて、{}。", name(previous), name(last), parts.join("。また、"))
        }
    }];
    sentences.push(match (same.len(), unknown.len()) {
        (0, n) => format!("ほかの{n}テーマは、変化したかどうかを判断できない（理由は各テーマの欄）。"),
        (_, 0) => format!("{}には変化が見られない。", listed(&same, MOST_NAMED)),
        (_, n) => format!(
            "{}には変化が見られない。残る{n}テーマは判断できない（理由は各テーマの欄）。",
            listed(&same, MOST_NAMED)
        ),
    });
    let remedies = years.iter().filter_map(|year| match year.correction {
        Correction::None(why) => Some(format!("{}は{}ため、{}。", name(year), uncorrected(why), remedy(why))),
        _ => None,
    });
    let remedies: Vec<String> = remedies.collect();
    sentences.push(if remedies.is_empty() { most_frequent(comparison, last) } else { remedies.concat() });
    sentences
}

fn most_frequent(comparison: &Comparison, year: &YearFigures) -> String {
    let mut themes: Vec<usize> = (0..year.themes.len()).collect();
    themes.sort_by_key(|&t| std::cmp::Reverse(year.themes[t].counted.n));
    let names: Vec<String> = themes
        .iter()
        .take(3)
        .map(|&t| {
            format!(
                "「{}」（{}件）",
                comparison.codebook.themes()[t].name_ja,
                count(year.themes[t].counted.n)
            )
        })
        .collect();
    format!("{}に多いテーマは、{}である。", year_name(year), names.join("、"))
}

fn trust(year: &YearFigures) -> String {
    match year.correction {
        Correction::None(why) => {
            format!("割合は数えたままの値で、誤差は分からない（{}）。{}。", uncorrected(why), remedy(why))
        }
        _ => format!("割合の区間の根拠：{}。", correction(year)),
    }
}

/// A year with the word that says it was made up.
pub fn year_name(year: &YearFigures) -> String {
    let made_up = if year.is_fictitious { "（架空）" } else { "" };
    format!("{}{made_up}", fiscal_year(year.fiscal_year))
}
