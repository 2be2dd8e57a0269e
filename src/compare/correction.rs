//! Whether the shares of a year can be corrected for the classifier's errors, and from which strata.

use super::{
    estimate::{Moments, Share, share},
    tally::{Stratum, YearTally},
};

/// Fewer hand-checked opinions leave intervals too wide to say anything of 15 themes.
pub const FEWEST_CHECKED: usize = 30;
/// Fewer hand-checked opinions of a status do not stand for the others of that status.
pub const FEWEST_CHECKED_OF_STATUS: usize = 10;
/// Training opinions without their decision that may be among the rest before they spoil the correction.
const MOST_TRAINED: f64 = 0.05;

/// Why the shares of a year cannot be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncorrected {
    /// No opinion, or fewer than [`FEWEST_CHECKED`], was checked by hand.
    FewChecked {
        /// How many were.
        n_checked: usize,
    },
    /// The model was trained on these texts, and the table does not carry the decisions it learned.
    TrainedOn {
        /// How many.
        n: usize,
    },
    /// Only those to review were checked by hand, or only those accepted.
    OneSided {
        /// Accepted ones that were checked.
        accepted: usize,
        /// Ones to review that were checked.
        review: usize,
    },
}

/// How the shares of a year are corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not needed: a person has decided on every opinion.
    Census,
    /// By a sample checked by hand.
    Sample {
        /// Opinions checked.
        n_checked: usize,
        /// Whether accepted ones and ones to review are weighed apart, because they were not checked equally often.
        by_status: bool,
    },
    /// Not possible.
    None(Uncorrected),
}

impl Correction {
    /// What the year allows.
    pub fn of(year: &YearTally) -> Self {
        let stratum = |s: Stratum| year.strata[s as usize];
        let (accepted, checked_accepted) = stratum(Stratum::Accepted);
        let (review, checked_review) = stratum(Stratum::Review);
        let (trained, _) = stratum(Stratum::TrainedUnlabeled);
        let checked = checked_accepted + checked_review;
        let open = accepted + review;
        if checked == open && trained == 0 {
            return Self::Census;
        }
        if trained as f64 > MOST_TRAINED * year.n as f64 {
            return Self::None(Uncorrected::TrainedOn { n: trained });
        }
        if checked < FEWEST_CHECKED {
            return Self::None(Uncorrected::FewChecked { n_checked: checked });
        }
        let by_status = !drawn_alike((accepted, checked_accepted), (review, checked_review));
        let thin = |n: usize, checked: usize| n > checked && checked < FEWEST_CHECKED_OF_STATUS;
        if by_status && (thin(accepted, checked_accepted) || thin(review, checked_review)) {
            return Self::None(Uncorrected::OneSided { accepted: checked_accepted, review: checked_review });
        }
        Self::Sample { n_checked: checked, by_status }
    }

    /// The corrected share of a theme, where there is one.
    pub fn share(self, year: &YearTally, theme: usize) -> Option<Share> {
        let sums = |s: Stratum| year.moments(s, theme);
        let merged = |a: Vec<Moments>, b: Vec<Moments>| -> Vec<Moments> {
            a.iter().zip(&b).map(|(a, b)| a.plus(b)).collect()
        };
        let trained = sums(Stratum::Trained);
        // The few training texts among the rest are taken as accepted: that is what they would have been.
        let accepted = merged(sums(Stratum::Accepted), sums(Stratum::TrainedUnlabeled));
        let review = sums(Stratum::Review);
        match self {
            Self::None(_) => None,
            Self::Sample { by_status: true, .. } => share(&[&trained, &accepted, &review]),
            Self::Census | Self::Sample { .. } => share(&[&trained, &merged(accepted, review)]),
        }
    }
}

/// Whether the opinions checked look as if drawn from all alike: the number of accepted ones among them is within three
/// standard deviations of what chance gives (hypergeometric).
fn drawn_alike(
    (accepted, checked_accepted): (usize, usize),
    (review, checked_review): (usize, usize),
) -> bool {
    let n = (accepted + review) as f64;
    let m = (checked_accepted + checked_review) as f64;
    if n <= 1.0 {
        return true;
    }
    let part = accepted as f64 / n;
    let variance = m * part * (1.0 - part) * (n - m) / (n - 1.0);
    (checked_accepted as f64 - m * part).abs() <= 3.0 * variance.sqrt() + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codebook::Codebook, compare::Tally, record::LabeledRecord};

    /// A year of so many accepted and to-review opinions, so many of each checked, and so many training texts.
    fn year(accepted: (usize, usize), review: (usize, usize), trained: usize) -> YearTally {
        let codebook =
            Codebook::from_toml(include_str!("../../labels/codebook.toml"), "c").expect("a codebook");
        let mut tally = Tally::new(codebook);
        let mut id = 0;
        for (n, checked, status, in_training) in [
            (accepted.0, accepted.1, "accepted", false),
            (review.0, review.1, "review", false),
            (trained, 0, "accepted", true),
        ] {
            for i in 0..n {
                id += 1;
                let mut record: LabeledRecord = serde_json::from_value(serde_json::json!({
                    "id": id.to_string(), "fiscal_year": 2022, "municipality": "港区", "text": "a",
                    "themes": ["supply"], "stance": "concern", "status": status, "probability": 0.9, "scores": {},
                    "stance_scores": {}, "evidence": {}, "unseen_terms": 0.1, "in_training": in_training,
                    "source": {"file": "a.txt"}, "model": "m", "codebook": "c"
                }))
                .expect("a record");
                if i < checked {
                    let themes = vec!["supply".to_owned()];
                    record.label = Some(crate::record::HandDecision { themes, stance: None });
                }
                tally.add(&record).expect("counted");
            }
        }
        tally.years.remove(&2022).expect("counted")
    }

    #[test]
    fn a_year_is_corrected_as_its_checks_allow() {
        for (accepted, review, trained, expected) in [
            ((40, 40), (60, 60), 0, Correction::Census),
            ((80, 24), (120, 36), 0, Correction::Sample { n_checked: 60, by_status: false }),
            ((80, 12), (120, 90), 0, Correction::Sample { n_checked: 102, by_status: true }),
            ((80, 0), (120, 120), 0, Correction::None(Uncorrected::OneSided { accepted: 0, review: 120 })),
            ((80, 8), (120, 12), 0, Correction::None(Uncorrected::FewChecked { n_checked: 20 })),
            ((80, 30), (20, 8), 30, Correction::None(Uncorrected::TrainedOn { n: 30 })),
            ((80, 30), (20, 8), 2, Correction::Sample { n_checked: 38, by_status: false }),
        ] {
            assert_eq!(Correction::of(&year(accepted, review, trained)), expected);
        }
    }

    #[test]
    fn a_share_that_cannot_be_corrected_is_none() {
        let unchecked = year((50, 0), (50, 0), 0);
        assert_eq!(Correction::of(&unchecked).share(&unchecked, 0), None);
        let checked = year((50, 50), (50, 50), 0);
        let found = Correction::of(&checked).share(&checked, 0).expect("a share");
        assert!((found.share - 1.0).abs() < 1e-12);
    }
}
