//! One batch of rows: its columns come in, its columns and its labels go out.

use std::{
    ops::AddAssign,
    sync::{Arc, Mutex, PoisonError},
};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use rayon::prelude::*;

use super::{
    label_columns::{self, LABEL_COLUMNS},
    text_column::{self, Texts},
};
use crate::{
    error::{Error, Position, Result},
    model::{Labeler, Model, Prediction},
    record::Status,
};

/// What was labeled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in, which is rows out.
    pub n_rows: u64,
    /// Rows without a text: null, or nothing but blanks. They have no labels.
    pub n_without_text: u64,
    /// Rows whose labels are accepted.
    pub n_accepted: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.n_rows += other.n_rows;
        self.n_without_text += other.n_without_text;
        self.n_accepted += other.n_accepted;
    }
}

impl Counts {
    fn of(predictions: &[Option<Prediction>]) -> Self {
        let n = |wanted: fn(&Option<Prediction>) -> bool| -> u64 {
            predictions.iter().filter(|p| wanted(p)).count() as u64
        };
        Self {
            n_rows: predictions.len() as u64,
            n_without_text: n(Option::is_none),
            n_accepted: n(|p| p.as_ref().is_some_and(|p| p.status == Status::Accepted)),
        }
    }
}

/// Fewest rows that are worth another thread: at some tens of microseconds a text this is milliseconds of work.
const ROWS_A_TASK: usize = 128;

/// Labels batches of one schema.
pub struct BatchLabeler<'m> {
    model: &'m Model,
    accept_from: f64,
    text: usize,
    schema: SchemaRef,
    /// Labelers that no thread uses at the moment: they are kept from batch to batch, since batches may be small.
    idle: Mutex<Vec<Labeler<'m>>>,
}

impl<'m> BatchLabeler<'m> {
    /// A labeler for batches of this schema; `text_column` overrides the table of known names.
    ///
    /// # Errors
    /// [`Error::Input`] when there is no column of texts, or when a column has the name of a label already.
    pub fn new(
        model: &'m Model,
        accept_from: f64,
        schema: &Schema,
        text_column: Option<&str>,
        position: &Position,
    ) -> Result<Self> {
        let text = text_column::find(schema, text_column, position)?;
        if let Some(name) = LABEL_COLUMNS.into_iter().find(|name| schema.fields().find(name).is_some()) {
            return Err(Error::input(
                position.clone(),
                format!(
                    "there is a column {name} already; the labels are appended as {}: rename or drop what has these \
                     names",
                    LABEL_COLUMNS.join(", ")
                ),
            ));
        }
        let appended = label_columns::fields(model.codebook()).into_iter().map(Arc::new);
        let fields: Vec<_> = schema.fields().iter().cloned().chain(appended).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        Ok(Self { model, accept_from, text, schema, idle: Mutex::new(Vec::new()) })
    }

    /// The schema of labeled batches: that of the input, then [`LABEL_COLUMNS`].
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Labels a batch on this thread.
    ///
    /// # Errors
    /// What Arrow says when the batch does not have the schema.
    pub fn label(&self, batch: &RecordBatch) -> Result<(RecordBatch, Counts), ArrowError> {
        let texts = self.texts(batch)?;
        let mut labeler = self.borrow();
        let predictions: Vec<_> = (0..batch.num_rows()).map(|row| labeler.label(&texts, row)).collect();
        self.append(batch, &predictions)
    }

    /// Labels a batch on all threads, if it is large enough for more than one.
    ///
    /// # Errors
    /// As [`BatchLabeler::label`].
    pub fn label_in_parallel(&self, batch: &RecordBatch) -> Result<(RecordBatch, Counts), ArrowError> {
        if batch.num_rows() < 2 * ROWS_A_TASK || rayon::current_num_threads() == 1 {
            return self.label(batch);
        }
        let texts = self.texts(batch)?;
        let predictions: Vec<_> = (0..batch.num_rows())
            .into_par_iter()
            .with_min_len(ROWS_A_TASK)
            .map_init(|| self.borrow(), |labeler, row| labeler.label(&texts, row))
            .collect();
        self.append(batch, &predictions)
    }

