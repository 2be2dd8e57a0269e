use std::process::Command;

use crate::workbench::{Workbench, ran};

/// Lines of the shell blocks of a document, comments taken off.
fn commands(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(document).unwrap_or_else(|e| panic!("{document}: {e}"));
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && !line.is_empty() && !line.starts_with('#') => {
                let command = line.split("  #").next().expect("a command").trim();
                found.push(command.to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Commands that take minutes: that they exist and parse is tested here, what they do in tests of their own.
const LONG: [&str; 2] = ["iken evaluate", "iken train"];

/// Runs what a README says, in order, in one folder. Of `make` only whether the target exists: what it calls is the
/// program, which the other commands run.
fn try_all(document: &str) {
    let bench = Workbench::new();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/r01-columns.pdf");
    std::fs::copy(fixture, bench.path("r01-columns.pdf")).expect("copied");
    let commands = commands(document);
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        if command.starts_with("make") {
            let mut make = Command::new("make");
            make.args(["-n"]).args(command.split_whitespace().skip(1)).current_dir(env!("CARGO_MANIFEST_DIR"));
            ran(make.output().expect("make")).done();
            continue;
        }
        if let Some(long) = LONG.iter().find(|long| command.starts_with(*long)) {
            let verb = long.split_whitespace().nth(1).expect("a verb");
            bench.iken(&[verb, "--help"]).done();
            continue;
        }
        let mut shell = Command::new("sh");
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_iken")).parent().expect("a folder");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        shell.args(["-c", &command]).env("PATH", path).current_dir(bench.path(""));
        let output = ran(shell.output().expect("a shell"));
        assert!(matches!(output.code, Some(0 | 3)), "{command}: {}", output.stderr);
    }
}

#[test]
fn every_command_of_the_readme_runs() {
    try_all("README.md");
}

#[test]
fn every_command_of_the_japanese_readme_runs() {
    try_all("README.ja.md");
}
