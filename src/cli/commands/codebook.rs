//! `iken codebook`: shows themes and stances; reading the file checks it.

use std::io::Write;

use iken::codebook::Codebook;

use super::{Global, Outcome};

/// Arguments of `iken codebook`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show definitions and what belongs to each theme
    #[arg(long)]
    long: bool,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let codebook = Codebook::from_path(&global.codebook_path())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "codebook {}", codebook.fingerprint())?;
    writeln!(out, "\nthemes (1 to {} an opinion, main first)", codebook.max_themes())?;
    for theme in codebook.themes() {
        writeln!(out, "  {:<20} {}  {}", theme.id, theme.name_ja, theme.name_en)?;
        if args.long {
            writeln!(out, "      {}", theme.definition)?;
            for (mark, sentences) in [("+", &theme.include), ("-", &theme.exclude)] {
                for sentence in sentences {
                    writeln!(out, "      {mark} {sentence}")?;
                }
            }
        }
    }
    writeln!(out, "\nstances (one an opinion)")?;
    for stance in codebook.stances() {
        writeln!(out, "  {:<20} {}  {}", stance.id, stance.name_ja, stance.name_en)?;
        if args.long {
            writeln!(out, "      {}", stance.definition)?;
        }
    }
    Ok(Outcome::Done)
}