    fn texts<'b>(&self, batch: &'b RecordBatch) -> Result<Texts<'b>, ArrowError> {
        batch.columns().get(self.text).and_then(Texts::of).ok_or_else(|| {
            ArrowError::SchemaError("a batch without the column of texts that its schema promises".to_owned())
        })
    }

    fn append(
        &self,
        batch: &RecordBatch,
        predictions: &[Option<Prediction>],
    ) -> Result<(RecordBatch, Counts), ArrowError> {
        let mut columns = batch.columns().to_vec();
        columns.extend(label_columns::arrays(self.model, predictions)?);
        Ok((RecordBatch::try_new(self.schema(), columns)?, Counts::of(predictions)))
    }

    fn borrow(&self) -> Borrowed<'_, 'm> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let labeler = idle.unwrap_or_else(|| self.model.labeler(self.accept_from));
        Borrowed { labeler: Some(labeler), idle: &self.idle }
    }
}

/// A labeler on loan; it goes back when dropped.
struct Borrowed<'p, 'm> {
    labeler: Option<Labeler<'m>>,
    idle: &'p Mutex<Vec<Labeler<'m>>>,
}

impl Borrowed<'_, '_> {
    fn label(&mut self, texts: &Texts<'_>, row: usize) -> Option<Prediction> {
        let text = texts.get(row)?;
        self.labeler.as_mut().map(|labeler| labeler.label(text))
    }
}

impl Drop for Borrowed<'_, '_> {
    fn drop(&mut self) {
        if let Some(labeler) = self.labeler.take() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(labeler);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;

    use arrow_array::{
        Array, ArrayRef, Int64Array, LargeStringArray, StringArray, StringViewArray, cast::AsArray,
        types::Float64Type,
    };
    use arrow_schema::{DataType, Field};

    use super::*;
    use crate::{
        classify::EventModel,
        codebook::Codebook,
        model::{Settings, TrainingSet, file, train},
    };

    /// The median probability of the test texts: some labels are accepted, some are not.
    pub(in crate::columnar) fn accept_from() -> f64 {
        static MEDIAN: std::sync::LazyLock<f64> = std::sync::LazyLock::new(|| {
            let mut labeler = model().labeler(0.0);
            let mut found: Vec<f64> =
                texts(300).iter().flatten().map(|text| labeler.label(text).probability).collect();
            found.sort_by(f64::total_cmp);
            found[found.len() / 2]
        });
        *MEDIAN
    }

    /// A model of the 194 opinions alone, fitted once for all tests.
    pub(in crate::columnar) fn model() -> &'static Model {
        static MODEL: std::sync::LazyLock<Model> = std::sync::LazyLock::new(|| {
            let codebook = Codebook::from_path(Path::new("labels/codebook.toml")).expect("the codebook");
            let set = TrainingSet::from_paths(codebook, &["labels/r01.tsv"], None).expect("the training set");
            let settings = Settings::naive_bayes(EventModel::Multinomial).check().expect("settings in range");
            let (parts, weights) = train(&set, &settings).expect("a model");
            Model::decode(&file::encode(&parts, &weights).expect("encoded")).expect("decoded")
        });
        &MODEL
    }

    /// Texts as they come: the opinions, with nulls, blanks and oddities between them.
    pub(in crate::columnar) fn texts(n: usize) -> Vec<Option<String>> {
        let opinions = std::fs::read_to_string("labels/r01.tsv").expect("the hand labels");
        let opinions: Vec<&str> = opinions.lines().skip(1).filter_map(|l| l.rsplit('\t').next()).collect();
        (0..n)
            .map(|i| match i % 41 {
                7 => None,
                13 => Some(String::new()),
                19 => Some("　\n ".to_owned()),
                23 => Some("tab\there \"quoted\" \\N \u{2028} 😀".to_owned()),
                29 => Some(opinions.join("")),
                _ => Some(format!("{}{}", opinions[i % opinions.len()], if i % 2 == 0 { "" } else { "㈱" })),
            })
            .collect()
    }

