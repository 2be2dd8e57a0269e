//! How much of a file was recovered: opinions as read against the ones that a person found in it.

use std::collections::{HashMap, HashSet};

use crate::opinion::Opinion;

/// Opinions of a gold list by what became of them; `invented` counts opinions that were read and are in no way there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecoveryScore {
    /// Opinions of the gold list.
    pub n_gold: usize,
    /// Text equal without white space, under the right municipality.
    pub exact: usize,
    /// Text equal, under another municipality.
    pub misplaced: usize,
    /// Read as several pieces.
    pub split: usize,
    /// Read as a part of something longer.
    pub merged: usize,
    /// Read with other characters, or with a part missing.
    pub altered: usize,
    /// Not read at all.
    pub lost: usize,
    /// Read, but no opinion of the gold list.
    pub invented: usize,
}

impl RecoveryScore {
    /// Share of the gold list that was recovered exactly; 1 for an empty list.
    pub fn recall(&self) -> f64 {
        if self.n_gold == 0 { 1.0 } else { self.exact as f64 / self.n_gold as f64 }
    }

    /// Whether everything was recovered and nothing added.
    pub fn is_perfect(&self) -> bool {
        self.exact == self.n_gold && self.invented == 0
    }
}

fn key(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn pairs(text: &str) -> HashSet<(char, char)> {
    text.chars().zip(text.chars().skip(1)).collect()
}

/// Share of two texts' pairs of characters that both have (Dice's coefficient).
fn likeness(a: &HashSet<(char, char)>, b: &HashSet<(char, char)>) -> f64 {
    let total = a.len() + b.len();
    if total == 0 { 0.0 } else { 2.0 * a.intersection(b).count() as f64 / total as f64 }
}

/// Likeness from which a text counts as the same one, altered.
const ALTERED: f64 = 0.6;

/// Compares what was found with the gold list of (municipality, text). Each opinion found counts once, for the exact
/// match first; order does not matter.
pub fn score(found: &[Opinion], gold: &[(String, String)]) -> RecoveryScore {
    let found: Vec<(String, String)> =
        found.iter().map(|o| (key(o.municipality.as_deref().unwrap_or("")), key(&o.text))).collect();
    let gold: Vec<(String, String)> = gold.iter().map(|(m, t)| (key(m), key(t))).collect();
    let mut score = RecoveryScore { n_gold: gold.len(), ..RecoveryScore::default() };
    let mut used = vec![false; found.len()];
    let mut open: Vec<usize> = (0..gold.len()).collect();
    let matching = |open: &mut Vec<usize>, used: &mut Vec<bool>, with_municipality: bool| {
        let of = |pair: &(String, String)| {
            (if with_municipality { pair.0.clone() } else { String::new() }, pair.1.clone())
        };
        let mut free: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for i in (0..found.len()).rev().filter(|&i| !used[i]) {
            free.entry(of(&found[i])).or_default().push(i);
        }
        let before = open.len();
        open.retain(|&g| match free.get_mut(&of(&gold[g])).and_then(Vec::pop) {
            Some(i) => {
                used[i] = true;
                false
            }
            None => true,
        });
        before - open.len()
    };
    score.exact = matching(&mut open, &mut used, true);
    score.misplaced = matching(&mut open, &mut used, false);
    let rest: Vec<usize> = (0..found.len()).filter(|&i| !used[i]).collect();
    let rest_pairs: Vec<_> = rest.iter().map(|&i| pairs(&found[i].1)).collect();
    for g in open {
        let text = &gold[g].1;
        let pieces: Vec<usize> = rest
            .iter()
            .copied()
            .filter(|&i| found[i].1.chars().count() > 1 && text.contains(&found[i].1))
            .collect();
        let around: Vec<usize> =
            rest.iter().copied().filter(|&i| found[i].1.contains(text.as_str())).collect();
        let own = pairs(text);
        let like = rest.iter().zip(&rest_pairs).map(|(&i, p)| (i, likeness(&own, p)));
        let nearest = like.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, l)| *l >= ALTERED);
        if pieces.len() > 1 {
            score.split += 1;
            pieces.into_iter().for_each(|i| used[i] = true);
        } else if let [i, ..] = around[..] {
            score.merged += 1;
            used[i] = true;
        } else if let Some((i, _)) = nearest {
            score.altered += 1;
            used[i] = true;
        } else if let [i] = pieces[..] {
            score.altered += 1;
            used[i] = true;
        } else {
            score.lost += 1;
        }
    }
    score.invented = used.iter().filter(|u| !**u).count();
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(found: &[(&str, &str)], gold: &[(&str, &str)]) -> RecoveryScore {
        let found: Vec<Opinion> = found
            .iter()
            .map(|(m, t)| Opinion {
                municipality: Some((*m).into()),
                text: (*t).into(),
                ..Opinion::default()
            })
            .collect();
        let gold: Vec<_> = gold.iter().map(|(m, t)| ((*m).to_owned(), (*t).to_owned())).collect();
        score(&found, &gold)
    }

    #[test]
    fn white_space_does_not_matter_and_the_municipality_does() {
        let found = read(
            &[("港区", "人口 10万人"), ("北区", "薬局が多い。")],
            &[("港区", "人口10万人"), ("港区", "薬局が多い。")],
        );
        assert_eq!(found, RecoveryScore { n_gold: 2, exact: 1, misplaced: 1, ..RecoveryScore::default() });
    }

    #[test]
    fn every_opinion_of_the_gold_list_counts_once() {
        let gold = [
            ("港区", "在宅医の数が少ない。"),
            ("港区", "薬局が多い。"),
            ("港区", "連携が必要である。"),
            ("港区", "訪問看護師が足りない状況が続く。"),
            ("港区", "失われた。"),
        ];
        let found = read(
            &[
                ("港区", "在宅医の数が"),
                ("港区", "少ない。"),
                ("港区", "薬局が多い。連携が必要である。"),
                ("港区", "訪問看護師が足りない状況が続く"),
                ("港区", "注：全く別の文"),
            ],
            &gold,
        );
        let expected = RecoveryScore {
            n_gold: 5,
            split: 1,
            merged: 2,
            altered: 1,
            lost: 1,
            invented: 1,
            ..Default::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_same_text_twice_must_be_found_twice() {
        let found = read(&[("港区", "特になし")], &[("港区", "特になし"), ("港区", "特になし")]);
        assert_eq!((found.exact, found.lost), (1, 1));
        assert!(!found.is_perfect());
    }
}
