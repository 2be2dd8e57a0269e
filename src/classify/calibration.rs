//! From scores to probabilities, and the bounds that a count of right decisions allows.

use serde::{Deserialize, Serialize};

/// A logistic curve over scores: p = 1 / (1 + exp(−(slope · s + intercept))).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Steepness; above 0 when higher scores are more often right.
    pub slope: f64,
    /// Log-odds at score 0.
    pub intercept: f64,
}

/// Newton steps at most; five are usual.
const MAX_STEPS: usize = 50;

impl Calibration {
    /// Fits the curve to scores of which it is known whether they were right, by maximum likelihood with Platt's
    /// smoothed targets (Platt 1999; Newton's method as Lin, Lin & Weng 2007).
    pub fn fit(scored: &[(f64, bool)]) -> Self {
        let n_right = scored.iter().filter(|(_, right)| *right).count() as f64;
        let n_wrong = scored.len() as f64 - n_right;
        let target =
            |right: bool| if right { (n_right + 1.0) / (n_right + 2.0) } else { 1.0 / (n_wrong + 2.0) };
        let mut curve = Self { slope: 0.0, intercept: libm::log((n_right + 1.0) / (n_wrong + 1.0)) };
        let mut loss = curve.log_loss(scored, target);
        for _ in 0..MAX_STEPS {
            // gradient and Hessian; the ridge keeps a single score solvable
            let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
            for &(score, right) in scored {
                let p = curve.probability(score);
                let error = p - target(right);
                let spread = (p * (1.0 - p)).max(1e-12);
                g0 += error * score;
                g1 += error;
                h00 += spread * score * score;
                h01 += spread * score;
                h11 += spread;
            }
            let determinant = h00 * h11 - h01 * h01;
            if g0.abs() + g1.abs() < 1e-9 * scored.len().max(1) as f64 || determinant <= 0.0 {
                break;
            }
            let step = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant);
            // Halved until the loss falls: far from the minimum a whole step may overshoot.
            let mut size = 1.0;
            let better = loop {
                let next =
                    Self { slope: curve.slope - size * step.0, intercept: curve.intercept - size * step.1 };
                let next_loss = next.log_loss(scored, target);
                if next_loss < loss {
                    break Some((next, next_loss));
                }
                size /= 2.0;
                if size < 1e-10 {
                    break None;
                }
            };
            let Some((next, next_loss)) = better else { break };
            (curve, loss) = (next, next_loss);
        }
        curve
    }

    fn log_loss(&self, scored: &[(f64, bool)], target: impl Fn(bool) -> f64) -> f64 {
        scored
            .iter()
            .map(|&(score, right)| {
                let z = self.slope * score + self.intercept;
                // -t z + ln(1 + e^z), without overflow
                libm::log1p(libm::exp(-z.abs())) + z.max(0.0) - target(right) * z
            })
            .sum()
    }

    /// Probability at a score.
    pub fn probability(&self, score: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-(self.slope * score + self.intercept)))
    }
}

/// Probabilities of several classes of which one holds: proportional to exp(score / temperature) (Guo et al. 2017).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Temperature(pub f64);

impl Temperature {
    /// The temperature of least log loss over scores of which the right class is known, found by golden section
    /// between 1/20 and 20.
    pub fn fit(scored: &[(Vec<f64>, usize)]) -> Self {
        let loss = |log_temperature: f64| -> f64 {
            let temperature = Self(libm::exp(log_temperature));
            scored
                .iter()
                .map(|(scores, right)| -libm::log(temperature.probabilities(scores)[*right].max(1e-12)))
                .sum()
        };
        let (mut low, mut high) = (-3.0_f64, 3.0_f64);
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        for _ in 0..60 {
            let (a, b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            if loss(a) <= loss(b) { high = b } else { low = a }
        }
        Self(libm::exp((low + high) / 2.0))
    }

    /// Probabilities, in the order of the scores; they add up to 1.
    pub fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = scores.iter().map(|s| libm::exp((s - highest) / self.0)).collect();
        let sum: f64 = powers.iter().sum();
        powers.iter().map(|p| p / sum).collect()
    }
}

/// One-sided lower bound of a proportion of which `n_right` of `n` were right, exact (Clopper & Pearson 1934).
/// `confidence` lies between 0 and 1. With all of 29 right the bound at 0.95 passes 0.90; with fewer it cannot.
pub fn lower_bound(n_right: usize, n: usize, confidence: f64) -> f64 {
    if n_right == 0 || n == 0 {
        return 0.0;
    }
    // The p at which seeing n_right or more has probability 1 - confidence; the tail grows with p.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let p = (low + high) / 2.0;
        if upper_tail(n_right, n, p) < 1.0 - confidence { low = p } else { high = p }
    }
    low
}

