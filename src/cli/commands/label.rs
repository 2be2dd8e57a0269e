//! `iken label`: opinions get their themes and their stance, in a batch.

use std::{
    collections::HashMap,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use iken::{
    batch::{self, Tally},
    classify::threshold::{Promise, promise_rechecked},
    columnar::{Compression, ParquetOptions, label_parquet, label_stream},
    destination::Destination,
    error::Error,
    export::{
        OutputFormat,
        workbook::{InputFile, Manifest, ThemePrecision, WorkbookContext, write_workbook},
    },
    ingest::{Field, Input, Opened, ReadOptions, open},
    model::Model,
    opinion::Opinion,
    record::LabeledRecord,
};
use sha2::{Digest, Sha256};

use super::{
    super::{Usage, progress::Progress},
    Global, Outcome,
    gold::GoldLabels,
    input::InputArgs,
    rejects::Rejects,
    summary::Summary,
};

/// Arguments of `iken label`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files to label, each into an output of its own; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the labels go: a file for one input, a folder (ending in /) for several [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Format of the output [default: by the extension of OUT, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Compression of Parquet output: none, snappy or zstd
    #[arg(long, value_name = "NAME", default_value = "zstd", value_parser = compression)]
    compression: Compression,
    /// Precision that accepted opinions must keep
    #[arg(long, value_name = "P", default_value_t = 0.9, value_parser = share)]
    promise: f64,
    /// Table of hand labels (id, themes, stance, text) to score the labels against as they are made
    #[arg(long, value_name = "TABLE")]
    gold: Option<PathBuf>,
    /// Opinions of this year drawn by `iken sample` and filled in: the promise is re-checked on them
    #[arg(long, value_name = "TABLE")]
    reviewed: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

/// Formats of labeled outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma-separated, as Excel reads it
    Csv,
    /// Tab-separated
    Tsv,
    /// Workbook for a person to check and edit
    Xlsx,
    /// Parquet, from Parquet
    Parquet,
    /// Arrow IPC stream, from an Arrow IPC stream on standard input
    Arrow,
}

impl Format {
    fn from_extension(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            "arrows" => Some(Self::Arrow),
            _ => OutputFormat::from_extension(path).map(|format| match format {
                OutputFormat::Jsonl => Self::Jsonl,
                OutputFormat::Csv => Self::Csv,
                OutputFormat::Tsv => Self::Tsv,
            }),
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Arrow => "arrows",
        }
    }

    /// The format that is written row by row; a workbook is made from JSON Lines.
    fn rows(self) -> OutputFormat {
        match self {
            Self::Csv => OutputFormat::Csv,
            Self::Tsv => OutputFormat::Tsv,
            _ => OutputFormat::Jsonl,
        }
    }
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(p) if 0.0 < p && p < 1.0 => Ok(p),
        _ => Err(format!("{text}: a number between 0 and 1 is expected, such as 0.9")),
    }
}

fn compression(text: &str) -> Result<Compression, String> {
    text.parse()
}

/// One input and where its labels go.
struct Job {
    input: Input,
    output: Option<PathBuf>,
    format: Format,
}

impl Job {
    /// Whether columns go in and out: Arrow or Parquet.
    fn is_columnar(&self) -> bool {
        matches!(self.format, Format::Parquet | Format::Arrow)
    }
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let jobs = plan_jobs(args)?;
    let options = args.input.options()?;
    let model = Model::load(&global.model_path())?;
    let gold = args.gold.as_deref().map(|path| GoldLabels::read(path, &model)).transpose()?;
    let reviewed = args.reviewed.as_deref().map(|path| GoldLabels::read_checked(path, &model)).transpose()?;
    let promise = match &reviewed {
        Some(reviewed) => promise_rechecked(model.evidence(), &reviewed.evidence(&model), args.promise),
        None => model.promise(args.promise),
    };
    let labels = gold.or(reviewed);
    let lookup = labels.as_ref().map(|labels| move |opinion: &Opinion| labels.of(opinion));
    let accept_from = promise.map_or(f64::INFINITY, |p| p.threshold);
    let mut summary = Summary::new(&model, args.promise, promise, args.reviewed.is_some());
    let mut outcome = Outcome::Done;
    let mut failed = Vec::new();
    for job in &jobs {
        let run =
            JobRun { global, model: &model, options: &options, accept_from, promised: args.promise, promise };
        if job.is_columnar() {
            run.label_columns(job, args)?;
            continue;
        }
        match run.label(job, lookup.as_ref().map(|l| l as &batch::LabelLookup)) {
            Ok((tally, rejects)) => {
                if rejects == Outcome::Rejects {
                    outcome = Outcome::Rejects;
                }
                summary.add(job.input.name(), tally);
            }
            Err(error) if jobs.len() == 1 => return Err(error),
            Err(error) => {
                global.say(format_args!("error: {error:#}"));
                failed.push(job.input.name());
            }
        }
    }
    if !global.quiet && !jobs.iter().all(Job::is_columnar) {
        summary.write(&mut io::stderr().lock())?;
    }
    if !failed.is_empty() {
        anyhow::bail!("{} of {} files could not be labeled: {}", failed.len(), jobs.len(), failed.join(", "));
    }
    Ok(outcome)
}

