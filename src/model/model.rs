//! A fitted model: everything that labeling needs and everything that says how it was made.

use serde::{Deserialize, Serialize};

use super::{
    head::{HeadParts, LabelingHead},
    labeler::{Labeler, round4},
    settings::CheckedSettings,
};
use crate::{
    classify::{
        calibration::{Calibration, Temperature, lower_bound},
        threshold::{Evidence, Promise, assign, confidence, promise},
    },
    codebook::{Codebook, ThemeSet},
    tokenize::Head,
    vectorize::FixedLexicon,
};

/// How scores become decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Score from which on a theme is given beside the highest.
    pub threshold: f64,
    /// From a theme's score to its probability.
    pub calibration: Calibration,
    /// From how sure an opinion's themes are ([`confidence`]) to the share of them that is right.
    pub confidence: Calibration,
    /// From stance scores to probabilities.
    pub temperature: Temperature,
}

impl Decision {
    /// Themes that scores give.
    pub fn themes(&self, scores: &[f64], max_themes: usize) -> ThemeSet {
        assign(scores, self.threshold, max_themes)
    }

    /// Probability that the themes given are right, to four places: what is written is what is decided on.
    pub fn probability(&self, scores: &[f64], given: ThemeSet) -> f64 {
        round4(self.confidence.probability(confidence(scores, given)))
    }

    /// What scores of an opinion with known themes say for a promise.
    pub fn evidence(&self, scores: &[f64], label: ThemeSet, max_themes: usize) -> Evidence {
        let given = self.themes(scores, max_themes);
        Evidence {
            probability: self.probability(scores, given),
            n_given: given.len(),
            n_right: given.iter().filter(|t| label.contains(*t)).count(),
        }
    }
}

/// How a theme was given to real opinions by models that had not seen their source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThemeEvidence {
    /// Opinions given it.
    pub n_given: usize,
    /// Opinions given it that have it.
    pub n_right: usize,
    /// Opinions that have it.
    pub support: usize,
}

impl ThemeEvidence {
    /// Share of the given that is right; 0 of nothing.
    pub fn precision(&self) -> f64 {
        self.n_right as f64 / self.n_given.max(1) as f64
    }

    /// Share of those that have it that was given it; 0 of nothing.
    pub fn recall(&self) -> f64 {
        self.n_right as f64 / self.support.max(1) as f64
    }

    /// Exact 95 % interval of the precision (Clopper & Pearson 1934).
    pub fn interval(&self) -> (f64, f64) {
        let n_wrong = self.n_given - self.n_right;
        (lower_bound(self.n_right, self.n_given, 0.975), 1.0 - lower_bound(n_wrong, self.n_given, 0.975))
    }
}

/// How many rows a model learned from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingCounts {
    /// Hand-labeled opinions by table.
    pub opinions: Vec<(String, usize)>,
    /// Examples by source.
    pub examples: Vec<(String, usize)>,
    /// Sentences of the codebook.
    pub codebook: usize,
}

/// What is usual for texts like those of training, each scored by a model that has not seen its source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Familiarity {
    /// Mean share of words that the model does not know.
    pub unseen_terms: f64,
    /// Standard deviation of that share over opinions.
    pub unseen_terms_sd: f64,
    /// Mean probability of the themes given.
    pub probability: f64,
    /// Standard deviation of that probability over opinions.
    pub probability_sd: f64,
    /// Opinions that these figures come from.
    pub n_opinions: usize,
}

/// The parts of a model but for its weights, as the file holds them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelParts {
    /// Version of the program that made it.
    pub program: String,
    /// The codebook that the labels follow.
    pub codebook: Codebook,
    /// How it was fitted.
    pub settings: CheckedSettings,
    /// What it was fitted to.
    pub counts: TrainingCounts,
    /// How it decides.
    pub decision: Decision,
    /// Real opinions scored by a model that has not seen their source: what a promise rests on.
    pub evidence: Vec<Evidence>,
    /// The same by theme, in the order of the codebook.
    pub theme_evidence: Vec<ThemeEvidence>,
    /// What is usual.
    pub familiarity: Familiarity,
    /// Fingerprints of the normalized texts of training opinions, sorted.
    pub training_texts: Vec<u64>,
    /// Base forms; index is lexeme.
    pub lexicon: Vec<Box<str>>,
    /// Head of the themes.
    pub themes: HeadParts,
    /// Head of the stance.
    pub stance: HeadParts,
}

