//! Fitting: training rows come in; a head's document frequencies and the linear classifiers of every class come out,
//! with the spread by which each classifier's scores are divided before they are added up.

use rayon::prelude::*;

use super::{
    folds::grouped_folds,
    settings::{CheckedSettings, HeadSettings},
    training::{Kind, Row, TrainingSet},
};
use crate::{
    classify::Linear,
    codebook::{StanceId, ThemeId},
    error::Result,
    tokenize::{Head, N_BLOCKS},
    vectorize::{CountedTexts, SparseRows, TfIdf},
};

/// A fitted head: scores of a class are sums over members of share · score / spread.
#[derive(Debug, Clone)]
pub struct FittedHead {
    /// Document frequencies.
    pub tfidf: TfIdf,
    /// For each member the classifiers of all classes.
    pub members: Vec<Vec<Linear>>,
    /// For each member what its scores are multiplied with: share / spread.
    pub factors: Vec<f64>,
}

/// Scores of one document: for each member, of every class.
pub type MemberScores = Vec<Vec<f64>>;

impl FittedHead {
    /// Fits a head to the rows `train` of a training set. Factors are the bare shares until
    /// [`FittedHead::scale`] divides them.
    ///
    /// # Errors
    /// What the classifiers say.
    pub fn fit(set: &TrainingSet, head: Head, train: &[usize], settings: &CheckedSettings) -> Result<Self> {
        let (texts, head_settings) = parts(set, head, settings);
        let train: Vec<usize> =
            train.iter().copied().filter(|&row| weight(&set.rows[row], head, settings) > 0.0).collect();
        let tfidf = TfIdf::fit(texts, &train, head_settings.min_df);
        let rows = tfidf.rows(texts, &train);
        let weights: Vec<f64> = train.iter().map(|&row| weight(&set.rows[row], head, settings)).collect();
        let n_classes = n_classes(set, head);
        let mut members = Vec::new();
        for member in &head_settings.members {
            let seen = restrict(&rows, member.blocks, texts.vocabulary.block_starts());
            let classifier = member.kind.classifier();
            let fitted: Result<Vec<Linear>> = (0..n_classes)
                .into_par_iter()
                .map(|class| {
                    let targets: Vec<bool> =
                        train.iter().map(|&r| has_class(&set.rows[r], head, class)).collect();
                    classifier.fit(&seen, &targets, &weights)
                })
                .collect();
            members.push(fitted?);
        }
        let factors = head_settings.members.iter().map(|m| m.share).collect();
        Ok(Self { tfidf, members, factors })
    }

    /// Scores of a row of the training set, member by member, not yet divided.
    pub fn member_scores(
        &self,
        set: &TrainingSet,
        head: Head,
        row: usize,
        settings: &CheckedSettings,
    ) -> MemberScores {
        let (texts, head_settings) = parts(set, head, settings);
        let mut values = SparseRows::new(self.tfidf.n_terms());
        values.push(self.tfidf.row(&texts.documents[row]));
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
    pub fn scale(&mut self, shares: &[f64], unseen: &[MemberScores]) {
        self.factors = shares
            .iter()
            .enumerate()
            .map(|(member, share)| {
                let scores: Vec<f64> = unseen.iter().flat_map(|s| s[member].iter().copied()).collect();
                share / spread(&scores)
            })
            .collect();
    }

    /// Adds members up: the scores of every class.
    pub fn blend(&self, members: &MemberScores) -> Vec<f64> {
        blend(&self.factors, members)
    }
}

/// Adds up members' scores of every class with these factors.
pub fn blend(factors: &[f64], members: &MemberScores) -> Vec<f64> {
    let n_classes = members.first().map_or(0, Vec::len);
    (0..n_classes).map(|class| factors.iter().zip(members).map(|(f, m)| f * m[class]).sum()).collect()
}

/// Scores of the real rows among `train` by models fitted without the fold that they stand in; `rows` says which.
#[derive(Debug, Clone, Default)]
pub struct OutOfFold {
    /// Numbers of the rows.
    pub rows: Vec<usize>,
    /// For each of them the scores of members.
    pub scores: Vec<MemberScores>,
}

/// Scores every hand-labeled opinion among `train` (or, where there is none, every statement from the field) by a
/// model of the other folds; folds are grouped, examples always on the training side.
///
/// # Errors
/// What the classifiers say.
pub fn out_of_fold(
    set: &TrainingSet,
    head: Head,
    train: &[usize],
    settings: &CheckedSettings,
) -> Result<OutOfFold> {
    let of_kind = |kind| -> Vec<usize> {
        let usable = |row: &&usize| set.rows[**row].kind == kind && has_label(&set.rows[**row], head);
        train.iter().filter(usable).copied().collect()
    };
    let mut rows = of_kind(Kind::Opinion);
    if rows.is_empty() {
        rows = of_kind(Kind::Field);
    }
    let groups: Vec<&str> = rows.iter().map(|&r| set.rows[r].group.as_str()).collect();
    let folds = grouped_folds(&groups, settings.n_folds, settings.seed);
    let scored: Result<Vec<Vec<(usize, MemberScores)>>> = (0..settings.n_folds)
        .into_par_iter()
        .map(|fold| {
            let tested: Vec<usize> = (0..rows.len()).filter(|&i| folds[i] == fold).collect();
            if tested.is_empty() {
                return Ok(Vec::new());
            }
            let held_out: Vec<usize> = tested.iter().map(|&i| rows[i]).collect();
            let rest: Vec<usize> = train.iter().copied().filter(|row| !held_out.contains(row)).collect();
            let fitted = FittedHead::fit(set, head, &rest, settings)?;
            Ok(tested.iter().map(|&i| (i, fitted.member_scores(set, head, rows[i], settings))).collect())
        })
        .collect();
    let mut scores = vec![MemberScores::new(); rows.len()];
    for (i, members) in scored?.into_iter().flatten() {
        scores[i] = members;
    }
    Ok(OutOfFold { rows, scores })
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

fn has_label(row: &Row, head: Head) -> bool {
    head == Head::Themes || row.stance.is_some()
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
fn restrict(rows: &SparseRows, blocks: [bool; N_BLOCKS], starts: [u32; N_BLOCKS + 1]) -> SparseRows {
    if blocks == [true; N_BLOCKS] {
        return rows.clone();
    }
    let mut restricted = SparseRows::new(rows.n_terms());
    for row in 0..rows.n_rows() {
        restricted
            .push(rows.row(row).filter(|(t, _)| {
                (0..N_BLOCKS).any(|b| blocks[b] && t.0 >= starts[b] && t.0 < starts[b + 1])
            }));
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
