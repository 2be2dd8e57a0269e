//! Seeded choices that stay the same for ever: a seed in a model file or a report must mean the same draw in every
//! version of the program, which libraries of random numbers do not promise.

/// SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is above 0 (Lemire 2019, without the rejection: the bias is below n / 2^64).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts the items in random order (Fisher & Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// One item of each of `n` strata of equal size of a sorted list of `len` items: numbers in ascending order. Every item
/// has the same chance, so that the drawn stand for all alike.
pub fn strata(len: usize, n: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed);
    if n >= len {
        return (0..len).collect();
    }
    (0..n)
        .map(|i| {
            let (from, to) = (i * len / n, (i + 1) * len / n);
            from + random.below(to - from)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_draw_for_ever() {
        let mut random = Random::new(1234567);
        // the reference implementation's first outputs for this seed
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_shuffle_keeps_every_item_and_numbers_stay_below() {
        let mut random = Random::new(1);
        let mut items: Vec<_> = (0..50).collect();
        random.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
        assert!((0..1000).all(|_| random.below(7) < 7 && random.unit() < 1.0));
    }

    #[test]
    fn every_stratum_gives_one_item() {
        let drawn = strata(403, 40, 1);
        assert_eq!(drawn.len(), 40);
        assert!(drawn.iter().enumerate().all(|(i, &d)| (i * 403 / 40..(i + 1) * 403 / 40).contains(&d)));
        assert_eq!(strata(3, 40, 1), [0, 1, 2]);
    }
}
