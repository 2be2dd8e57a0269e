//! `iken explain`: which terms speak for and against each theme and stance.

use std::io::Write;

use iken::{
    model::{Explanation, Model, explain},
    tokenize::Head,
};

use super::{Global, Outcome};

/// Arguments of `iken explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The opinion
    text: String,
    /// Explain these themes or stances alone, by id or Japanese name
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Terms shown for each side
    #[arg(long, value_name = "N", default_value_t = 8)]
    terms: usize,
    /// Show every term
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let model = Model::load(&global.model_path())?;
    let codebook = model.codebook();
    let mut out = std::io::stdout().lock();
    let prediction = model.labeler(1.0).label(&args.text);
    let themes: Vec<&str> = prediction.themes.iter().map(|t| codebook.theme(t).id.as_str()).collect();
    writeln!(out, "themes {}   stance {}", themes.join(", "), codebook.stance(prediction.stance).id)?;
    writeln!(out, "a theme is given from score {:.4} on; the highest always", model.decision().threshold)?;
    let names = |head| -> Vec<(String, String)> {
        match head {
            Head::Themes => codebook.themes().iter().map(|t| (t.id.clone(), t.name_ja.clone())).collect(),
            Head::Stance => codebook.stances().iter().map(|s| (s.id.clone(), s.name_ja.clone())).collect(),
        }
    };
    for head in [Head::Themes, Head::Stance] {
        let mut explained: Vec<_> = names(head).into_iter().zip(explain(&model, head, &args.text)).collect();
        explained.retain(|((id, name), _)| {
            args.only.is_empty() || args.only.contains(id) || args.only.contains(name)
        });
        explained.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
        for ((id, name), explanation) in explained {
            write_explanation(&id, &name, &explanation, args, &mut out)?;
        }
    }
    Ok(Outcome::Done)
}

fn write_explanation(
    id: &str,
    name: &str,
    explanation: &Explanation,
    args: &Args,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let Explanation { score, probability, bias, contributions } = explanation;
    writeln!(out, "\n{id}  {name}  score {score:.4}  probability {probability:.4}")?;
    let shown = if args.all { contributions.len() } else { args.terms };
    let total = |positive: bool| -> f64 {
        contributions.iter().map(|c| c.weight).filter(|w| (*w > 0.0) == positive).sum()
    };
    writeln!(out, "  bias {bias:+.4}  for {:+.4}  against {:+.4}", total(true), total(false))?;
    for c in contributions.iter().filter(|c| c.weight > 0.0).take(shown) {
        writeln!(out, "    {:+.4}  {}", c.weight, c.term)?;
    }
    for c in contributions.iter().rev().filter(|c| c.weight < 0.0).take(shown) {
        writeln!(out, "    {:+.4}  {}", c.weight, c.term)?;
    }
    Ok(())
}
