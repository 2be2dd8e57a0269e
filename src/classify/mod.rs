//! Classification: sparse rows come in, scores, probabilities and sets of themes come out. Kinds of classifiers stand
//! behind one trait; all are linear, so that labeling adds up one row of weights a term.

pub mod calibration;
mod linear;
mod margin;
mod naive_bayes;
mod scorer;
pub mod threshold;

pub use linear::{Classifier, Input, Linear};
pub use margin::{Loss, MarginClassifier};
pub use naive_bayes::{EventModel, NaiveBayes};
pub use scorer::{Scorer, TermValue};
