//! Bullets as a layout needs them: whether a fragment is nothing but a mark, and which number a mark has.

use crate::ingest::marks::{Bullet, BulletKind, bullet};

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
}