/// A fitted model. Shared by all threads; [`Model::labeler`] makes what a thread labels with.
pub struct Model {
    id: String,
    program: String,
    codebook: Codebook,
    settings: CheckedSettings,
    counts: TrainingCounts,
    decision: Decision,
    evidence: Vec<Evidence>,
    theme_evidence: Vec<ThemeEvidence>,
    familiarity: Familiarity,
    training_texts: Vec<u64>,
    lexicon: FixedLexicon,
    themes: LabelingHead,
    stance: LabelingHead,
}

impl Model {
    /// A model from its parts and the weights of its heads; `id` is what its records carry.
    ///
    /// # Errors
    /// A message when the parts do not fit together.
    pub fn new(parts: ModelParts, weights: [Vec<f32>; 2], id: String) -> Result<Self, String> {
        let [theme_weights, stance_weights] = weights;
        let n_lexemes = parts.lexicon.len();
        let themes = LabelingHead::new(parts.themes, theme_weights, n_lexemes)?;
        let stance = LabelingHead::new(parts.stance, stance_weights, n_lexemes)?;
        let settings = CheckedSettings::clone(&parts.settings);
        settings.clone().into_inner().check().map_err(|e| e.to_string())?;
        for (what, found, expected) in [
            ("themes", themes.scorer().bias().len(), parts.codebook.themes().len()),
            ("stances", stance.scorer().bias().len(), parts.codebook.stances().len()),
        ] {
            if found != expected {
                return Err(format!("{found} {what} in the weights and {expected} in the codebook"));
            }
        }
        Ok(Self {
            id,
            program: parts.program,
            codebook: parts.codebook,
            settings,
            counts: parts.counts,
            decision: parts.decision,
            evidence: parts.evidence,
            theme_evidence: parts.theme_evidence,
            familiarity: parts.familiarity,
            training_texts: parts.training_texts,
            lexicon: FixedLexicon::new(parts.lexicon),
            themes,
            stance,
        })
    }

    /// First 12 hexadecimal digits of the SHA-256 of the model: what records carry.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Version of the program that made it.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// The codebook that it labels by.
    pub fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    /// How it was fitted.
    pub fn settings(&self) -> &CheckedSettings {
        &self.settings
    }

    /// What it was fitted to.
    pub fn counts(&self) -> &TrainingCounts {
        &self.counts
    }

    /// How it decides.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// What a promise rests on.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// What real opinions of sources that the model had not seen say of each theme, in the order of the codebook.
    pub fn theme_evidence(&self) -> &[ThemeEvidence] {
        &self.theme_evidence
    }

    /// What is usual.
    pub fn familiarity(&self) -> &Familiarity {
        &self.familiarity
    }

    /// Words that it knows.
    pub fn lexicon(&self) -> &FixedLexicon {
        &self.lexicon
    }

    /// One of its heads.
    pub fn head(&self, head: Head) -> &LabelingHead {
        match head {
            Head::Themes => &self.themes,
            Head::Stance => &self.stance,
        }
    }

    /// What keeps a promised precision on texts of a source that the model has not seen; `None` when its evidence
    /// shows that precision nowhere.
    pub fn promise(&self, precision: f64) -> Option<Promise> {
        promise(&self.evidence, precision)
    }

    /// What one thread labels with; opinions whose probability is at least `accept_from` are accepted.
    pub fn labeler(&self, accept_from: f64) -> Labeler<'_> {
        Labeler::new(self, accept_from)
    }

    /// Whether a normalized text was a training opinion.
    pub fn was_training_opinion(&self, normalized: &str) -> bool {
        self.training_texts.binary_search(&text_fingerprint(normalized)).is_ok()
    }
}

/// A fingerprint of a text that stays the same for ever: FNV-1a over its bytes, 64 bits.
pub fn text_fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_the_reference() {
        assert_eq!(text_fingerprint(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(text_fingerprint("a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn a_model_is_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Model>();
    }
}
