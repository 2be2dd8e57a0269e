//! Tokens: an opinion's text comes in, terms come out. Normalization, then morphemes, then what is counted of them.

mod clause;
pub mod morphology;
mod normalize;
mod terms;

pub use clause::{is_negation, is_stop, joins_clauses};
pub use normalize::normalize;
pub use terms::{Analyzer, Block, Boundary, Head, Lexeme, Lexicon, N_BLOCKS, Word, describe};
