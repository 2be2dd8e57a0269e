//! What a line says, without regard to where it stands: a municipality, the end of a sentence, a note.

use crate::{
    ingest::marks::{Heading, heading, leading_heading},
    places::places,
};

/// The municipality that a whole line names.
pub(super) fn municipality(text: &str) -> Option<String> {
    match heading(text, places()) {
        Some(Heading::Municipality { name, .. }) => Some(name),
        _ => None,
    }
}

/// The text behind a heading at the start of a line.
pub(super) fn after_heading(text: &str) -> &str {
    leading_heading(text, places()).map_or(text, |(_, rest)| rest)
}

pub(super) fn ends_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['。', '．', '！', '？', '｡'])
}

pub(super) fn begins_note(text: &str) -> bool {
    let text = text.trim_start();
    ["※", "注", "（注", "(注", "＊", "*", "出典", "（出典", "資料：", "資料:"]
        .iter()
        .any(|w| text.starts_with(w))
}

/// A line that stands in brackets as a whole, such as 【現状】: a heading inside a municipality.
pub(super) fn is_bracketed(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 30
        && [
            ('〈', '〉'),
            ('【', '】'),
            ('《', '》'),
            ('＜', '＞'),
            ('<', '>'),
            ('[', ']'),
            ('［', '］'),
            ('〔', '〕'),
        ]
        .iter()
        .any(|(open, close)| text.starts_with(*open) && text.ends_with(*close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_and_inner_headings_are_told_from_sentences() {
        assert!(begins_note("※　数値は令和３年度末") && begins_note("（注）出典"));
        assert!(is_bracketed("【現状と課題】") && is_bracketed("＜在宅医療＞"));
        for text in ["在宅医が少ない。", "「かかりつけ医」という言葉", "【現状】在宅医が少ない"]
        {
            assert!(!begins_note(text) && !is_bracketed(text), "{text}");
        }
    }

    #[test]
    fn the_text_behind_a_heading_is_what_counts() {
        assert_eq!(after_heading("【港区】・在宅医"), "・在宅医");
        assert_eq!(after_heading("・在宅医"), "・在宅医");
        assert!(ends_sentence("少ない。 ") && !ends_sentence("少ない"));
    }
}
