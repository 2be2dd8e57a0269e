//! One cell of a table comes in, the opinions it holds come out: line breaks inside an opinion are joined, several
//! bullets in one cell are several opinions. A cell's text is otherwise left as it is.

use super::marks::{Bullet, BulletKind, bullet};

/// Bullets that say nothing more than "here begins an opinion": taken off a single line too. A number or a hyphen
/// alone may belong to the text (`①夜間の連絡先、②入院先の順`).
const PLAIN_BULLETS: &str = "・•●○◯◎■□◆◇▪";

/// What people write where there is no opinion.
const NOTHING: [&str; 17] = [
    "",
    "-",
    "ー",
    "―",
    "−",
    "‐",
    "–",
    "—",
    "/",
    "なし",
    "無し",
    "特になし",
    "特に無し",
    "特にありません",
    "意見なし",
    "該当なし",
    "同上",
];

/// The opinions in a cell, in order; none where the cell is blank.
pub fn opinions_in_cell(text: &str) -> Vec<String> {
    let lines: Vec<&str> = lines(text).collect();
    let Some(first) = lines.first().copied() else { return Vec::new() };
    // 【意見】 above a list of bullets names the cell, not an opinion
    let (label, listed) = match lines.get(1) {
        Some(second) if is_label(first) && bullet(second).is_some() => (1, *second),
        _ => (0, first),
    };
    let lines = &lines[label..];
    let Some(mark) = bullet(listed).filter(|mark| !mark.rest.is_empty() && opens_list(*mark, lines)) else {
        return vec![join_lines(lines)];
    };
    let mut opinions: Vec<Vec<&str>> = Vec::new();
    for line in lines {
        match (bullet(line).filter(|b| b.kind == mark.kind && !b.rest.is_empty()), opinions.last_mut()) {
            (None, Some(opinion)) => opinion.push(line),
            (begun, _) => opinions.push(vec![begun.map_or(line, |b| b.rest)]),
        }
    }
    opinions.iter().map(|lines| join_lines(lines)).collect()
}

/// Whether the first line's mark is a bullet and not a part of the text.
fn opens_list(mark: Bullet<'_>, lines: &[&str]) -> bool {
    match mark.kind {
        BulletKind::Character(c) if PLAIN_BULLETS.contains(c) => true,
        kind => {
            let marks: Vec<_> = lines.iter().filter_map(|l| bullet(l)).filter(|b| b.kind == kind).collect();
            marks.len() > 1 && (matches!(kind, BulletKind::Character(_)) || marks[0].mark != marks[1].mark)
        }
    }
}

fn is_label(line: &str) -> bool {
    line.chars().count() <= 20
        && [('【', '】'), ('〈', '〉'), ('《', '》'), ('［', '］'), ('[', ']'), ('＜', '＞'), ('<', '>')]
            .iter()
            .any(|(open, close)| line.starts_with(*open) && line.ends_with(*close))
}

/// The lines of a cell that hold something, without blanks around them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r', '\u{B}', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(trim)
        .filter(|line| !line.is_empty())
}

/// A text without blanks and invisible characters around it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{2060}'))
}

/// Lines of one opinion made one: Japanese joins as it is, two Latin words get their blank back.
pub(super) fn join_lines(lines: &[&str]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|l| l.len() + 1).sum());
    for line in lines {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        if is_word(text.chars().next_back()) && is_word(line.chars().next()) {
            text.push(' ');
        }
        text.push_str(line);
    }
    text
}

/// Whether a cell says that there is no opinion (`特になし`, `－`).
pub fn says_nothing(text: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    if text.len() > 100 {
        return false;
    }
    let folded: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let folded = folded.trim_end_matches('。').trim_matches(['(', ')']);
    NOTHING.contains(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_inside_an_opinion_are_joined() {
        assert_eq!(opinions_in_cell("休日\r\nや夜間の対応\r\n"), ["休日や夜間の対応"]);
        assert_eq!(opinions_in_cell("home\nvisit\n10\n件"), ["home visit10件"]);
        assert_eq!(opinions_in_cell("　在宅医が少ない。 "), ["在宅医が少ない。"]);
        assert!(opinions_in_cell(" \n　").is_empty());
    }

    #[test]
    fn several_bullets_are_several_opinions() {
        assert_eq!(
            opinions_in_cell("・在宅医が\n　少ない。\n・薬局は多い。"),
            ["在宅医が少ない。", "薬局は多い。"]
        );
        assert_eq!(opinions_in_cell("①在宅医\n②薬局"), ["在宅医", "薬局"]);
        assert_eq!(opinions_in_cell("(1) 在宅医\n(2) 薬局"), ["在宅医", "薬局"]);
        assert_eq!(opinions_in_cell("【意見】\n○在宅医\n○薬局"), ["在宅医", "薬局"]);
        assert_eq!(opinions_in_cell("● 在宅医"), ["在宅医"]);
    }

    #[test]
    fn a_number_that_belongs_to_the_text_stays() {
        for text in ["①夜間の連絡先、②入院先の順に決める。", "1.5倍", "- 5 %", "（１）のとおり"]
        {
            assert_eq!(opinions_in_cell(text), [text]);
        }
        assert_eq!(opinions_in_cell("次の課題がある。\n・在宅医"), ["次の課題がある。・在宅医"]);
    }

    #[test]
    fn a_cell_may_say_that_there_is_nothing() {
        for text in ["", "－", "特になし。", "（なし）", "特に　無し"] {
            assert!(says_nothing(text), "{text}");
        }
        assert!(!says_nothing("特になし、ただし夜間は別"));
    }
}