/// What goes where; refuses what would write two inputs into one file or an input over itself.
fn plan_jobs(args: &Args) -> anyhow::Result<Vec<Job>> {
    let into_folder = |out: &Path| out.is_dir() || out.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    let format = |out: Option<&Path>| args.format.or_else(|| out.and_then(Format::from_extension));
    let usage = |message: String| anyhow::Error::from(Usage(message));
    let mut jobs = Vec::new();
    match &args.output {
        Some(folder) if into_folder(folder) => {
            let format = format(None).unwrap_or(Format::Jsonl);
            for file in &args.files {
                let input = Input::new(file);
                let stem = match &input {
                    Input::Path(path) => path.file_stem().map(|s| s.to_string_lossy().into_owned()),
                    Input::Stdin => None,
                };
                let name = format!("{}.{}", stem.unwrap_or_else(|| "stdin".to_owned()), format.extension());
                jobs.push(Job { input, output: Some(folder.join(name)), format });
            }
        }
        output => {
            if args.files.len() > 1 && output.is_some() {
                return Err(usage("several files need a folder to go to, such as -o out/".to_owned()));
            }
            let format = format(output.as_deref());
            if let (Some(out), None) = (output, format)
                && out.extension().is_some()
            {
                return Err(usage(format!(
                    "{}: .jsonl, .csv, .tsv, .xlsx or .parquet is expected, or --format",
                    out.display()
                )));
            }
            let format = format.unwrap_or(Format::Jsonl);
            jobs.extend(args.files.iter().map(|f| Job {
                input: Input::new(f),
                output: output.clone(),
                format,
            }));
        }
    }
    let mut outputs = HashMap::new();
    for job in &jobs {
        let Some(output) = &job.output else { continue };
        if let Some(other) = outputs.insert(output.clone(), job.input.name()) {
            return Err(usage(format!(
                "{other} and {} would both go to {}",
                job.input.name(),
                output.display()
            )));
        }
        if let Input::Path(path) = &job.input
            && let (Ok(a), Ok(b)) = (path.canonicalize(), output.canonicalize())
            && a == b
            && a.is_file()
        {
            return Err(usage(format!("{}: the output is the input", output.display())));
        }
    }
    Ok(jobs)
}

struct JobRun<'a> {
    global: &'a Global,
    model: &'a Model,
    options: &'a ReadOptions,
    accept_from: f64,
    promised: f64,
    promise: Option<Promise>,
}

