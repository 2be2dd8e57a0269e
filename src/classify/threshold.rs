//! Decisions: which themes an opinion is given at a threshold, which threshold is best on scores of known themes, and
//! from which probability on a promised precision holds.

use serde::{Deserialize, Serialize};

use crate::codebook::{ThemeId, ThemeSet};

use super::calibration::{lower_bound, reaches};

/// Themes of an opinion: every theme whose score reaches the threshold, the highest one always, at most `max_themes`,
/// by score; equal scores in the order of the codebook.
pub fn assign(scores: &[f64], threshold: f64, max_themes: usize) -> ThemeSet {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let mut set = ThemeSet::new(ThemeId(order[0] as u8));
    for &theme in order.iter().take(max_themes).skip(1) {
        if scores[theme] < threshold {
            break;
        }
        set.push(ThemeId(theme as u8));
    }
    set
}

/// How sure the themes given are: the lowest of their scores, plus half its distance to the highest score not given,
/// less a cost for each theme. Chosen among others on scores of real opinions by models that have not seen
/// their source (`docs/what-did-not-help.md`).
pub fn confidence(scores: &[f64], given: ThemeSet) -> f64 {
    let lowest = given.iter().map(|t| scores[t.index()]).fold(f64::INFINITY, f64::min);
    let not_given = (0..scores.len()).filter(|t| !given.contains(ThemeId(*t as u8)));
    let next = not_given.map(|t| scores[t]).fold(f64::NEG_INFINITY, f64::max);
    let distance = if next.is_finite() { lowest - next } else { 0.0 };
    lowest + 0.5 * distance - COST_OF_A_THEME * given.len() as f64
}

/// Every further theme is one more that may be wrong.
const COST_OF_A_THEME: f64 = 1.5;

/// Candidates of the threshold: quantiles of all scores, as shares.
const CANDIDATES: (f64, f64, usize) = (0.60, 0.985, 78);
/// Candidates over which F1 is averaged, so that a lucky one does not win.
const SMOOTHING: usize = 5;

/// The threshold of highest micro-F1, smoothed over neighbouring candidates: `scores` of opinions by models that have
/// not seen them, and their themes.
pub fn best_threshold(scores: &[Vec<f64>], labels: &[ThemeSet], max_themes: usize) -> f64 {
    let mut pooled: Vec<f64> = scores.iter().flatten().copied().collect();
    if pooled.is_empty() {
        return 0.0;
    }
    pooled.sort_by(f64::total_cmp);
    let (low, high, n) = CANDIDATES;
    let quantile = |i: usize| {
        let share = low + (high - low) * i as f64 / (n - 1) as f64;
        pooled[((pooled.len() - 1) as f64 * share).round() as usize]
    };
    let candidates: Vec<f64> = (0..n).map(quantile).collect();
    let f1: Vec<f64> = candidates.iter().map(|&t| micro_f1(scores, labels, t, max_themes)).collect();
    let half = SMOOTHING / 2;
    let smoothed = |i: usize| {
        let window = &f1[i.saturating_sub(half)..(i + half + 1).min(n)];
        window.iter().sum::<f64>() / window.len() as f64
    };
    let best = (0..n).max_by(|&a, &b| smoothed(a).total_cmp(&smoothed(b)).then(b.cmp(&a)));
    best.map_or(0.0, |i| candidates[i])
}

fn micro_f1(scores: &[Vec<f64>], labels: &[ThemeSet], threshold: f64, max_themes: usize) -> f64 {
    let (mut right, mut given, mut wanted) = (0, 0, 0);
    for (scores, label) in scores.iter().zip(labels) {
        let predicted = assign(scores, threshold, max_themes);
        right += predicted.iter().filter(|t| label.contains(*t)).count();
        given += predicted.len();
        wanted += label.len();
    }
    2.0 * right as f64 / ((given + wanted) as f64).max(1.0)
}

/// An opinion whose themes are known, as evidence for a promise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Probability that all its themes are right, as labeling would give it.
    pub probability: f64,
    /// Themes given.
    pub n_given: usize,
    /// Themes given that are right.
    pub n_right: usize,
}

/// What a promise of precision rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promise {
    /// Precision promised.
    pub precision: f64,
    /// Probability from which on an opinion is accepted.
    pub threshold: f64,
    /// Opinions of the evidence that reach it.
    pub n_opinions: usize,
    /// Themes given to them.
    pub n_given: usize,
    /// Themes of those that are right.
    pub n_right: usize,
    /// One-sided lower 95 % bound of the precision.
    pub lower_bound: f64,
}

