//! The program itself.

use std::{
    path::Path,
    process::{Command, ExitStatus},
};

/// How a run ended.
pub struct Run {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `iken` in a folder.
pub fn iken(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_iken"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}
