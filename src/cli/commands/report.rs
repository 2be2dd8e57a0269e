//! `iken report`: labeled tables of one or more years become one page.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use iken::{
    codebook::Codebook,
    compare::{compare, read_tables},
    destination::Destination,
    ingest::Reject,
    model::Model,
    report::year_area_report,
};

use super::{Global, Outcome};

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
    if read.rejects.is_empty() {
        return Ok(Outcome::Done);
    }
    let path = PathBuf::from(format!("{}.rejects.tsv", args.out.display()));
    write_rejects(&path, &read.rejects)?;
    global.say(format_args!("{} records were not counted, see {}", read.rejects.len(), path.display()));
    Ok(Outcome::Rejects)
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

fn write_rejects(path: &Path, rejects: &[Reject]) -> anyhow::Result<()> {
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Destination::create(path)?);
    table.write_record(["position", "message", "record"])?;
    for reject in rejects {
        table.write_record([&reject.position.to_string(), &reject.message, &reject.record])?;
    }
    let mut destination = table.into_inner().map_err(|e| e.into_error())?;
    destination.flush()?;
    Ok(destination.finish()?)
}
