//! Linear classifiers fitted by their margin, one theme against the rest, on sparse rows: |w|²/2 + C · Σ weight ·
//! loss(y · f), f = w · x + b, the bias free. The loss is that of logistic regression or the modified Huber loss, a
//! hinge squared near the margin and linear far from it (Zhang 2004, section 5). Solved by argmin's L-BFGS; sums run in
//! the order of the rows and exp and ln are libm's, so that every machine finds the same bits.

use std::cell::{Ref, RefCell};

use argmin::{
    core::{CostFunction, Executor, Gradient, State},
    solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS},
};
use serde::{Deserialize, Serialize};

use super::linear::{Classifier, Input, Linear};
use crate::{
    error::{Error, Result},
    vectorize::SparseRows,
};

/// What a document costs by its margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// ln(1 + exp(−z)): logistic regression.
    Logistic,
    /// 0 from z = 1 on, (1 − z)² down to −1, −4z below.
    ModifiedHuber,
}

/// A classifier fitted by its margin, with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MarginClassifier {
    /// What a document costs.
    pub loss: Loss,
    /// Inverse strength of the penalty; above 0.
    pub c: f64,
    /// Terms are scaled by |r|^exponent, r their log-odds ratio in naive Bayes of presence (Wang & Manning 2012); 0 leaves
    /// them as they are.
    pub naive_bayes_exponent: f64,
    /// Stops when the gradient's length is below this.
    pub tolerance: f64,
}

/// Steps that L-BFGS remembers.
const MEMORY: usize = 8;
/// Iterations after which the solver gives up; usual are 30 to 60.
const MAX_ITERATIONS: u64 = 500;
/// Added to the counts that terms are scaled by.
const SCALE_SMOOTHING: f64 = 1.0;

impl MarginClassifier {
    /// A classifier of this loss and strength, terms as they are.
    pub fn new(loss: Loss, c: f64) -> Self {
        Self { loss, c, naive_bayes_exponent: 0.0, tolerance: 0.3 }
    }

    /// The same with terms scaled by naive Bayes.
    pub fn scaled(self, exponent: f64) -> Self {
        Self { naive_bayes_exponent: exponent, ..self }
    }

    /// By term what its values are multiplied with.
    fn scales(&self, rows: &SparseRows, targets: &[bool], weights: &[f64]) -> Vec<f64> {
        if self.naive_bayes_exponent == 0.0 {
            return vec![1.0; rows.n_terms()];
        }
        let mut counts = [vec![0.0; rows.n_terms()], vec![0.0; rows.n_terms()]];
        let mut totals = [0.0; 2];
        for (row, (&is_theme, &weight)) in targets.iter().zip(weights).enumerate() {
            totals[usize::from(is_theme)] += weight;
            for (term, _) in rows.row(row) {
                counts[usize::from(is_theme)][term.index()] += weight;
            }
        }
        let log_odds = |count: f64, total: f64| {
            let p = (count + SCALE_SMOOTHING) / (total + 2.0 * SCALE_SMOOTHING);
            libm::log(p / (1.0 - p))
        };
        let [rest, theme] = counts;
        theme
            .iter()
            .zip(&rest)
            .map(|(&in_theme, &in_rest)| {
                let ratio = log_odds(in_theme, totals[1]) - log_odds(in_rest, totals[0]);
                libm::pow(ratio.abs(), self.naive_bayes_exponent)
            })
            .collect()
    }
}

impl Classifier for MarginClassifier {
    fn input(&self) -> Input {
        Input::TfIdf
    }

    fn fit(&self, rows: &SparseRows, targets: &[bool], weights: &[f64]) -> Result<Linear> {
        let scales = self.scales(rows, targets, weights);
        let problem =
            Problem { rows, targets, weights, scales: &scales, settings: self, last: RefCell::default() };
        let failed = |e: argmin::core::Error| Error::NotEnoughData {
            message: format!("a classifier was not fitted: {e}"),
        };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY)
            .with_tolerance_grad(self.tolerance)
            .map_err(failed)?
            .with_tolerance_cost(0.0)
            .map_err(failed)?;
        let start = vec![0.0; rows.n_terms() + 1];
        let solved = Executor::new(problem, solver)
            .configure(|state| state.param(start).max_iters(MAX_ITERATIONS))
            .run()
            .map_err(failed)?;
        let mut solution = solved.state().get_best_param().cloned().ok_or_else(|| Error::NotEnoughData {
            message: "a classifier was not fitted: no minimum was found".to_owned(),
        })?;
        let bias = solution.pop().unwrap_or_default();
        let weights = solution.iter().zip(&scales).map(|(u, scale)| u * scale).collect();
        Ok(Linear { bias, weights })
    }
}

/// The function to minimize; the parameters are the weights before scaling and, last, the bias.
struct Problem<'a> {
    rows: &'a SparseRows,
    targets: &'a [bool],
    weights: &'a [f64],
    scales: &'a [f64],
    settings: &'a MarginClassifier,
    /// The line search asks for cost and gradient of the same parameters one after the other, and one pass over the
    /// rows gives both.
    last: RefCell<Evaluated>,
}

#[derive(Default)]
struct Evaluated {
    parameters: Vec<f64>,
    /// Weights on unscaled values.
    scaled: Vec<f64>,
    cost: f64,
    gradient: Vec<f64>,
}

