//! Characters of the symbol fonts that Word ships with: a code in the font comes in, the Unicode character that looks
//! like it comes out.

/// Stands for a symbol that is not known, as Japanese printers do.
pub(super) const UNKNOWN: char = '〓';

/// Wingdings' marks that stand before list items or in texts, by code.
const WINGDINGS: [(u8, char); 34] = [
    (0x6C, '●'),
    (0x6D, '❍'),
    (0x6E, '■'),
    (0x6F, '□'),
    (0x70, '□'),
    (0x71, '□'),
    (0x72, '□'),
    (0x73, '◆'),
    (0x74, '◆'),
    (0x75, '◆'),
    (0x76, '❖'),
    (0x77, '◆'),
    (0x7A, '⌘'),
    (0x9E, '・'),
    (0x9F, '•'),
    (0xA1, '○'),
    (0xA2, '○'),
    (0xA4, '◎'),
    (0xA7, '▪'),
    (0xA8, '□'),
    (0xAB, '★'),
    (0xB2, '☆'),
    (0xD8, '➢'),
    (0xE0, '→'),
    (0xDF, '←'),
    (0xE1, '↑'),
    (0xE2, '↓'),
    (0xE8, '➔'),
    (0xF0, '⇨'),
    (0xFB, '✗'),
    (0xFC, '✓'),
    (0xFD, '☒'),
    (0xFE, '☑'),
    (0x4A, '☺'),
];

/// Symbol's marks, by code.
const SYMBOL: [(u8, char); 18] = [
    (0xB7, '•'),
    (0xA8, '♦'),
    (0xAE, '→'),
    (0xAC, '←'),
    (0xAD, '↑'),
    (0xAF, '↓'),
    (0xB0, '°'),
    (0xB1, '±'),
    (0xB3, '≥'),
    (0xA3, '≤'),
    (0xB4, '×'),
    (0xB8, '÷'),
    (0xB9, '≠'),
    (0xBB, '≈'),
    (0xA5, '∞'),
    (0x61, 'α'),
    (0x62, 'β'),
    (0x6D, 'μ'),
];

/// The character that a symbol font shows for a code; codes of such fonts lie at U+F000.
pub(super) fn symbol(font: &str, code: u32) -> char {
    let low = match code {
        0xF020..=0xF0FF => (code - 0xF000) as u8,
        0x20..=0xFF => code as u8,
        _ => return char::from_u32(code).unwrap_or(UNKNOWN),
    };
    let find = |table: &[(u8, char)]| table.iter().find(|(c, _)| *c == low).map(|(_, symbol)| *symbol);
    let font = font.to_ascii_lowercase();
    let found = if font.contains("wingdings") {
        find(&WINGDINGS)
    } else if font.contains("symbol") {
        find(&SYMBOL)
    } else if font.is_empty() {
        find(&WINGDINGS).or_else(|| find(&SYMBOL))
    } else {
        None
    };
    let is_latin = !font.contains("dings") && !font.contains("symbol") && low.is_ascii_graphic();
    found.or(is_latin.then_some(char::from(low))).unwrap_or(UNKNOWN)
}

/// A text in which characters of symbol fonts are made readable.
pub(super) fn readable(text: &str, font: &str) -> String {
    text.chars()
        .map(|c| if ('\u{F020}'..='\u{F0FF}').contains(&c) { symbol(font, u32::from(c)) } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_of_symbol_fonts_are_bullets() {
        assert_eq!(symbol("Wingdings", 0xF06C), '●');
        assert_eq!(symbol("Symbol", 0xF0B7), '•');
        assert_eq!(symbol("Wingdings", 0xF021), UNKNOWN);
        assert_eq!(symbol("ＭＳ 明朝", 0x2460), '①');
        assert_eq!(readable("\u{F06C}在宅医", ""), "●在宅医");
    }
}
