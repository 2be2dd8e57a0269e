//! Scores that decisions may rest on: those of real opinions by models that have not seen them. Another source stands
//! for another year; where there is none to learn from, other municipalities of the same source must do.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{
    fit::{FittedHead, MemberScores, has_label},
    folds::grouped_folds,
    settings::CheckedSettings,
    training::TrainingSet,
};
use crate::{error::Result, tokenize::Head, vectorize::TermId};

/// A real row scored by a model that has not seen it.
#[derive(Debug, Clone)]
pub struct Unseen {
    /// The row.
    pub row: usize,
    /// Scores of all members.
    pub members: MemberScores,
    /// Share of its content words that the model does not know.
    pub unseen_terms: f64,
}

/// Scores of whole sources that several fits share: where only rows of a source come and go, the model without the
/// source stays the same.
#[derive(Debug, Clone, Default)]
pub struct SharedScores {
    source: String,
    themes: Vec<Unseen>,
    stance: Vec<Unseen>,
}

impl SharedScores {
    /// Scores every row of a source by a model of all others.
    ///
    /// # Errors
    /// What the classifiers say.
    pub fn new(set: &TrainingSet, source: &str, settings: &CheckedSettings) -> Result<Self> {
        let rest = set.rows_where(|row| row.source != source);
        if rest.len() < FEWEST_OTHER_ROWS {
            return Ok(Self::default());
        }
        let score = |head| {
            let rows = set.rows_where(|row| row.source == source && has_label(row, head));
            score_rows(set, head, &rest, &rows, settings)
        };
        let (themes, stance) = rayon::join(|| score(Head::Themes), || score(Head::Stance));
        Ok(Self { source: source.to_owned(), themes: themes?, stance: stance? })
    }

    fn of(&self, head: Head) -> &[Unseen] {
        match head {
            Head::Themes => &self.themes,
            Head::Stance => &self.stance,
        }
    }
}

/// Rows that other sources must have at least, for a model of them to stand for one of another year.
const FEWEST_OTHER_ROWS: usize = 300;

/// Scores every real row among `train` by a model of the other sources among `train`, or, where these are too few, of
/// the other folds. Scores that are shared are taken from there.
///
/// # Errors
/// What the classifiers say.
pub fn unseen_scores(
    set: &TrainingSet,
    head: Head,
    train: &[usize],
    settings: &CheckedSettings,
    shared: &SharedScores,
) -> Result<Vec<Unseen>> {
    let tested = |row: &usize| set.rows[*row].kind.is_real() && has_label(&set.rows[*row], head);
    let mut sources: Vec<&str> = Vec::new();
    for row in train.iter().filter(|r| tested(r)) {
        let source = set.rows[*row].source.as_str();
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let mut parts: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for source in sources.into_iter().filter(|s| *s != shared.source) {
        let of_source = |row: &usize| set.rows[*row].source == source;
        let rest: Vec<usize> = train.iter().copied().filter(|r| !of_source(r)).collect();
        let rows: Vec<usize> = train.iter().copied().filter(|r| of_source(r) && tested(r)).collect();
        if rest.len() >= FEWEST_OTHER_ROWS {
            parts.push((rest, rows));
        } else {
            parts.extend(folds(set, train, &rows, settings));
        }
    }
    let scored: Result<Vec<Vec<Unseen>>> =
        parts.par_iter().map(|(rest, rows)| score_rows(set, head, rest, rows, settings)).collect();
    let is_trained: HashSet<usize> = train.iter().copied().collect();
    let shared = shared.of(head).iter().filter(|u| is_trained.contains(&u.row)).cloned();
    Ok(shared.chain(scored?.into_iter().flatten()).collect())
}

fn score_rows(
    set: &TrainingSet,
    head: Head,
    rest: &[usize],
    rows: &[usize],
    settings: &CheckedSettings,
) -> Result<Vec<Unseen>> {
    let fitted = FittedHead::fit(set, head, rest, settings)?;
    let score = |&row: &usize| Unseen {
        row,
        members: fitted.member_scores(set, head, row, settings),
        unseen_terms: unseen_share(set, &fitted, row),
    };
    Ok(rows.iter().map(score).collect())
}

/// For each fold of `rows` the rows to learn from and those to score.
fn folds(
    set: &TrainingSet,
    train: &[usize],
    rows: &[usize],
    settings: &CheckedSettings,
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let groups: Vec<&str> = rows.iter().map(|&r| set.rows[r].group.as_str()).collect();
    let fold_of = grouped_folds(&groups, settings.n_folds, settings.seed);
    (0..settings.n_folds)
        .filter_map(|fold| {
            let tested: Vec<usize> =
                rows.iter().zip(&fold_of).filter(|(_, f)| **f == fold).map(|(r, _)| *r).collect();
            let rest = train.iter().copied().filter(|r| !tested.contains(r)).collect();
            (!tested.is_empty()).then_some((rest, tested))
        })
        .collect()
}

/// Share of a row's content words that a head of themes does not use.
fn unseen_share(set: &TrainingSet, head: &FittedHead, row: usize) -> f64 {
    let words_end = set.corpus.themes.vocabulary.block_starts()[1];
    let (mut n, mut unseen) = (0, 0);
    for &(TermId(term), count) in &set.corpus.themes.documents[row] {
        if term < words_end {
            n += count;
            unseen += if head.tfidf.idf(TermId(term)) == 0.0 { count } else { 0 };
        }
    }
    if n == 0 { 0.0 } else { f64::from(unseen) / f64::from(n) }
}
