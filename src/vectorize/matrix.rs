//! Sparse rows (compressed sparse rows): for each document its terms and their values.

use super::vocabulary::TermId;

/// Sparse rows of values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SparseRows {
    starts: Vec<usize>,
    terms: Vec<TermId>,
    values: Vec<f64>,
    n_terms: usize,
}

impl SparseRows {
    /// No rows yet, of `n_terms` columns.
    pub fn new(n_terms: usize) -> Self {
        Self { starts: vec![0], terms: Vec::new(), values: Vec::new(), n_terms }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = (TermId, f64)>) {
        for (term, value) in row {
            debug_assert!(term.index() < self.n_terms, "a term of this vocabulary");
            self.terms.push(term);
            self.values.push(value);
        }
        self.starts.push(self.terms.len());
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    pub fn n_terms(&self) -> usize {
        self.n_terms
    }

    /// Terms and values of a row.
    pub fn row(&self, i: usize) -> impl ExactSizeIterator<Item = (TermId, f64)> + '_ {
        let range = self.starts[i]..self.starts[i + 1];
        self.terms[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// The same rows without the columns that are zero in all of them, and the terms of the columns that stay.
    pub fn compact(&self) -> (Self, Vec<TermId>) {
        let mut column = vec![u32::MAX; self.n_terms];
        for term in &self.terms {
            column[term.index()] = 0;
        }
        let used: Vec<TermId> =
            (0..self.n_terms as u32).map(TermId).filter(|t| column[t.index()] == 0).collect();
        for (i, term) in used.iter().enumerate() {
            column[term.index()] = i as u32;
        }
        let terms = self.terms.iter().map(|t| TermId(column[t.index()])).collect();
        let compact =
            Self { terms, values: self.values.clone(), starts: self.starts.clone(), n_terms: used.len() };
        (compact, used)
    }

    /// Product of a row with a dense vector, added up in the order of the row.
    pub fn dot(&self, i: usize, vector: &[f64]) -> f64 {
        self.row(i).map(|(term, value)| value * vector[term.index()]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_multiply() {
        let mut rows = SparseRows::new(3);
        rows.push([(TermId(0), 1.0), (TermId(2), 2.0)]);
        rows.push([]);
        assert_eq!((rows.n_rows(), rows.n_terms()), (2, 3));
        assert_eq!(rows.dot(0, &[1.0, 10.0, 100.0]), 201.0);
        assert_eq!(rows.row(1).len(), 0);
        let (compact, used) = rows.compact();
        assert_eq!((compact.n_terms(), used), (2, vec![TermId(0), TermId(2)]));
        assert_eq!(compact.dot(0, &[1.0, 100.0]), 201.0);
    }
}