/// Whether [`lower_bound`] is at least `proportion`: one sum, where the bound itself takes sixty.
pub fn reaches(n_right: usize, n: usize, confidence: f64, proportion: f64) -> bool {
    n_right > 0 && upper_tail(n_right, n, proportion) <= 1.0 - confidence
}

/// P(X ≥ k) of a binomial with n draws of probability p.
fn upper_tail(k: usize, n: usize, p: f64) -> f64 {
    let log_factorial = |m: usize| libm::lgamma(m as f64 + 1.0);
    let (log_p, log_q) = (libm::log(p), libm::log1p(-p));
    (k..=n)
        .map(|i| {
            let log_choose = log_factorial(n) - log_factorial(i) - log_factorial(n - i);
            libm::exp(log_choose + i as f64 * log_p + (n - i) as f64 * log_q)
        })
        .sum()
}

/// P(X > x) of a beta distribution with parameters `a` and `b`, both above 0: the chance that a proportion is above x
/// after `a` right and `b` wrong decisions, counted from nothing.
pub fn beta_above(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let log_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let front = libm::exp(log_front);
    // The continued fraction converges fast on the side of the mean (Press et al., Numerical Recipes, section 6.4).
    if x < (a + 1.0) / (a + b + 2.0) {
        1.0 - front * beta_fraction(a, b, x) / a
    } else {
        front * beta_fraction(b, a, 1.0 - x) / b
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            h *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-14 {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_through_known_odds_is_found() {
        // At score -1 one in ten is right, at +1 nine in ten: log-odds -2.197 and +2.197.
        let scored: Vec<(f64, bool)> =
            (0..1000).map(|i| if i % 2 == 0 { (-1.0, i % 20 == 0) } else { (1.0, i % 20 != 1) }).collect();
        let curve = Calibration::fit(&scored);
        assert!((curve.slope - 2.197).abs() < 0.05 && curve.intercept.abs() < 0.05, "{curve:?}");
    }

    #[test]
    fn separable_and_empty_scores_have_finite_curves() {
        let curve = Calibration::fit(&[(-1.0, false), (1.0, true), (2.0, true)]);
        assert!(curve.slope.is_finite() && curve.slope > 0.0);
        assert!(Calibration::fit(&[]).probability(3.0).is_finite());
        assert!(Calibration::fit(&[(1.0, true)]).probability(1.0) > 0.5);
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // scipy 1.17.1: beta.ppf(.05, k, n - k + 1)
        for (k, n, expected) in [(29, 29, 0.901_855), (28, 28, 0.898_534), (45, 50, 0.801_167), (1, 1, 0.05)]
        {
            assert!((lower_bound(k, n, 0.95) - expected).abs() < 1e-4, "{k} {n} {}", lower_bound(k, n, 0.95));
        }
        assert_eq!(lower_bound(0, 10, 0.95), 0.0);
        for (k, n) in [(29, 29), (28, 28), (95, 100), (96, 100), (0, 5)] {
            assert_eq!(reaches(k, n, 0.95, 0.9), lower_bound(k, n, 0.95) >= 0.9, "{k} {n}");
        }
    }

    #[test]
    fn beta_tails_are_those_of_the_tables() {
        // scipy 1.17.1: beta.sf(.9, a, b)
        for (a, b, expected) in [(30.0, 1.0, 0.957_608_842), (18.5, 2.5, 0.458_131_6), (1.0, 1.0, 0.1)] {
            assert!((beta_above(a, b, 0.9) - expected).abs() < 1e-4, "{a} {b} {}", beta_above(a, b, 0.9));
        }
        assert_eq!((beta_above(2.0, 2.0, 0.0), beta_above(2.0, 2.0, 1.0)), (1.0, 0.0));
    }

    #[test]
    fn a_temperature_makes_sharp_scores_as_sure_as_they_are_right() {
        let scored: Vec<_> = (0..100).map(|i| (vec![10.0, 0.0], usize::from(i % 5 == 0))).collect();
        let p = Temperature::fit(&scored).probabilities(&[10.0, 0.0])[0];
        assert!((p - 0.8).abs() < 0.01, "{p}");
    }
}