    /// A batch of ids and texts, the texts in one of the three types.
    pub(in crate::columnar) fn batch(
        first_id: usize,
        texts: &[Option<String>],
        kind: &DataType,
    ) -> RecordBatch {
        let rows = || texts.iter().map(Option::as_deref);
        let array: ArrayRef = match kind {
            DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter(rows())),
            DataType::Utf8View => Arc::new(StringViewArray::from_iter(rows())),
            _ => Arc::new(StringArray::from_iter(rows())),
        };
        let ids = Int64Array::from_iter_values((first_id..first_id + texts.len()).map(|id| id as i64));
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("text", kind.clone(), true),
        ]);
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(ids), array]).expect("a batch")
    }

    /// Compares every label of every row with what the labeler says of its text, and ids with their row.
    pub(in crate::columnar) fn assert_labeled(batches: &[RecordBatch], texts: &[Option<String>]) {
        let model = model();
        let codebook = model.codebook();
        let mut labeler = model.labeler(accept_from());
        let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        assert_eq!(rows.clone().count(), texts.len());
        for (i, ((batch, row), text)) in rows.zip(texts).enumerate() {
            let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("column {name}"));
            let string = |name: &str| {
                let array = column(name).as_string::<i32>();
                array.is_valid(row).then(|| array.value(row))
            };
            let number = |array: &ArrayRef| {
                let array = array.as_primitive::<Float64Type>();
                array.is_valid(row).then(|| array.value(row))
            };
            assert_eq!(column("id").as_primitive::<arrow_array::types::Int64Type>().value(row), i as i64);
            assert_eq!(
                Texts::of(column("text")).expect("strings").get(row),
                text.as_deref().filter(|t| !t.trim().is_empty())
            );
            let expected = text.as_deref().filter(|t| !t.trim().is_empty()).map(|t| labeler.label(t));
            let expected = expected.as_ref();
            let themes = column("themes").as_list::<i32>();
            let themes = themes.is_valid(row).then(|| {
                let themes = themes.value(row);
                themes.as_string::<i32>().iter().map(|t| t.expect("a theme").to_owned()).collect::<Vec<_>>()
            });
            assert_eq!(themes.map(|t| t.join("|")), expected.map(|p| p.themes.to_string(codebook)));
            assert_eq!(string("main_theme"), expected.map(|p| codebook.theme(p.themes.main()).id.as_str()));
            assert_eq!(string("stance"), expected.map(|p| codebook.stance(p.stance).id.as_str()));
            assert_eq!(string("status"), expected.map(|p| p.status.as_str()));
            assert_eq!(number(column("probability")), expected.map(|p| p.probability));
            let scores = column("scores").as_struct();
            assert_eq!(scores.is_valid(row), expected.is_some());
            for (score, theme) in scores.columns().iter().zip(codebook.theme_ids()) {
                assert_eq!(number(score), expected.map(|p| p.scores[theme.index()]));
            }
            assert_eq!(scores.num_columns(), codebook.themes().len());
            assert_eq!(string("model"), Some(model.id()));
            assert_eq!(string("program"), Some(env!("CARGO_PKG_VERSION")));
        }
    }

    #[test]
    fn rows_are_labeled_as_their_texts_are_on_one_thread_and_on_many() {
        let texts = texts(1000);
        for kind in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
            let batch = batch(0, &texts, &kind);
            let labeler =
                BatchLabeler::new(model(), accept_from(), &batch.schema(), None, &Position::file("-"))
                    .expect("fits");
            let (alone, counts) = labeler.label(&batch).expect("labeled");
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
            let (together, same_counts) =
                pool.install(|| labeler.label_in_parallel(&batch)).expect("labeled");
            assert_labeled(std::slice::from_ref(&alone), &texts);
            assert_eq!((alone, counts), (together, same_counts));
            assert_eq!((counts.n_rows, counts.n_without_text), (1000, 74));
            assert!((1..926).contains(&counts.n_accepted), "{counts:?}");
        }
    }

    #[test]
    fn a_column_with_the_name_of_a_label_is_refused() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema = Schema::new(vec![field("text"), field("status")]);
        let refused = BatchLabeler::new(model(), accept_from(), &schema, None, &Position::file("a.parquet"));
        let message = refused.map(|_| ()).expect_err("status twice").to_string();
        assert!(message.starts_with("a.parquet: there is a column status already"), "{message}");
    }
}
