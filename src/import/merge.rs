//! New labels beside those that a file holds already.

use std::collections::HashMap;

use super::table::fold_text;
use crate::labels::HandLabel;

/// Labels of a file after an import.
#[derive(Debug, Default)]
pub struct Merged {
    /// Those that were there, in their order, then the new ones.
    pub labels: Vec<HandLabel>,
    /// Labels that were not there.
    pub n_added: usize,
    /// Labels that stand there already, decided the same; who decided first stays named.
    pub n_same: usize,
    /// Labels that took the place of others.
    pub n_replaced: usize,
    /// Labels that differ from those that are there and were not taken.
    pub conflicts: Vec<Conflict>,
}

/// A label that differs from the one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The label that stays.
    pub there: HandLabel,
    /// The label that was not taken.
    pub new: HandLabel,
}

impl Merged {
    /// Whether the labels differ from those that were there.
    pub fn changes_anything(&self) -> bool {
        self.n_added + self.n_replaced > 0
    }
}

/// Adds labels to those that are there; one that differs takes the place of the other only where that is asked for.
pub fn merge(there: Vec<HandLabel>, new: Vec<HandLabel>, replace: bool) -> Merged {
    let place_of: HashMap<String, usize> = there.iter().enumerate().map(|(i, l)| (l.id.clone(), i)).collect();
    let mut merged = Merged { labels: there, ..Merged::default() };
    for label in new {
        let Some(&place) = place_of.get(&label.id) else {
            merged.labels.push(label);
            merged.n_added += 1;
            continue;
        };
        let old = &mut merged.labels[place];
        if says_the_same(old, &label) {
            merged.n_same += 1;
        } else if replace {
            *old = label;
            merged.n_replaced += 1;
        } else {
            merged.conflicts.push(Conflict { there: old.clone(), new: label });
        }
    }
    merged
}

fn says_the_same(a: &HandLabel, b: &HandLabel) -> bool {
    a.themes == b.themes && a.stance == b.stance && fold_text(&a.text) == fold_text(&b.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        codebook::{StanceId, ThemeId, ThemeSet},
        labels::Origin,
    };

    fn label(id: &str, theme: u8, coder: &str) -> HandLabel {
        HandLabel {
            id: id.into(),
            municipality: None,
            themes: ThemeSet::new(ThemeId(theme)),
            stance: Some(StanceId(1)),
            text: format!("{id}の意見"),
            origin: Origin { coder: Some(coder.into()), ..Origin::default() },
        }
    }

    #[test]
    fn labels_are_added_and_none_is_overwritten_unasked() {
        let there = vec![label("a", 0, "山田"), label("b", 1, "山田")];
        let new = vec![label("b", 2, "佐藤"), label("c", 3, "佐藤"), label("a", 0, "佐藤")];
        let merged = merge(there.clone(), new.clone(), false);
        assert_eq!((merged.n_added, merged.n_same, merged.n_replaced), (1, 1, 0));
        assert_eq!(merged.labels, [there[0].clone(), there[1].clone(), new[1].clone()]);
        assert_eq!(merged.conflicts, [Conflict { there: there[1].clone(), new: new[0].clone() }]);

        let merged = merge(there.clone(), new.clone(), true);
        assert_eq!(merged.labels, [there[0].clone(), new[0].clone(), new[1].clone()]);
        assert!(merged.conflicts.is_empty() && merged.n_replaced == 1);
    }

    #[test]
    fn the_same_labels_again_change_nothing() {
        let there = vec![label("a", 0, "山田")];
        let merged = merge(there.clone(), vec![label("a", 0, "佐藤")], true);
        assert!(!merged.changes_anything());
        assert_eq!(merged.labels, there);
    }

    #[test]
    fn an_id_of_another_opinion_is_a_conflict() {
        let other = HandLabel { text: "別の意見".into(), ..label("a", 0, "山田") };
        assert_eq!(merge(vec![label("a", 0, "山田")], vec![other], false).conflicts.len(), 1);
    }
}
