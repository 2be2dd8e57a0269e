//! The share of a theme in a year, corrected for the classifier's errors.
//!
//! All opinions of a year carry what the classifier says (`f`, a probability); some carry what a person says (`y`).
//! The estimate is `mean_hand(y) + λ (mean_all(f) - mean_hand(f))`: prediction-powered inference with the weight that
//! is best for the sample (Angelopoulos, Duchi & Zrnic 2023, PPI++), here with the hand-checked opinions among all,
//! which is the regression estimator of double sampling (Cochran, Sampling Techniques, 3rd ed., 12.7). With every
//! opinion hand-checked it is the plain share; with a useless classifier (λ = 0) it is that of the sample.
//!
//! Opinions come in strata (those accepted and those to review), because people check the doubtful ones more often;
//! and in clusters (municipalities), because what one municipality says twice is not two opinions.

/// Sums over opinions of one stratum, one cluster and one theme.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// Opinions.
    pub n: f64,
    /// Sum of `f`.
    pub f: f64,
    /// Hand-checked opinions.
    pub m: f64,
    /// Over hand-checked opinions: sum of `y`, which is also that of its square.
    pub y: f64,
    /// Over hand-checked opinions: sum of `f`.
    pub mf: f64,
    /// Over hand-checked opinions: sum of the square of `f`.
    pub mff: f64,
    /// Over hand-checked opinions: sum of `y` times `f`.
    pub yf: f64,
}

impl Moments {
    /// Adds an opinion: the classifier's probability, and whether a person gave it the theme.
    pub fn add(&mut self, f: f64, y: Option<bool>) {
        self.n += 1.0;
        self.f += f;
        if let Some(y) = y {
            let y = f64::from(u8::from(y));
            self.m += 1.0;
            self.y += y;
            self.mf += f;
            self.mff += f * f;
            self.yf += y * f;
        }
    }

    /// Both together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            f: self.f + other.f,
            m: self.m + other.m,
            y: self.y + other.y,
            mf: self.mf + other.mf,
            mff: self.mff + other.mff,
            yf: self.yf + other.yf,
        }
    }

    fn sum<'a>(moments: impl Iterator<Item = &'a Self>) -> Self {
        moments.fold(Self::default(), |a, b| a.plus(b))
    }

    /// Whether a person has checked all.
    fn is_census(&self) -> bool {
        self.m >= self.n
    }

    /// Weight of the classifier: what leaves the least variance, between not at all and in full.
    fn lambda(&self) -> f64 {
        if self.is_census() || self.m < 2.0 {
            return 0.0;
        }
        let covariance = self.yf - self.y * self.mf / self.m;
        let variance = self.mff - self.mf * self.mf / self.m;
        if variance <= 1e-12 { 0.0 } else { (covariance / variance).clamp(0.0, 1.0) }
    }
}

/// A share, corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share, 0 to 1.
    pub share: f64,
    /// Opinions that would say as much if each were drawn alone and hand-checked: the interval is that of a share of
    /// so many. It carries the sampling of opinions, their clusters, and the classifier's errors.
    pub n_effective: f64,
}

/// The corrected share, from sums by stratum (outer) and cluster (inner; the same clusters in each stratum). `None`
/// when a stratum has opinions and none that was hand-checked.
pub fn share(strata: &[&[Moments]]) -> Option<Share> {
    let totals: Vec<Moments> = strata.iter().map(|clusters| Moments::sum(clusters.iter())).collect();
    let n: f64 = totals.iter().map(|t| t.n).sum();
    if n == 0.0 || totals.iter().any(|t| t.n > 0.0 && t.m == 0.0) {
        return None;
    }
    let fits: Vec<Fit> = totals.iter().map(|t| Fit::new(t, n)).collect();
    let estimate: f64 = fits.iter().map(|fit| fit.weight * fit.share).sum();

    let alone: f64 = fits.iter().map(|fit| fit.variance(estimate)).sum();
    let n_clusters = strata.iter().map(|clusters| clusters.len()).max().unwrap_or(0);
    let mut used = 0.0;
    let mut squares = 0.0;
    for cluster in 0..n_clusters {
        let mut influence = 0.0;
        let mut any = false;
        for (clusters, fit) in strata.iter().zip(&fits) {
            let Some(moments) = clusters.get(cluster).filter(|m| m.n > 0.0) else { continue };
            influence += fit.influence(moments, estimate);
            any = true;
        }
        squares += influence * influence;
        used += f64::from(u8::from(any));
    }
    let clustered = if used >= FEWEST_CLUSTERS { squares * used / (used - 1.0) } else { 0.0 };
    // Few clusters alike by chance must not make a figure surer than its opinions are.
    let variance = alone.max(clustered);

    let share = estimate.clamp(0.0, 1.0);
    let checked: f64 = totals.iter().map(|t| t.m).sum();
    let worth = share * (1.0 - share) / variance;
    // Where no variance shows (no opinion of the theme, or all), the sample speaks for itself alone.
    let n_effective = if variance <= 1e-12 || worth <= 0.0 { checked } else { worth.min(n) };
    Some(Share { share, n_effective })
}

/// Fewer clusters do not tell how much they differ.
const FEWEST_CLUSTERS: f64 = 10.0;

/// One stratum.
struct Fit {
    total: Moments,
    n_all: f64,
    /// Its share of the opinions.
    weight: f64,
    lambda: f64,
    /// Corrected share of the theme.
    share: f64,
    mean_f: f64,
    mean_error: f64,
}

impl Fit {
    fn new(total: &Moments, n_all: f64) -> Self {
        let lambda = total.lambda();
        let per = |sum: f64, n: f64| if n > 0.0 { sum / n } else { 0.0 };
        let mean_f = per(total.f, total.n);
        let mean_error = per(total.y - lambda * total.mf, total.m);
        Self {
            total: *total,
            n_all,
            weight: total.n / n_all,
            lambda,
            share: mean_error + lambda * mean_f,
            mean_f,
            mean_error,
        }
    }

    /// Variance as if every opinion had been given alone: sampling of opinions, then of those to check.
    fn variance(&self, estimate: f64) -> f64 {
        let Moments { n, m, y, mf, mff, yf, .. } = self.total;
        if n == 0.0 {
            return 0.0;
        }
        let between = self.weight * (self.share - estimate).powi(2) / self.n_all;
        if m < 2.0 {
            return between + self.weight.powi(2) * 0.25 / m;
        }
        let about = |square: f64, sum: f64| (square - sum * sum / m).max(0.0) / (m - 1.0);
        let of_y = about(y, y);
        let error_square = y - 2.0 * self.lambda * yf + self.lambda.powi(2) * mff;
        let of_error = about(error_square, y - self.lambda * mf);
        between + self.weight.powi(2) * (of_y / n + of_error * (1.0 / m - 1.0 / n).max(0.0))
    }

    /// What a cluster's opinions of this stratum move the estimate by.
    fn influence(&self, cluster: &Moments, estimate: f64) -> f64 {
        let of_all = self.lambda * (cluster.f - cluster.n * self.mean_f) / self.n_all;
        let errors = cluster.y - self.lambda * cluster.mf - cluster.m * self.mean_error;
        let of_hand = if self.total.m > 0.0 { self.weight * errors / self.total.m } else { 0.0 };
        of_all + of_hand + cluster.n / self.n_all * (self.share - estimate)
    }
}
