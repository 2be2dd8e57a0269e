//! One file a command: its arguments and what it does with them.

mod codebook;
mod rejects;
mod report;

use clap::Subcommand;

use super::Global;

/// How a command ended when it was not stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All done.
    Done,
    /// Done, but some records were rejected.
    Rejects,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show themes and stances, or check a codebook file
    Codebook(codebook::Args),
    /// Compare years and areas: labeled tables become one page
    Report(report::Args),
}

impl Command {
    /// Runs the command.
    pub fn run(self, global: &Global) -> anyhow::Result<Outcome> {
        match self {
            Self::Codebook(args) => codebook::run(&args, global),
            Self::Report(args) => report::run(&args, global),
        }
    }
}
