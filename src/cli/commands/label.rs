//! `iken label`: opinions get their themes and their stance, in a batch.

use std::{
    collections::HashMap,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use iken::{
    batch::{self, Tally},
    classify::threshold::Promise,
    destination::Destination,
    error::Error,
    export::OutputFormat,
    ingest::{Input, Opened, ReadOptions, open},
    labels::read_hand_labels,
    model::Model,
    opinion::Opinion,
    record::HandDecision,
};

use super::{
    super::{Usage, progress::Progress},
    Global, Outcome,
    input::InputArgs,
    rejects::Rejects,
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
    /// Precision that accepted opinions must keep
    #[arg(long, value_name = "P", default_value_t = 0.9, value_parser = share)]
    promise: f64,
    /// Table of hand labels (id, themes, stance, text) to score the labels against as they are made
    #[arg(long, value_name = "TABLE")]
    gold: Option<PathBuf>,
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
}

impl From<Format> for OutputFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
            Format::Tsv => Self::Tsv,
        }
    }
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(p) if 0.0 < p && p < 1.0 => Ok(p),
        _ => Err(format!("{text}: a number between 0 and 1 is expected, such as 0.9")),
    }
}

/// One input and where its labels go.
struct Job {
    input: Input,
    output: Option<PathBuf>,
    format: OutputFormat,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let jobs = plan_jobs(args)?;
    let options = args.input.options()?;
    let model = Model::load(&global.model_path())?;
    let labels = args.gold.as_deref().map(|path| GoldLabels::read(path, &model)).transpose()?;
    let lookup = labels.as_ref().map(|gold| move |opinion: &Opinion| gold.of(opinion));
    let promise = model.promise(args.promise);
    let accept_from = promise.map_or(f64::INFINITY, |p| p.threshold);
    let mut summary = Summary::new(&model, args.promise, promise);
    let mut outcome = Outcome::Done;
    let mut failed = Vec::new();
    for job in &jobs {
        let run = JobRun { global, model: &model, options: &options, accept_from };
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
    if !global.quiet {
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
    let format = |out: Option<&Path>| {
        args.format.map(OutputFormat::from).or_else(|| out.and_then(OutputFormat::from_extension))
    };
    let usage = |message: String| anyhow::Error::from(Usage(message));
    let mut jobs = Vec::new();
    match &args.output {
        Some(folder) if into_folder(folder) => {
            let format = format(None).unwrap_or(OutputFormat::Jsonl);
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
                    "{}: .jsonl, .csv or .tsv is expected, or --format",
                    out.display()
                )));
            }
            let format = format.unwrap_or(OutputFormat::Jsonl);
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
}

