//! `iken` (意見) reads summaries of opinions, gives each its themes and its stance by a fixed codebook, and says how
//! far each label can be trusted.
//!
//! The way of the data:
//!
//! 1. [`ingest`]: a file in any form becomes opinions, each with where it stands;
//! 2. [`tokenize`]: an opinion's text becomes terms;
//! 3. [`vectorize`]: terms become sparse TF-IDF rows;
//! 4. [`classify`]: rows become scores, probabilities and decisions;
//! 5. [`model`]: labels, examples and codebook become a model, which labels one text after the other;
//! 6. [`batch`] and [`columnar`]: many texts, in parallel, in order, in constant memory;
//! 7. [`export`], [`report`] and [`import`]: labels go to people and come back;
//! 8. [`evaluate`] and [`compare`]: how right labels are, and what they say of years and areas.
//!
//! ```
//! use iken::{model::Model, record::Status};
//!
//! # fn main() -> iken::error::Result<()> {
//! let model = Model::load("models/iken.model".as_ref())?;
//! let accept_from = model.promise(0.9).map_or(f64::INFINITY, |promise| promise.threshold);
//! let mut labeler = model.labeler(accept_from);
//! let prediction = labeler.label("在宅医の数が少ない。");
//!
//! let codebook = model.codebook();
//! assert_eq!(codebook.theme(prediction.themes.main()).name_ja, "在宅医療資源の充足・不足");
//! assert_eq!(codebook.stance(prediction.stance).id, "concern");
//! assert_eq!(prediction.status, Status::Accepted);
//! # Ok(())
//! # }
//! ```

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
