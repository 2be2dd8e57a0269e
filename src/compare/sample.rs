//! A random sample of a stream whose length is not known, the same in every run.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::{model::text_fingerprint, random::Random};

/// Keeps at most so many of all items shown: those whose ids have the lowest fingerprints, so that every subset is as
/// likely, the order of the input does not matter, and nothing needs to be held but what is kept.
#[derive(Debug, Clone)]
pub struct Sample<T> {
    limit: usize,
    kept: BinaryHeap<Kept<T>>,
    n_seen: usize,
}

#[derive(Debug, Clone)]
struct Kept<T> {
    key: u64,
    /// Place in the stream.
    place: usize,
    item: T,
}

impl<T> Ord for Kept<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.key, self.place).cmp(&(other.key, other.place))
    }
}

impl<T> PartialOrd for Kept<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Kept<T> {}

/// What decides whether the item of this id is kept.
pub fn sampling_key(id: &str) -> u64 {
    Random::new(text_fingerprint(id)).next_u64()
}

impl<T> Sample<T> {
    /// A sample of at most `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: BinaryHeap::new(), n_seen: 0 }
    }

    /// Shows an item; it is made only when it is kept.
    pub fn show(&mut self, key: u64, item: impl FnOnce() -> T) {
        let place = self.n_seen;
        self.n_seen += 1;
        if self.kept.len() >= self.limit {
            if self.kept.peek().is_none_or(|last| key >= last.key) {
                return;
            }
            self.kept.pop();
        }
        self.kept.push(Kept { key, place, item: item() });
    }

    /// Items shown.
    pub fn n_seen(&self) -> usize {
        self.n_seen
    }

    /// Items kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// At most `n` of the items kept, which is a sample of that size, in the order of the stream.
    pub fn take(&self, n: usize) -> Vec<&T> {
        let mut kept: Vec<_> = self.kept.iter().collect();
        kept.sort_unstable();
        kept.truncate(n);
        kept.sort_unstable_by_key(|k| k.place);
        kept.into_iter().map(|k| &k.item).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_does_not_depend_on_the_order_and_keeps_that_of_the_stream() {
        let sample = |ids: &[usize]| {
            let mut sample = Sample::new(10);
            for &i in ids {
                sample.show(sampling_key(&format!("R01-{i:03}")), || i);
            }
            (sample.take(10).into_iter().copied().collect::<Vec<_>>(), sample.n_seen())
        };
        let forward: Vec<usize> = (0..200).collect();
        let (found, n_seen) = sample(&forward);
        assert_eq!((found.len(), n_seen), (10, 200));
        assert!(found.is_sorted());
        let backward: Vec<usize> = (0..200).rev().collect();
        let (mut again, _) = sample(&backward);
        again.reverse();
        assert_eq!(found, again);
    }

    #[test]
    fn every_item_is_kept_equally_often() {
        let mut early = 0;
        for round in 0..400 {
            let mut sample = Sample::new(20);
            for i in 0..200 {
                sample.show(sampling_key(&format!("{round}/{i}")), || i);
            }
            early += sample.take(20).iter().filter(|i| ***i < 100).count();
        }
        // 8,000 draws, half of them from the first half: standard deviation about 42
        assert!((3_870..4_130).contains(&early), "{early}");
    }

    #[test]
    fn a_short_stream_is_kept_whole() {
        let mut sample = Sample::new(5);
        assert!(sample.is_empty());
        sample.show(1, || 'a');
        assert_eq!((sample.len(), sample.take(3)), (1, vec![&'a']));
    }
}