impl JobRun<'_> {
    fn label(&self, job: &Job, labels: Option<&batch::LabelLookup>) -> anyhow::Result<(Tally, Outcome)> {
        let Opened { mut reader, bytes_read, total_bytes } = open(&job.input, self.options)?;
        let writer = job.format.writer();
        let plan =
            batch::Plan { model: self.model, accept_from: self.accept_from, labels, writer: writer.as_ref() };
        let progress = Progress::new(self.global, total_bytes);
        let told = |n: usize| progress.advance(n as u64, bytes_read.load(Ordering::Relaxed));
        let (tally, rejects) = match &job.output {
            Some(path) => {
                let mut rejects = Rejects::beside(self.global, path);
                let mut out = BufWriter::with_capacity(1 << 20, Destination::create(path)?);
                let tally =
                    batch::run(&plan, reader.as_mut(), &mut out, &mut |reject| rejects.add(reject), &told)
                        .map_err(|e| with_path(e, path))?;
                let destination = out.into_inner().map_err(|e| Error::Io {
                    path: path.clone(),
                    action: "write",
                    source: e.into_error(),
                })?;
                destination.finish()?;
                (tally, rejects)
            }
            None => {
                let mut rejects = Rejects::to_stderr(self.global);
                let mut out = BufWriter::new(io::stdout().lock());
                let tally =
                    batch::run(&plan, reader.as_mut(), &mut out, &mut |reject| rejects.add(reject), &told)?;
                out.flush()?;
                (tally, rejects)
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

/// Hand labels by id and text: an opinion is found by its text, or by its id where the text is another's too.
struct GoldLabels {
    by_text: HashMap<String, HandDecision>,
}

impl GoldLabels {
    fn read(path: &Path, model: &Model) -> anyhow::Result<Self> {
        let codebook = model.codebook();
        let by_text = read_hand_labels(path, codebook)?
            .into_iter()
            .map(|label| {
                let decision = HandDecision {
                    themes: label.themes.iter().map(|t| codebook.theme(t).id.clone()).collect(),
                    stance: label.stance.map(|s| codebook.stance(s).id.clone()),
                };
                (iken::ingest::marks::text_key(&label.text), decision)
            })
            .collect();
        Ok(Self { by_text })
    }

    fn of(&self, opinion: &Opinion) -> Option<HandDecision> {
        self.by_text.get(&iken::ingest::marks::text_key(&opinion.text)).cloned()
    }
}

/// What the analyst sees at the end.
struct Summary<'m> {
    model: &'m Model,
    precision: f64,
    promise: Option<Promise>,
    files: Vec<(String, Tally)>,
}

impl<'m> Summary<'m> {
    fn new(model: &'m Model, precision: f64, promise: Option<Promise>) -> Self {
        Self { model, precision, promise, files: Vec::new() }
    }

    fn add(&mut self, name: String, tally: Tally) {
        self.files.push((name, tally));
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let codebook = self.model.codebook();
        let mut total = Tally::new(codebook);
        writeln!(
            out,
            "{:<28} {:>9} {:>9} {:>9} {:>9}",
            "file", "opinions", "accepted", "review", "rejected"
        )?;
        for (name, tally) in &self.files {
            total.add(tally);
            let review = tally.n_opinions - tally.n_accepted;
            writeln!(
                out,
                "{name:<28} {:>9} {:>9} {:>9} {:>9}",
                tally.n_opinions, tally.n_accepted, review, tally.n_rejects
            )?;
        }
        let mut order: Vec<usize> = (0..codebook.themes().len()).collect();
        order.sort_by_key(|&t| std::cmp::Reverse(total.n_given[t]));
        writeln!(out, "\n{:<20} {:>9} {:>9}", "theme", "opinions", "main")?;
        for theme in order {
            let id = &codebook.themes()[theme].id;
            writeln!(out, "{id:<20} {:>9} {:>9}", total.n_given[theme], total.n_main[theme])?;
        }
        match self.promise {
            Some(p) => writeln!(
                out,
                "\npromised precision {:.2}: opinions of probability {:.4} or more are accepted; of {} themes given \
                 to {} such opinions of sources that the model had not seen, {} were right (lower 95 % bound {:.3})",
                p.precision, p.threshold, p.n_given, p.n_opinions, p.n_right, p.lower_bound
            )?,
            None => writeln!(
                out,
                "\npromised precision {:.2}: not enough data; the model's evidence shows it for no opinion, so all are \
                 to be reviewed",
                self.precision
            )?,
        }
        self.write_drift(&total, out)?;
        if total.n_in_training > 0 {
            writeln!(
                out,
                "{} of these opinions are training opinions: figures over them say nothing about a new year",
                total.n_in_training
            )?;
        }
        if total.n_labeled > 0 {
            self.write_scores(&total, out)?;
        }
        Ok(())
    }

    /// Says when the opinions are unlike what the model knows.
    fn write_drift(&self, total: &Tally, out: &mut impl Write) -> io::Result<()> {
        let usual = self.model.familiarity();
        if total.n_opinions == 0 || usual.n_opinions == 0 {
            return Ok(());
        }
        let n = total.n_opinions as f64;
        let unseen = total.unseen_terms / n;
        let error = usual.unseen_terms_sd / n.sqrt();
        if unseen > usual.unseen_terms + 3.0 * error && unseen > 1.25 * usual.unseen_terms {
            writeln!(
                out,
                "warning: {:.1} % of words are unknown to the model, {:.1} % are usual: this input is unlike what it \
                 learned from; check a sample by hand",
                100.0 * unseen,
                100.0 * usual.unseen_terms
            )?;
        }
        Ok(())
    }

    fn write_scores(&self, total: &Tally, out: &mut impl Write) -> io::Result<()> {
        let codebook = self.model.codebook();
        writeln!(out, "\nagainst {} hand-labeled opinions", total.n_labeled)?;
        writeln!(out, "{:<20} {:>8} {:>9} {:>7} {:>6}", "theme", "support", "precision", "recall", "F1")?;
        let row = |out: &mut dyn Write, name: &str, [right, wrong, missed]: [usize; 3]| {
            let rate = |n: usize, of: usize| if of == 0 { f64::NAN } else { n as f64 / of as f64 };
            let precision = rate(right, right + wrong);
            let recall = rate(right, right + missed);
            let f1 = rate(2 * right, 2 * right + wrong + missed);
            let support = right + missed;
            writeln!(out, "{name:<20} {support:>8} {precision:>9.3} {recall:>7.3} {f1:>6.3}")
        };
        let mut micro = [0; 3];
        for (theme, counts) in codebook.themes().iter().zip(&total.confusion) {
            row(out, &theme.id, *counts)?;
            micro.iter_mut().zip(counts).for_each(|(m, c)| *m += c);
        }
        row(out, "all (micro)", micro)?;
        let rate = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        writeln!(
            out,
            "main theme right {:.3}, highest theme among the label's {:.3}, stance right {:.3} of {}",
            rate(total.n_main_right, total.n_labeled),
            rate(total.n_hit, total.n_labeled),
            rate(total.n_stance_right, total.n_stance_labeled),
            total.n_stance_labeled
        )
    }
}
