//! Values that two coders gave the same opinions, and what follows from a table of them.

use super::coefficients::{Distance, alpha_of};

/// Values of two coders, as numbers below `n_values`.
#[derive(Debug, Clone)]
pub struct Pairs {
    pairs: Vec<(usize, usize)>,
    n_values: usize,
    distance: Distance,
}

/// How often the coders gave which values: rows the first, columns the second.
#[derive(Debug, Clone)]
pub(super) struct Table<'p> {
    counts: Vec<u32>,
    pairs: &'p Pairs,
}

impl Pairs {
    /// Pairs of values below `n_values`.
    pub fn new(pairs: Vec<(usize, usize)>, n_values: usize, distance: Distance) -> Self {
        Self { pairs, n_values, distance }
    }

    /// Number of opinions.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Opinions that both gave the same value.
    pub fn n_same(&self) -> usize {
        self.pairs.iter().filter(|(a, b)| a == b).count()
    }

    /// Share of opinions that both gave the same value; `None` without opinions.
    pub fn percent_agreement(&self) -> Option<f64> {
        self.table().percent_agreement()
    }

    /// Cohen's kappa; `None` where both gave all opinions one value.
    ///
    /// Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
    pub fn kappa(&self) -> Option<f64> {
        self.table().kappa()
    }

    /// Krippendorff's alpha; `None` where no two values differ.
    pub fn alpha(&self) -> Option<f64> {
        self.table().alpha()
    }

    pub(super) fn table(&self) -> Table<'_> {
        self.table_of(0..self.len())
    }

    /// The table of chosen opinions, each as often as it is chosen.
    pub(super) fn table_of(&self, opinions: impl Iterator<Item = usize>) -> Table<'_> {
        let mut counts = vec![0; self.n_values * self.n_values];
        for i in opinions {
            let (a, b) = self.pairs[i];
            counts[a * self.n_values + b] += 1;
        }
        Table { counts, pairs: self }
    }
}

impl Table<'_> {
    fn n(&self) -> f64 {
        f64::from(self.counts.iter().sum::<u32>())
    }

    fn n_same(&self) -> f64 {
        f64::from(self.counts.iter().step_by(self.pairs.n_values + 1).sum::<u32>())
    }

    pub fn percent_agreement(&self) -> Option<f64> {
        (self.n() > 0.0).then(|| self.n_same() / self.n())
    }

    pub fn kappa(&self) -> Option<f64> {
        let (n, k) = (self.n(), self.pairs.n_values);
        let row = |v: usize| f64::from(self.counts[v * k..(v + 1) * k].iter().sum::<u32>());
        let column = |v: usize| f64::from(self.counts[v..].iter().step_by(k).sum::<u32>());
        // in numbers of opinions times n, which are whole: equality with n² is exact
        let expected: f64 = (0..k).map(|v| row(v) * column(v)).sum();
        (expected < n * n).then(|| (self.n_same() * n - expected) / (n * n - expected))
    }

    pub fn alpha(&self) -> Option<f64> {
        let k = self.pairs.n_values;
        let mut coincidences = vec![0.0; k * k];
        for (i, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            coincidences[i] += f64::from(count);
            coincidences[i % k * k + i / k] += f64::from(count);
        }
        alpha_of(&coincidences, k, &self.pairs.distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_table(counts: &[&[usize]]) -> Pairs {
        let mut pairs = Vec::new();
        for (a, row) in counts.iter().enumerate() {
            for (b, &n) in row.iter().enumerate() {
                pairs.extend(std::iter::repeat_n((a, b), n));
            }
        }
        Pairs::new(pairs, counts.len(), Distance::Nominal)
    }

    #[test]
    fn kappa_is_that_of_fleiss_s_worked_example() {
        // Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions (3rd ed.), table 18.1: two raters, 100
        // subjects, kappa .68; scikit-learn 1.9.1: cohen_kappa_score(a, b) = 0.6764705882352942, krippendorff 0.9.0:
        // alpha([a, b], level_of_measurement="nominal") = 0.6769003690036901
        let pairs = of_table(&[&[75, 1, 4], &[5, 4, 1], &[0, 0, 10]]);
        assert!((pairs.kappa().expect("values differ") - 0.676_470_588_235_294_2).abs() < 1e-12);
        assert!((pairs.alpha().expect("values differ") - 0.676_900_369_003_690_1).abs() < 1e-12);
        assert_eq!(pairs.percent_agreement(), Some(0.89));
    }

    #[test]
    fn kappa_by_hand() {
        // 35 of 50 the same, 25 expected: (.7 - .5) / (1 - .5)
        let pairs = of_table(&[&[20, 5], &[10, 15]]);
        assert!((pairs.kappa().expect("values differ") - 0.4).abs() < 1e-12);
        assert_eq!((pairs.len(), pairs.n_same()), (50, 35));
    }

    #[test]
    fn one_value_alone_shows_no_agreement_beyond_chance() {
        let same = of_table(&[&[7, 0], &[0, 0]]);
        assert_eq!((same.percent_agreement(), same.kappa(), same.alpha()), (Some(1.0), None, None));
        let none = of_table(&[&[0, 0], &[0, 0]]);
        assert_eq!((none.percent_agreement(), none.kappa(), none.alpha()), (None, None, None));
        let opposite = of_table(&[&[0, 5], &[5, 0]]);
        assert_eq!(opposite.kappa(), Some(-1.0));
    }
}
