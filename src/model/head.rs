//! A head as it labels: the terms it knows, their document frequencies and the weights of its classes.

use serde::{Deserialize, Serialize};

use super::{fit::FittedHead, settings::HeadSettings};
use crate::{
    classify::{Input, Scorer},
    tokenize::{Block, Head, N_BLOCKS},
    vectorize::{CountedTexts, KeyTable, TermId, Vocabulary, term_frequency},
};

/// What a head needs to be built again, but for the weights of its terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadParts {
    /// Its terms.
    pub vocabulary: Vocabulary,
    /// Inverse document frequency of every term.
    pub idf: Vec<f32>,
    /// Score of every class without terms.
    pub bias: Vec<f32>,
}

/// Term frequencies up to which 1 + ln tf is taken from a table.
const TABLED_FREQUENCIES: usize = 32;

/// A head, ready to label.
pub struct LabelingHead {
    vocabulary: Vocabulary,
    idf: Vec<f32>,
    scorer: Scorer,
    block_starts: [u32; N_BLOCKS + 1],
    /// Term by lexeme, of the block that holds single words.
    words: Vec<u32>,
    /// Terms of the other blocks by key.
    tables: [KeyTable; N_BLOCKS - 1],
    frequencies: [f32; TABLED_FREQUENCIES],
}

const NO_TERM: u32 = u32::MAX;

impl HeadParts {
    /// The parts and the weights of a fitted head; terms that fitting did not use are left out.
    pub fn from_fitted(
        fitted: &FittedHead,
        texts: &CountedTexts,
        settings: &HeadSettings,
    ) -> (Self, Vec<f32>) {
        let (vocabulary, kept) = texts.vocabulary.select(|term| fitted.tfidf.idf(term) > 0.0);
        debug_assert_eq!(kept, fitted.used, "a fitted head uses every term that has a document frequency");
        let n_classes = fitted.members.first().map_or(0, Vec::len);
        let members = || {
            let inputs = settings.members.iter().map(|m| m.kind.classifier().input());
            fitted.members.iter().zip(&fitted.factors).zip(inputs)
        };
        let bias = (0..n_classes)
            .map(|class| members().map(|((m, factor), _)| factor * m[class].bias).sum::<f64>() as f32)
            .collect();
        let rows = Scorer::layout(kept.len(), n_classes, |term, class| {
            let mut sums = (0.0, 0.0);
            for ((member, factor), input) in members() {
                let weight = factor * member[class].weights[term];
                match input {
                    Input::TfIdf => sums.0 += weight,
                    Input::Presence => sums.1 += weight,
                }
            }
            sums
        });
        let idf = kept.iter().map(|&term| fitted.tfidf.idf(term) as f32).collect();
        (Self { vocabulary, idf, bias }, rows)
    }
}

impl LabelingHead {
    /// A head from its parts and its weights.
    ///
    /// # Errors
    /// A message when the parts do not fit together.
    pub fn new(parts: HeadParts, weights: Vec<f32>, n_lexemes: usize) -> Result<Self, String> {
        let HeadParts { vocabulary, idf, bias } = parts;
        let scorer = Scorer::new(bias, weights)?;
        if idf.len() != vocabulary.len() || scorer.n_terms() != vocabulary.len() {
            return Err(format!(
                "{} terms, {} frequencies and {} rows of weights",
                vocabulary.len(),
                idf.len(),
                scorer.n_terms()
            ));
        }
        let block_starts = vocabulary.block_starts();
        let mut words = vec![NO_TERM; n_lexemes];
        for (i, &lexeme) in vocabulary.keys(0).iter().enumerate() {
            *words.get_mut(lexeme as usize).ok_or("a word that the lexicon does not have")? = i as u32;
        }
        let tables = std::array::from_fn(|i| KeyTable::new(vocabulary.keys(i + 1), block_starts[i + 1]));
        let mut frequencies = [0.0; TABLED_FREQUENCIES];
        for (tf, frequency) in frequencies.iter_mut().enumerate().skip(1) {
            *frequency = term_frequency(tf as u32) as f32;
        }
        Ok(Self { vocabulary, idf, scorer, block_starts, words, tables, frequencies })
    }

    /// The parts again.
    pub fn parts(&self) -> HeadParts {
        HeadParts {
            vocabulary: self.vocabulary.clone(),
            idf: self.idf.clone(),
            bias: self.scorer.bias().to_vec(),
        }
    }

    /// Weights of its terms.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Its terms.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The term of a block with this key.
    #[inline]
    fn find(&self, block: usize, key: u64) -> Option<u32> {
        match block {
            0 => self.words.get(key as usize).copied().filter(|&term| term != NO_TERM),
            _ => self.tables[block - 1].get(key).map(|term| term.0),
        }
    }
}

/// The terms of one document under a head: counted as they are found, then weighed. Holds buffers; one a thread.
#[derive(Default)]
pub struct Document {
    /// Occurrences by term; zero between documents.
    counts: Vec<u32>,
    /// Terms found, in the order of their first occurrence, block by block.
    found: [Vec<u32>; N_BLOCKS],
    /// Terms with their TF-IDF values.
    values: Vec<(u32, f32)>,
    n_words: usize,
    n_unseen: usize,
}

impl Document {
    /// Begins a document of this head.
    pub fn start(&mut self, head: &LabelingHead) {
        self.counts.resize(head.idf.len(), 0);
        (self.n_words, self.n_unseen) = (0, 0);
    }

    /// Counts an occurrence.
    #[inline]
    pub fn count(&mut self, head: &LabelingHead, block: Block, key: u64) {
        let block = block.index();
        let term = head.find(block, key);
        if block == 0 {
            self.n_words += 1;
            self.n_unseen += usize::from(term.is_none());
        }
        let Some(term) = term else { return };
        let count = &mut self.counts[term as usize];
        if *count == 0 {
            self.found[block].push(term);
        }
        *count += 1;
    }

    /// Weighs what was counted: every block's values scaled to length 1.
    pub fn weigh(&mut self, head: &LabelingHead) -> &[(u32, f32)] {
        self.values.clear();
        for found in &mut self.found {
            let first = self.values.len();
            let mut squares = 0.0_f32;
            for term in found.drain(..) {
                let tf = std::mem::take(&mut self.counts[term as usize]) as usize;
                let frequency =
                    head.frequencies.get(tf).copied().unwrap_or_else(|| term_frequency(tf as u32) as f32);
                let value = frequency * head.idf[term as usize];
                squares += value * value;
                self.values.push((term, value));
            }
            if squares > 0.0 {
                let scale = 1.0 / squares.sqrt();
                self.values[first..].iter_mut().for_each(|(_, value)| *value *= scale);
            }
        }
        &self.values
    }

    /// Terms and values of the document last weighed.
    pub fn values(&self) -> &[(u32, f32)] {
        &self.values
    }

    /// Terms and values of single words of the document last weighed.
    pub fn word_values<'a>(&'a self, head: &LabelingHead) -> &'a [(u32, f32)] {
        let n = self.values.iter().take_while(|(term, _)| *term < head.block_starts[1]).count();
        &self.values[..n]
    }

    /// Share of the document's words that the head does not know; 0 for a document without words.
    pub fn unseen_share(&self) -> f64 {
        if self.n_words == 0 { 0.0 } else { self.n_unseen as f64 / self.n_words as f64 }
    }
}

/// Describes a term: its block and key.
pub fn term_of(head: Head, vocabulary: &Vocabulary, term: u32) -> (Block, u64) {
    let (block, key) = vocabulary.term(TermId(term));
    (Block::of(head)[block], key)
}
