//! The command line: what all commands share, and which command runs.

mod commands;
mod progress;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{CommandFactory, Parser, error::ErrorKind};

pub use commands::Outcome;

/// Themes and stance of the opinions in municipal summaries, with a promised precision.
#[derive(Debug, Parser)]
#[command(name = "iken", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<commands::Command>,
    /// Print the licences of the dictionary and of what else is built in
    #[arg(long)]
    pub licenses: bool,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Global {
    /// Say nothing but errors on standard error
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Threads to work with; 0 for as many as there are processors
    #[arg(long, value_name = "N", default_value_t = 0, global = true)]
    pub threads: usize,
    /// Show a progress bar on standard error: on a terminal, or never
    #[arg(long, value_enum, default_value_t = ProgressWhen::Auto, global = true)]
    pub progress: ProgressWhen,
    /// The model file [default: models/iken.model here or beside the program]
    #[arg(long, value_name = "FILE", global = true)]
    pub model: Option<PathBuf>,
    /// The codebook; commands that use a model have the model's own [default: labels/codebook.toml]
    #[arg(long, value_name = "FILE", global = true)]
    pub codebook: Option<PathBuf>,
}

/// When to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressWhen {
    /// When standard error is a terminal
    Auto,
    /// Not at all
    Never,
}

impl Global {
    /// The model file: the one named, else `models/iken.model` in this folder, else beside the program.
    pub fn model_path(&self) -> PathBuf {
        if let Some(path) = &self.model {
            return path.clone();
        }
        let here = PathBuf::from("models/iken.model");
        let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.to_owned()));
        let candidates = beside
            .into_iter()
            .flat_map(|folder| [folder.join("iken.model"), folder.join("models/iken.model")]);
        std::iter::once(here.clone()).chain(candidates).find(|path| path.is_file()).unwrap_or(here)
    }

    /// The codebook file: the one named, else `labels/codebook.toml`.
    pub fn codebook_path(&self) -> PathBuf {
        self.codebook.clone().unwrap_or_else(|| PathBuf::from("labels/codebook.toml"))
    }

    /// Says something to a person, unless asked to be quiet.
    pub fn say(&self, message: impl std::fmt::Display) {
        if !self.quiet {
            // A closed standard error is no reason to stop working.
            let _ = writeln!(io::stderr(), "{message}");
        }
    }
}

/// Exit code when the work is done but some records were rejected.
const FINISHED_WITH_REJECTS: u8 = 3;
/// Exit code when the arguments do not fit.
const USAGE: u8 = 2;

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if shown { ExitCode::SUCCESS } else { ExitCode::from(USAGE) };
        }
    };
    match dispatch(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Rejects) => ExitCode::from(FINISHED_WITH_REJECTS),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            if error.is::<Usage>() { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Outcome> {
    if cli.licenses {
        io::stdout().write_all(include_str!("../../data/licenses.txt").as_bytes())?;
        return Ok(Outcome::Done);
    }
    let Some(command) = cli.command else {
        Cli::command().print_help()?;
        return Ok(Outcome::Done);
    };
    if cli.global.threads > 0 {
        rayon::ThreadPoolBuilder::new().num_threads(cli.global.threads).build_global()?;
    }
    command.run(&cli.global)
}

/// Arguments that do not fit together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Whoever read our output went away, which is no error of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}
