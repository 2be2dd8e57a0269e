//! Grouped, seeded folds: opinions of one municipality never stand on both sides.

use std::collections::BTreeMap;

use crate::random::Random;

/// For each item the fold it is tested in, 0 to below `n_folds`. Items of one group share a fold. Groups come in
/// random order and each goes to the fold that is smallest so far, so that folds differ by less than a group. With
/// fewer groups than folds some folds stay empty.
pub fn grouped_folds<G: Ord + Copy>(groups: &[G], n_folds: usize, seed: u64) -> Vec<usize> {
    let mut members: BTreeMap<G, Vec<usize>> = BTreeMap::new();
    for (item, &group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(item);
    }
    let mut groups: Vec<Vec<usize>> = members.into_values().collect();
    Random::new(seed).shuffle(&mut groups);
    // Largest first, so that the last groups can level the folds; the sort keeps the random order among equals.
    groups.sort_by_key(|g| std::cmp::Reverse(g.len()));
    let mut sizes = vec![0; n_folds];
    let mut folds = vec![0; groups.iter().map(Vec::len).sum()];
    for group in groups {
        let fold = (0..n_folds).min_by_key(|&f| sizes[f]).unwrap_or(0);
        sizes[fold] += group.len();
        for item in group {
            folds[item] = fold;
        }
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_group_is_never_parted(groups in prop::collection::vec(0_u8..12, 1..80), n_folds in 2_usize..8, seed: u64) {
            let folds = grouped_folds(&groups, n_folds, seed);
            prop_assert_eq!(folds.len(), groups.len());
            for (i, a) in groups.iter().enumerate() {
                prop_assert!(folds[i] < n_folds);
                for (j, b) in groups.iter().enumerate() {
                    prop_assert!(a != b || folds[i] == folds[j]);
                }
            }
        }
    }

    #[test]
    fn folds_are_level_and_follow_the_seed() {
        let groups: Vec<usize> = (0..100).map(|i| i / 4).collect();
        let folds = grouped_folds(&groups, 10, 1);
        let sizes: Vec<_> = (0..10).map(|f| folds.iter().filter(|x| **x == f).count()).collect();
        assert!(sizes.iter().all(|s| (8..=12).contains(s)), "{sizes:?}");
        assert_eq!(folds, grouped_folds(&groups, 10, 1));
        assert_ne!(folds, grouped_folds(&groups, 10, 2));
    }

    #[test]
    fn folds_are_those_that_peers_are_tested_on() {
        // scripts/peers/rows.py gives the same folds out; its test expects the same figures.
        let groups = ["b", "a", "c", "a", "d", "b", "e", "a", "f", "c"];
        assert_eq!(grouped_folds(&groups, 3, 7), [1, 0, 2, 0, 0, 1, 2, 0, 1, 2]);
    }
}