impl Promise {
    /// The promise that a threshold keeps: with it the opinions that reach it, their themes, and those that are right.
    fn new(precision: f64, (threshold, n_opinions, n_given, n_right): (f64, usize, usize, usize)) -> Self {
        let lower_bound = lower_bound(n_right, n_given, CONFIDENCE);
        Self { precision, threshold, n_opinions, n_given, n_right, lower_bound }
    }
}

/// Confidence of the bound that a promise is held to.
pub const CONFIDENCE: f64 = 0.95;

/// The lowest probability from which on the lower bound of the precision of the themes given is at least `precision`;
/// `None` when the evidence shows it nowhere.
pub fn promise(evidence: &[Evidence], precision: f64) -> Option<Promise> {
    let mut sorted: Vec<&Evidence> = evidence.iter().collect();
    sorted.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let (mut n_given, mut n_right) = (0, 0);
    let mut best = None;
    for (i, opinion) in sorted.iter().enumerate() {
        n_given += opinion.n_given;
        n_right += opinion.n_right;
        // Opinions of equal probability are accepted together.
        if sorted.get(i + 1).is_some_and(|next| next.probability == opinion.probability) {
            continue;
        }
        if reaches(n_right, n_given, CONFIDENCE, precision) {
            best = Some((opinion.probability, i + 1, n_given, n_right));
        }
    }
    best.map(|kept| Promise::new(precision, kept))
}

/// How much the model's own evidence counts beside opinions of the new year that were checked by hand, in opinions.
const PRIOR_OPINIONS: f64 = 25.0;
/// Chance that a promise re-checked by hand must hold with. Chosen with [`PRIOR_OPINIONS`] by simulation, so that the
/// promise holds on the rest in 90 of 100 draws from years up to one and a half times as hard as the evidence.
const RECHECKED_CONFIDENCE: f64 = 0.93;

