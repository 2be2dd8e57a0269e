//! What more rows buy: figures on opinions of an unseen source as examples or hand labels grow.

use serde::{Deserialize, Serialize};

use super::{cross_validate::judge_rows, metrics::Summary};
use crate::{
    error::Result,
    model::{CheckedSettings, Fitted, Kind, TrainingSet},
    random::Random,
};

/// Figures at a number of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Rows that grew: examples, or hand labels.
    pub n_rows: usize,
    /// Opinions tested.
    pub n_tested: usize,
    /// Micro-F1.
    pub micro_f1: f64,
    /// By theme, in the order of the codebook: F1.
    pub themes: Vec<f64>,
}

/// How figures grow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LearningCurve {
    /// With written examples; tested on hand-labeled opinions, none of them learned from.
    pub examples: Vec<CurvePoint>,
    /// With hand-labeled opinions beside all examples; tested on the municipalities left out at every point.
    pub labels: Vec<CurvePoint>,
}

/// Shares of the rows at which the curve is measured.
const SHARES: [f64; 3] = [0.25, 0.5, 1.0];
/// Share of hand-labeled opinions that the curve over labels is tested on.
const TESTED: f64 = 0.4;

/// Measures both curves, one seeded draw a point.
///
/// # Errors
/// What the classifiers say.
pub fn learning_curve(
    set: &TrainingSet,
    settings: &CheckedSettings,
    done: &(dyn Fn() + Sync),
) -> Result<LearningCurve> {
    let mut curve = LearningCurve::default();
    let opinions = set.rows_where(|row| row.kind == Kind::Opinion);
    let mut written = set.rows_where(|row| row.kind == Kind::Written);
    let others = set.rows_where(|row| matches!(row.kind, Kind::Field | Kind::Codebook));
    Random::new(settings.seed).shuffle(&mut written);
    for share in SHARES {
        let n = (written.len() as f64 * share) as usize;
        let train: Vec<usize> = written[..n].iter().chain(&others).copied().collect();
        curve.examples.push(point(set, settings, sorted(train), &opinions, n)?);
        done();
    }
    let mut groups: Vec<&str> = opinions.iter().map(|&r| set.rows[r].group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    Random::new(settings.seed).shuffle(&mut groups);
    let (tested, learned) = groups.split_at((groups.len() as f64 * TESTED) as usize);
    let of = |groups: &[&str]| -> Vec<usize> {
        opinions.iter().copied().filter(|&r| groups.contains(&set.rows[r].group.as_str())).collect()
    };
    let tested = of(tested);
    let rest = set.rows_where(|row| row.kind != Kind::Opinion);
    for share in [0.0].into_iter().chain(SHARES.into_iter().skip(1)) {
        let labels = of(&learned[..(learned.len() as f64 * share) as usize]);
        let train: Vec<usize> = rest.iter().chain(&labels).copied().collect();
        curve.labels.push(point(set, settings, sorted(train), &tested, labels.len())?);
        done();
    }
    Ok(curve)
}

/// Number of points, for progress.
pub const N_POINTS: usize = SHARES.len() + 3;

fn sorted(mut rows: Vec<usize>) -> Vec<usize> {
    rows.sort_unstable();
    rows
}

fn point(
    set: &TrainingSet,
    settings: &CheckedSettings,
    train: Vec<usize>,
    tested: &[usize],
    n_rows: usize,
) -> Result<CurvePoint> {
    let fitted = Fitted::new(set, &train, settings)?;
    let judged = judge_rows(set, &fitted, tested, settings, 0.9);
    let summary = Summary::of(&judged, set.codebook.themes().len());
    Ok(CurvePoint {
        n_rows,
        n_tested: tested.len(),
        micro_f1: summary.micro().f1(),
        themes: summary.themes.iter().map(|c| c.f1()).collect(),
    })
}
