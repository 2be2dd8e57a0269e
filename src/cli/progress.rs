//! A progress bar on standard error when it is a terminal; nothing otherwise. The only user of indicatif.

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Global, ProgressWhen};

/// Shows how far the work is.
#[derive(Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for `total` items, or a count where the total is not known.
    pub fn new(global: &Global, total: Option<u64>, what: &'static str) -> Self {
        let shown = global.progress == ProgressWhen::Auto && !global.quiet && std::io::stderr().is_terminal();
        let bar = match total {
            _ if !shown => ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()),
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::no_length(),
        };
        let template = if total.is_some() {
            "{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta} left"
        } else {
            "{msg} {spinner} {human_pos} {per_sec} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        if shown {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self(bar)
    }

    /// `n` more items are done.
    pub fn advance(&self, n: u64) {
        self.0.inc(n);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
