//! Text as written becomes text as counted: NFKC, runs of blanks made one, the bullet taken off. One pass for the
//! characters that Japanese texts consist of; whatever else appears sends the whole text through Unicode's tables.

use unicode_normalization::UnicodeNormalization;

/// Marks that may have stayed before an opinion; a `・` before katakana would become part of the word.
const LEADING_MARKS: [char; 8] = ['・', '･', '○', '●', '◯', '■', '□', '◆'];

/// Writes the normalized text into `out`, whose earlier content goes.
pub fn normalize(text: &str, out: &mut String) {
    out.clear();
    let text = text.trim().trim_start_matches(LEADING_MARKS).trim_start();
    out.reserve(text.len());
    let mut last = '\0';
    for c in text.chars() {
        let folded = match c {
            // Kana, punctuation and unified ideographs stand for themselves, and none of them joins with its
            // neighbour: the characters that would (U+3099, U+309A) are not among them.
            '\u{3041}'..='\u{3096}'
            | '\u{30A1}'..='\u{30FE}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{3001}'..='\u{3020}' => c,
            ' '..='~' => c,
            // Full-width forms of ASCII, and the ideographic blank.
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\t' | '\n' | '\r' => ' ',
            _ => return normalize_any(text, out),
        };
        if folded != ' ' || last != ' ' {
            out.push(folded);
        }
        last = folded;
    }
}

/// The same for any text, through Unicode's tables.
fn normalize_any(text: &str, out: &mut String) {
    out.clear();
    let mut last = '\0';
    for c in text.nfkc() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c.is_control() || c == ' ' && last == ' ' {
            continue;
        }
        out.push(c);
        last = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normalized(text: &str) -> String {
        let mut out = String::from("left over");
        normalize(text, &mut out);
        out
    }

    #[test]
    fn widths_are_made_one_and_the_bullet_goes() {
        assert_eq!(normalized("・２０２５年に　　１．５倍（ＩＣＴ）"), "2025年に 1.5倍(ICT)");
        assert_eq!(normalized("㈱ｻﾎﾟｰﾄと①"), "(株)サポートと1");
        assert_eq!(normalized("・サブアキュート"), "サブアキュート");
        assert_eq!(normalized("一行目\n二行目"), "一行目 二行目");
    }

    proptest! {
        #[test]
        fn the_quick_way_and_the_tables_agree(text in "[ぁ-んァ-ヾ一-龥、。「」a-z0-9 　Ａ-Ｚ０-９（）]{0,40}") {
            let mut by_tables = String::new();
            normalize_any(text.trim().trim_start_matches(LEADING_MARKS).trim_start(), &mut by_tables);
            prop_assert_eq!(normalized(&text), by_tables);
        }
    }
}
