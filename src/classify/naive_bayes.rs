//! Naive Bayes, one theme against the rest, on sparse weighted counts. linfa-bayes is the estimator of record: the
//! multinomial and the complement kind build its `MultinomialNb` from sparse class counts (its own `fit` wants dense
//! rows and prints its tables); its `BernoulliNb` cannot be built from outside, so that arithmetic is ours and a test
//! holds it equal to linfa's.

use std::collections::HashMap;

use linfa_bayes::MultinomialNb;
use serde::{Deserialize, Serialize};

use super::linear::{Classifier, Input, Linear};
use crate::{
    error::{Error, Result},
    vectorize::SparseRows,
};

/// Which event a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventModel {
    /// Draws of terms, by their TF-IDF value (McCallum & Nigam 1998).
    Multinomial,
    /// Draws of terms, each class told by what the others have (Rennie et al. 2003); no prior.
    Complement,
    /// Presence or absence of every term (McCallum & Nigam 1998).
    Bernoulli,
}

/// Naive Bayes with additive smoothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NaiveBayes {
    /// Which event a term is.
    pub event: EventModel,
    /// Added to every count; above 0.
    pub alpha: f64,
}

/// What one class has of every term.
#[derive(Debug, Clone)]
struct ClassCounts {
    weight: f64,
    terms: Vec<f64>,
}

impl Classifier for NaiveBayes {
    fn input(&self) -> Input {
        match self.event {
            EventModel::Bernoulli => Input::Presence,
            EventModel::Multinomial | EventModel::Complement => Input::TfIdf,
        }
    }

    fn fit(&self, rows: &SparseRows, targets: &[bool], weights: &[f64]) -> Result<Linear> {
        let [rest, theme] = self.count(rows, targets, weights);
        let log_prior = log_prior(theme.weight, rest.weight);
        match self.event {
            EventModel::Bernoulli => Ok(bernoulli(&theme, &rest, self.alpha, log_prior)),
            EventModel::Multinomial | EventModel::Complement => {
                let estimator = multinomial_estimator(&theme, &rest, self.alpha)?;
                let [rest, theme] = log_probabilities(&estimator)?;
                // The complement of the theme is the rest and the other way round, so that with two classes the
                // weights of the complement kind are those of the multinomial one; it leaves out the prior.
                let bias = if self.event == EventModel::Complement { 0.0 } else { log_prior };
                Ok(Linear { bias, weights: theme.iter().zip(&rest).map(|(t, r)| t - r).collect() })
            }
        }
    }
}

impl NaiveBayes {
    /// Counts of the rest and of the theme.
    fn count(&self, rows: &SparseRows, targets: &[bool], weights: &[f64]) -> [ClassCounts; 2] {
        let empty = ClassCounts { weight: 0.0, terms: vec![0.0; rows.n_terms()] };
        let mut classes = [empty.clone(), empty];
        let input = self.input();
        for (row, (&is_theme, &weight)) in targets.iter().zip(weights).enumerate() {
            let class = &mut classes[usize::from(is_theme)];
            class.weight += weight;
            for (term, value) in rows.row(row) {
                class.terms[term.index()] += weight * input.value(value);
            }
        }
        classes
    }
}

/// ln(P(theme) / P(rest)); a class that no document has counts as half a document, so that the score stays finite.
fn log_prior(theme: f64, rest: f64) -> f64 {
    let floor = |weight: f64| if weight > 0.0 { weight } else { 0.5 };
    libm::log(floor(theme) / floor(rest))
}

/// Log-odds of presence against absence, p = (count + α) / (weight + 2α), as scikit-learn's and linfa's Bernoulli.
fn bernoulli(theme: &ClassCounts, rest: &ClassCounts, alpha: f64, log_prior: f64) -> Linear {
    let logs = |class: &ClassCounts, count: f64| {
        let p = (count + alpha) / (class.weight + 2.0 * alpha);
        (libm::log(p), libm::log1p(-p))
    };
    let mut bias = log_prior;
    let weights = theme
        .terms
        .iter()
        .zip(&rest.terms)
        .map(|(&in_theme, &in_rest)| {
            let (present_theme, absent_theme) = logs(theme, in_theme);
            let (present_rest, absent_rest) = logs(rest, in_rest);
            bias += absent_theme - absent_rest;
            (present_theme - absent_theme) - (present_rest - absent_rest)
        })
        .collect();
    Linear { bias, weights }
}

/// The fields of linfa-bayes' `MultinomialNb`, in their order, to build it and to read it.
#[derive(Serialize, Deserialize)]
struct EstimatorFields {
    class_info: HashMap<usize, ClassFields>,
}

#[derive(Serialize, Deserialize)]
struct ClassFields {
    class_count: usize,
    prior: f64,
    feature_count: ndarray::Array1<f64>,
    feature_log_prob: ndarray::Array1<f64>,
}

/// linfa's estimator from class counts: class 0 is the rest, class 1 the theme.
fn multinomial_estimator(
    theme: &ClassCounts,
    rest: &ClassCounts,
    alpha: f64,
) -> Result<MultinomialNb<f64, usize>> {
    let total = theme.weight + rest.weight;
    let fields = |class: &ClassCounts| {
        let smoothed: f64 = class.terms.iter().map(|c| c + alpha).sum();
        let log_total = libm::log(smoothed);
        ClassFields {
            class_count: class.weight as usize,
            prior: class.weight / total,
            feature_count: class.terms.clone().into(),
            feature_log_prob: class.terms.iter().map(|c| libm::log(c + alpha) - log_total).collect(),
        }
    };
    let class_info = [(0, fields(rest)), (1, fields(theme))].into();
    recode(&EstimatorFields { class_info })
}

