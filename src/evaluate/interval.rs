//! Intervals: the bootstrap over opinions, whole groups drawn together where opinions have groups (Efron & Tibshirani
//! 1993, chapter 13: percentiles; Field & Welsh 2007: resampling of clusters).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// A figure with its 95 % interval and the number that it was counted on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What it was counted on: opinions, or decisions for precision and recall.
    pub n: usize,
}

/// Draws of a bootstrap.
pub const N_DRAWS: usize = 1000;

/// Intervals of several figures at once: `figures` computes them from the numbers of drawn items, `groups` says which
/// items are drawn together. A figure that cannot be computed for a draw is NaN and left out.
pub fn bootstrap<G: Ord>(
    groups: &[G],
    seed: u64,
    figures: impl Fn(&[usize]) -> Vec<f64>,
) -> Vec<(f64, f64, f64)> {
    let mut members: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
    for (item, group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(item);
    }
    let members: Vec<Vec<usize>> = members.into_values().collect();
    let all: Vec<usize> = (0..groups.len()).collect();
    let values = figures(&all);
    let mut random = Random::new(seed);
    let mut draws: Vec<Vec<f64>> = vec![Vec::with_capacity(N_DRAWS); values.len()];
    let mut drawn = Vec::with_capacity(groups.len());
    for _ in 0..if members.is_empty() { 0 } else { N_DRAWS } {
        drawn.clear();
        for _ in 0..members.len() {
            drawn.extend_from_slice(&members[random.below(members.len())]);
        }
        for (draws, value) in draws.iter_mut().zip(figures(&drawn)) {
            if value.is_finite() {
                draws.push(value);
            }
        }
    }
    values
        .into_iter()
        .zip(draws)
        .map(|(value, mut draws)| {
            draws.sort_by(f64::total_cmp);
            let at = |share: f64| {
                let last = draws.len().saturating_sub(1);
                draws.get((last as f64 * share).round() as usize).copied().unwrap_or(value)
            };
            (value, at(0.025), at(0.975))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors() {
        let items: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let groups: Vec<usize> = (0..400).collect();
        let mean = |drawn: &[usize]| vec![drawn.iter().map(|&i| items[i]).sum::<f64>() / drawn.len() as f64];
        let (value, low, high) = bootstrap(&groups, 1, mean)[0];
        assert_eq!(value, 0.5);
        // 1.96 · sqrt(0.25 / 400) = 0.049
        assert!((value - low - 0.049).abs() < 0.006 && (high - value - 0.049).abs() < 0.006, "{low} {high}");
    }

    #[test]
    fn groups_are_drawn_whole() {
        let groups = [0, 0, 1, 1, 1];
        let whole = |drawn: &[usize]| {
            let n = |g: usize| drawn.iter().filter(|&&i| groups[i] == g).count();
            vec![f64::from(n(0) % 2 == 0 && n(1) % 3 == 0)]
        };
        assert_eq!(bootstrap(&groups, 1, whole)[0], (1.0, 1.0, 1.0));
    }

    #[test]
    fn nothing_has_an_interval_of_nothing() {
        assert!(bootstrap::<usize>(&[], 1, |_| vec![f64::NAN])[0].0.is_nan());
    }
}
