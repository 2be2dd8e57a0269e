//! Terms: what an opinion is counted by. A text is analyzed once (normalized, cut into words), then its terms are
//! handed out one occurrence at a time, each as a block and a 64-bit key. The same code serves training, where the
//! lexicon grows, and labeling, where it is fixed.

use super::{
    clause::{self, Ending},
    morphology::{Morpheme, Segmenter},
    normalize,
};

/// A base form, numbered by a lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lexeme(pub u32);

impl Lexeme {
    /// A base form that the lexicon does not have.
    pub const UNSEEN: Self = Self(u32::MAX);
}

/// A word as terms need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its base form.
    pub lexeme: Lexeme,
    /// Whether it says what the text is about.
    pub is_content: bool,
    /// Whether it negates what stands before it.
    pub is_negation: bool,
    /// Whether it is 、 or 。
    pub is_stop: bool,
}

/// Numbers words: a growing lexicon in training, a fixed one in labeling.
pub trait Lexicon {
    /// The word of a morpheme whose text is `surface`.
    fn word(&mut self, morpheme: Morpheme, surface: &str) -> Word;
}

/// What a set of terms is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// What the opinion is about.
    Themes,
    /// How it judges.
    Stance,
}

/// Number of blocks of each head.
pub const N_BLOCKS: usize = 3;

/// Blocks of terms, each scaled to length 1 on its own. The first three are for themes, the last three for stance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    /// Base forms of content words.
    Word,
    /// Characters and pairs of neighbouring characters.
    Character,
    /// Pairs of neighbouring content words.
    Pair,
    /// Base forms of all words.
    Token,
    /// 1- to 4-grams of the last characters, hedges taken off, and the number of hedges.
    Ending,
    /// Content words, those under a negation marked.
    Negated,
}

impl Block {
    /// The blocks of a head, in order.
    pub fn of(head: Head) -> [Self; N_BLOCKS] {
        match head {
            Head::Themes => [Self::Word, Self::Character, Self::Pair],
            Head::Stance => [Self::Token, Self::Ending, Self::Negated],
        }
    }

    /// Place among the blocks of its head.
    pub fn index(self) -> usize {
        match self {
            Self::Word | Self::Token => 0,
            Self::Character | Self::Ending => 1,
            Self::Pair | Self::Negated => 2,
        }
    }
}

/// Characters of the end of a text that the [`Block::Ending`] looks at.
const ENDING_CHARS: usize = 12;
/// Longest n-gram of [`Block::Ending`].
const ENDING_GRAM: usize = 4;
/// Content words before a negation that stand under it.
const NEGATION_SPAN: usize = 2;
/// Marks a lexeme under negation in a key.
const NEGATED: u64 = 1 << 32;

/// Holds the buffers of an analysis; one a thread.
#[derive(Default)]
pub struct Analyzer {
    segmenter: Segmenter,
    text: String,
    chars: Vec<u16>,
    morphemes: Vec<Morpheme>,
    words: Vec<Word>,
    ending: Vec<u16>,
    negated: Vec<u64>,
}

impl Analyzer {
    /// Normalizes a text and finds its words.
    pub fn analyze(&mut self, text: &str, lexicon: &mut impl Lexicon) {
        normalize(text, &mut self.text);
        self.segmenter.segment(&self.text, &mut self.morphemes);
        self.words.clear();
        for &morpheme in &self.morphemes {
            let surface = &self.text[morpheme.start as usize..morpheme.end as usize];
            self.words.push(lexicon.word(morpheme, surface));
        }
    }

