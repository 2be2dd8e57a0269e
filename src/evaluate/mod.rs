//! Evaluation that does not flatter: opinions are labeled by models that have not seen them, or not even their source,
//! and every figure comes with its count and its interval.

pub mod agreement;
mod cross_validate;
mod evaluation;
mod interval;
mod learning_curve;
mod metrics;

pub use cross_validate::{Judged, across_sources, cross_validation, judge_table};
pub use evaluation::{
    CoveragePoint, Evaluation, Judging, Misread, Overall, PromiseKept, Protocol, ReliabilityBin, ScoredSet,
    StanceTable, ThemeFigures,
};
pub use interval::{Figure, bootstrap};
pub use learning_curve::{CurvePoint, LearningCurve, N_POINTS, learning_curve};
pub use metrics::{Counts, Summary};
