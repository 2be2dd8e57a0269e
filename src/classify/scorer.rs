//! Scores of all classes of one document at once: the weights of all classes of a term lie beside each other, so that
//! a document is a walk over its terms with one wide addition each. Sums are in f32, in the order in which the terms
//! come, so that results do not depend on threads.

/// Widths that rows are padded to, in classes: whole vector registers.
const WIDTHS: [usize; 4] = [4, 8, 16, 24];

/// A term of a document with its TF-IDF value.
pub type TermValue = (u32, f32);

/// Weights of all terms and classes of one head.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    n_classes: usize,
    width: usize,
    bias: Vec<f32>,
    /// By term: the weights that multiply the TF-IDF value, then those of the term's mere presence.
    rows: Vec<f32>,
}

impl Scorer {
    /// A scorer from its parts; `rows` as [`Scorer::rows`] gives them.
    ///
    /// # Errors
    /// A message when the parts do not fit together.
    pub fn new(bias: Vec<f32>, rows: Vec<f32>) -> Result<Self, String> {
        let n_classes = bias.len();
        let width = WIDTHS.into_iter().find(|w| *w >= n_classes).ok_or("more classes than a row holds")?;
        if n_classes == 0 || !rows.len().is_multiple_of(2 * width) {
            return Err(format!("{} weights for {n_classes} classes", rows.len()));
        }
        Ok(Self { n_classes, width, bias, rows })
    }

    /// Rows of these weights: `weight(term, class)` gives that on the value and that on presence.
    pub fn layout(n_terms: usize, n_classes: usize, weight: impl Fn(usize, usize) -> (f64, f64)) -> Vec<f32> {
        let width = WIDTHS.into_iter().find(|w| *w >= n_classes).unwrap_or(n_classes);
        let mut rows = vec![0.0; n_terms * 2 * width];
        for (term, row) in rows.chunks_exact_mut(2 * width).enumerate() {
            for class in 0..n_classes {
                let (value, presence) = weight(term, class);
                row[class] = value as f32;
                row[width + class] = presence as f32;
            }
        }
        rows
    }

    /// Score of every class for a document without terms.
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    /// All weights, as they lie.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// Number of terms.
    pub fn n_terms(&self) -> usize {
        self.rows.len() / (2 * self.width)
    }

    /// What a term adds to the score of a class.
    pub fn contribution(&self, (term, value): TermValue, class: usize) -> f32 {
        let row = &self.rows[term as usize * 2 * self.width..];
        value * row[class] + row[self.width + class]
    }

    /// Adds up the scores of every class into `scores`, whose earlier content goes.
    pub fn score(&self, terms: &[TermValue], scores: &mut Vec<f32>) {
        scores.clear();
        match self.width {
            4 => self.sum::<4>(terms, scores),
            8 => self.sum::<8>(terms, scores),
            16 => self.sum::<16>(terms, scores),
            _ => self.sum::<24>(terms, scores),
        }
    }

    #[inline]
    fn sum<const W: usize>(&self, terms: &[TermValue], scores: &mut Vec<f32>) {
        let mut sums = [0.0_f32; W];
        sums[..self.n_classes].copy_from_slice(&self.bias);
        let (rows, _) = self.rows.as_chunks::<W>();
        for &(term, value) in terms {
            let at = 2 * term as usize;
            let (on_value, on_presence) = (&rows[at], &rows[at + 1]);
            for class in 0..W {
                sums[class] += value * on_value[class] + on_presence[class];
            }
        }
        scores.extend_from_slice(&sums[..self.n_classes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_bias_and_contributions_at_every_width() {
        for n_classes in [1, 4, 5, 15, 16, 24] {
            let rows = Scorer::layout(3, n_classes, |term, class| ((term + class) as f64, -(class as f64)));
            let scorer = Scorer::new((0..n_classes).map(|c| c as f32).collect(), rows).expect("parts fit");
            assert_eq!(scorer.n_terms(), 3);
            let terms = [(0, 0.5), (2, 2.0)];
            let mut scores = vec![9.0];
            scorer.score(&terms, &mut scores);
            assert_eq!(scores.len(), n_classes);
            for (class, score) in scores.iter().enumerate() {
                let sum: f32 = terms.iter().map(|&t| scorer.contribution(t, class)).sum();
                assert!((score - (class as f32 + sum)).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        assert!(Scorer::new(vec![], vec![]).is_err());
        assert!(Scorer::new(vec![0.0; 15], vec![0.0; 31]).is_err());
        assert!(Scorer::new(vec![0.0; 25], vec![]).is_err());
    }
}
