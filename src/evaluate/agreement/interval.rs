//! Intervals by drawing opinions again: the percentile bootstrap.

use serde::Serialize;

use super::pairs::{Pairs, Table};
use crate::random::Random;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// 2.5th percentile over draws; `None` where the figure is not known in most of them.
    pub low: Option<f64>,
    /// 97.5th percentile over draws.
    pub high: Option<f64>,
}

/// How intervals are drawn: `n_draws` times as many opinions as there are, each with equal chance.
///
/// Efron & Tibshirani, An Introduction to the Bootstrap (1993), section 13.3; for alpha as Zapf, Castell, Morawietz &
/// Karch, BMC Medical Research Methodology 16:93 (2016) recommend. Where the coders never differ the interval has no
/// width, which says more of the method than of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of draws.
    pub n_draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    /// 2,000 draws: the ends of an interval then move by less than .01 with the seed.
    fn default() -> Self {
        Self { n_draws: 2000, seed: 1 }
    }
}

/// Percent agreement, kappa and alpha of pairs; each `None` where it is not known.
pub(super) fn estimates(pairs: &Pairs, bootstrap: &Bootstrap) -> [Option<Estimate>; 3] {
    let figures = |table: Table<'_>| [table.percent_agreement(), table.kappa(), table.alpha()];
    let values = figures(pairs.table());
    let mut drawn = [const { Vec::new() }; 3];
    let mut random = Random::new(bootstrap.seed);
    for _ in 0..if pairs.is_empty() { 0 } else { bootstrap.n_draws } {
        let draw = figures(pairs.table_of((0..pairs.len()).map(|_| random.below(pairs.len()))));
        for (drawn, figure) in drawn.iter_mut().zip(draw) {
            drawn.extend(figure);
        }
    }
    let mut estimates = [None; 3];
    for ((estimate, value), drawn) in estimates.iter_mut().zip(values).zip(&mut drawn) {
        let known = drawn.len() * 2 > bootstrap.n_draws;
        drawn.sort_by(f64::total_cmp);
        let quantile = |share| known.then(|| quantile(drawn, share));
        *estimate = value.map(|value| Estimate { value, low: quantile(0.025), high: quantile(0.975) });
    }
    estimates
}

/// Linear between neighbours (Hyndman & Fan 1996, type 7); the values are sorted and there is at least one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * share;
    let below = sorted[place.floor() as usize];
    below + (sorted[place.ceil() as usize] - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::agreement::Distance;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.5), 3.0);
        assert!((quantile(&[0.0, 10.0], 0.025) - 0.25).abs() < 1e-12);
        assert_eq!(quantile(&[7.0], 0.975), 7.0);
    }

    #[test]
    fn an_interval_holds_its_figure_and_is_the_same_every_time() {
        let pairs: Vec<_> =
            (0..200).map(|i| (i % 3, if i % 10 == 0 { (i + 1) % 3 } else { i % 3 })).collect();
        let pairs = Pairs::new(pairs, 3, Distance::Nominal);
        let bootstrap = Bootstrap { n_draws: 500, seed: 3 };
        let found = estimates(&pairs, &bootstrap);
        assert_eq!(found, estimates(&pairs, &bootstrap));
        for estimate in found.into_iter().flatten() {
            let (low, high) = (estimate.low.expect("known"), estimate.high.expect("known"));
            assert!(low < estimate.value && estimate.value < high && high - low < 0.2, "{estimate:?}");
        }
        // the normal interval of a share of .9 in 200 is .858 to .942
        let percent = found[0].expect("known");
        assert!((percent.low.expect("known") - 0.858).abs() < 0.01, "{percent:?}");
    }

    #[test]
    fn no_opinions_give_no_figures() {
        let pairs = Pairs::new(Vec::new(), 2, Distance::Nominal);
        assert_eq!(estimates(&pairs, &Bootstrap::default()), [None; 3]);
    }
}
