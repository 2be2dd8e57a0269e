//! The model: labels, examples and codebook come in, a fitted model in one file comes out; a labeler gives each text
//! its themes and its stance.

mod explain;
pub mod file;
mod fit;
mod folds;
mod head;
mod labeler;
#[allow(clippy::module_inception)]
mod model;
mod settings;
mod train;
mod training;

pub use explain::{Contribution, Explanation, explain};
pub use fit::{FittedHead, MemberScores, OutOfFold, blend, out_of_fold};
pub use folds::grouped_folds;
pub use labeler::{Labeler, N_EVIDENCE, Prediction, round4};
pub use model::{Decision, Familiarity, Model, ModelParts, TrainingCounts};
pub use settings::{CheckedSettings, HeadSettings, Member, MemberKind, Settings};
pub use train::{Fitted, Transferred, train, transfer};
pub use training::{Kind, Row, TrainingSet};