/// Log-probabilities of the terms in the rest and in the theme, as the estimator holds them.
fn log_probabilities(estimator: &MultinomialNb<f64, usize>) -> Result<[Vec<f64>; 2]> {
    let mut fields: EstimatorFields = recode(estimator)?;
    let mut of =
        |class| fields.class_info.remove(&class).map(|c| c.feature_log_prob.to_vec()).unwrap_or_default();
    Ok([of(0), of(1)])
}

/// One type's fields as another's, through their common encoding.
fn recode<T: Serialize, U: for<'de> Deserialize<'de>>(value: &T) -> Result<U> {
    let mismatch = |e: postcard::Error| Error::Mismatch {
        message: format!("linfa-bayes' estimator has other fields than version 0.8.1: {e}"),
    };
    postcard::from_bytes(&postcard::to_stdvec(value).map_err(mismatch)?).map_err(mismatch)
}

#[cfg(test)]
mod tests {
    use linfa::{Dataset, traits::Fit};
    use linfa_bayes::{BernoulliNb, NaiveBayes as _};
    use ndarray::{Array2, array};

    use super::*;
    use crate::vectorize::TermId;

    fn dense() -> Array2<f64> {
        array![
            [1.0, 0.0, 2.0, 0.0],
            [0.5, 0.0, 0.0, 1.0],
            [0.0, 3.0, 0.0, 0.0],
            [0.0, 1.0, 0.25, 0.0],
            [2.0, 0.0, 0.0, 0.0],
        ]
    }

    const TARGETS: [bool; 5] = [true, true, false, false, true];

    fn sparse(dense: &Array2<f64>) -> SparseRows {
        let mut rows = SparseRows::new(dense.ncols());
        for row in dense.rows() {
            rows.push(
                row.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(i, &v)| (TermId(i as u32), v)),
            );
        }
        rows
    }

    fn scores(event: EventModel, alpha: f64) -> Vec<f64> {
        let rows = sparse(&dense());
        let classifier = NaiveBayes { event, alpha };
        let linear = classifier.fit(&rows, &TARGETS, &[1.0; 5]).expect("fitted");
        (0..rows.n_rows()).map(|i| linear.score(&rows, i, classifier.input())).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
    }

    #[test]
    fn multinomial_scores_are_those_of_linfas_own_fit() {
        let targets = ndarray::Array1::from(TARGETS.map(usize::from).to_vec());
        let fitted = MultinomialNb::<f64, usize>::params()
            .alpha(0.3)
            .fit(&Dataset::new(dense(), targets))
            .expect("linfa fits");
        let jll = fitted.joint_log_likelihood(dense().view());
        let expected: Vec<f64> = jll[&1].iter().zip(&jll[&0]).map(|(t, r)| t - r).collect();
        close(&scores(EventModel::Multinomial, 0.3), &expected);
    }

    #[test]
    fn bernoulli_scores_are_those_of_linfas_own_fit() {
        let binary = dense().mapv(|v| f64::from(v > 0.0));
        let targets = ndarray::Array1::from(TARGETS.map(usize::from).to_vec());
        let fitted = BernoulliNb::<f64, usize>::params()
            .alpha(0.1)
            .fit(&Dataset::new(binary.clone(), targets))
            .expect("linfa fits");
        let jll = fitted.joint_log_likelihood(binary.view());
        let expected: Vec<f64> = jll[&1].iter().zip(&jll[&0]).map(|(t, r)| t - r).collect();
        close(&scores(EventModel::Bernoulli, 0.1), &expected);
    }

    #[test]
    fn the_complement_kind_is_the_multinomial_one_without_prior() {
        let prior = libm::log(3.0 / 2.0);
        let multinomial: Vec<f64> = scores(EventModel::Multinomial, 0.3).iter().map(|s| s - prior).collect();
        close(&scores(EventModel::Complement, 0.3), &multinomial);
    }

    #[test]
    fn a_document_of_weight_two_counts_as_two() {
        let rows = sparse(&dense());
        let classifier = NaiveBayes { event: EventModel::Bernoulli, alpha: 0.1 };
        let mut doubled = SparseRows::new(rows.n_terms());
        for i in [0, 0, 1, 2, 3, 4] {
            doubled.push(rows.row(i));
        }
        let by_weight = classifier.fit(&rows, &TARGETS, &[2.0, 1.0, 1.0, 1.0, 1.0]).expect("fitted");
        let by_copy =
            classifier.fit(&doubled, &[true, true, true, false, false, true], &[1.0; 6]).expect("fitted");
        close(&by_weight.weights, &by_copy.weights);
    }

    #[test]
    fn a_theme_without_documents_has_a_finite_score() {
        for event in [EventModel::Multinomial, EventModel::Complement, EventModel::Bernoulli] {
            let rows = sparse(&dense());
            let classifier = NaiveBayes { event, alpha: 0.1 };
            let linear = classifier.fit(&rows, &[false; 5], &[1.0; 5]).expect("fitted");
            assert!(linear.score(&rows, 0, classifier.input()).is_finite(), "{event:?}");
        }
    }
}
