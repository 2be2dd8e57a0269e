//! A progress bar on standard error when it is a terminal; nothing otherwise. The only user of indicatif.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Global, ProgressWhen};

/// Shows how far the work is.
pub struct Progress {
    bar: ProgressBar,
    n_opinions: AtomicU64,
}

impl Progress {
    /// A bar for an input of `total_bytes`, or a count where its length is not known.
    pub fn new(global: &Global, total_bytes: Option<u64>) -> Self {
        let shown = global.progress == ProgressWhen::Auto && !global.quiet && std::io::stderr().is_terminal();
        let bar = match total_bytes {
            _ if !shown => ProgressBar::with_draw_target(total_bytes, ProgressDrawTarget::hidden()),
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::no_length(),
        };
        let template = if total_bytes.is_some() {
            "{bar:30} {msg}, {elapsed}, {eta} left"
        } else {
            "{spinner} {msg}, {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if shown {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, n_opinions: AtomicU64::new(0) }
    }

    /// `n` more opinions are done, `bytes` of the input are read.
    pub fn advance(&self, n: u64, bytes: u64) {
        let total = self.n_opinions.fetch_add(n, Ordering::Relaxed) + n;
        if !self.bar.is_hidden() {
            self.bar.set_position(bytes);
            let per_second = total as f64 / self.bar.elapsed().as_secs_f64().max(1e-3);
            self.bar.set_message(format!("{} opinions, {per_second:.0} a second", HumanCount(total)));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows how many of a known number of steps are done.
pub struct Steps(ProgressBar);

impl Steps {
    /// A bar of `n` steps.
    pub fn new(global: &Global, n: u64) -> Self {
        let shown = global.progress == ProgressWhen::Auto && !global.quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(n), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}, {elapsed}, {eta} left") {
            bar.set_style(style);
        }
        bar.tick();
        Self(bar)
    }

    /// Step `n` is done.
    pub fn reach(&self, n: u64) {
        self.0.set_position(n);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
