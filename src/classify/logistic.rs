//! Logistic regression, one theme against the rest, on sparse rows: |w|²/2 + C · Σ weight · ln(1 + exp(−y · f)),
//! f = w · x + b, the bias free, as scikit-learn's `LogisticRegression(C)`. Solved by argmin's L-BFGS; sums run in
//! the order of the rows and exp and ln are libm's, so that every machine finds the same bits.

use std::cell::RefCell;

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

/// Logistic regression with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Inverse strength of the penalty; above 0.
    pub c: f64,
    /// Iterations at most.
    pub max_iterations: u64,
    /// Stops when the gradient's length is below this.
    pub tolerance: f64,
}

/// Steps that L-BFGS remembers.
const MEMORY: usize = 8;

impl Default for Logistic {
    fn default() -> Self {
        Self { c: 5.0, max_iterations: 60, tolerance: 0.5 }
    }
}

impl Classifier for Logistic {
    fn input(&self) -> Input {
        Input::TfIdf
    }

    fn fit(&self, rows: &SparseRows, targets: &[bool], weights: &[f64]) -> Result<Linear> {
        let n_terms = rows.n_terms();
        // A term that no row has keeps weight 0: the solver need not carry it.
        let (rows, used) = rows.compact();
        let problem = Problem { rows: &rows, targets, weights, c: self.c, last: RefCell::default() };
        let failed = |e: argmin::core::Error| Error::NotEnoughData {
            message: format!("logistic regression was not solved: {e}"),
        };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY)
            .with_tolerance_grad(self.tolerance)
            .map_err(failed)?
            .with_tolerance_cost(0.0)
            .map_err(failed)?;
        let start = vec![0.0; rows.n_terms() + 1];
        let solved = Executor::new(problem, solver)
            .configure(|state| state.param(start).max_iters(self.max_iterations))
            .run()
            .map_err(failed)?;
        let mut solution = solved.state().get_best_param().cloned().ok_or_else(|| Error::NotEnoughData {
            message: "logistic regression found no minimum".to_owned(),
        })?;
        let bias = solution.pop().unwrap_or_default();
        let mut weights = vec![0.0; n_terms];
        for (term, weight) in used.iter().zip(solution) {
            weights[term.index()] = weight;
        }
        Ok(Linear { bias, weights })
    }
}

/// The function to minimize; the parameters are the weights and, last, the bias.
struct Problem<'a> {
    rows: &'a SparseRows,
    targets: &'a [bool],
    weights: &'a [f64],
    c: f64,
    /// The line search asks for cost and gradient of the same parameters one after the other, and one pass over the
    /// rows gives both.
    last: RefCell<Evaluated>,
}

#[derive(Default)]
struct Evaluated {
    parameters: Vec<f64>,
    cost: f64,
    gradient: Vec<f64>,
}

impl Problem<'_> {
    fn evaluate(&self, parameters: &[f64]) -> std::cell::Ref<'_, Evaluated> {
        if self.last.borrow().parameters != parameters {
            let mut last = self.last.borrow_mut();
            last.parameters.clear();
            last.parameters.extend_from_slice(parameters);
            last.gradient.clear();
            last.gradient.extend_from_slice(parameters);
            last.cost = self.pass(parameters, &mut last.gradient);
        }
        self.last.borrow()
    }

    /// Cost of the parameters; adds its gradient to `gradient`, which comes holding the weights themselves.
    fn pass(&self, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        let (weights, bias) = parameters.split_at(self.rows.n_terms());
        let bias_at = weights.len();
        gradient[bias_at] = 0.0;
        let mut loss = 0.0;
        for (row, (&is_theme, &weight)) in self.targets.iter().zip(self.weights).enumerate() {
            let y = if is_theme { 1.0 } else { -1.0 };
            let margin = y * (bias[0] + self.rows.dot(row, weights));
            // ln(1 + e^-m) without overflow, and its slope -1 / (1 + e^m)
            let e = libm::exp(-margin.abs());
            loss += weight * (libm::log1p(e) + (-margin).max(0.0));
            let slope = if margin > 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) };
            let pull = -self.c * weight * y * slope;
            for (term, value) in self.rows.row(row) {
                gradient[term.index()] += pull * value;
            }
            gradient[bias_at] += pull;
        }
        0.5 * weights.iter().map(|w| w * w).sum::<f64>() + self.c * loss
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
    fn weights_equal_scikit_learns() {
        // scikit-learn 1.9.1: LogisticRegression(C=5, tol=1e-12, max_iter=10000)
        //   .fit([[1,0],[.8,.1],[0,1],[.2,.9],[.5,.5]], [1,1,0,0,1])
        //   coef_ [[1.5821685, -1.82825277]], intercept_ [0.7046708]
        let logistic = Logistic { tolerance: 1e-10, max_iterations: 1000, ..Logistic::default() };
        let linear = logistic.fit(&rows(), &TARGETS, &[1.0; 5]).expect("solved");
        for (found, expected) in [(linear.weights[0], W0), (linear.weights[1], W1), (linear.bias, B)] {
            assert!((found - expected).abs() < 1e-6, "{linear:?}");
        }
    }
    const W0: f64 = 1.582_168_5;
    const W1: f64 = -1.828_252_77;
    const B: f64 = 0.704_670_8;

    #[test]
    fn the_gradient_is_the_slope_of_the_cost() {
        let rows = rows();
        let problem = Problem {
            rows: &rows,
            targets: &TARGETS,
            weights: &[1.0, 2.0, 1.0, 0.5, 1.0],
            c: 5.0,
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
            assert!((slope - gradient[i]).abs() < 1e-6, "{slope} {}", gradient[i]);
        }
    }

    #[test]
    fn one_class_alone_is_solved_too() {
        let linear = Logistic::default().fit(&rows(), &[false; 5], &[1.0; 5]).expect("solved");
        assert!(linear.bias < -1.0 && linear.bias.is_finite());
    }
}
