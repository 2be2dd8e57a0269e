//! Figures of multi-label classification, as scikit-learn counts them (`precision_recall_fscore_support`,
//! `accuracy_score`): macro averages run over the themes that the labels have.

use super::cross_validate::Judged;

/// Decisions on one theme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Given and right.
    pub right: usize,
    /// Given and wrong.
    pub wrong: usize,
    /// Not given though the label has it.
    pub missed: usize,
}

impl Counts {
    /// Opinions whose label has the theme.
    pub fn support(&self) -> usize {
        self.right + self.missed
    }

    /// Opinions given the theme.
    pub fn given(&self) -> usize {
        self.right + self.wrong
    }

    /// Share of the given that is right; 0 where none was given, as scikit-learn has it with `zero_division=0`.
    pub fn precision(&self) -> f64 {
        share(self.right, self.given())
    }

    /// Share of the label's that was given; 0 where the labels have none.
    pub fn recall(&self) -> f64 {
        share(self.right, self.support())
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        share(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

/// `n` of `of`; 0 of nothing.
pub(super) fn share(n: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { n as f64 / of as f64 }
}

/// Figures of a set of judged opinions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// By theme.
    pub themes: Vec<Counts>,
    n: usize,
    n_exact: usize,
    n_hit: usize,
    n_main: usize,
    n_stance: usize,
    n_stance_right: usize,
}

impl Summary {
    /// Counts opinions.
    pub fn of<'a>(opinions: impl IntoIterator<Item = &'a Judged>, n_themes: usize) -> Self {
        let mut summary = Self { themes: vec![Counts::default(); n_themes], ..Self::default() };
        for opinion in opinions {
            let (given, label) = (opinion.given, opinion.label);
            summary.n += 1;
            summary.n_exact += usize::from(given.same_themes(&label));
            summary.n_hit += usize::from(label.contains(given.main()));
            summary.n_main += usize::from(given.main() == label.main());
            for theme in given.iter() {
                let counts = &mut summary.themes[theme.index()];
                if label.contains(theme) { counts.right += 1 } else { counts.wrong += 1 }
            }
            for theme in label.iter().filter(|t| !given.contains(*t)) {
                summary.themes[theme.index()].missed += 1;
            }
            if let Some(stance) = opinion.stance_label {
                summary.n_stance += 1;
                summary.n_stance_right += usize::from(stance == opinion.stance);
            }
        }
        summary
    }

    /// All themes' decisions together.
    pub fn micro(&self) -> Counts {
        self.themes.iter().fold(Counts::default(), |sum, c| Counts {
            right: sum.right + c.right,
            wrong: sum.wrong + c.wrong,
            missed: sum.missed + c.missed,
        })
    }

    /// Mean F1 over the themes that the labels have.
    pub fn macro_f1(&self) -> f64 {
        let present: Vec<&Counts> = self.themes.iter().filter(|c| c.support() > 0).collect();
        present.iter().map(|c| c.f1()).sum::<f64>() / present.len().max(1) as f64
    }

    /// Share of opinions whose set of themes is the label's.
    pub fn exact_match(&self) -> f64 {
        share(self.n_exact, self.n)
    }

    /// Share of opinions whose highest theme is among the label's.
    pub fn hit_at_1(&self) -> f64 {
        share(self.n_hit, self.n)
    }

    /// Share of opinions whose highest theme is the label's main one.
    pub fn main_accuracy(&self) -> f64 {
        share(self.n_main, self.n)
    }

    /// Share of opinions with a labeled stance whose stance is right.
    pub fn stance_accuracy(&self) -> f64 {
        share(self.n_stance_right, self.n_stance)
    }

    /// Opinions with a labeled stance.
    pub fn n_stance(&self) -> usize {
        self.n_stance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{StanceId, ThemeId, ThemeSet};

    fn set(themes: &[u8]) -> ThemeSet {
        let mut set = ThemeSet::new(ThemeId(themes[0]));
        themes[1..].iter().for_each(|t| {
            set.push(ThemeId(*t));
        });
        set
    }

    fn judged(label: &[u8], given: &[u8], stances: (u8, u8)) -> Judged {
        Judged {
            label: set(label),
            given: set(given),
            stance_label: Some(StanceId(stances.0)),
            stance: StanceId(stances.1),
            ..Judged::default()
        }
    }

    #[test]
    fn figures_equal_scikit_learns() {
        // scikit-learn 1.9.1, zero_division=0:
        //   y = [[1,1,0],[0,1,0],[0,0,1],[1,0,0]]; p = [[1,0,0],[0,1,1],[0,0,1],[0,1,0]]
        //   precision_recall_fscore_support(y, p, average=None)
        //     -> [1, .5, .5], [.5, .5, 1], [.66666667, .5, .66666667], [2, 2, 1]
        //   f1_score micro .6, macro .6111111111111112; accuracy_score .25
        let opinions = [
            judged(&[0, 1], &[0], (0, 0)),
            judged(&[1], &[1, 2], (1, 0)),
            judged(&[2], &[2], (2, 2)),
            judged(&[0], &[1], (3, 3)),
        ];
        let summary = Summary::of(&opinions, 3);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        for (counts, (p, r, f, support)) in summary.themes.iter().zip([
            (1.0, 0.5, 2.0 / 3.0, 2),
            (0.5, 0.5, 0.5, 2),
            (0.5, 1.0, 2.0 / 3.0, 1),
        ]) {
            close(counts.precision(), p);
            close(counts.recall(), r);
            close(counts.f1(), f);
            assert_eq!(counts.support(), support);
        }
        close(summary.micro().f1(), 0.6);
        close(summary.macro_f1(), 0.611_111_111_111_111_2);
        close(summary.exact_match(), 0.25);
        close(summary.hit_at_1(), 0.75);
        close(summary.main_accuracy(), 0.75);
        close(summary.stance_accuracy(), 0.75);
    }

    #[test]
    fn nothing_has_figures_of_zero() {
        let summary = Summary::of(&[], 3);
        assert_eq!((summary.micro().f1(), summary.macro_f1(), summary.exact_match()), (0.0, 0.0, 0.0));
    }
}
