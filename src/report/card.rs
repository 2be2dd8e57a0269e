//! The model card: what a model was made from, how right it was on sources that it had not seen, what it may be used
//! for and what not.

use std::fmt::{self, Write};

use crate::model::{Member, MemberKind, Model, TrainingSet};

/// The card of a model, in Markdown: the same text for the same model.
pub fn model_card(model: &Model, set: &TrainingSet) -> String {
    let mut card = String::new();
    write_card(model, set, &mut card).expect("a string takes all");
    card
}

fn write_card(model: &Model, set: &TrainingSet, card: &mut String) -> fmt::Result {
    let codebook = model.codebook();
    writeln!(card, "# Model card: iken.model\n")?;
    writeln!(
        card,
        "Model `{}`, codebook `{}`, iken {}, seed {}. Written by `iken train`.\n",
        model.id(),
        codebook.fingerprint(),
        model.program(),
        model.settings().seed
    )?;
    writeln!(
        card,
        "It gives an opinion of a municipal summary on home medical care (在宅医療) one to {} of {} themes and one of {} \
         stances, each with a probability, and says which opinions a person should look at.\n",
        codebook.max_themes(),
        codebook.themes().len(),
        codebook.stances().len()
    )?;
    write_sources(model, card)?;
    writeln!(
        card,
        "## How it decides\n\nThemes: {}. Stance: {}. Every member's scores are divided by their spread on real \
         opinions of sources that it had not seen; the same scores give the threshold ({:.4}), the probabilities and \
         the promise.\n",
        members(&model.settings().themes.members),
        members(&model.settings().stance.members),
        model.decision().threshold
    )?;
    write_figures(model, card)?;
    writeln!(
        card,
        "## What it must not be used for\n\n\
         - Decisions about single persons, facilities or offices: it reads texts, not facts.\n\
         - Other subjects than home medical care, or other codebooks.\n\
         - Shares of themes by year or area without the correction and interval that `iken report` gives.\n\
         - Claims about a new year that no one has checked a sample of.\n\
         - Figures over training opinions: `in_training` marks them.\n\n\
         {} training rows in all. `data/summaries/r04-sample.txt` and its labels are invented (架空) and were never \
         trained on.",
        set.rows.len()
    )
}

fn write_sources(model: &Model, card: &mut String) -> fmt::Result {
    writeln!(card, "## What it learned from\n\n| rows | source | what |\n|---|---|---|")?;
    for (name, n) in &model.counts().opinions {
        writeln!(card, "| {n} | {name} | hand-labeled opinions of a summary |")?;
    }
    for (name, n) in &model.counts().examples {
        let what = if name == "field" {
            "statements found on public pages, restated in other words, coded twice"
        } else {
            "sentences written with a language model that had read the codebook and the real summary; nobody said them"
        };
        writeln!(card, "| {n} | {name} | {what} |")?;
    }
    let n = model.counts().codebook;
    writeln!(card, "| {n} | codebook | definitions, inclusions and terms of the codebook |\n")?;
    writeln!(
        card,
        "Every opinion of r01, the real summary of fiscal 2019, was coded twice. The passes agree at kappa 0.99 (main \
         theme) and 0.98 (stance), micro-F1 0.967 (theme sets). They shared one background, so this is an upper bound \
         of what strangers would reach.\n"
    )
}

fn write_figures(model: &Model, card: &mut String) -> fmt::Result {
    let n_real = model.evidence().len();
    writeln!(
        card,
        "## How right it was on sources that it had not seen\n\n{n_real} real opinions and statements, each source \
         labeled by a model trained on all others (`iken train` measures this; `make evaluate` measures more, with \
         intervals over municipalities).\n\n\
         | theme | support | given | precision | 95 % interval | recall |\n|---|---|---|---|---|---|"
    )?;
    let mut weak = Vec::new();
    for (theme, evidence) in model.codebook().themes().iter().zip(model.theme_evidence()) {
        let (low, high) = evidence.interval();
        writeln!(
            card,
            "| {} {} | {} | {} | {:.2} | {low:.2} to {high:.2} | {:.2} |",
            theme.id,
            theme.name_ja,
            evidence.support,
            evidence.n_given,
            evidence.precision(),
            evidence.recall()
        )?;
        if evidence.precision() < WEAK_PRECISION || evidence.recall() < WEAK_RECALL || evidence.support < FEW
        {
            weak.push(theme.id.as_str());
        }
    }
    match model.promise(0.9) {
        Some(p) => writeln!(
            card,
            "\nAt a promise of 0.90 it accepts opinions of probability {:.4} or more: {} of {n_real}; of the {} themes \
             given to them {} were right (lower 95 % bound {:.3}). The evidence pools the sources, and a single new \
             year can be harder than they are: check a sample of it (`iken sample`, `iken label --reviewed`).",
            p.threshold, p.n_opinions, p.n_given, p.n_right, p.lower_bound
        )?,
        None => writeln!(
            card,
            "\nIts evidence shows a precision of 0.90 for no opinion: all are to be reviewed."
        )?,
    }
    let weak = if weak.is_empty() { "none".to_owned() } else { weak.join(", ") };
    writeln!(
        card,
        "\nWeak themes (precision below {WEAK_PRECISION}, recall below {WEAK_RECALL}, or fewer than {FEW} real \
         opinions): {weak}.\n"
    )
}

/// Precision below which a theme is called weak: three in ten given it are wrong.
const WEAK_PRECISION: f64 = 0.7;
/// Recall below which a theme is called weak.
const WEAK_RECALL: f64 = 0.6;
/// Real opinions below which nothing can be said of a theme.
const FEW: usize = 15;

fn members(members: &[Member]) -> String {
    let named: Vec<String> = members
        .iter()
        .map(|member| match &member.kind {
            MemberKind::NaiveBayes(nb) => {
                format!("{:?} naive Bayes (alpha {}, share {})", nb.event, nb.alpha, member.share)
            }
            MemberKind::Margin(m) => format!(
                "margin classifier ({:?} loss, C {}, terms scaled by naive Bayes to the power {}, share {})",
                m.loss, m.c, m.naive_bayes_exponent, member.share
            ),
        })
        .collect();
    named.join(" + ")
}
