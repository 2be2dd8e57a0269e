//! What a model learns from: hand-labeled opinions, examples and the codebook's own sentences, as rows of one table.

use std::path::Path;

use crate::{
    codebook::{Codebook, StanceId, ThemeId, ThemeSet},
    error::{Error, Result},
    labels::{self, Example, HandLabel},
    vectorize::Corpus,
};

/// Where a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person's label of an opinion of a summary.
    Opinion,
    /// A sentence that restates what real people said.
    Field,
    /// A sentence written for training.
    Written,
    /// A sentence of the codebook.
    Codebook,
}

impl Kind {
    /// Whether real people said it: thresholds and promises rest on such rows alone.
    pub fn is_real(self) -> bool {
        matches!(self, Self::Opinion | Self::Field)
    }
}

/// One row to learn from.
#[derive(Debug, Clone)]
pub struct Row {
    /// Id in its table.
    pub id: String,
    /// The text.
    pub text: String,
    /// Themes, main first.
    pub themes: ThemeSet,
    /// Stance; sentences of the codebook have none.
    pub stance: Option<StanceId>,
    /// Kind of row.
    pub kind: Kind,
    /// Table of labels (its file's name) or source of the example.
    pub source: String,
    /// Rows of one group never stand on both sides of a fold: the municipality, else the row itself.
    pub group: String,
}

/// The source of examples that restate real statements.
const FIELD: &str = "field";
/// The source of the codebook's own sentences.
const CODEBOOK: &str = "codebook";

/// All rows to learn from, with their terms counted.
pub struct TrainingSet {
    /// The codebook that the labels follow.
    pub codebook: Codebook,
    /// Opinions first, then examples, then the codebook's sentences.
    pub rows: Vec<Row>,
    /// Their terms; a row's number is its place in `rows`.
    pub corpus: Corpus,
}

impl TrainingSet {
    /// Puts rows together and counts their terms.
    ///
    /// # Errors
    /// [`Error::NotEnoughData`] when there is no hand-labeled opinion.
    pub fn new(
        codebook: Codebook,
        labels: Vec<(String, Vec<HandLabel>)>,
        examples: Vec<Example>,
    ) -> Result<Self> {
        let mut rows = Vec::new();
        for (source, labels) in labels {
            for label in labels {
                let group = label.municipality.unwrap_or_else(|| label.id.clone());
                rows.push(Row {
                    group: format!("{source} {group}"),
                    id: label.id,
                    text: label.text,
                    themes: label.themes,
                    stance: label.stance,
                    kind: Kind::Opinion,
                    source: source.clone(),
                });
            }
        }
        if rows.is_empty() {
            return Err(Error::NotEnoughData {
                message: "no hand-labeled opinion: at least one table of labels is needed (--labels)"
                    .to_owned(),
            });
        }
        rows.extend(examples.into_iter().map(|example| Row {
            group: example.id.clone(),
            id: example.id,
            text: example.text,
            themes: example.themes,
            stance: Some(example.stance),
            kind: if example.source == FIELD { Kind::Field } else { Kind::Written },
            source: example.source,
        }));
        rows.extend(codebook_rows(&codebook));
        let corpus = Corpus::new(rows.iter().map(|r| r.text.as_str()));
        Ok(Self { codebook, rows, corpus })
    }

    /// Reads tables of labels and, where there is one, a table of examples.
    ///
    /// # Errors
    /// As [`labels::read_hand_labels`], [`labels::read_examples`] and [`TrainingSet::new`].
    pub fn from_paths(
        codebook: Codebook,
        labels: &[impl AsRef<Path>],
        examples: Option<&Path>,
    ) -> Result<Self> {
        let mut tables = Vec::new();
        for path in labels {
            let path = path.as_ref();
            let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            if tables.iter().any(|(other, _)| *other == name) {
                return Err(Error::Mismatch {
                    message: format!(
                        "two tables of labels are named {name}: sources are told apart by file name"
                    ),
                });
            }
            tables.push((name, labels::read_hand_labels(path, &codebook)?));
        }
        let examples =
            examples.map(|path| labels::read_examples(path, &codebook)).transpose()?.unwrap_or_default();
        Self::new(codebook, tables, examples)
    }

    /// Numbers of the rows that `choose` says.
    pub fn rows_where(&self, choose: impl Fn(&Row) -> bool) -> Vec<usize> {
        (0..self.rows.len()).filter(|&i| choose(&self.rows[i])).collect()
    }

    /// All sources, in the order of their first row.
    pub fn sources(&self) -> Vec<&str> {
        let mut sources: Vec<&str> = Vec::new();
        for row in &self.rows {
            if sources.last() != Some(&row.source.as_str()) && !sources.contains(&row.source.as_str()) {
                sources.push(&row.source);
            }
        }
        sources
    }
}

/// Each theme's definition, its inclusions and its terms as rows that have that theme alone.
fn codebook_rows(codebook: &Codebook) -> Vec<Row> {
    let mut rows = Vec::new();
    for (i, theme) in codebook.themes().iter().enumerate() {
        let sentences = std::iter::once(theme.definition.clone())
            .chain(theme.include.iter().cloned())
            .chain((!theme.terms.is_empty()).then(|| theme.terms.join(" ")));
        for (n, text) in sentences.enumerate() {
            let id = format!("{CODEBOOK}-{}-{n}", theme.id);
            rows.push(Row {
                group: id.clone(),
                id,
                text,
                themes: ThemeSet::new(ThemeId(i as u8)),
                stance: None,
                kind: Kind::Codebook,
                source: CODEBOOK.to_owned(),
            });
        }
    }
    rows
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The project's own training set, read once for all tests.
    pub(crate) fn project() -> &'static TrainingSet {
        static SET: std::sync::LazyLock<TrainingSet> = std::sync::LazyLock::new(|| {
            let codebook = Codebook::from_path(Path::new("labels/codebook.toml")).expect("the codebook");
            TrainingSet::from_paths(codebook, &["labels/r01.tsv"], Some(Path::new("labels/examples.tsv")))
                .expect("the training set")
        });
        &SET
    }

    #[test]
    fn rows_come_from_labels_examples_and_codebook() {
        let set = project();
        let n = |kind| set.rows.iter().filter(|r| r.kind == kind).count();
        assert_eq!((n(Kind::Opinion), n(Kind::Field), n(Kind::Written)), (194, 203, 7050));
        assert_eq!(n(Kind::Codebook), 93);
        assert_eq!(set.sources()[..2], ["r01", "sentences"]);
    }

    #[test]
    fn without_a_hand_labeled_opinion_there_is_no_training_set() {
        let codebook = Codebook::from_path(Path::new("labels/codebook.toml")).expect("the codebook");
        assert!(TrainingSet::new(codebook, Vec::new(), Vec::new()).is_err());
    }
}
