//! One file a command: its arguments and what it does with them.

mod agree;
mod codebook;
mod import;

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
    /// Take a person's edits of a workbook as hand labels
    Import(import::Args),
    /// Say how far two coders, or a model and a person, agree
    Agree(agree::Args),
}

impl Command {
    /// Runs the command.
    pub fn run(self, global: &Global) -> anyhow::Result<Outcome> {
        match self {
            Self::Codebook(args) => codebook::run(&args, global),
            Self::Import(args) => import::run(&args, global),
            Self::Agree(args) => agree::run(&args, global),
        }
    }
}