/// A promise re-checked on opinions of the new year: the lowest probability from which on the precision of the themes
/// given is at least `precision` with a chance of 93 %, after the reviewed opinions and, weighing as much as a
/// few of them, the model's own evidence (a beta distribution over the precision; Gelman et al., Bayesian Data
/// Analysis, section 2.4). The reviewed opinions must stand for all alike, as `iken sample` draws them. The counts of the
/// promise are those of the reviewed opinions.
pub fn promise_rechecked(evidence: &[Evidence], reviewed: &[Evidence], precision: f64) -> Option<Promise> {
    let above = |from: f64, of: &[Evidence]| {
        of.iter()
            .filter(|e| e.probability >= from)
            .fold((0, 0, 0), |(n, given, right), e| (n + 1, given + e.n_given, right + e.n_right))
    };
    let prior_weight = PRIOR_OPINIONS / reviewed.len().max(1) as f64;
    let mut candidates: Vec<f64> = reviewed.iter().map(|e| e.probability).collect();
    candidates.sort_by(|a, b| b.total_cmp(a));
    candidates.dedup();
    let mut best = None;
    for threshold in candidates {
        let (n_opinions, n_given, n_right) = above(threshold, reviewed);
        let (_, old_given, old_right) = above(threshold, evidence);
        // The prior weighs as its share of the evidence does: few opinions above the threshold, little to say.
        let scale = prior_weight * n_given as f64 / old_given.max(1) as f64;
        let right = n_right as f64 + scale * old_right as f64;
        let wrong = (n_given - n_right) as f64 + scale * (old_given - old_right) as f64;
        if super::calibration::beta_above(right + 0.5, wrong + 0.5, precision) < RECHECKED_CONFIDENCE {
            continue;
        }
        best = Some((threshold, n_opinions, n_given, n_right));
    }
    best.map(|kept| Promise::new(precision, kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(set: ThemeSet) -> Vec<u8> {
        set.iter().map(|t| t.0).collect()
    }

    #[test]
    fn the_highest_theme_is_given_always_and_three_at_most() {
        assert_eq!(ids(assign(&[-3.0, -1.0, -2.0], 0.0, 3)), [1]);
        assert_eq!(ids(assign(&[1.0, 4.0, 2.0, 3.0], 0.0, 3)), [1, 3, 2]);
        assert_eq!(ids(assign(&[1.0, 1.0, -1.0], 0.0, 3)), [0, 1]);
    }

    #[test]
    fn fewer_and_clearer_themes_are_surer() {
        let sure = |scores: &[f64], threshold| confidence(scores, assign(scores, threshold, 3));
        assert_eq!(sure(&[2.0, 0.0, -1.0], 1.0), 2.0 + 1.0 - 1.5);
        assert!(sure(&[2.0, -1.0, -1.0], 1.0) > sure(&[2.0, 0.0, -1.0], 1.0));
        assert!(sure(&[2.0, 1.5, -1.0], 1.0) < sure(&[2.0, 0.5, -1.0], 1.0));
    }

    #[test]
    fn the_best_threshold_parts_what_is_right_from_what_is_not() {
        let mut both = ThemeSet::new(ThemeId(0));
        both.push(ThemeId(1));
        let (mut scores, mut labels) = (Vec::new(), Vec::new());
        for i in 0..50 {
            let noise = f64::from(i) / 100.0;
            if i % 2 == 0 {
                scores.push(vec![3.0, 2.0 + noise, -2.0, -2.0 - noise]);
                labels.push(both);
            } else {
                scores.push(vec![3.0, 0.5 - noise, -2.0, -2.0 - noise]);
                labels.push(ThemeSet::new(ThemeId(0)));
            }
        }
        let threshold = best_threshold(&scores, &labels, 3);
        assert!(threshold > 0.5 && threshold <= 2.5, "{threshold}");
        assert_eq!(best_threshold(&[], &[], 3), 0.0);
    }

    #[test]
    fn a_promise_goes_as_far_as_its_evidence() {
        let opinion = |probability, n_right| Evidence { probability, n_given: 1, n_right };
        let mut evidence: Vec<_> = (0..60).map(|i| opinion(0.99 - f64::from(i) / 1000.0, 1)).collect();
        evidence.extend((0..40).map(|i| opinion(0.5 - f64::from(i) / 1000.0, 0)));
        let kept = promise(&evidence, 0.9).expect("60 of 60 show 0.9");
        assert!(kept.n_right >= 60 && kept.lower_bound >= 0.9 && kept.threshold <= 0.932, "{kept:?}");
        assert_eq!(promise(&evidence[..28], 0.9), None);
        assert!(promise(&evidence[..29], 0.9).is_some());
    }

    /// A year of 400 opinions whose precision falls with the probability, less or more steeply.
    fn year(random: &mut crate::random::Random, steepness: f64) -> Vec<Evidence> {
        (0..400)
            .map(|_| {
                let probability = random.unit();
                let right = random.unit() < libm::pow(probability, steepness);
                Evidence { probability, n_given: 1, n_right: usize::from(right) }
            })
            .collect()
    }

    /// Draws 40 opinions of a year a hundred times: in how many draws the promise holds on the rest (none accepted is
    /// none wrong), and the mean share accepted.
    fn recheck(steepness: f64) -> (usize, f64) {
        let mut random = crate::random::Random::new(7);
        // The model's evidence is of a year of its own: alone it may promise too much.
        let evidence = year(&mut random, 0.2);
        let (mut n_kept, mut n_accepted) = (0, 0);
        for _ in 0..100 {
            let mut opinions = year(&mut random, steepness);
            opinions.sort_by(|a, b| a.probability.total_cmp(&b.probability));
            let drawn = crate::random::strata(opinions.len(), 40, random.next_u64());
            let reviewed: Vec<Evidence> = drawn.iter().map(|&i| opinions[i]).collect();
            let from = promise_rechecked(&evidence, &reviewed, 0.9).map_or(f64::INFINITY, |p| p.threshold);
            let rest: Vec<&Evidence> = (0..opinions.len())
                .filter(|i| !drawn.contains(i))
                .map(|i| &opinions[i])
                .filter(|e| e.probability >= from)
                .collect();
            let right: usize = rest.iter().map(|e| e.n_right).sum();
            n_accepted += rest.len();
            n_kept += usize::from(right as f64 >= 0.9 * rest.len() as f64);
        }
        (n_kept, n_accepted as f64 / (100.0 * 360.0))
    }

    #[test]
    fn a_promise_rechecked_on_40_opinions_holds_on_the_rest_in_90_of_100_draws() {
        for steepness in [0.05, 0.1, 0.15, 0.2, 0.3] {
            let (n_kept, _) = recheck(steepness);
            assert!(n_kept >= 90, "steepness {steepness}: kept in {n_kept} of 100");
        }
    }

    #[test]
    fn a_year_that_is_read_well_is_mostly_accepted() {
        let (_, accepted) = recheck(0.03);
        assert!(accepted > 0.45, "{accepted}");
    }
}
