//! The column of texts: found by its name, read whichever of Arrow's three types of strings it has.

use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray, cast::AsArray};
use arrow_schema::{DataType, Schema};

use crate::{
    error::{Error, Position, Result},
    ingest::{Field, columns::Columns},
};

/// The place of the column of texts; `name` overrides the table of known names.
///
/// # Errors
/// [`Error::Input`] when no column is named so, or when the one that is holds no strings.
pub fn find(schema: &Schema, name: Option<&str>, position: &Position) -> Result<usize> {
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    let told: Vec<(Field, String)> = name.map(|name| (Field::Text, name.to_owned())).into_iter().collect();
    let text = Columns::find(&names, &told, position.clone())?.text;
    match schema.field(text).data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(text),
        other => Err(Error::input(
            position.clone(),
            format!(
                "column {} holds {other}; strings (Utf8, LargeUtf8 or Utf8View) are expected: cast it, or name \
                 another column with --column text=NAME",
                names[text]
            ),
        )),
    }
}

/// The texts of one batch.
pub enum Texts<'a> {
    /// Offsets of 32 bits.
    Utf8(&'a StringArray),
    /// Offsets of 64 bits.
    LargeUtf8(&'a LargeStringArray),
    /// Views.
    Utf8View(&'a StringViewArray),
}

impl<'a> Texts<'a> {
    /// The texts of an array of one of the three types; `None` for any other.
    pub fn of(array: &'a ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8 => array.as_string_opt().map(Self::Utf8),
            DataType::LargeUtf8 => array.as_string_opt().map(Self::LargeUtf8),
            DataType::Utf8View => array.as_string_view_opt().map(Self::Utf8View),
            _ => None,
        }
    }

    /// The text of a row; `None` where it is null or has nothing but blanks.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let text = match self {
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::LargeUtf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Utf8View(array) => array.is_valid(row).then(|| array.value(row)),
        };
        text.filter(|text| !text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use arrow_schema::Field as ArrowField;

    use super::*;

    fn schema(columns: &[(&str, DataType)]) -> Schema {
        Schema::new(
            columns.iter().map(|(name, kind)| ArrowField::new(*name, kind.clone(), true)).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_column_of_texts_is_found_by_its_name_or_told() {
        let schema =
            schema(&[("id", DataType::Int64), ("ご意見", DataType::LargeUtf8), ("x", DataType::Utf8)]);
        let find = |name| find(&schema, name, &Position::file("-"));
        assert_eq!(find(None).expect("known name"), 1);
        assert_eq!(find(Some("x")).expect("told"), 2);
        for (name, expected) in [("id", "Int64"), ("y", "no column is named y")] {
            let error = find(Some(name)).expect_err("no texts there").to_string();
            assert!(error.contains(expected) && error.contains("--column text="), "{error}");
        }
    }

    #[test]
    fn all_three_types_of_strings_are_read_and_blanks_are_no_texts() {
        let rows = [Some("在宅医が少ない"), None, Some(""), Some(" 　\n"), Some("a")];
        let arrays: [ArrayRef; 3] = [
            Arc::new(StringArray::from_iter(rows)),
            Arc::new(LargeStringArray::from_iter(rows)),
            Arc::new(StringViewArray::from_iter(rows)),
        ];
        for array in &arrays {
            let texts = Texts::of(array).expect("strings");
            let read: Vec<_> = (0..rows.len()).map(|row| texts.get(row)).collect();
            assert_eq!(read, [rows[0], None, None, None, rows[4]]);
        }
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert!(Texts::of(&numbers).is_none());
    }
}
