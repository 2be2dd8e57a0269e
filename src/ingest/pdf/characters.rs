//! Characters as a PDF gives them -> as they were written. Printing programs map shared glyphs to look-alikes (⼤ for
//! 大), symbol fonts have private codes for bullets. Full-width forms stay: they are part of the text.

use unicode_normalization::UnicodeNormalization;

/// Characters of U+2E80–2EFF with the ones that Japanese text means by them.
const RADICALS: [(char, char); 36] = [
    ('⺁', '厂'),
    ('⺃', '乙'),
    ('⺅', '人'),
    ('⺈', '刀'),
    ('⺉', '刂'),
    ('⺋', '㔾'),
    ('⺎', '兀'),
    ('⺏', '尣'),
    ('⺒', '巳'),
    ('⺖', '忄'),
    ('⺘', '扌'),
    ('⺟', '母'),
    ('⺠', '民'),
    ('⺡', '氵'),
    ('⺢', '氺'),
    ('⺣', '灬'),
    ('⺦', '丬'),
    ('⺨', '犭'),
    ('⺩', '王'),
    ('⺫', '罒'),
    ('⺭', '礻'),
    ('⺱', '罓'),
    ('⺹', '耂'),
    ('⺾', '艹'),
    ('⻁', '虎'),
    ('⻃', '覀'),
    ('⻄', '西'),
    ('⻌', '辶'),
    ('⻑', '長'),
    ('⻘', '青'),
    ('⻝', '食'),
    ('⻤', '鬼'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻭', '歯'),
    ('⻯', '竜'),
];

/// The characters that a glyph's text stands for: look-alikes replaced, selectors and controls gone.
pub(super) fn written(text: &str) -> impl Iterator<Item = char> + '_ {
    // Kana with a separate voicing mark, as some systems write them.
    let composed: Option<String> =
        text.contains(['\u{3099}', '\u{309A}']).then(|| text.chars().nfc().collect());
    let chars: Vec<char> = composed.as_deref().unwrap_or(text).chars().collect();
    chars.into_iter().filter_map(character)
}

fn character(c: char) -> Option<char> {
    Some(match c {
        '\u{2F00}'..='\u{2FDF}' => kangxi(c),
        '\u{2E80}'..='\u{2EFF}' => RADICALS
            .iter()
            .find(|(from, _)| *from == c)
            .map_or(if c == '⻲' || c == '⻱' { '亀' } else { c }, |(_, to)| *to),
        '‧' => '・',
        // What character collections of Adobe say for the tilde of Japanese fonts.
        '\u{303}' | '\u{203E}' => '~',
        // Forms for lines that run downwards.
        '︐' => '，',
        '︑' => '、',
        '︒' => '。',
        '︓' => '：',
        '︙' => '…',
        '︱' | '︲' => '―',
        '︵' => '（',
        '︶' => '）',
        '︹' => '〔',
        '︺' => '〕',
        '︻' => '【',
        '︼' => '】',
        '︽' => '《',
        '︾' => '》',
        '︿' => '〈',
        '﹀' => '〉',
        '﹁' => '「',
        '﹂' => '」',
        '﹃' => '『',
        '﹄' => '』',
        '\u{F020}'..='\u{F0FF}' => symbol(c),
        '\t' | '\n' | '\r' | '\u{A0}' => ' ',
        '\u{FE00}'..='\u{FE0F}'
        | '\u{E0100}'..='\u{E01EF}'
        | '\u{200B}'..='\u{200F}'
        | '\u{FEFF}'
        | '\u{AD}' => {
            return None;
        }
        c if c.is_control() => return None,
        c => c,
    })
}

/// A radical of U+2F00–2FDF as the character that Japanese writes; the compatibility mapping gives Chinese forms of
/// some.
fn kangxi(c: char) -> char {
    match c {
        '⼾' => '戸',
        '⾭' => '青',
        '⿆' => '麦',
        '⿈' => '黄',
        '⿊' => '黒',
        '⿒' => '歯',
        '⿓' => '竜',
        '⿔' => '亀',
        '⽖' => '爪',
        c => std::iter::once(c).nfkc().next().unwrap_or(c),
    }
}

/// Bullets of Symbol and Wingdings by their private codes.
fn symbol(c: char) -> char {
    match c {
        '\u{F06C}' | '\u{F09F}' => '●',
        '\u{F06D}' | '\u{F0A1}' => '○',
        '\u{F06E}' | '\u{F0A7}' => '■',
        '\u{F06F}' | '\u{F0A8}' | '\u{F071}' | '\u{F072}' => '□',
        '\u{F074}' | '\u{F075}' | '\u{F076}' => '◆',
        '\u{F0B7}' | '\u{F09E}' => '•',
        '\u{F0D8}' => '➢',
        '\u{F0E8}' => '➤',
        '\u{F0FC}' => '✓',
        '\u{F020}' => ' ',
        '\u{F02D}' => '-',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        written(text).collect()
    }

    #[test]
    fn look_alikes_become_what_was_written() {
        assert_eq!(of("⼤⽥区の⾒守り、⼾別の⻑⻄⻘、‧⿊⻭"), "大田区の見守り、戸別の長西青、・黒歯");
    }

    #[test]
    fn full_width_forms_and_rare_characters_stay() {
        for text in ["１０か所（２）ＩＣＴ", "髙島㈱①", "塚﨑", "〜～−－"] {
            assert_eq!(of(text), text);
        }
    }

    #[test]
    fn selectors_and_controls_go_and_voicing_marks_join() {
        assert_eq!(of("葛\u{E0100}飾\u{0}区か\u{3099}\u{200B}"), "葛飾区が");
    }

    #[test]
    fn bullets_of_symbol_fonts_are_bullets() {
        assert_eq!(of("\u{F06C}\u{F0B7}\u{F06E}"), "●•■");
    }
}
