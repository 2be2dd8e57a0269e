//! `iken agree`: how far two coders, or a model and a person, agree, and where they do not.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use iken::{
    codebook::Codebook,
    error::{Error, Position},
    evaluate::agreement::{Agreement, Bootstrap, Coded, Disagreement, Estimate, Figure, compare},
    labels::read_hand_labels,
    record::LabeledRecord,
};

use super::{Global, Outcome};

/// Arguments of `iken agree`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Labels of one coder: a table of hand labels, or .jsonl of `iken label`, of which the predictions are taken
    first: PathBuf,
    /// Labels of the other
    second: PathBuf,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Draws of the bootstrap intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 2000)]
    draws: usize,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Tables to be read
    Text,
    /// One JSON object
    Json,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let codebook = Codebook::from_path(&global.codebook_path())?;
    let [first, second] = [&args.first, &args.second].map(|path| read(path, &codebook, global));
    let bootstrap = Bootstrap { n_draws: args.draws, seed: args.seed };
    let agreement = compare(&first?, &second?, &codebook, &bootstrap)?;
    let mut out = io::stdout().lock();
    match args.format {
        Format::Text => write_text(&agreement, args, &mut out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &agreement)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    for id in &agreement.texts_differ {
        let _ = writeln!(io::stderr(), "not compared: {id}: the two tables have different texts");
    }
    Ok(if agreement.texts_differ.is_empty() { Outcome::Done } else { Outcome::Rejects })
}

fn read(path: &Path, codebook: &Codebook, global: &Global) -> anyhow::Result<Vec<Coded>> {
    let is_jsonl =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl") || e.eq_ignore_ascii_case("ndjson"));
    if !is_jsonl {
        return Ok(read_hand_labels(path, codebook)?.into_iter().map(Coded::from).collect());
    }
    let file = File::open(path).with_context(|| format!("{}: cannot open the labels", path.display()))?;
    let mut coded = Vec::new();
    let mut n_in_training = 0;
    for (i, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{}: cannot read the labels", path.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        let record: LabeledRecord = serde_json::from_str(&line).map_err(|e| Error::Labels {
            position: Position::file(path.display().to_string()).at_line(i as u64 + 1),
            message: format!("a record of iken label is expected: {e}"),
        })?;
        n_in_training += usize::from(record.in_training);
        coded.push(Coded::from_prediction(record, codebook)?);
    }
    if n_in_training > 0 {
        global.say(format_args!(
            "warning: {}: {n_in_training} of {} opinions were in the model's training; agreement on them says nothing \
             about a new year",
            path.display(),
            coded.len()
        ));
    }
    Ok(coded)
}

fn write_text(agreement: &Agreement, args: &Args, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "A  {}", args.first.display())?;
    writeln!(out, "B  {}", args.second.display())?;
    writeln!(out, "{} opinions coded by both", agreement.n_opinions)?;
    for (name, only) in [("A", &agreement.only_first), ("B", &agreement.only_second)] {
        if !only.is_empty() {
            writeln!(out, "only in {name}, not compared: {}", only.len())?;
        }
    }
    writeln!(out)?;
    writeln!(
        out,
        "{:<26} {:>5} {:>5} {:>5} {:>5}  {:<22} {:<22} alpha",
        "", "n", "A", "B", "same", "agreement", "kappa"
    )?;
    for figure in &agreement.figures {
        write_figure(figure, out)?;
    }
    writeln!(
        out,
        "\nn: opinions; A, B: those given it; in brackets 95 % bootstrap intervals; alpha of theme sets with MASI \
         distance; - not known"
    )?;
    if agreement.disagreements.is_empty() {
        return writeln!(out, "\nno disagreements");
    }
    writeln!(out, "\n{} disagreements", agreement.disagreements.len())?;
    agreement.disagreements.iter().try_for_each(|d| write_disagreement(d, out))
}

fn write_figure(figure: &Figure, out: &mut impl Write) -> io::Result<()> {
    let count = |n: Option<usize>| n.map_or_else(String::new, |n| n.to_string());
    let line = format!(
        "{:<26} {:>5} {:>5} {:>5} {:>5}  {:<22} {:<22} {}",
        figure.what,
        figure.n,
        count(figure.n_first),
        count(figure.n_second),
        figure.n_same,
        estimate(figure.percent_agreement),
        estimate(figure.kappa),
        estimate(figure.alpha)
    );
    writeln!(out, "{}", line.trim_end())
}

fn estimate(estimate: Option<Estimate>) -> String {
    match estimate {
        None => "-".to_owned(),
        Some(Estimate { value, low: Some(low), high: Some(high) }) => {
            format!("{value:.3} ({low:.2} to {high:.2})")
        }
        Some(Estimate { value, .. }) => format!("{value:.3}"),
    }
}

fn write_disagreement(disagreement: &Disagreement, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}  {}", disagreement.id, disagreement.text.replace(['\n', '\r'], " "))?;
    for (name, said) in [("A", &disagreement.first), ("B", &disagreement.second)] {
        writeln!(out, "  {name}  {}  {}", said.themes.join("|"), said.stance.as_deref().unwrap_or("-"))?;
    }
    Ok(())
}
