//! The columns that labels become: their types, and their arrays for the rows of a batch.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, StringArray, StructArray,
    builder::{ListBuilder, StringBuilder},
};
use arrow_schema::{ArrowError, DataType, Field, Fields};

use crate::{
    codebook::{Codebook, ThemeId},
    model::{Model, Prediction},
};

/// Names of the columns that are appended, in their order.
pub const LABEL_COLUMNS: [&str; 8] =
    ["themes", "main_theme", "stance", "status", "probability", "scores", "model", "program"];

/// The fields of the appended columns. All are nullable; their inner names and nullability are the defaults of
/// pyarrow, so that a schema written down there compares equal.
pub fn fields(codebook: &Codebook) -> Vec<Field> {
    let types = [
        DataType::new_list(DataType::Utf8, true),
        DataType::Utf8,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Float64,
        DataType::Struct(score_fields(codebook)),
        DataType::Utf8,
        DataType::Utf8,
    ];
    LABEL_COLUMNS.into_iter().zip(types).map(|(name, kind)| Field::new(name, kind, true)).collect()
}

fn score_fields(codebook: &Codebook) -> Fields {
    codebook.themes().iter().map(|theme| Field::new(theme.id.as_str(), DataType::Float64, true)).collect()
}

/// The arrays of the appended columns; `None` is a row without a text.
///
/// # Errors
/// What Arrow says when arrays and fields do not fit, which is a fault of the program.
pub fn arrays(model: &Model, predictions: &[Option<Prediction>]) -> Result<Vec<ArrayRef>, ArrowError> {
    let codebook = model.codebook();
    let theme = |id: ThemeId| codebook.theme(id).id.as_str();
    let rows = || predictions.iter().map(Option::as_ref);

    let mut themes = ListBuilder::with_capacity(StringBuilder::new(), predictions.len());
    for prediction in rows() {
        if let Some(prediction) = prediction {
            prediction.themes.iter().for_each(|id| themes.values().append_value(theme(id)));
        }
        themes.append(prediction.is_some());
    }
    let probability = Float64Array::from_iter(rows().map(|p| p.map(|p| p.probability)));
    let scores = codebook.theme_ids().map(|id| -> ArrayRef {
        Arc::new(Float64Array::from_iter(rows().map(|p| p.map(|p| p.scores[id.index()]))))
    });
    let scores =
        StructArray::try_new(score_fields(codebook), scores.collect(), probability.nulls().cloned())?;
    let constant = |value: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, predictions.len())))
    };
    Ok(vec![
        Arc::new(themes.finish()),
        Arc::new(StringArray::from_iter(rows().map(|p| p.map(|p| theme(p.themes.main()))))),
        Arc::new(StringArray::from_iter(rows().map(|p| p.map(|p| codebook.stance(p.stance).id.as_str())))),
        Arc::new(StringArray::from_iter(rows().map(|p| p.map(|p| p.status.as_str())))),
        Arc::new(probability),
        Arc::new(scores),
        constant(model.id()),
        constant(env!("CARGO_PKG_VERSION")),
    ])
}
