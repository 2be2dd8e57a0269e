//! Terms and their numbers. A corpus numbers every term it meets; a vocabulary keeps those that a model uses, block
//! after block, and finds them by key.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::lexicon::GrowingLexicon;
use crate::tokenize::{Analyzer, Block, Head, N_BLOCKS};

/// Number of a term within one head, from 0; the terms of a block lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermId(pub u32);

impl TermId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The terms of one head: each block's keys, in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Vocabulary {
    keys: [Vec<u64>; N_BLOCKS],
}

impl Vocabulary {
    /// Number of terms.
    pub fn len(&self) -> usize {
        self.keys.iter().map(Vec::len).sum()
    }

    /// Whether it has no term.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of the first term of every block, and behind the last block the number of terms.
    pub fn block_starts(&self) -> [u32; N_BLOCKS + 1] {
        let mut starts = [0; N_BLOCKS + 1];
        for (i, keys) in self.keys.iter().enumerate() {
            starts[i + 1] = starts[i] + keys.len() as u32;
        }
        starts
    }

    /// Block (by its place) and key of a term.
    pub fn term(&self, id: TermId) -> (usize, u64) {
        let starts = self.block_starts();
        let block = (0..N_BLOCKS).rev().find(|&b| id.0 >= starts[b]).unwrap_or(0);
        (block, self.keys[block][(id.0 - starts[block]) as usize])
    }

    /// Keys of a block, in the order of their numbers.
    pub fn keys(&self, block: usize) -> &[u64] {
        &self.keys[block]
    }

    /// The vocabulary of the terms for which `keep` says so, and for each of them its number here.
    pub fn select(&self, keep: impl Fn(TermId) -> bool) -> (Self, Vec<TermId>) {
        let starts = self.block_starts();
        let mut kept = Vec::new();
        let mut selected = Self::default();
        for (block, keys) in self.keys.iter().enumerate() {
            for (i, &key) in keys.iter().enumerate() {
                let id = TermId(starts[block] + i as u32);
                if keep(id) {
                    selected.keys[block].push(key);
                    kept.push(id);
                }
            }
        }
        (selected, kept)
    }
}

/// How often a document has a term.
pub type Count = (TermId, u32);

/// Texts of training, counted: their lexicon and, for each head, every term and its counts.
pub struct Corpus {
    /// Base forms of all texts.
    pub lexicon: GrowingLexicon,
    /// Counts for themes.
    pub themes: CountedTexts,
    /// Counts for stance.
    pub stance: CountedTexts,
}

/// The texts of a corpus as counts of the terms of one head.
#[derive(Debug, Clone, Default)]
pub struct CountedTexts {
    /// Every term that any text has.
    pub vocabulary: Vocabulary,
    /// For each text its terms, in the order of their numbers.
    pub documents: Vec<Vec<Count>>,
}

impl Corpus {
    /// Counts the terms of texts. Terms are numbered in the order in which the texts bring them.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut lexicon = GrowingLexicon::default();
        let mut analyzer = Analyzer::default();
        let mut counters = [Counter::default(), Counter::default()];
        for text in texts {
            analyzer.analyze(text, &mut lexicon);
            for (head, counter) in [Head::Themes, Head::Stance].into_iter().zip(&mut counters) {
                analyzer.for_each_term(head, |block, key| counter.count(block, key));
                counter.finish_document();
            }
        }
        let [themes, stance] = counters.map(Counter::finish);
        Self { lexicon, themes, stance }
    }
}

/// Numbers terms of each block apart while documents come in.
#[derive(Default)]
struct Counter {
    ids: [HashMap<u64, u32>; N_BLOCKS],
    keys: [Vec<u64>; N_BLOCKS],
    /// Occurrences of the document at hand: block and number within the block.
    occurrences: Vec<(u8, u32)>,
    documents: Vec<Vec<((u8, u32), u32)>>,
}

impl Counter {
    fn count(&mut self, block: Block, key: u64) {
        let block = block.index();
        let keys = &mut self.keys[block];
        let id = *self.ids[block].entry(key).or_insert_with(|| {
            keys.push(key);
            keys.len() as u32 - 1
        });
        self.occurrences.push((block as u8, id));
    }

    fn finish_document(&mut self) {
        self.occurrences.sort_unstable();
        let mut counts: Vec<((u8, u32), u32)> = Vec::new();
        for &term in &self.occurrences {
            match counts.last_mut() {
                Some((last, n)) if *last == term => *n += 1,
                _ => counts.push((term, 1)),
            }
        }
        self.occurrences.clear();
        self.documents.push(counts);
    }

