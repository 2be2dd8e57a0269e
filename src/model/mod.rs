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
mod suspects;
mod train;
mod training;
mod unseen;

pub use explain::{Contribution, Explanation, explain};
pub use fit::{FittedHead, MemberScores};
pub use folds::grouped_folds;
pub use labeler::{Labeler, N_EVIDENCE, Prediction, round4};
pub use model::{Decision, Familiarity, Model, ModelParts, ThemeEvidence, TrainingCounts, text_fingerprint};
pub use settings::{CheckedSettings, HeadSettings, Member, MemberKind, Settings};
pub use suspects::{Suspect, suspects};
pub use train::{Fitted, train};
pub use training::{Kind, Row, TrainingSet};
pub use unseen::{Unseen, unseen_scores};
