//! Vectors: terms come in, sparse TF-IDF rows come out.

mod lexicon;
mod matrix;
mod tfidf;
mod vocabulary;

pub use lexicon::{FixedLexicon, GrowingLexicon};
pub use matrix::SparseRows;
pub use tfidf::{TfIdf, term_frequency};
pub use vocabulary::{Corpus, Count, CountedTexts, KeyTable, TermId, Vocabulary};
