//! Intervals of shares and of their differences, the p-value that goes with them, and its correction for many themes.

/// Normal quantile of a two-sided 95 % interval.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The figure.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The interval of a share of `n` (which may be a number of opinions worth as much, see
/// [`super::estimate::Share::n_effective`]) at a normal quantile: Wilson (1927), formula (3.1.3) of Agresti & Coull
/// 1998. With no opinion it is everything.
pub fn wilson(share: f64, n: f64, z: f64) -> Interval {
    if n <= 0.0 {
        return Interval { estimate: share, low: 0.0, high: 1.0 };
    }
    let z2 = z * z;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    // At 0 and 1 the end is exact, and rounding must not put it beyond the figure.
    Interval {
        estimate: share,
        low: (centre - half).clamp(0.0, share),
        high: (centre + half).clamp(share, 1.0),
    }
}

/// The interval of `later - earlier`, each a share with its number of opinions: Newcombe 1998, method 10.
pub fn difference(earlier: (f64, f64), later: (f64, f64), z: f64) -> Interval {
    let a = wilson(earlier.0, earlier.1, z);
    let b = wilson(later.0, later.1, z);
    let estimate = b.estimate - a.estimate;
    let below = ((b.estimate - b.low).powi(2) + (a.high - a.estimate).powi(2)).sqrt();
    let above = ((b.high - b.estimate).powi(2) + (a.estimate - a.low).powi(2)).sqrt();
    Interval { estimate, low: (estimate - below).max(-1.0), high: (estimate + above).min(1.0) }
}

/// Two-sided p-value of no difference: the interval of [`difference`] at that level just touches 0, so that p below
/// 0.05 and a 95 % interval without 0 are the same thing.
pub fn p_value(earlier: (f64, f64), later: (f64, f64)) -> f64 {
    let holds_zero = |z: f64| {
        let d = difference(earlier, later, z);
        d.low <= 0.0 && d.high >= 0.0
    };
    let (mut low, mut high) = (0.0, 40.0);
    if holds_zero(low) {
        return 1.0;
    }
    // 60 halvings of 40 leave nothing that a double shows.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds_zero(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    libm::erfc(low / std::f64::consts::SQRT_2)
}

/// p-values corrected for their number: the smallest share of false alarms at which each would still be named
/// (Benjamini & Hochberg 1995, as `p.adjust(p, "BH")` of R gives them).
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]).then(b.cmp(&a)));
    let n = p.len() as f64;
    let mut q = vec![1.0; p.len()];
    let mut lowest: f64 = 1.0;
    for (above, &i) in order.iter().enumerate() {
        let rank = n - above as f64;
        lowest = lowest.min(p[i] * n / rank);
        q[i] = lowest;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-5, "{found}, expected {expected}");
    }

    #[test]
    fn a_share_has_the_interval_of_newcombes_first_table() {
        // Newcombe 1998 (two-sided intervals for the single proportion), table I, method 3
        for (x, n, low, high) in
            [(81.0, 263.0, 0.2553, 0.3662), (15.0, 148.0, 0.0624, 0.1605), (0.0, 20.0, 0.0, 0.1611)]
        {
            let found = wilson(x / n, n, Z_95);
            near(found.low, low);
            near(found.high, high);
        }
    }

    #[test]
    fn a_difference_has_the_interval_of_newcombes_second_table() {
        // Newcombe 1998 (interval estimation for the difference), table II, method 10: 56/70 - 48/80, 9/10 - 3/10
        let found = difference((48.0 / 80.0, 80.0), (56.0 / 70.0, 70.0), Z_95);
        near(found.low, 0.0524);
        near(found.high, 0.3339);
        let found = difference((0.3, 10.0), (0.9, 10.0), Z_95);
        near(found.low, 0.1705);
        near(found.high, 0.8090);
    }

    #[test]
    fn p_is_below_five_percent_exactly_where_the_interval_leaves_zero_out() {
        for later in 0..=40 {
            let (a, b) = ((10.0 / 60.0, 60.0), (f64::from(later) / 50.0, 50.0));
            let interval = difference(a, b, Z_95);
            assert_eq!(p_value(a, b) < 0.05, interval.low > 0.0 || interval.high < 0.0, "{later}");
        }
        assert!((p_value((0.2, 50.0), (0.2, 80.0)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn corrected_p_values_are_those_of_r() {
        // p.adjust(c(0.01, 0.04, 0.03, 0.5), "BH")
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        for (found, expected) in q.iter().zip([0.04, 0.0533, 0.0533, 0.5]) {
            assert!((found - expected).abs() < 1e-4, "{q:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn no_opinion_means_no_knowledge() {
        let found = wilson(0.0, 0.0, Z_95);
        assert_eq!((found.low, found.high), (0.0, 1.0));
        assert!((p_value((0.0, 0.0), (1.0, 100.0)) - 1.0).abs() < 1e-12);
    }
}
