//! Morphemes: normalized text comes in, words of the embedded IPADIC come out, each as a number. What a number stands
//! for (part of speech, base form) is looked up apart, once a word: asking for every token costs as much as finding it.

use std::sync::LazyLock;

use lindera_dictionary::{
    dictionary::Dictionary,
    mode::Mode,
    viterbi::{Lattice, LatticeOptions, WordId},
};

mod embedded {
    #![allow(missing_docs)]
    lindera_dictionary::embedded_dictionary!("/ipadic", EmbeddedIpadic);
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    embedded::load().expect("build.rs made the embedded dictionary with the same version of lindera")
});

/// Longest text in bytes that goes through the lattice in one piece: lindera cuts at the same length, since its
/// lattice counts characters in 16 bits.
const MAX_PIECE_BYTES: usize = 32 * 1024;

/// A word of the dictionary, or a class of unknown words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordNumber(u32);

impl WordNumber {
    const UNKNOWN: u32 = 1 << 31;

    fn new(id: WordId) -> Self {
        Self(if id.is_unknown() { id.id() | Self::UNKNOWN } else { id.id() })
    }

    /// Whether the dictionary does not have the word: its base form is then what stands in the text.
    pub fn is_unknown(self) -> bool {
        self.0 & Self::UNKNOWN != 0
    }

    /// Index into a table of [`n_words`] entries; `None` for unknown words.
    pub fn index(self) -> Option<usize> {
        (!self.is_unknown()).then_some(self.0 as usize)
    }
}

/// A word in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Morpheme {
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// Which word.
    pub word: WordNumber,
}

/// Part of speech, as coarse as terms need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartOfSpeech {
    /// 名詞
    Noun,
    /// 動詞
    Verb,
    /// 形容詞
    Adjective,
    /// 副詞
    Adverb,
    /// 接頭詞
    Prefix,
    /// 連体詞
    Adnominal,
    /// 助詞
    Particle,
    /// 助動詞
    Auxiliary,
    /// 記号
    Symbol,
    /// 接続詞, 感動詞, フィラー, その他
    Other,
}

impl PartOfSpeech {
    fn from_ipadic(name: &str) -> Self {
        match name {
            "名詞" => Self::Noun,
            "動詞" => Self::Verb,
            "形容詞" => Self::Adjective,
            "副詞" => Self::Adverb,
            "接頭詞" => Self::Prefix,
            "連体詞" => Self::Adnominal,
            "助詞" => Self::Particle,
            "助動詞" => Self::Auxiliary,
            "記号" => Self::Symbol,
            _ => Self::Other,
        }
    }

    /// Whether such words say what a text is about.
    pub fn is_content(self) -> bool {
        matches!(
            self,
            Self::Noun | Self::Verb | Self::Adjective | Self::Adverb | Self::Prefix | Self::Adnominal
        )
    }
}

/// What the dictionary says of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordDetails {
    /// Part of speech.
    pub part_of_speech: PartOfSpeech,
    /// Whether it is a particle that joins clauses (接続助詞).
    pub is_conjunctive: bool,
    /// Base form; `None` where it is what stands in the text.
    pub base_form: Option<&'static str>,
}

/// Looks a word up. Costs a random access into the dictionary: do it once a word, not once a token.
pub fn details(word: WordNumber) -> WordDetails {
    let mut fields = match word.index() {
        Some(index) => DICTIONARY.word_details_iter(index),
        None => DICTIONARY.unknown_word_details_iter((word.0 & !WordNumber::UNKNOWN) as usize),
    };
    let part_of_speech = fields.next().map_or(PartOfSpeech::Other, PartOfSpeech::from_ipadic);
    let is_conjunctive = fields.next() == Some("接続助詞");
    // part of speech, three subcategories, conjugation form, conjugation type, base form
    let base_form = fields.nth(4).filter(|base| !matches!(*base, "*" | "") && !word.is_unknown());
    WordDetails { part_of_speech, is_conjunctive, base_form }
}

/// Number of words in the dictionary: the length of a table indexed by [`WordNumber::index`].
pub fn n_words() -> usize {
    DICTIONARY.prefix_dictionary.words_idx_data.len() / 4
}

/// Finds the words of one text after the other; holds the lattice, so each thread has its own.
pub struct Segmenter {
    lattice: Lattice,
    offsets: Vec<(usize, WordId)>,
    mode: Mode,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self { lattice: Lattice::default(), offsets: Vec::new(), mode: Mode::Normal }
    }
}

