//! How far two coders, or a model and a person, agree: percent agreement, Cohen's kappa and Krippendorff's alpha with
//! bootstrap intervals for main theme, stance, theme sets and every theme and stance by itself; and where they do not.

mod coefficients;
mod compare;
mod interval;
mod pairs;

pub use coefficients::{Distance, krippendorff_alpha, masi_distance};
pub use compare::{Agreement, Coded, Disagreement, Figure, compare};
pub use interval::{Bootstrap, Estimate};
pub use pairs::Pairs;
