//! The model card: what a model was made from, what it may be used for, what not.

use std::fmt::Write;

use crate::model::{Model, TrainingSet};

/// The card of a model, in Markdown.
pub fn model_card(model: &Model, set: &TrainingSet) -> String {
    let mut card = String::new();
    let counts = model.counts();
    let mut line = |text: String| writeln!(card, "{text}").expect("a string takes all");
    line(format!("# Model {}", model.id()));
    line(String::new());
    line(format!("Codebook {}, made by iken {}.", model.codebook().fingerprint(), model.program()));
    line(format!("{} rows, seed {}.", set.rows.len(), model.settings().seed));
    for (name, n) in counts.opinions.iter().chain(&counts.examples) {
        line(format!("- {name}: {n}"));
    }
    card
}
