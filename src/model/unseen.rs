//! Scores that decisions may rest on: those of real opinions by models that have not seen them. Another source stands
//! for another year; where there is none to learn from, other municipalities of the same source must do.

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

/// Rows that other sources must have at least, for a model of them to stand for one of another year.
const FEWEST_OTHER_ROWS: usize = 300;

/// Scores every real row among `train` by a model of the other sources among `train`, or, where these are too few, of
/// the other folds.
///
/// # Errors
/// What the classifiers say.
pub fn unseen_scores(
    set: &TrainingSet,
    head: Head,
    train: &[usize],
    settings: &CheckedSettings,
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
    for source in sources {
        let of_source = |row: &usize| set.rows[*row].source == source;
        let rest: Vec<usize> = train.iter().copied().filter(|r| !of_source(r)).collect();
        let rows: Vec<usize> = train.iter().copied().filter(|r| of_source(r) && tested(r)).collect();
        if rest.len() >= FEWEST_OTHER_ROWS {
            parts.push((rest, rows));
        } else {
            parts.extend(folds(set, train, &rows, settings));
        }
    }
    let scored: Result<Vec<Vec<Unseen>>> = parts
        .par_iter()
        .map(|(rest, rows)| {
            let fitted = FittedHead::fit(set, head, rest, settings)?;
            Ok(rows
                .iter()
                .map(|&row| Unseen {
                    row,
                    members: fitted.member_scores(set, head, row, settings),
                    unseen_terms: unseen_share(set, &fitted, row),
                })
                .collect())
        })
        .collect();
    Ok(scored?.into_iter().flatten().collect())
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
