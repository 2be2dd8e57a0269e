//! Terms: what an opinion is counted by. A text is analyzed once (normalized, cut into words), then its terms are
//! handed out one occurrence at a time, each as a block and a 64-bit key. The same code serves training, where the
//! lexicon grows, and labeling, where it is fixed.

use super::{
    clause,
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
    /// What it is between clauses.
    pub boundary: Boundary,
}

/// What a word is between clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// Nothing.
    None,
    /// Punctuation; a clause ends behind it.
    Stop,
    /// Another symbol.
    Symbol,
    /// A conjunctive particle; a clause ends behind it unless punctuation follows.
    Particle,
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

/// Blocks of a head, at most.
pub const N_BLOCKS: usize = 6;

/// Blocks of terms, each scaled to length 1 on its own. The first three are for themes, the others for stance.
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
    /// 1- to 4-grams of the last characters, hedges taken off, and the hedges.
    Ending,
    /// Content words, those under a negation marked.
    Negated,
    /// The last 1 to 8 characters, hedges taken off, and the hedges.
    Suffix,
    /// The last words: each, their neighbours, and the last one to three together.
    LastWords,
    /// Three words in a row.
    Triple,
}

impl Block {
    /// The blocks of a head, in order.
    pub fn of(head: Head) -> &'static [Self] {
        match head {
            Head::Themes => &[Self::Word, Self::Character, Self::Pair],
            Head::Stance => {
                &[Self::Token, Self::Ending, Self::Negated, Self::Suffix, Self::LastWords, Self::Triple]
            }
        }
    }

    /// Place among the blocks of its head.
    pub fn index(self) -> usize {
        match self {
            Self::Word | Self::Token => 0,
            Self::Character | Self::Ending => 1,
            Self::Pair | Self::Negated => 2,
            Self::Suffix => 3,
            Self::LastWords => 4,
            Self::Triple => 5,
        }
    }
}

/// Characters of the end of a text that [`Block::Ending`] looks at.
const ENDING_CHARS: usize = 12;
/// Longest n-gram of [`Block::Ending`].
const ENDING_GRAM: usize = 4;
/// Stands before the first character of a text shorter than its ending.
const START: u16 = '^' as u16;
/// Longest [`Block::Suffix`].
const SUFFIX_CHARS: usize = 8;
/// Words of the end of a text that [`Block::LastWords`] looks at.
const LAST_WORDS: usize = 6;
/// Content words before a negation that stand under it.
const NEGATION_SPAN: usize = 2;
/// Marks a lexeme under negation in a key.
const NEGATED: u64 = 1 << 32;
/// Marks words at the very end in a key of [`Block::LastWords`].
const AT_END: u64 = 1 << 63;
/// Bits of a lexeme in a key of several.
const LEXEME_BITS: u32 = 21;
/// Key of a hedge, plus its number: below every n-gram, since no character is U+0000 but the first of a gram of one,
/// and control characters are no text.
const HEDGES: u64 = 1;
/// Key of a text without hedge.
const NO_HEDGE: u64 = 0x1F;

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
    last: Vec<Word>,
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
                self.last_words(&mut found);
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
        for three in self.words.windows(3) {
            if let Some(key) = lexemes_key(three) {
                found(Block::Triple, key);
            }
        }
    }

    fn endings(&mut self, found: &mut impl FnMut(Block, u64)) {
        let ending = clause::ending(&self.text);
        self.ending.clear();
        self.ending.extend(ending.stem.chars().rev().map(character).chain([START]).take(ENDING_CHARS));
        for (n, key) in suffix_keys(&self.ending).enumerate() {
            if n < SUFFIX_CHARS && self.ending[n] != START {
                found(Block::Suffix, key);
            }
        }
        self.ending.reverse();
        for start in 0..self.ending.len() {
            let mut key = 0;
            for &c in self.ending[start..].iter().take(ENDING_GRAM) {
                key = key << 16 | u64::from(c);
                found(Block::Ending, key);
            }
        }
        for &hedge in ending.hedges() {
            found(Block::Ending, HEDGES + u64::from(hedge));
            found(Block::Suffix, HEDGES + u64::from(hedge));
        }
        if ending.hedges().is_empty() {
            found(Block::Ending, NO_HEDGE);
            found(Block::Suffix, NO_HEDGE);
        }
    }

    fn negations(&mut self, found: &mut impl FnMut(Block, u64)) {
        self.negated.clear();
        let mut clause_start = 0;
        for (i, word) in self.words.iter().enumerate() {
            if word.is_negation {
                let from = clause_start.max(self.negated.len().saturating_sub(NEGATION_SPAN));
                self.negated[from..].iter_mut().for_each(|key| *key |= NEGATED);
            } else if word.is_content {
                self.negated.push(u64::from(word.lexeme.0));
            }
            let stop_follows = || self.words.get(i + 1).is_some_and(|w| w.boundary == Boundary::Stop);
            if word.boundary == Boundary::Stop || word.boundary == Boundary::Particle && !stop_follows() {
                clause_start = self.negated.len();
            }
        }
        self.negated.iter().for_each(|&key| found(Block::Negated, key));
    }

    fn last_words(&mut self, found: &mut impl FnMut(Block, u64)) {
        let is_symbol = |w: &&Word| matches!(w.boundary, Boundary::Stop | Boundary::Symbol);
        self.last.clear();
        self.last.extend(self.words.iter().rev().filter(|w| !is_symbol(w)).take(LAST_WORDS).copied());
        self.last.reverse();
        let words = &self.last;
        for n in 1..=3 {
            for (start, gram) in words.windows(n).enumerate() {
                let Some(key) = lexemes_key(gram) else { continue };
                found(Block::LastWords, key);
                if start + n == words.len() {
                    found(Block::LastWords, key | AT_END);
                }
            }
        }
    }

    /// The suffixes of the text last analyzed, as keys of [`Block::Suffix`] with what they stand for.
    pub fn suffixes(&self) -> Vec<(u64, String)> {
        let chars: Vec<char> = clause::ending(&self.text).stem.chars().rev().take(SUFFIX_CHARS).collect();
        let codes: Vec<u16> = chars.iter().map(|&c| character(c)).collect();
        suffix_keys(&codes).enumerate().map(|(n, key)| (key, chars[..=n].iter().rev().collect())).collect()
    }
}