    /// The normalized text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its words, with where each stands.
    pub fn words(&self) -> impl Iterator<Item = (Morpheme, Word)> + '_ {
        self.morphemes.iter().copied().zip(self.words.iter().copied())
    }

    /// Calls `found` for every occurrence of a term of a head.
    pub fn for_each_term(&mut self, head: Head, mut found: impl FnMut(Block, u64)) {
        match head {
            Head::Themes => {
                self.words_and_pairs(&mut found);
                self.characters(&mut found);
            }
            Head::Stance => {
                self.tokens(&mut found);
                self.endings(&mut found);
                self.negations(&mut found);
            }
        }
    }

    fn words_and_pairs(&self, found: &mut impl FnMut(Block, u64)) {
        let mut last: Option<Lexeme> = None;
        for word in self.words.iter().filter(|w| w.is_content) {
            found(Block::Word, u64::from(word.lexeme.0));
            if let Some(last) = last {
                found(Block::Pair, pair_key(last, word.lexeme));
            }
            last = Some(word.lexeme);
        }
    }

    fn characters(&mut self, found: &mut impl FnMut(Block, u64)) {
        self.chars.clear();
        self.chars.extend(self.text.chars().map(character));
        let mut last = 0;
        for &c in &self.chars {
            found(Block::Character, u64::from(c));
            if last != 0 {
                found(Block::Character, u64::from(last) << 16 | u64::from(c));
            }
            last = c;
        }
    }

    fn tokens(&self, found: &mut impl FnMut(Block, u64)) {
        for word in &self.words {
            found(Block::Token, u64::from(word.lexeme.0));
        }
    }

    fn endings(&mut self, found: &mut impl FnMut(Block, u64)) {
        let Ending { stem, n_hedges } = clause::ending(&self.text);
        self.ending.clear();
        self.ending.extend(stem.chars().rev().take(ENDING_CHARS).map(character));
        self.ending.reverse();
        for start in 0..self.ending.len() {
            let mut key = 0;
            for &c in self.ending[start..].iter().take(ENDING_GRAM) {
                key = key << 16 | u64::from(c);
                found(Block::Ending, key);
            }
        }
        if n_hedges > 0 {
            found(Block::Ending, HEDGED);
        }
    }

    fn negations(&mut self, found: &mut impl FnMut(Block, u64)) {
        self.negated.clear();
        let mut part_start = 0;
        for word in &self.words {
            if word.is_negation {
                let from = part_start.max(self.negated.len().saturating_sub(NEGATION_SPAN));
                self.negated[from..].iter_mut().for_each(|key| *key |= NEGATED);
            }
            if word.is_content && word.lexeme != Lexeme::UNSEEN {
                self.negated.push(u64::from(word.lexeme.0));
            }
            if word.is_stop {
                part_start = self.negated.len();
            }
        }
        self.negated.iter().for_each(|&key| found(Block::Negated, key));
    }
}

/// Key of the term that says that the end was hedged: no character is U+0000, so no n-gram has it.
const HEDGED: u64 = 1 << 48;

/// A character as keys hold it: 16 bits, those beyond the basic plane made one.
fn character(c: char) -> u16 {
    u16::try_from(u32::from(c)).unwrap_or(0xFFFD)
}

fn pair_key(first: Lexeme, second: Lexeme) -> u64 {
    u64::from(first.0) << 32 | u64::from(second.0)
}

/// A key as a person reads it; `form` gives the base form of a lexeme.
pub fn describe(block: Block, key: u64, form: impl Fn(Lexeme) -> String) -> String {
    let lexeme = |bits: u64| form(Lexeme(bits as u32));
    match block {
        Block::Word | Block::Token => lexeme(key),
        Block::Pair => format!("{}＋{}", lexeme(key >> 32), lexeme(key)),
        Block::Negated if key & NEGATED != 0 => format!("¬{}", lexeme(key)),
        Block::Negated => lexeme(key),
        Block::Ending if key == HEDGED => "（のではないか 等）".to_owned(),
        Block::Character => format!("「{}」", gram(key)),
        Block::Ending => format!("…{}", gram(key)),
    }
}

fn gram(key: u64) -> String {
    (0..4)
        .rev()
        .map(|i| (key >> (16 * i)) as u16)
        .filter(|&c| c != 0)
        .map(|c| char::from_u32(u32::from(c)).unwrap_or('\u{FFFD}'))
        .map(|c| if c == ' ' { '␣' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::vectorize::GrowingLexicon;

    fn terms(text: &str, head: Head) -> BTreeMap<String, usize> {
        let mut lexicon = GrowingLexicon::default();
        let mut analyzer = Analyzer::default();
        analyzer.analyze(text, &mut lexicon);
        let mut found = BTreeMap::new();
        analyzer.for_each_term(head, |block, key| {
            let name = describe(block, key, |lexeme| lexicon.form(lexeme).to_owned());
            *found.entry(format!("{block:?} {name}")).or_insert(0) += 1;
        });
        found
    }

    #[test]
    fn themes_are_told_by_words_characters_and_pairs() {
        let found = terms("・在宅医の数が少ない。", Head::Themes);
        for term in [
            "Word 在宅医",
            "Word 少ない",
            "Pair 在宅医＋数",
            "Pair 数＋少ない",
            "Character 「在」",
            "Character 「宅医」",
        ] {
            assert_eq!(found.get(term), Some(&1), "{term} of {found:?}");
        }
        assert!(!found.contains_key("Word の"));
    }

    #[test]
    fn stance_is_told_by_the_end_and_by_negation() {
        let found = terms("訪問看護は不足していないのではないか。", Head::Stance);
        for term in ["Negated ¬不足", "Ending …ていない", "Ending （のではないか 等）", "Token は"]
        {
            assert!(found.contains_key(term), "{term} of {found:?}");
        }
        assert!(found.contains_key("Negated 訪問看護"), "{found:?}");
    }

    #[test]
    fn a_negation_ends_at_the_comma() {
        let found = terms("不足し、困らない", Head::Stance);
        assert!(found.contains_key("Negated 不足") && found.contains_key("Negated ¬困る"), "{found:?}");
    }

    #[test]
    fn an_empty_text_has_no_terms() {
        assert!(terms("", Head::Themes).is_empty() && terms("　", Head::Stance).is_empty());
    }
}
