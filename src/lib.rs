//! `iken` (意見) reads summaries of opinions, gives each its themes and its stance by a fixed codebook, and says how
//! far each label can be trusted.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro, clippy::unwrap_used)
)]

pub mod batch;
pub mod classify;
pub mod codebook;
pub mod columnar;
pub mod compare;
pub mod destination;
pub mod error;
pub mod evaluate;
pub mod export;
pub mod guard;
pub mod import;
pub mod ingest;
pub mod labeled;
pub mod labels;
pub mod model;
pub mod opinion;
pub mod places;
pub mod random;
pub mod record;
pub mod report;
pub mod tokenize;
pub mod vectorize;
