//! `iken read`: the opinions found in files, as a table; `--check` shows what was understood instead.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use iken::{
    error::Position,
    guard::guard,
    ingest::{Input, Reading, RecordCache, open},
    opinion::Opinion,
};
use serde_json::{Map, Value, json};

use super::{Global, Outcome, input::InputArgs, rejects::Rejects};

/// Arguments of `iken read`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to write the opinions
    #[arg(long, value_enum, default_value_t = ReadFormat::Tsv)]
    format: ReadFormat,
    /// Show what was understood instead: pages or sheets, what was left out and why, what to look at
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// Formats of `iken read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ReadFormat {
    /// Tab-separated table
    Tsv,
    /// Comma-separated table
    Csv,
    /// JSON Lines
    Jsonl,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let options = args.input.options()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut rejects = Rejects::to_stderr(global);
    if !args.check {
        header(args.format, &mut out)?;
    }
    let mut failed = 0;
    for path in &args.files {
        let input = Input::new(path);
        let opened = match open(&input, &options) {
            Ok(opened) => opened,
            // One file alone is the whole work; of several the others go on.
            Err(error) if args.files.len() == 1 => return Err(error.into()),
            Err(error) => {
                global.say(format_args!("error: {error}"));
                failed += 1;
                continue;
            }
        };
        let mut reader = opened.reader;
        let mut cache = RecordCache::default();
        let mut found = Checked::default();
        while let Some(batch) = reader.next_batch()? {
            let mut result = Ok(());
            batch.for_each(&mut cache, |record| {
                if result.is_err() {
                    return;
                }
                result = match record {
                    Ok(opinion) if args.check => {
                        found.count(&opinion);
                        Ok(())
                    }
                    Ok(opinion) => {
                        write_opinion(&opinion, args.format, &mut out).map_err(anyhow::Error::from)
                    }
                    Err(reject) => rejects.add(*reject).map_err(Into::into),
                };
            });
            result?;
        }
        match reader.understood() {
            Some(reading) if args.check => write_check(&input.name(), reading, &found, &mut out)?,
            None if args.check => writeln!(out, "{}: {} opinions", input.name(), found.n_opinions)?,
            Some(reading) => {
                for warning in &reading.warnings {
                    global.say(format_args!("warning: {}: {}", warning.position, warning.message));
                }
            }
            None => {}
        }
    }
    out.flush()?;
    if failed > 0 {
        anyhow::bail!("{failed} of {} files could not be read", args.files.len());
    }
    rejects.finish()
}

#[derive(Default)]
struct Checked {
    n_opinions: usize,
    n_without_municipality: usize,
}

impl Checked {
    fn count(&mut self, opinion: &Opinion) {
        self.n_opinions += 1;
        self.n_without_municipality += usize::from(opinion.municipality.is_none());
    }
}

const COLUMNS: [&str; 9] =
    ["id", "fiscal_year", "area", "municipality", "text", "page", "sheet", "cell", "line"];

fn header(format: ReadFormat, out: &mut impl Write) -> io::Result<()> {
    match format {
        ReadFormat::Jsonl => Ok(()),
        ReadFormat::Tsv => writeln!(out, "{}", COLUMNS.join("\t")),
        ReadFormat::Csv => writeln!(out, "{}", COLUMNS.join(",")),
    }
}

fn write_opinion(opinion: &Opinion, format: ReadFormat, out: &mut impl Write) -> io::Result<()> {
    let Opinion { id, fiscal_year, area, municipality, text, source, columns } = opinion;
    if format == ReadFormat::Jsonl {
        let mut record = Map::new();
        record.insert("id".into(), json!(id));
        record.insert("fiscal_year".into(), json!(fiscal_year));
        record.insert("area".into(), json!(area));
        record.insert("municipality".into(), json!(municipality));
        record.insert("text".into(), json!(text));
        record.insert("source".into(), json!(source));
        for (name, value) in columns {
            record.entry(name.clone()).or_insert_with(|| value.clone());
        }
        return writeln!(out, "{}", Value::Object(record));
    }
    let optional = |v: &Option<String>| v.clone().unwrap_or_default();
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let row = [
        id.clone(),
        number(fiscal_year.map(i64::from)),
        optional(area),
        optional(municipality),
        text.clone(),
        number(source.page.map(i64::from)),
        optional(&source.sheet),
        optional(&source.cell),
        number(source.line.map(|l| l as i64)),
    ];
    let delimiter = if format == ReadFormat::Tsv { b'\t' } else { b',' };
    let mut table = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
    table.write_record(row.iter().map(|field| guard(field).into_owned()))?;
    table.flush()
}

fn write_check(name: &str, reading: &Reading, found: &Checked, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{name}: {} opinions", found.n_opinions)?;
    for part in &reading.parts {
        let municipalities: Vec<&str> = part.municipalities.iter().map(String::as_str).collect();
        writeln!(
            out,
            "  {}: {} opinions, {} municipalities: {}",
            part.name,
            part.n_opinions,
            municipalities.len(),
            municipalities.join(" ")
        )?;
    }
    if found.n_without_municipality > 0 {
        writeln!(out, "  without a municipality: {}", found.n_without_municipality)?;
    }
    let at = |position: &Position| Position { file: None, ..position.clone() }.to_string();
    if !reading.left_out.is_empty() {
        writeln!(out, "  not read as opinions: {}", reading.left_out.len())?;
        for left in &reading.left_out {
            let text: String = left.text.chars().take(80).collect();
            writeln!(
                out,
                "    {} [{}] {}",
                at(&left.position),
                left.reason.as_str(),
                text.replace(['\n', '\r'], " ")
            )?;
        }
    }
    for warning in &reading.warnings {
        writeln!(out, "  look at {}: {}", at(&warning.position), warning.message)?;
    }
    Ok(())
}
