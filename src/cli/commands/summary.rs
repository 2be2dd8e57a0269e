//! What `iken label` says at the end: how many opinions, which themes, what the promise rests on.

use std::io::{self, Write};

use iken::{batch::Tally, classify::threshold::Promise, model::Model};

/// What the analyst sees at the end.
pub struct Summary<'m> {
    model: &'m Model,
    precision: f64,
    promise: Option<Promise>,
    is_rechecked: bool,
    files: Vec<(String, Tally)>,
}

impl<'m> Summary<'m> {
    /// Nothing labeled yet.
    pub fn new(model: &'m Model, precision: f64, promise: Option<Promise>, is_rechecked: bool) -> Self {
        Self { model, precision, promise, is_rechecked, files: Vec::new() }
    }

    /// Adds a file.
    pub fn add(&mut self, name: String, tally: Tally) {
        self.files.push((name, tally));
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let codebook = self.model.codebook();
        let mut total = Tally::new(codebook);
        writeln!(
            out,
            "{:<28} {:>9} {:>9} {:>9} {:>9}",
            "file", "opinions", "accepted", "review", "rejected"
        )?;
        for (name, tally) in &self.files {
            total.add(tally);
            let review = tally.n_opinions - tally.n_accepted;
            writeln!(
                out,
                "{name:<28} {:>9} {:>9} {:>9} {:>9}",
                tally.n_opinions, tally.n_accepted, review, tally.n_rejects
            )?;
        }
        let mut order: Vec<usize> = (0..codebook.themes().len()).collect();
        order.sort_by_key(|&t| std::cmp::Reverse(total.n_given[t]));
        writeln!(out, "\n{:<20} {:>9} {:>9}", "theme", "opinions", "main")?;
        for theme in order {
            let id = &codebook.themes()[theme].id;
            writeln!(out, "{id:<20} {:>9} {:>9}", total.n_given[theme], total.n_main[theme])?;
        }
        match self.promise {
            Some(p) => writeln!(
                out,
                "\npromised precision {:.2}: opinions of probability {:.4} or more are accepted; of {} themes given \
                 to {} {}, {} were right (lower 95 % bound {:.3})",
                p.precision,
                p.threshold,
                p.n_given,
                p.n_opinions,
                if self.is_rechecked {
                    "reviewed opinions of this year"
                } else {
                    "opinions of sources that the model had not seen"
                },
                p.n_right,
                p.lower_bound
            )?,
            None => writeln!(
                out,
                "\npromised precision {:.2}: not enough data; the model's evidence shows it for no opinion, so all are \
                 to be reviewed",
                self.precision
            )?,
        }
        self.write_drift(&total, out)?;
        if total.n_in_training > 0 {
            writeln!(
                out,
                "{} of these opinions are training opinions: figures over them say nothing about a new year",
                total.n_in_training
            )?;
        }
        if total.n_labeled > 0 {
            self.write_scores(&total, out)?;
        }
        Ok(())
    }

    /// Says when the opinions are unlike what the model knows.
    fn write_drift(&self, total: &Tally, out: &mut impl Write) -> io::Result<()> {
        let usual = self.model.familiarity();
        if total.n_opinions == 0 || usual.n_opinions == 0 {
            return Ok(());
        }
        let n = total.n_opinions as f64;
        let unseen = total.unseen_terms / n;
        let error = usual.unseen_terms_sd / n.sqrt();
        if unseen > usual.unseen_terms + 3.0 * error && unseen > 1.25 * usual.unseen_terms {
            writeln!(
                out,
                "warning: {:.1} % of words are unknown to the model, {:.1} % are usual: this input is unlike what it \
                 learned from; check a sample by hand",
                100.0 * unseen,
                100.0 * usual.unseen_terms
            )?;
        }
        Ok(())
    }

    fn write_scores(&self, total: &Tally, out: &mut impl Write) -> io::Result<()> {
        let codebook = self.model.codebook();
        writeln!(out, "\nagainst {} hand-labeled opinions", total.n_labeled)?;
        writeln!(out, "{:<20} {:>8} {:>9} {:>7} {:>6}", "theme", "support", "precision", "recall", "F1")?;
        let row = |out: &mut dyn Write, name: &str, [right, wrong, missed]: [usize; 3]| {
            let rate = |n: usize, of: usize| if of == 0 { f64::NAN } else { n as f64 / of as f64 };
            let precision = rate(right, right + wrong);
            let recall = rate(right, right + missed);
            let f1 = rate(2 * right, 2 * right + wrong + missed);
            let support = right + missed;
            writeln!(out, "{name:<20} {support:>8} {precision:>9.3} {recall:>7.3} {f1:>6.3}")
        };
        let mut micro = [0; 3];
        for (theme, counts) in codebook.themes().iter().zip(&total.confusion) {
            row(out, &theme.id, *counts)?;
            micro.iter_mut().zip(counts).for_each(|(m, c)| *m += c);
        }
        row(out, "all (micro)", micro)?;
        let rate = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        writeln!(
            out,
            "main theme right {:.3}, highest theme among the label's {:.3}, stance right {:.3} of {}",
            rate(total.n_main_right, total.n_labeled),
            rate(total.n_hit, total.n_labeled),
            rate(total.n_stance_right, total.n_stance_labeled),
            total.n_stance_labeled
        )
    }
}
