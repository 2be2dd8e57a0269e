//! TF-IDF with document frequencies fixed at training: value = (1 + ln tf) · idf, each block of a row scaled to
//! length 1 on its own.
//!
//! idf = ln((1 + n) / (1 + df)) + 1, as scikit-learn's `TfidfTransformer(smooth_idf=True, sublinear_tf=True)`.

use serde::{Deserialize, Serialize};

use super::{
    matrix::SparseRows,
    vocabulary::{Count, CountedTexts, TermId},
};
use crate::tokenize::N_BLOCKS;

/// Fitted document frequencies of the terms of one head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TfIdf {
    /// By term; 0 for a term that too few training documents have.
    idf: Vec<f64>,
    block_starts: [u32; N_BLOCKS + 1],
}

impl TfIdf {
    /// Counts document frequencies over the training documents `rows`; a term of block `b` that fewer than
    /// `min_df[b]` of them have is not used.
    pub fn fit(texts: &CountedTexts, rows: &[usize], min_df: [u32; N_BLOCKS]) -> Self {
        let block_starts = texts.vocabulary.block_starts();
        let mut df = vec![0_u32; texts.vocabulary.len()];
        for &row in rows {
            for (term, _) in &texts.documents[row] {
                df[term.index()] += 1;
            }
        }
        let n = rows.len() as f64;
        let mut idf = vec![0.0; df.len()];
        for block in 0..N_BLOCKS {
            for term in block_starts[block] as usize..block_starts[block + 1] as usize {
                if df[term] >= min_df[block].max(1) {
                    idf[term] = libm::log((1.0 + n) / (1.0 + f64::from(df[term]))) + 1.0;
                }
            }
        }
        Self { idf, block_starts }
    }

    /// Inverse document frequency of a term; 0 where it is not used.
    pub fn idf(&self, term: TermId) -> f64 {
        self.idf[term.index()]
    }

    /// Number of terms, used or not.
    pub fn n_terms(&self) -> usize {
        self.idf.len()
    }

    /// The row of one document.
    pub fn row(&self, counts: &[Count]) -> Vec<(TermId, f64)> {
        let mut squares = [0.0; N_BLOCKS];
        let mut row: Vec<(TermId, usize, f64)> = Vec::with_capacity(counts.len());
        let mut block = 0;
        for &(term, tf) in counts {
            while term.0 >= self.block_starts[block + 1] {
                block += 1;
            }
            let value = term_frequency(tf) * self.idf[term.index()];
            if value > 0.0 {
                squares[block] += value * value;
                row.push((term, block, value));
            }
        }
        let scale = squares.map(|s| if s > 0.0 { 1.0 / s.sqrt() } else { 0.0 });
        row.into_iter().map(|(term, block, value)| (term, value * scale[block])).collect()
    }

    /// Rows of several documents, in the order of `rows`.
    pub fn rows(&self, texts: &CountedTexts, rows: &[usize]) -> SparseRows {
        let mut matrix = SparseRows::new(self.idf.len());
        for &row in rows {
            matrix.push(self.row(&texts.documents[row]));
        }
        matrix
    }
}

/// Sublinear term frequency, 1 + ln tf.
pub fn term_frequency(tf: u32) -> f64 {
    if tf == 1 { 1.0 } else { 1.0 + libm::log(f64::from(tf)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectorize::Corpus;

    #[test]
    fn idf_is_that_of_the_textbook() {
        let corpus = Corpus::new(["在宅医が少ない", "薬局が少ない"]);
        let tfidf = TfIdf::fit(&corpus.themes, &[0, 1], [1; N_BLOCKS]);
        // 在宅医 in one of two documents: ln(3/2) + 1; 少ない in both: ln(3/3) + 1
        assert!((tfidf.idf(TermId(0)) - 1.405_465_108_108_164_4).abs() < 1e-15);
        assert_eq!(tfidf.idf(TermId(1)), 1.0);
    }

    #[test]
    fn rows_equal_scikit_learns() {
        // scikit-learn 1.9.1, TfidfVectorizer(sublinear_tf=True, analyzer=str.split).fit(["a b", "b c c"])
        //   .transform(["a b b"]).toarray() -> a 0.6387105, b 0.7694471
        let corpus = Corpus::new(["医師病院", "病院薬局薬局"]);
        let tfidf = TfIdf::fit(&corpus.themes, &[0, 1], [1, u32::MAX, u32::MAX, 1, 1, 1]);
        let row = tfidf.row(&[(TermId(0), 1), (TermId(1), 2)]);
        assert!((row[0].1 - 0.638_710_5).abs() < 1e-6, "{row:?}");
        assert!((row[1].1 - 0.769_447_1).abs() < 1e-6, "{row:?}");
    }

    #[test]
    fn every_block_has_length_one_and_rare_terms_are_out() {
        let corpus = Corpus::new(["在宅医が少ない", "薬局が少ない", "在宅医が多い"]);
        let tfidf = TfIdf::fit(&corpus.themes, &[0, 1, 2], [1, 2, 2, 1, 1, 1]);
        let rows = tfidf.rows(&corpus.themes, &[0]);
        let starts = corpus.themes.vocabulary.block_starts();
        for block in 0..N_BLOCKS {
            let length: f64 = rows
                .row(0)
                .filter(|(t, _)| t.0 >= starts[block] && t.0 < starts[block + 1])
                .map(|(_, v)| v * v)
                .sum();
            assert!(length == 0.0 || (length - 1.0).abs() < 1e-12, "block {block}: {length}");
        }
    }

    #[test]
    fn an_empty_document_has_an_empty_row() {
        let corpus = Corpus::new(["在宅医が少ない"]);
        assert!(TfIdf::fit(&corpus.themes, &[0], [1; N_BLOCKS]).row(&[]).is_empty());
    }
}
