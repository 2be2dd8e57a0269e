//! Fitting a head: training rows come in; document frequencies and the linear classifiers of every class come out.

use rayon::prelude::*;

use super::{
    settings::{CheckedSettings, HeadSettings},
    training::{Kind, Row, TrainingSet},
};
use crate::{
    classify::Linear,
    codebook::{StanceId, ThemeId},
    error::Result,
    tokenize::{Head, N_BLOCKS},
    vectorize::{CountedTexts, SparseRows, TermId, TfIdf},
};

/// A fitted head: the score of a class is the sum over members of factor · score.
#[derive(Debug, Clone)]
pub struct FittedHead {
    /// Document frequencies.
    pub tfidf: TfIdf,
    /// Terms that the classifiers have weights for, in the order of the weights.
    pub used: Vec<TermId>,
    /// For each member the classifiers of all classes.
    pub members: Vec<Vec<Linear>>,
    /// For each member what its scores are multiplied with: its share, divided by its spread once it is known.
    pub factors: Vec<f64>,
    /// By term its place in `used`.
    places: Vec<u32>,
}

/// Scores of one document: for each member, of every class.
pub type MemberScores = Vec<Vec<f64>>;

const UNUSED: u32 = u32::MAX;

impl FittedHead {
    /// Fits a head to the rows `train` of a training set, classes in parallel. Rows without a label for this head are
    /// passed over.
    ///
    /// # Errors
    /// What the classifiers say.
    pub fn fit(set: &TrainingSet, head: Head, train: &[usize], settings: &CheckedSettings) -> Result<Self> {
        let (texts, head_settings) = parts(set, head, settings);
        let train: Vec<usize> =
            train.iter().copied().filter(|&row| weight(&set.rows[row], head, settings) > 0.0).collect();
        let weights: Vec<f64> = train.iter().map(|&row| weight(&set.rows[row], head, settings)).collect();
        let tfidf = TfIdf::fit(texts, &train, head_settings.min_df);
        // A term that no training row has would get no weight: the solvers need not carry it.
        let (rows, used) = tfidf.rows(texts, &train).compact();
        let block_of: Vec<u8> = used.iter().map(|t| texts.vocabulary.term(*t).0 as u8).collect();
        let targets: Vec<Vec<bool>> = (0..n_classes(set, head))
            .map(|class| train.iter().map(|&r| has_class(&set.rows[r], head, class)).collect())
            .collect();
        let seen: Vec<SparseRows> =
            head_settings.members.iter().map(|member| restrict(&rows, member.blocks, &block_of)).collect();
        let fitted: Result<Vec<Vec<Linear>>> = targets
            .par_iter()
            .map(|targets| {
                let fit = |(member, rows): (&super::settings::Member, &SparseRows)| {
                    member.kind.classifier().fit(rows, targets, &weights)
                };
                head_settings.members.iter().zip(&seen).map(fit).collect()
            })
            .collect();
        let fitted = fitted?;
        let members = (0..head_settings.members.len())
            .map(|m| fitted.iter().map(|class| class[m].clone()).collect())
            .collect();
        let mut places = vec![UNUSED; tfidf.n_terms()];
        for (place, term) in used.iter().enumerate() {
            places[term.index()] = place as u32;
        }
        let factors = head_settings.members.iter().map(|m| m.share).collect();
        Ok(Self { tfidf, used, members, factors, places })
    }

    /// Scores of a row of the training set, member by member, not yet multiplied.
    pub fn member_scores(
        &self,
        set: &TrainingSet,
        head: Head,
        row: usize,
        settings: &CheckedSettings,
    ) -> MemberScores {
        let (texts, head_settings) = parts(set, head, settings);
        let mut values = SparseRows::new(self.used.len());
        let place = |(term, value): (TermId, f64)| (TermId(self.places[term.index()]), value);
        values.push(self.tfidf.row(&texts.documents[row]).into_iter().map(place));
        self.members
            .iter()
            .zip(&head_settings.members)
            .map(|(classes, member)| {
                let input = member.kind.classifier().input();
                classes.iter().map(|linear| linear.score(&values, 0, input)).collect()
            })
            .collect()
    }

    /// Divides every member's share by the spread (standard deviation over documents and classes) of its scores on
    /// documents that it has not seen, so that members of different units can be added up.
    pub fn scale(&mut self, unseen: &[MemberScores]) {
        for (member, factor) in self.factors.iter_mut().enumerate() {
            let scores: Vec<f64> = unseen.iter().flat_map(|s| s[member].iter().copied()).collect();
            *factor /= spread(&scores);
        }
    }

    /// Adds members up: the scores of every class.
    pub fn blend(&self, members: &MemberScores) -> Vec<f64> {
        let n_classes = members.first().map_or(0, Vec::len);
        (0..n_classes)
            .map(|class| self.factors.iter().zip(members).map(|(f, m)| f * m[class]).sum())
            .collect()
    }
}

/// Whether a row has a label of this head.
pub(super) fn has_label(row: &Row, head: Head) -> bool {
    head == Head::Themes || row.stance.is_some()
}

fn parts<'a>(
    set: &'a TrainingSet,
    head: Head,
    settings: &'a CheckedSettings,
) -> (&'a CountedTexts, &'a HeadSettings) {
    match head {
        Head::Themes => (&set.corpus.themes, &settings.themes),
        Head::Stance => (&set.corpus.stance, &settings.stance),
    }
}

fn n_classes(set: &TrainingSet, head: Head) -> usize {
    match head {
        Head::Themes => set.codebook.themes().len(),
        Head::Stance => set.codebook.stances().len(),
    }
}

fn has_class(row: &Row, head: Head, class: usize) -> bool {
    match head {
        Head::Themes => row.themes.contains(ThemeId(class as u8)),
        Head::Stance => row.stance == Some(StanceId(class as u8)),
    }
}

fn weight(row: &Row, head: Head, settings: &CheckedSettings) -> f64 {
    if !has_label(row, head) {
        return 0.0;
    }
    match row.kind {
        Kind::Opinion => 1.0,
        Kind::Field | Kind::Written => settings.example_weight,
        Kind::Codebook => settings.codebook_weight,
    }
}

/// Rows with the terms of some blocks alone.
fn restrict(rows: &SparseRows, blocks: [bool; N_BLOCKS], block_of: &[u8]) -> SparseRows {
    let mut restricted = SparseRows::new(rows.n_terms());
    for row in 0..rows.n_rows() {
        restricted.push(rows.row(row).filter(|(t, _)| blocks[usize::from(block_of[t.index()])]));
    }
    restricted
}

/// Standard deviation; 1 where there is none to speak of.
fn spread(scores: &[f64]) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n.max(1.0);
    let variance = scores.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / n.max(1.0);
    if variance > 1e-12 { variance.sqrt() } else { 1.0 }
}
