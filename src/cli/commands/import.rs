//! `iken import`: a workbook that a person edited becomes hand labels, with a list of what was changed.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use iken::{
    codebook::Codebook,
    destination::Destination,
    export::workbook::Column,
    import::{Conflict, Merged, Returned, merge, read_edits},
    ingest::file_name,
    labels::{HandLabel, Origin, read_hand_labels, write_hand_labels},
};

use super::{Global, Outcome};
use crate::cli::Usage;

/// Arguments of `iken import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workbook that `iken label` wrote and a person edited
    workbook: PathBuf,
    /// Table of hand labels to add to (made if it is not there); without it, changes are only listed
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Who decided: a name or initials, written beside every label
    #[arg(long, value_name = "NAME")]
    coder: Option<String>,
    /// Day of the decisions, as 2026-04-01 [default: today in Japan]
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    date: Option<String>,
    /// Let labels of this workbook take the place of those that differ in the table
    #[arg(long)]
    replace: bool,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    if args.replace && args.labels.is_none() {
        return Err(Usage("--replace needs --labels FILE, the table to replace labels in".into()).into());
    }
    let codebook = Codebook::from_path(&global.codebook_path())?;
    let file = file_name(&args.workbook);
    let bytes = std::fs::read(&args.workbook)
        .with_context(|| format!("{}: cannot read the workbook", args.workbook.display()))?;
    let origin = Origin {
        coder: args.coder.clone(),
        date: Some(args.date.clone().unwrap_or_else(today)),
        file: Some(file.clone()),
    };
    let returned = read_edits(bytes, &file, &codebook, &origin)?;
    write_changes(&returned, io::stdout().lock())?;
    report_rejects(&returned);
    tell(&returned, global);
    let conflicts = match &args.labels {
        Some(path) => add_labels(path, &returned, args, &codebook, global)?,
        None => 0,
    };
    Ok(if returned.rejects.is_empty() && conflicts == 0 { Outcome::Done } else { Outcome::Rejects })
}

/// The list of changes as a table.
fn write_changes(returned: &Returned, out: impl Write) -> anyhow::Result<()> {
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
    table.write_record(["cell", "id", "column", "from", "to"])?;
    for change in &returned.changes {
        table.write_record([&change.cell, &change.id, &change.column, &change.from, &change.to])?;
    }
    table.flush()?;
    Ok(())
}

/// Says which rows were not taken, even when asked to be quiet: they are errors.
fn report_rejects(returned: &Returned) {
    let mut stderr = io::stderr().lock();
    for reject in &returned.rejects {
        // A closed standard error is no reason to stop working.
        let _ = writeln!(stderr, "not taken: {}: {}", reject.position, reject.message);
    }
}

fn tell(returned: &Returned, global: &Global) {
    for warning in &returned.warnings {
        global.say(format_args!("warning: {}: {}", warning.position, warning.message));
    }
    if !returned.deleted.is_empty() {
        let (n, ids) = (returned.deleted.len(), some(&returned.deleted));
        global.say(format_args!("rows deleted, which give no label: {n} ({ids})"));
    }
    let comments = returned.changes.iter().filter(|c| c.column == Column::Comment.header()).count();
    global.say(format_args!(
        "{} opinions: changed {}, confirmed {}, comments {comments}, cells not taken {}",
        returned.n_opinions,
        returned.n_changed,
        returned.n_confirmed,
        returned.rejects.len()
    ));
}

/// Ids named in a message before the rest is only counted.
const MAX_NAMED: usize = 10;

fn some(ids: &[String]) -> String {
    let named = ids.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join(", ");
    if ids.len() > MAX_NAMED { format!("{named} and {} more", ids.len() - MAX_NAMED) } else { named }
}

/// Adds the labels to a table; returns how many were not taken because others stand there.
fn add_labels(
    path: &Path,
    returned: &Returned,
    args: &Args,
    codebook: &Codebook,
    global: &Global,
) -> anyhow::Result<usize> {
    let there = if path.exists() { read_hand_labels(path, codebook)? } else { Vec::new() };
    let merged = merge(there, returned.labels.clone(), args.replace);
    for conflict in &merged.conflicts {
        let _ = writeln!(io::stderr(), "not taken: {}", describe(conflict, path, codebook));
    }
    if !merged.changes_anything() {
        global.say(format_args!("{}: nothing to add", path.display()));
        return Ok(merged.conflicts.len());
    }
    let mut bytes = Vec::new();
    write_hand_labels(&merged.labels, codebook, &mut bytes).context("cannot write the labels")?;
    Destination::write_all_to(path, &bytes)?;
    let Merged { n_added, n_same, n_replaced, .. } = merged;
    global.say(format_args!(
        "{}: {n_added} labels added, {n_replaced} replaced, {n_same} there already",
        path.display()
    ));
    if args.coder.is_none() {
        global.say("no coder is named; --coder NAME writes who decided beside every label");
    }
    Ok(merged.conflicts.len())
}

fn describe(conflict: &Conflict, path: &Path, codebook: &Codebook) -> String {
    let said = |label: &HandLabel| {
        let stance = label.stance.map_or("no stance", |s| &codebook.stance(s).id);
        format!("{} {stance}", label.themes.to_string(codebook))
    };
    let Conflict { there, new } = conflict;
    let by = there.origin.coder.as_ref().map(|c| format!(" by {c}")).unwrap_or_default();
    let what = if there.text == new.text { "" } else { " of another text" };
    format!(
        "{} is {}{by}{what} in {} and {} in the workbook; --replace takes the workbook's",
        new.id,
        said(there),
        path.display(),
        said(new)
    )
}

/// A day as `2026-04-01`.
fn parse_day(day: &str) -> Result<String, String> {
    let parts: Vec<Option<u32>> = day.split('-').map(|part| part.parse().ok()).collect();
    match parts[..] {
        [Some(_), Some(1..=12), Some(1..=31)] if day.len() == 10 => Ok(day.to_owned()),
        _ => Err("a day as 2026-04-01 is expected".to_owned()),
    }
}

/// Today in Japan, whose offices this is for: the day that a decision is filed under does not depend on the machine's
/// time zone.
fn today() -> String {
    const NINE_HOURS: u64 = 9 * 3600;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let (year, month, day) = civil((seconds + NINE_HOURS) / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of a number of days since 1970-01-01 (Hinnant, chrono-compatible low-level date algorithms,
/// `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_as_a_calendar_does() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_784), (2026, 11, 27));
    }

    #[test]
    fn a_day_that_is_none_is_refused() {
        assert!(parse_day("2026-04-01").is_ok());
        for day in ["2026-4-1", "令和8年", "2026-13-01", "2026/04/01", ""] {
            assert!(parse_day(day).is_err(), "{day}");
        }
    }
}
