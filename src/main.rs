//! The `iken` program: arguments become a checked plan, the plan becomes work.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
