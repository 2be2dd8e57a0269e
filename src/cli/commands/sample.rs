//! `iken sample`: opinions of a new year to check by hand, so that the promise can be re-checked on it.

use std::path::PathBuf;

use iken::{destination::Destination, guard::guard, labeled::read_labeled, random::strata};

use super::{super::Usage, Global, Outcome};

/// Arguments of `iken sample`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Labeled opinions, as `iken label` writes them (JSON Lines)
    #[arg(value_name = "LABELED")]
    labeled: PathBuf,
    /// Opinions to draw
    #[arg(short, long, value_name = "N", default_value_t = 40)]
    n: usize,
    /// Where they go (.csv)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Seed of the draw
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    if args.n == 0 {
        return Err(Usage("-n 0: at least one opinion is expected".to_owned()).into());
    }
    let mut records = read_labeled(&args.labeled)?;
    // What was a training opinion says nothing of the new year.
    records.retain(|r| !r.in_training);
    if records.is_empty() {
        anyhow::bail!("{}: no opinion that is not a training opinion", args.labeled.display());
    }
    records.sort_by(|a, b| a.probability.total_cmp(&b.probability).then_with(|| a.id.cmp(&b.id)));
    let mut drawn: Vec<_> =
        strata(records.len(), args.n, args.seed).into_iter().map(|i| &records[i]).collect();
    // Sure and unsure ones mixed: whoever checks should not know.
    drawn.sort_by(|a, b| a.id.cmp(&b.id));
    let mut bytes = "\u{FEFF}".as_bytes().to_vec();
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
    table.write_record(["id", "fiscal_year", "municipality", "text", "themes", "stance"])?;
    for record in &drawn {
        let year = record.fiscal_year.map(|y| y.to_string()).unwrap_or_default();
        let municipality = record.municipality.clone().unwrap_or_default();
        table.write_record([&record.id, &year, &municipality, guard(&record.text).as_ref(), "", ""])?;
    }
    table.flush()?;
    drop(table);
    Destination::write_all_to(&args.output, &bytes)?;
    global.say(format_args!(
        "{}: {} of {} opinions; fill in themes (main first, joined by |) and stance, then label again with --reviewed {}",
        args.output.display(),
        drawn.len(),
        records.len(),
        args.output.display()
    ));
    Ok(Outcome::Done)
}
