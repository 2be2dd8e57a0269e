//! One file a command: its arguments and what it does with them.

mod agree;
mod codebook;
mod evaluate;
mod explain;
mod gold;
mod import;
mod input;
mod label;
mod read;
mod rejects;
mod report;
mod sample;
mod summary;
mod suspects;
mod train;

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
    /// Show the opinions found in any file
    Read(read::Args),
    /// Train a model on hand labels, examples and codebook
    Train(train::Args),
    /// Label opinions with themes and stance
    Label(label::Args),
    /// Judge labels on opinions that the model has not seen
    Evaluate(evaluate::Args),
    /// Draw opinions to check by hand, for label --reviewed
    Sample(sample::Args),
    /// List training rows whose label the model doubts
    Suspects(suspects::Args),
    /// Show which terms speak for and against each theme and stance
    Explain(explain::Args),
    /// Show themes and stances, or check a codebook file
    Codebook(codebook::Args),
    /// Compare years and areas: labeled tables become one page
    Report(report::Args),
    /// Take a person's edits of a workbook as hand labels
    Import(import::Args),
    /// Say how far two coders, or a model and a person, agree
    Agree(agree::Args),
}

impl Command {
    /// Runs the command.
    pub fn run(self, global: &Global) -> anyhow::Result<Outcome> {
        match self {
            Self::Read(args) => read::run(&args, global),
            Self::Train(args) => train::run(&args, global),
            Self::Label(args) => label::run(&args, global),
            Self::Evaluate(args) => evaluate::run(&args, global),
            Self::Sample(args) => sample::run(&args, global),
            Self::Suspects(args) => suspects::run(&args, global),
            Self::Explain(args) => explain::run(&args, global),
            Self::Codebook(args) => codebook::run(&args, global),
            Self::Report(args) => report::run(&args, global),
            Self::Import(args) => import::run(&args, global),
            Self::Agree(args) => agree::run(&args, global),
        }
    }
}
