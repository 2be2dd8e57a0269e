//! `iken report`: labeled tables of one or more years become one page.

use std::path::PathBuf;

use iken::{
    codebook::Codebook,
    compare::{compare, read_tables},
    destination::Destination,
    model::Model,
    report::year_area_report,
};

use super::{Global, Outcome, rejects::Rejects};

/// Arguments of `iken report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Labeled tables of one or more years (.jsonl, .csv or .tsv), as `iken label` writes them
    #[arg(required = true, value_name = "TABLE")]
    tables: Vec<PathBuf>,
    /// The page to write
    #[arg(long, short, value_name = "FILE", default_value = "out/report.html")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let read = read_tables(&args.tables, codebooks(global)?)?;
    let comparison = compare(&read);
    Destination::write_all_to(&args.out, year_area_report(&comparison).as_bytes())?;
    let n: usize = read.tables.iter().map(|t| t.n).sum();
    global.say(format_args!("{n} opinions of {} years -> {}", comparison.years.len(), args.out.display()));
    let mut rejects = Rejects::beside(global, &args.out);
    for reject in read.rejects {
        rejects.add(reject)?;
    }
    rejects.finish()
}

/// Codebooks that a table may have been labeled by: the one named, else the project's and the model's.
fn codebooks(global: &Global) -> anyhow::Result<Vec<Codebook>> {
    if let Some(path) = &global.codebook {
        return Ok(vec![Codebook::from_path(path)?]);
    }
    let mut codebooks = Vec::new();
    if global.codebook_path().is_file() {
        codebooks.push(Codebook::from_path(&global.codebook_path())?);
    }
    if global.model_path().is_file() {
        codebooks.push(Model::load(&global.model_path())?.codebook().clone());
    }
    Ok(codebooks)
}