/// Keys of ever longer suffixes of a text given from its end: FNV-1a over the characters, since eight of them are more
/// than a key holds.
fn suffix_keys(from_end: &[u16]) -> impl Iterator<Item = u64> + '_ {
    from_end.iter().scan(0xcbf2_9ce4_8422_2325_u64, |hash, &c| {
        *hash = (*hash ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3);
        Some(*hash)
    })
}

/// Up to three lexemes in one key; `None` where one is unseen.
fn lexemes_key(words: &[Word]) -> Option<u64> {
    words.iter().try_fold(0, |key, word| {
        // 0 must stay free for "no word", or a word alone and the same after lexeme 0 would share a key.
        let lexeme = u64::from(word.lexeme.0.wrapping_add(1));
        (lexeme != 0 && lexeme < 1 << LEXEME_BITS).then_some(key << LEXEME_BITS | lexeme)
    })
}

/// A character as keys hold it: 16 bits, those beyond the basic plane made one.
fn character(c: char) -> u16 {
    u16::try_from(u32::from(c)).unwrap_or(0xFFFD)
}

fn pair_key(first: Lexeme, second: Lexeme) -> u64 {
    u64::from(first.0) << 32 | u64::from(second.0)
}

/// A key as a person reads it: `form` gives the base form of a lexeme, `suffixes` what the text's suffixes stand for
/// ([`Analyzer::suffixes`]).
pub fn describe(
    block: Block,
    key: u64,
    form: impl Fn(Lexeme) -> String,
    suffixes: &[(u64, String)],
) -> String {
    let lexeme = |bits: u64| form(Lexeme(bits as u32));
    let hedge = (HEDGES..=NO_HEDGE).contains(&key);
    match block {
        Block::Ending | Block::Suffix if hedge && key == NO_HEDGE => "（言い切り）".to_owned(),
        Block::Ending | Block::Suffix if hedge => {
            let names = [
                "のではないか",
                "のでは",
                "だろう",
                "と思う",
                "と考えられる",
                "という声",
                "状況",
                "ことがある",
                "である",
                "が",
            ];
            format!("（〜{}）", names.get((key - HEDGES) as usize).unwrap_or(&""))
        }
        Block::Word | Block::Token => lexeme(key),
        Block::Pair => format!("{}＋{}", lexeme(key >> 32), lexeme(key)),
        Block::Negated if key & NEGATED != 0 => format!("¬{}", lexeme(key)),
        Block::Negated => lexeme(key),
        Block::Character => format!("「{}」", gram(key)),
        Block::Ending => format!("…{}", gram(key)),
        Block::Suffix => {
            let suffix = suffixes.iter().find(|(k, _)| *k == key).map_or("?", |(_, s)| s);
            format!("…{suffix}。")
        }
        Block::LastWords | Block::Triple => {
            let words: Vec<String> = (0..3)
                .rev()
                .map(|i| (key & !AT_END) >> (i * LEXEME_BITS) & ((1 << LEXEME_BITS) - 1))
                .filter(|bits| *bits != 0)
                .map(|bits| lexeme(bits - 1))
                .collect();
            let end = if block == Block::LastWords && key & AT_END != 0 { "。" } else { "" };
            format!("{}{end}", words.join("＋"))
        }
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
        let suffixes = analyzer.suffixes();
        let mut found = BTreeMap::new();
        analyzer.for_each_term(head, |block, key| {
            let name = describe(block, key, |lexeme| lexicon.form(lexeme).to_owned(), &suffixes);
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
        let found = terms("訪問看護の利用に困らないのではないか。", Head::Stance);
        for term in [
            "Negated ¬困る",
            "Negated 訪問看護",
            "Ending …らない",
            "Ending （〜のではないか）",
            "Suffix …に困らない。",
            "LastWords か。",
            "LastWords は＋ない＋か。",
            "Triple の＋利用＋に",
            "Token に",
        ] {
            assert!(found.contains_key(term), "{term} of {found:?}");
        }
    }

    #[test]
    fn a_negation_ends_at_the_comma_and_at_a_conjunctive_particle() {
        let found = terms("不足し、困らない", Head::Stance);
        assert!(found.contains_key("Negated 不足") && found.contains_key("Negated ¬困る"), "{found:?}");
        let found = terms("多いが困らない", Head::Stance);
        assert!(found.contains_key("Negated 多い") && found.contains_key("Negated ¬困る"), "{found:?}");
    }

    #[test]
    fn a_text_said_outright_has_no_hedge() {
        assert!(terms("在宅医が少ない。", Head::Stance).contains_key("Suffix （言い切り）"));
    }

    #[test]
    fn an_empty_text_has_no_terms_but_that_it_is_not_hedged() {
        assert!(terms("", Head::Themes).is_empty());
        assert!(terms("　", Head::Stance).keys().all(|t| t.contains("言い切り") || t.contains('^')));
    }
}
