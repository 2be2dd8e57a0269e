//! Base forms and their numbers. A dictionary word is looked up once; from then on a table by word number answers.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::tokenize::{
    Boundary, Lexeme, Lexicon, Word, is_negation, is_stop, joins_clauses,
    morphology::{self, Morpheme, PartOfSpeech, WordNumber},
};

/// A lexicon that takes in every base form it meets: for training.
#[derive(Default)]
pub struct GrowingLexicon {
    forms: Vec<Box<str>>,
    by_form: HashMap<Box<str>, u32>,
    known: HashMap<WordNumber, Word>,
}

impl GrowingLexicon {
    /// The base form of a lexeme of this lexicon.
    pub fn form(&self, lexeme: Lexeme) -> &str {
        self.forms.get(lexeme.0 as usize).map_or("?", |f| f)
    }

    /// All base forms, in the order in which they were met: index is lexeme.
    pub fn forms(&self) -> &[Box<str>] {
        &self.forms
    }

    fn intern(&mut self, form: &str) -> Lexeme {
        if let Some(&lexeme) = self.by_form.get(form) {
            return Lexeme(lexeme);
        }
        let lexeme = self.forms.len() as u32;
        self.forms.push(form.into());
        self.by_form.insert(form.into(), lexeme);
        Lexeme(lexeme)
    }
}

impl Lexicon for GrowingLexicon {
    fn word(&mut self, morpheme: Morpheme, surface: &str) -> Word {
        if !morpheme.word.is_unknown()
            && let Some(&word) = self.known.get(&morpheme.word)
        {
            return word;
        }
        let word = resolve(morpheme.word, surface, |form| self.intern(form));
        if !morpheme.word.is_unknown() {
            self.known.insert(morpheme.word, word);
        }
        word
    }
}

/// Asks the dictionary and the lexicon for a word; its text is its base form where the dictionary has none.
fn resolve(number: WordNumber, surface: &str, mut lexeme: impl FnMut(&str) -> Lexeme) -> Word {
    let details = morphology::details(number);
    let form = details.base_form.unwrap_or(surface);
    Word {
        lexeme: lexeme(form),
        is_content: details.part_of_speech.is_content(),
        is_negation: is_negation(form),
        boundary: match details.part_of_speech {
            _ if is_stop(form) => Boundary::Stop,
            PartOfSpeech::Symbol => Boundary::Symbol,
            PartOfSpeech::Particle if details.is_conjunctive && joins_clauses(form) => Boundary::Particle,
            _ => Boundary::None,
        },
    }
}

/// A lexicon that is what it is: for labeling. Shared by all threads, which fill its table of words as they meet them.
pub struct FixedLexicon {
    forms: Vec<Box<str>>,
    by_form: HashMap<Box<str>, u32>,
    /// By word number: 0 until the word is met, then its lexeme and flags, see [`pack`].
    words: Vec<AtomicU32>,
}

impl FixedLexicon {
    /// A lexicon of these base forms; index is lexeme.
    pub fn new(forms: Vec<Box<str>>) -> Self {
        let by_form = forms.iter().enumerate().map(|(i, form)| (form.clone(), i as u32)).collect();
        let words = std::iter::repeat_with(AtomicU32::default).take(morphology::n_words()).collect();
        Self { forms, by_form, words }
    }

    /// The base form of a lexeme of this lexicon.
    pub fn form(&self, lexeme: Lexeme) -> &str {
        self.forms.get(lexeme.0 as usize).map_or("?", |f| f)
    }

    /// All base forms; index is lexeme.
    pub fn forms(&self) -> &[Box<str>] {
        &self.forms
    }

    fn resolve(&self, number: WordNumber, surface: &str) -> Word {
        resolve(number, surface, |form| {
            self.by_form.get(form).map_or(Lexeme::UNSEEN, |&lexeme| Lexeme(lexeme))
        })
    }
}

impl Lexicon for &FixedLexicon {
    #[inline]
    fn word(&mut self, morpheme: Morpheme, surface: &str) -> Word {
        let Some(entry) = morpheme.word.index().and_then(|i| self.words.get(i)) else {
            return self.resolve(morpheme.word, surface);
        };
        // Relaxed: every thread that fills an entry fills it with the same value, and nothing else hangs on it.
        match entry.load(Ordering::Relaxed) {
            0 => {
                let word = self.resolve(morpheme.word, surface);
                entry.store(pack(word), Ordering::Relaxed);
                word
            }
            packed => unpack(packed),
        }
    }
}

const FILLED: u32 = 1 << 31;
const CONTENT: u32 = 1 << 30;
const NEGATION: u32 = 1 << 29;
/// Two bits for the boundary.
const BOUNDARY_SHIFT: u32 = 27;
const BOUNDARIES: [Boundary; 4] = [Boundary::None, Boundary::Stop, Boundary::Symbol, Boundary::Particle];
/// Lexemes have the other 27 bits, all ones for an unseen one.
const LEXEME: u32 = (1 << BOUNDARY_SHIFT) - 1;

fn pack(word: Word) -> u32 {
    let flag = |set: bool, bit: u32| if set { bit } else { 0 };
    let boundary = BOUNDARIES.iter().position(|b| *b == word.boundary).unwrap_or(0) as u32;
    FILLED
        | flag(word.is_content, CONTENT)
        | flag(word.is_negation, NEGATION)
        | boundary << BOUNDARY_SHIFT
        | word.lexeme.0 & LEXEME
}

fn unpack(packed: u32) -> Word {
    let lexeme = packed & LEXEME;
    Word {
        lexeme: if lexeme == LEXEME { Lexeme::UNSEEN } else { Lexeme(lexeme) },
        is_content: packed & CONTENT != 0,
        is_negation: packed & NEGATION != 0,
        boundary: BOUNDARIES[(packed >> BOUNDARY_SHIFT & 3) as usize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenize::Analyzer;

    #[test]
    fn a_packed_word_comes_back() {
        for lexeme in [Lexeme(0), Lexeme(123_456), Lexeme::UNSEEN] {
            for (is_content, is_negation) in [(true, false), (false, true), (true, true)] {
                for boundary in BOUNDARIES {
                    let word = Word { lexeme, is_content, is_negation, boundary };
                    assert_eq!(unpack(pack(word)), word);
                }
            }
        }
    }

    #[test]
    fn both_lexicons_number_words_alike_at_first_and_second_sight() {
        let text = "訪問看護師は、２４時間の対応ができていないペナントリリング。";
        let mut growing = GrowingLexicon::default();
        let mut analyzer = Analyzer::default();
        analyzer.analyze(text, &mut growing);
        let expected: Vec<_> = analyzer.words().collect();
        let fixed = FixedLexicon::new(growing.forms().to_vec());
        for _ in 0..2 {
            analyzer.analyze(text, &mut &fixed);
            assert_eq!(analyzer.words().collect::<Vec<_>>(), expected);
        }
        analyzer.analyze("薬局", &mut &fixed);
        assert!(analyzer.words().all(|(_, w)| w.lexeme == Lexeme::UNSEEN));
    }
}
