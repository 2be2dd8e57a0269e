//! Everything that decides how a model is fitted, in one struct that is checked before use and kept in the model.

use serde::{Deserialize, Serialize};

use crate::{
    classify::{Classifier, EventModel, Loss, MarginClassifier, NaiveBayes},
    error::{Error, Result},
    tokenize::N_BLOCKS,
};

/// Settings as they are given; [`Settings::check`] makes them usable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Seed of every random choice.
    pub seed: u64,
    /// Folds of the training labels that thresholds are taken from; at least 2.
    pub n_folds: usize,
    /// How themes are told.
    pub themes: HeadSettings,
    /// How the stance is told.
    pub stance: HeadSettings,
    /// Weight of an example against an opinion; above 0.
    pub example_weight: f64,
    /// Weight of a sentence of the codebook against an opinion; 0 leaves them out.
    pub codebook_weight: f64,
}

/// Settings of one head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadSettings {
    /// For each block, how many training documents must have a term.
    pub min_df: [u32; N_BLOCKS],
    /// Classifiers whose scores are added up.
    pub members: Vec<Member>,
}

/// A classifier of a blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Which kind.
    pub kind: MemberKind,
    /// Blocks of terms that it sees.
    pub blocks: [bool; N_BLOCKS],
    /// Its share, after its scores are divided by their spread; above 0.
    pub share: f64,
}

/// A kind of classifier with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// Naive Bayes.
    NaiveBayes(NaiveBayes),
    /// A classifier fitted by its margin.
    Margin(MarginClassifier),
}

impl MemberKind {
    /// As a classifier.
    pub fn classifier(&self) -> &dyn Classifier {
        match self {
            Self::NaiveBayes(naive_bayes) => naive_bayes,
            Self::Margin(margin) => margin,
        }
    }
}

/// Blocks of themes that say nothing of the order of words.
const WORDS_AND_CHARACTERS: [bool; N_BLOCKS] = [true, true, false, false, false, false];

impl Default for Settings {
    fn default() -> Self {
        let member = |kind, blocks, share| Member { kind, blocks, share };
        let all = [true; N_BLOCKS];
        let bernoulli = MemberKind::NaiveBayes(NaiveBayes { event: EventModel::Bernoulli, alpha: 0.1 });
        let huber = |c| MarginClassifier::new(Loss::ModifiedHuber, c);
        Self {
            seed: 1,
            n_folds: 10,
            themes: HeadSettings {
                min_df: [1, 2, 2, 1, 1, 1],
                members: vec![
                    member(MemberKind::Margin(huber(0.25).scaled(0.5)), all, 1.0),
                    member(MemberKind::Margin(huber(0.5)), WORDS_AND_CHARACTERS, 1.0),
                    member(bernoulli.clone(), all, 0.5),
                ],
            },
            stance: HeadSettings {
                min_df: [1, 2, 2, 2, 2, 2],
                members: vec![member(MemberKind::Margin(huber(0.5)), all, 1.0), member(bernoulli, all, 0.5)],
            },
            example_weight: 1.0,
            codebook_weight: 1.0,
        }
    }
}

impl Settings {
    /// Naive Bayes alone, for themes and stance.
    pub fn naive_bayes(event: EventModel) -> Self {
        let mut settings = Self::default();
        for head in [&mut settings.themes, &mut settings.stance] {
            head.members = vec![Member {
                kind: MemberKind::NaiveBayes(NaiveBayes { event, alpha: 0.1 }),
                blocks: [true; N_BLOCKS],
                share: 1.0,
            }];
        }
        settings
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Setting`] that names the first setting outside its range.
    pub fn check(self) -> Result<CheckedSettings> {
        positive("example_weight", self.example_weight)?;
        if !(self.codebook_weight >= 0.0 && self.codebook_weight.is_finite()) {
            return Err(out_of_range("codebook_weight", self.codebook_weight, "0 or more is expected"));
        }
        if !(2..=100).contains(&self.n_folds) {
            return Err(out_of_range("n_folds", self.n_folds, "2 to 100 is expected"));
        }
        for head in [&self.themes, &self.stance] {
            if head.members.is_empty() {
                return Err(out_of_range("members", 0, "at least one classifier is expected"));
            }
            for member in &head.members {
                positive("share", member.share)?;
                match &member.kind {
                    MemberKind::NaiveBayes(naive_bayes) => positive("alpha", naive_bayes.alpha)?,
                    MemberKind::Margin(margin) => {
                        positive("c", margin.c)?;
                        positive("tolerance", margin.tolerance)?;
                        if !(0.0..=2.0).contains(&margin.naive_bayes_exponent) {
                            let value = margin.naive_bayes_exponent;
                            return Err(out_of_range("naive_bayes_exponent", value, "0 to 2 is expected"));
                        }
                    }
                }
                if member.blocks == [false; N_BLOCKS] {
                    return Err(out_of_range("blocks", "none", "at least one block of terms is expected"));
                }
            }
        }
        Ok(CheckedSettings(self))
    }
}

fn positive(name: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(out_of_range(name, value, "a number above 0 is expected"))
}

fn out_of_range(name: &'static str, value: impl ToString, expected: &'static str) -> Error {
    Error::Setting { name, value: value.to_string(), expected }
}

/// Settings that were checked: only these can fit a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckedSettings(Settings);

impl CheckedSettings {
    /// The settings, to be changed and checked again.
    pub fn into_inner(self) -> Settings {
        self.0
    }
}

impl std::ops::Deref for CheckedSettings {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        Settings::default().check().expect("checked");
        Settings::naive_bayes(EventModel::Multinomial).check().expect("checked");
    }

    #[test]
    fn a_setting_out_of_range_is_named() {
        let refused = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().expect_err("out of range").to_string()
        };
        assert!(refused(|s| s.n_folds = 1).contains("n_folds"));
        assert!(refused(|s| s.example_weight = f64::NAN).contains("example_weight"));
        assert!(refused(|s| s.themes.members.clear()).contains("members"));
        assert!(refused(|s| s.stance.members[0].share = 0.0).contains("share"));
    }
}