impl Problem<'_> {
    fn evaluate(&self, parameters: &[f64]) -> Ref<'_, Evaluated> {
        if self.last.borrow().parameters != parameters {
            let mut last = self.last.borrow_mut();
            let last = &mut *last;
            last.parameters.clear();
            last.parameters.extend_from_slice(parameters);
            last.scaled.clear();
            last.scaled.extend(parameters.iter().zip(self.scales).map(|(u, scale)| u * scale));
            last.gradient.clear();
            last.gradient.resize(parameters.len(), 0.0);
            let bias = parameters[parameters.len() - 1];
            let loss = self.pass(&last.scaled, bias, &mut last.gradient);
            let (weights, _) = parameters.split_at(self.scales.len());
            for ((gradient, u), scale) in last.gradient.iter_mut().zip(weights).zip(self.scales) {
                *gradient = *gradient * scale + u;
            }
            last.cost = 0.5 * weights.iter().map(|w| w * w).sum::<f64>() + self.settings.c * loss;
        }
        self.last.borrow()
    }

    /// Sum of losses; adds its gradient by the weights on unscaled values, times C, to `gradient`.
    fn pass(&self, weights: &[f64], bias: f64, gradient: &mut [f64]) -> f64 {
        let bias_at = weights.len();
        let mut sum = 0.0;
        for (row, (&is_theme, &weight)) in self.targets.iter().zip(self.weights).enumerate() {
            let y = if is_theme { 1.0 } else { -1.0 };
            let (loss, slope) = self.settings.loss.at(y * (bias + self.rows.dot(row, weights)));
            if slope == 0.0 {
                continue;
            }
            sum += weight * loss;
            let pull = self.settings.c * weight * y * slope;
            for (term, value) in self.rows.row(row) {
                gradient[term.index()] += pull * value;
            }
            gradient[bias_at] += pull;
        }
        sum
    }
}

impl Loss {
    /// Loss and its slope at a margin.
    fn at(self, z: f64) -> (f64, f64) {
        match self {
            Self::Logistic => {
                let e = libm::exp(-z.abs());
                let slope = if z > 0.0 { -e / (1.0 + e) } else { -1.0 / (1.0 + e) };
                (libm::log1p(e) + (-z).max(0.0), slope)
            }
            Self::ModifiedHuber if z >= 1.0 => (0.0, 0.0),
            Self::ModifiedHuber if z >= -1.0 => ((1.0 - z) * (1.0 - z), -2.0 * (1.0 - z)),
            Self::ModifiedHuber => (-4.0 * z, -4.0),
        }
    }
}

impl CostFunction for Problem<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, parameters: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        Ok(self.evaluate(parameters).cost)
    }
}

impl Gradient for Problem<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, parameters: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        Ok(self.evaluate(parameters).gradient.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectorize::TermId;

    fn rows() -> SparseRows {
        let mut rows = SparseRows::new(2);
        for (a, b) in [(1.0, 0.0), (0.8, 0.1), (0.0, 1.0), (0.2, 0.9), (0.5, 0.5)] {
            rows.push([(TermId(0), a), (TermId(1), b)]);
        }
        rows
    }

    const TARGETS: [bool; 5] = [true, true, false, false, true];

    #[test]
    fn logistic_weights_equal_scikit_learns() {
        // scikit-learn 1.9.1: LogisticRegression(C=5, tol=1e-12, max_iter=10000)
        //   .fit([[1,0],[.8,.1],[0,1],[.2,.9],[.5,.5]], [1,1,0,0,1])
        //   coef_ [[1.5821685, -1.82825277]], intercept_ [0.7046708]
        let classifier = MarginClassifier { tolerance: 1e-9, ..MarginClassifier::new(Loss::Logistic, 5.0) };
        let linear = classifier.fit(&rows(), &TARGETS, &[1.0; 5]).expect("fitted");
        let found = [linear.weights[0], linear.weights[1], linear.bias];
        for (found, expected) in found.into_iter().zip([1.582_168_5, -1.828_252_77, 0.704_670_8]) {
            assert!((found - expected).abs() < 1e-6, "{linear:?}");
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_cost() {
        let rows = rows();
        for loss in [Loss::Logistic, Loss::ModifiedHuber] {
            let settings = MarginClassifier::new(loss, 5.0).scaled(0.5);
            let weights = [1.0, 2.0, 1.0, 0.5, 1.0];
            let scales = settings.scales(&rows, &TARGETS, &weights);
            let problem = Problem {
                rows: &rows,
                targets: &TARGETS,
                weights: &weights,
                scales: &scales,
                settings: &settings,
                last: RefCell::default(),
            };
            let at = vec![0.3, -0.7, 0.2];
            let gradient = problem.gradient(&at).expect("a gradient");
            for i in 0..3 {
                let moved = |by: f64| {
                    let mut p = at.clone();
                    p[i] += by;
                    problem.cost(&p).expect("a cost")
                };
                let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                assert!((slope - gradient[i]).abs() < 1e-5, "{loss:?}: {slope} {}", gradient[i]);
            }
        }
    }

    #[test]
    fn the_huber_loss_is_smooth_where_its_parts_meet() {
        for z in [1.0, -1.0] {
            let (below, above) = (Loss::ModifiedHuber.at(z - 1e-9), Loss::ModifiedHuber.at(z + 1e-9));
            assert!((below.0 - above.0).abs() < 1e-7 && (below.1 - above.1).abs() < 1e-7);
        }
    }

    #[test]
    fn one_class_alone_is_fitted_too() {
        for loss in [Loss::Logistic, Loss::ModifiedHuber] {
            let classifier = MarginClassifier::new(loss, 0.5).scaled(0.5);
            let linear = classifier.fit(&rows(), &[false; 5], &[1.0; 5]).expect("fitted");
            assert!(linear.bias < -0.9 && linear.bias.is_finite(), "{loss:?} {linear:?}");
        }
    }
}