    fn finish(self) -> CountedTexts {
        let vocabulary = Vocabulary { keys: self.keys };
        let starts = vocabulary.block_starts();
        let number = |((block, id), n): ((u8, u32), u32)| (TermId(starts[usize::from(block)] + id), n);
        let documents = self.documents.into_iter().map(|d| d.into_iter().map(number).collect()).collect();
        CountedTexts { vocabulary, documents }
    }
}

/// Finds the number of a term by its key: open addressing, read-only once built. Most keys of a text are not there, and
/// a slot of four bytes that holds a part of the hash says so without the key itself being read: the slots of a head
/// stay in the second-level cache, where keys of eight bytes would not.
pub struct KeyTable {
    /// 0 for an empty slot, else the place of the key plus one, and above [`PLACE_BITS`] a part of its hash.
    slots: Vec<u32>,
    keys: Vec<u64>,
    first: u32,
    shift: u32,
}

/// Bits of a slot that hold a place.
const PLACE_BITS: u32 = 24;
const PLACE: u32 = (1 << PLACE_BITS) - 1;

impl KeyTable {
    /// A table of keys, numbered from `first` on; at most 16 million.
    pub fn new(keys: &[u64], first: u32) -> Self {
        assert!(keys.len() < PLACE as usize, "a model has fewer terms than places");
        let capacity = (keys.len() * 2).next_power_of_two().max(2);
        let shift = 64 - capacity.trailing_zeros();
        let mut table = Self { slots: vec![0; capacity], keys: keys.to_vec(), first, shift };
        for (place, &key) in keys.iter().enumerate() {
            let (mut slot, mark) = table.slot(key);
            while table.slots[slot] != 0 {
                slot = (slot + 1) & (capacity - 1);
            }
            table.slots[slot] = mark | (place as u32 + 1);
        }
        table
    }

    /// Where the search for a key begins, and the part of its hash that its slot holds.
    fn slot(&self, key: u64) -> (usize, u32) {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4): the high bits of a product.
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((hash >> self.shift) as usize, ((hash >> 8) as u32) & !PLACE)
    }

    /// The number of the term with this key.
    #[inline]
    pub fn get(&self, key: u64) -> Option<TermId> {
        let (mut slot, mark) = self.slot(key);
        loop {
            let found = self.slots[slot];
            if found == 0 {
                return None;
            }
            let place = (found & PLACE) - 1;
            if found & !PLACE == mark && self.keys[place as usize] == key {
                return Some(TermId(self.first + place));
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_a_block_lie_together_in_the_order_of_the_texts() {
        let corpus = Corpus::new(["在宅医が少ない", "薬局が少ない"]);
        let vocabulary = &corpus.themes.vocabulary;
        let starts = vocabulary.block_starts();
        assert_eq!(starts[1], 3, "在宅医, 少ない, 薬局");
        assert_eq!(corpus.lexicon.form(crate::tokenize::Lexeme(vocabulary.keys(0)[2] as u32)), "薬局");
        assert!(corpus.themes.documents[1].windows(2).all(|w| w[0].0 < w[1].0));
        let few = corpus.themes.documents[1].iter().find(|(id, _)| id.0 == 1);
        assert_eq!(few, Some(&(TermId(1), 1)));
    }

    #[test]
    fn a_selection_renumbers_and_remembers() {
        let corpus = Corpus::new(["在宅医が少ない", "薬局が少ない"]);
        let (selected, kept) = corpus.themes.vocabulary.select(|id| id.0 != 1);
        assert_eq!(selected.len(), corpus.themes.vocabulary.len() - 1);
        assert_eq!(kept[1], TermId(2));
        assert_eq!(selected.term(TermId(1)), corpus.themes.vocabulary.term(TermId(2)));
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<u64> = (0..1000).map(|i| i * i * 7919).collect();
        let table = KeyTable::new(&keys, 10);
        for (i, &key) in keys.iter().enumerate() {
            assert_eq!(table.get(key), Some(TermId(10 + i as u32)));
        }
        assert_eq!(table.get(3), None);
        // Two unseen words in a row have this key.
        assert_eq!(table.get(u64::MAX), None);
        assert_eq!(KeyTable::new(&[], 0).get(3), None);
    }
}
