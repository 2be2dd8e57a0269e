//! Krippendorff's alpha for any number of coders, and the distance of theme sets that it is weighed by.

use crate::codebook::ThemeSet;

/// How far two values are apart, from 0 (the same) to 1.
#[derive(Debug, Clone)]
pub enum Distance {
    /// Two values are the same or not.
    Nominal,
    /// Distances of all pairs of values, (n_values, n_values) by rows.
    Table(Vec<f64>),
}

impl Distance {
    fn of(&self, a: usize, b: usize, n_values: usize) -> f64 {
        match self {
            Self::Nominal => f64::from(u8::from(a != b)),
            Self::Table(distances) => distances[a * n_values + b],
        }
    }
}

/// Krippendorff's alpha of units, each the values below `n_values` that its coders gave it; units with fewer than two
/// values count for nothing. `None` where no two values differ or none can be paired: agreement by chance is then all
/// there could be.
///
/// Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C.
pub fn krippendorff_alpha(units: &[Vec<usize>], n_values: usize, distance: &Distance) -> Option<f64> {
    let mut coincidences = vec![0.0; n_values * n_values];
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let weight = 1.0 / (unit.len() - 1) as f64;
        for (i, &a) in unit.iter().enumerate() {
            for (j, &b) in unit.iter().enumerate() {
                if i != j {
                    coincidences[a * n_values + b] += weight;
                }
            }
        }
    }
    alpha_of(&coincidences, n_values, distance)
}

/// Alpha of a table of coincidences, (n_values, n_values) by rows.
pub(super) fn alpha_of(coincidences: &[f64], n_values: usize, distance: &Distance) -> Option<f64> {
    let totals: Vec<f64> = coincidences.chunks(n_values).map(|row| row.iter().sum()).collect();
    let n: f64 = totals.iter().sum();
    let used: Vec<usize> = (0..n_values).filter(|v| totals[*v] > 0.0).collect();
    let (mut observed, mut expected) = (0.0, 0.0);
    for &a in &used {
        for &b in &used {
            let distance = distance.of(a, b, n_values);
            observed += coincidences[a * n_values + b] * distance;
            expected += totals[a] * totals[b] * distance;
        }
    }
    (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected)
}

/// Distance of two theme sets: 1 - J M, J the Jaccard index, M 1 for equal sets, 2/3 where one holds the other, 1/3
/// where they share something, 0 where they do not. The order of themes does not count.
///
/// Passonneau, Measuring Agreement on Set-valued Items (MASI), LREC 2006.
pub fn masi_distance(a: &ThemeSet, b: &ThemeSet) -> f64 {
    let shared = a.iter().filter(|t| b.contains(*t)).count();
    let union = a.len() + b.len() - shared;
    let monotonicity = match shared {
        0 => 0.0,
        _ if shared == union => 1.0,
        _ if shared == a.len() || shared == b.len() => 2.0 / 3.0,
        _ => 1.0 / 3.0,
    };
    1.0 - shared as f64 / union as f64 * monotonicity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::ThemeId;

    /// Values of coders by rows, `.` for none, as units.
    fn units(coders: &[&str]) -> Vec<Vec<usize>> {
        let rows: Vec<Vec<char>> = coders.iter().map(|row| row.chars().collect()).collect();
        (0..rows[0].len())
            .map(|i| rows.iter().filter_map(|row| row[i].to_digit(36)).map(|d| d as usize).collect())
            .collect()
    }

    fn nominal(coders: &[&str]) -> f64 {
        krippendorff_alpha(&units(coders), 36, &Distance::Nominal).expect("values differ")
    }

    fn set(ids: &[u8]) -> ThemeSet {
        let mut set = ThemeSet::new(ThemeId(ids[0]));
        ids[1..].iter().for_each(|id| assert!(set.push(ThemeId(*id))));
        set
    }

    #[test]
    fn alpha_is_that_of_krippendorff_s_worked_examples() {
        // Krippendorff (2011), A: binary data, two observers; B: nominal data, two observers; C: four observers with
        // missing values. krippendorff 0.9.0 gives the same to all places shown:
        // krippendorff.alpha(data, level_of_measurement="nominal")
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        near(nominal(&["0100000010", "1110010000"]), 0.095_238_095_238_095_34);
        near(nominal(&["aabbdcccedda", "babbbccceddd"]), 0.691_964_285_714_285_7);
        near(
            nominal(&[
                "123321412...",
                "12332241 25.3".replace(' ', "").as_str(),
                ".3332342251.",
                "12332441251.",
            ]),
            0.743_421_052_631_579,
        );
    }

    #[test]
    fn alpha_of_one_value_or_of_no_pairs_is_not_known() {
        assert_eq!(krippendorff_alpha(&units(&["111", "111"]), 2, &Distance::Nominal), None);
        assert_eq!(krippendorff_alpha(&units(&["1..", ".01"]), 2, &Distance::Nominal), None);
        assert_eq!(krippendorff_alpha(&[], 2, &Distance::Nominal), None);
        assert_eq!(krippendorff_alpha(&units(&["10", "10"]), 2, &Distance::Nominal), Some(1.0));
    }

    #[test]
    fn sets_are_nearer_the_more_they_share() {
        // Passonneau (2006): {a, b, c} and {a, b}: J = 2/3, M = 2/3
        assert!((masi_distance(&set(&[0, 1, 2]), &set(&[0, 1])) - (1.0 - 4.0 / 9.0)).abs() < 1e-12);
        assert!((masi_distance(&set(&[0, 1]), &set(&[1, 2])) - (1.0 - 1.0 / 9.0)).abs() < 1e-12);
        assert_eq!(masi_distance(&set(&[0, 1]), &set(&[1, 0])), 0.0);
        assert_eq!(masi_distance(&set(&[0]), &set(&[1])), 1.0);
    }
}
