//! `iken suspects`: training rows whose label a model trained without them doubts.

use std::io::Write;

use iken::{guard::guard, model::suspects};

use super::{Global, Outcome, train::TrainingArgs};

/// Arguments of `iken suspects`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
    /// Rows to list
    #[arg(short, long, value_name = "N", default_value_t = 50)]
    n: usize,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let set = args.training.set(global)?;
    let settings = args.training.settings().check()?;
    let ranked = suspects(&set, &settings)?;
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(std::io::stdout().lock());
    table.write_record(["rank", "doubt", "id", "source", "label", "doubted", "terms", "text"])?;
    for (rank, suspect) in ranked.iter().take(args.n).enumerate() {
        let row = &set.rows[suspect.row];
        let theme = &set.codebook.theme(suspect.theme).id;
        table.write_record([
            &(rank + 1).to_string(),
            &format!("{:.4}", suspect.doubt()),
            &row.id,
            &row.source,
            &row.themes.to_string(&set.codebook),
            &format!("{}{theme}", if suspect.in_label { "-" } else { "+" }),
            &suspect.terms.join(" "),
            guard(&row.text).as_ref(),
        ])?;
    }
    table.flush()?;
    std::io::stdout().flush()?;
    Ok(Outcome::Done)
}