impl Segmenter {
    /// Writes the words of a normalized text into `morphemes`, whose earlier content goes. Blanks are no words.
    pub fn segment(&mut self, text: &str, morphemes: &mut Vec<Morpheme>) {
        morphemes.clear();
        let mut start = 0;
        while start < text.len() {
            let end = piece_end(text, start);
            self.segment_piece(&text[start..end], start as u32, morphemes);
            start = end;
        }
    }

    fn segment_piece(&mut self, piece: &str, offset: u32, morphemes: &mut Vec<Morpheme>) {
        let dictionary = &*DICTIONARY;
        self.lattice.set_text_with_options(
            &dictionary.prefix_dictionary,
            &None,
            &dictionary.character_definition,
            &dictionary.unknown_dictionary,
            &dictionary.connection_cost_matrix,
            piece,
            &LatticeOptions::new(&self.mode),
        );
        self.lattice.tokens_offset_into(&mut self.offsets);
        for (i, &(start, id)) in self.offsets.iter().enumerate() {
            let end = self.offsets.get(i + 1).map_or(piece.len(), |next| next.0);
            if piece.as_bytes()[start] == b' ' && piece[start..end].bytes().all(|b| b == b' ') {
                continue;
            }
            morphemes.push(Morpheme {
                start: offset + start as u32,
                end: offset + end as u32,
                word: WordNumber::new(id),
            });
        }
    }
}

/// Where the piece that begins at `start` ends: behind the next 、 or 。, as lindera cuts. Normalized texts have no
/// line breaks and no tabs.
fn piece_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut from = start;
    while let Some(i) = memchr::memchr2(0x81, 0x82, &bytes[from..]) {
        let at = from + i;
        if at + 1 - start >= MAX_PIECE_BYTES {
            break;
        }
        // 、 is E3 80 81, 。 is E3 80 82
        if at >= start + 2 && bytes[at - 1] == 0x80 && bytes[at - 2] == 0xE3 {
            return at + 1;
        }
        from = at + 1;
    }
    if text.len() - start <= MAX_PIECE_BYTES {
        return text.len();
    }
    let mut end = start + MAX_PIECE_BYTES;
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(String, PartOfSpeech, String)> {
        let mut morphemes = Vec::new();
        Segmenter::default().segment(text, &mut morphemes);
        morphemes
            .iter()
            .map(|m| {
                let surface = &text[m.start as usize..m.end as usize];
                let details = details(m.word);
                (surface.to_owned(), details.part_of_speech, details.base_form.unwrap_or(surface).to_owned())
            })
            .collect()
    }

    #[test]
    fn a_piece_ends_behind_its_punctuation() {
        let text = "港区では、在宅医が少ない。あ";
        let mut start = 0;
        let mut pieces = Vec::new();
        while start < text.len() {
            let end = piece_end(text, start);
            pieces.push(&text[start..end]);
            start = end;
        }
        assert_eq!(pieces, ["港区では、", "在宅医が少ない。", "あ"]);
        let long = "あ".repeat(20_000);
        assert!(piece_end(&long, 0) < long.len());
    }

    #[test]
    fn words_are_those_of_linderas_own_segmenter() {
        let segmenter = lindera::segmenter::Segmenter::new(
            lindera::mode::Mode::Normal,
            embedded::load().expect("embedded"),
            None,
        );
        let mut worker = segmenter.new_worker();
        let text = std::fs::read_to_string("data/summaries/r01.txt").expect("the summary");
        for line in text.lines().filter(|l| !l.is_empty()) {
            let mut normalized = String::new();
            crate::tokenize::normalize(line, &mut normalized);
            let theirs: Vec<_> = worker
                .segment(&normalized)
                .expect("segmented")
                .iter()
                .map(|t| (t.surface.to_string(), t.word_id.id()))
                .collect();
            let mut morphemes = Vec::new();
            Segmenter::default().segment(&normalized, &mut morphemes);
            let ours: Vec<_> = morphemes
                .iter()
                .map(|m| {
                    (normalized[m.start as usize..m.end as usize].to_owned(), m.word.0 & !WordNumber::UNKNOWN)
                })
                .collect();
            assert_eq!(ours, theirs, "{normalized}");
        }
    }

    #[test]
    fn a_domain_word_is_one_noun_and_leaves_its_neighbours_whole() {
        let words = words("訪問看護ステーションが足りない");
        assert_eq!(
            words[0],
            ("訪問看護ステーション".into(), PartOfSpeech::Noun, "訪問看護ステーション".into())
        );
        assert_eq!(words[1].1, PartOfSpeech::Particle);
        assert_eq!(words[2].2, "足りる");
    }

    #[test]
    fn an_unknown_word_is_its_own_base_form() {
        let words = words("ペナントリリングを使う");
        assert_eq!(words[0].0, words[0].2);
    }
}