impl JobRun<'_> {
    fn label(&self, job: &Job, labels: Option<&batch::LabelLookup>) -> anyhow::Result<(Tally, Outcome)> {
        let Opened { mut reader, bytes_read, total_bytes } = open(&job.input, self.options)?;
        let writer = job.format.rows().writer();
        let plan =
            batch::Plan { model: self.model, accept_from: self.accept_from, labels, writer: writer.as_ref() };
        let progress = Progress::new(self.global, total_bytes);
        let told = |n: usize| progress.advance(n as u64, bytes_read.load(Ordering::Relaxed));
        let mut rejects = match &job.output {
            Some(path) => Rejects::beside(self.global, path),
            None => Rejects::to_stderr(self.global),
        };
        let mut run = |out: &mut dyn Write| {
            batch::run(&plan, reader.as_mut(), out, &mut |reject| rejects.add(reject), &told)
        };
        let tally = match &job.output {
            Some(path) if job.format == Format::Xlsx => {
                let mut records = Vec::new();
                let tally = run(&mut records)?;
                self.write_workbook(job, path, &records)?;
                tally
            }
            Some(path) => {
                let mut out = BufWriter::with_capacity(1 << 20, Destination::create(path)?);
                let tally = run(&mut out).map_err(|e| with_path(e, path))?;
                let destination = out.into_inner().map_err(|e| Error::Io {
                    path: path.clone(),
                    action: "write",
                    source: e.into_error(),
                })?;
                destination.finish()?;
                tally
            }
            None => {
                let mut out = BufWriter::new(io::stdout().lock());
                let tally = run(&mut out)?;
                out.flush()?;
                tally
            }
        };
        progress.finish();
        if let Some(reading) = reader.understood() {
            for warning in &reading.warnings {
                self.global.say(format_args!("warning: {}: {}", warning.position, warning.message));
            }
        }
        Ok((tally, rejects.finish()?))
    }

    /// A workbook of the records that were labeled, given as JSON Lines.
    fn write_workbook(&self, job: &Job, path: &Path, records: &[u8]) -> anyhow::Result<()> {
        let files = match &job.input {
            Input::Path(input) => {
                let sha256 = Sha256::digest(std::fs::read(input)?);
                let sha256 = sha256.iter().map(|b| format!("{b:02x}")).collect();
                vec![InputFile { name: job.input.name(), sha256 }]
            }
            Input::Stdin => Vec::new(),
        };
        let manifest = Manifest {
            files,
            model: self.model.id().to_owned(),
            settings: serde_json::to_string_pretty(self.model.settings())?,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let codebook = self.model.codebook();
        let precision: Vec<ThemePrecision> = codebook
            .themes()
            .iter()
            .zip(self.model.theme_evidence())
            .map(|(theme, evidence)| {
                let known = evidence.n_given > 0;
                let (low, high) = evidence.interval();
                ThemePrecision {
                    theme: theme.id.clone(),
                    support: evidence.n_given,
                    precision: known.then(|| evidence.precision()),
                    low: known.then_some(low),
                    high: known.then_some(high),
                }
            })
            .collect();
        let context = WorkbookContext {
            codebook,
            promised: self.promised,
            promise: self.promise,
            precision: &precision,
            manifest: &manifest,
        };
        let mut records =
            serde_json::Deserializer::from_slice(records).into_iter::<LabeledRecord>().map_while(Result::ok);
        let mut destination = Destination::create(path)?;
        let written =
            write_workbook(&mut records, &context, &mut destination).map_err(|e| with_path(e, path))?;
        destination.finish()?;
        for id in written.cut {
            self.global.say(format_args!("warning: {id}: the text is longer than a cell holds and was cut"));
        }
        Ok(())
    }

    /// Columns in, columns out.
    fn label_columns(&self, job: &Job, args: &Args) -> anyhow::Result<()> {
        let text_column =
            self.options.columns.iter().find(|(field, _)| *field == Field::Text).map(|(_, name)| name);
        let text_column = text_column.map(String::as_str);
        let counts = match (&job.input, &job.output, job.format) {
            (Input::Stdin, None, Format::Arrow) => {
                let (stdin, stdout) = (io::stdin().lock(), io::stdout().lock());
                label_stream(self.model, self.accept_from, stdin, stdout, text_column)?
            }
            (Input::Path(input), Some(output), Format::Parquet) => {
                let options = ParquetOptions {
                    compression: args.compression,
                    text_column: text_column.map(str::to_owned),
                };
                let progress = Progress::new(self.global, None);
                let told = |n: u64| progress.advance(n, 0);
                let counts = label_parquet(self.model, self.accept_from, input, output, &options, &told)?;
                progress.finish();
                counts
            }
            _ => {
                return Err(Usage(
                    "an Arrow stream goes from standard input to standard output (iken label - --from arrow --format \
                     arrow), Parquet from a file to a file (iken label in.parquet -o out.parquet)"
                        .to_owned(),
                )
                .into());
            }
        };
        self.global.say(format_args!(
            "{} rows, {} accepted, {} without a text",
            counts.n_rows, counts.n_accepted, counts.n_without_text
        ));
        Ok(())
    }
}

/// An output error with the file that it is about.
fn with_path(error: Error, path: &Path) -> Error {
    match error {
        Error::Stream { action: "write the output", source } => {
            Error::Io { path: path.to_owned(), action: "write", source }
        }
        other => other,
    }
}
