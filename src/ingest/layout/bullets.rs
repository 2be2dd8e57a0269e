//! Bullets as a layout needs them: whether a fragment is nothing but a mark, and which number a mark has.

use std::collections::HashMap;

use super::{
    leaf::Leaf,
    words::{after_heading, municipality},
};
use crate::ingest::marks::{Bullet, BulletKind, bullet};

/// Bullets of a document: how often each kind stands at the start of a line.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    counts: HashMap<BulletKind, usize>,
    pub total: usize,
}

impl Kinds {
    pub(super) fn count(leaves: &[Leaf]) -> Self {
        let mut kinds = Self::default();
        for line in leaves.iter().flat_map(|l| &l.lines) {
            if let Some(bullet) =
                bullet(after_heading(&line.text)).filter(|_| municipality(&line.text).is_none())
            {
                *kinds.counts.entry(bullet.kind).or_default() += 1;
                kinds.total += 1;
            }
        }
        kinds
    }

    pub(super) fn of(&self, kind: BulletKind) -> usize {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// Whether a kind begins notes here rather than opinions.
    pub(super) fn is_note(&self, kind: BulletKind) -> bool {
        matches!(kind, BulletKind::Character('※' | '*' | '★' | '☆')) && 2 * self.of(kind) < self.total
    }
}

/// Whether the whole text is a bullet (`・`, `（１）`, `1.`, `ア`), its opinion standing apart.
pub(super) fn is_mark(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 5 && {
        let probe = format!("{text}　あ");
        bullet(&probe).is_some_and(|b| b.rest == "あ")
    }
}

/// The number of a numbered bullet, or of a kana bullet in the order of アイウエオ.
pub(super) fn number(bullet: &Bullet<'_>) -> Option<u32> {
    use unicode_normalization::UnicodeNormalization;
    match bullet.kind {
        BulletKind::Character(_) => None,
        BulletKind::Kana => {
            let kana = bullet.mark.chars().find(|c| ('ァ'..='ヶ').contains(c))?;
            "アイウエオカキクケコサシスセソ".chars().position(|c| c == kana).map(|i| i as u32 + 1)
        }
        _ => {
            let digits: String = bullet.mark.nfkc().filter(char::is_ascii_digit).collect();
            digits.parse().ok().or_else(|| {
                let c = bullet.mark.chars().next()?;
                ('❶'..='❿').contains(&c).then(|| c as u32 - '❶' as u32 + 1)
            })
        }
    }
}

/// Whether the text behind a numbered bullet holds the mark of the next number: ① …、② ….
pub(super) fn next_mark_in(bullet: &Bullet<'_>) -> bool {
    let Some(n) = number(bullet) else { return false };
    let next = match bullet.kind {
        BulletKind::Circled => char::from_u32('①' as u32 + n).filter(|_| n < 20).map(String::from),
        BulletKind::Parenthesized => Some(format!("({})", n + 1)),
        BulletKind::HalfParenthesized => Some(format!("{})", n + 1)),
        _ => None,
    };
    let wide: String = bullet
        .rest
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            '（' => '(',
            '）' => ')',
            c => c,
        })
        .collect();
    next.is_some_and(|mark| wide.contains(&mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_alone_are_told_from_words_and_figures() {
        for mark in ["・", "●", "（１）", "(12)", "①", "1.", "１）", "ア", "-", "–"] {
            assert!(is_mark(mark), "{mark}");
        }
        for text in ["港区", "10", "2025", "在", "ICT", "1.5"] {
            assert!(!is_mark(text), "{text}");
        }
    }

    #[test]
    fn numbers_of_marks_are_read_in_any_form() {
        let of = |text| bullet(text).as_ref().and_then(number);
        for (text, n) in [
            ("③あ", 3),
            ("（１２）あ", 12),
            ("4. あ", 4),
            ("⑸あ", 5),
            ("ウ　あ", 3),
            ("❷あ", 2),
            ("㉑あ", 21),
        ] {
            assert_eq!(of(text), Some(n), "{text}");
        }
        assert_eq!(of("・あ"), None);
    }

    #[test]
    fn an_enumeration_in_one_sentence_is_seen() {
        let of = |text| bullet(text).as_ref().is_some_and(next_mark_in);
        assert!(of("① 病院の確保、② 往診の体制"));
        assert!(of("（１）病院の確保、（２）往診の体制"));
        assert!(!of("① 病院の確保"));
    }
}
