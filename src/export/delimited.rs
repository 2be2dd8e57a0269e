//! CSV and TSV: the same columns as JSON Lines, nested ones joined; cells that a spreadsheet would run are text.

use serde_json::Value;

use super::{
    RowWriter,
    jsonl::{column_name, four_places},
    row::{LabeledRow, RunContext, other_columns},
};
use crate::guard::guard;

/// A table with a header.
pub struct Delimited {
    delimiter: u8,
    byte_order_mark: bool,
}

/// Columns before the input's other ones.
const COLUMNS: [&str; 21] = [
    "id",
    "fiscal_year",
    "area",
    "municipality",
    "text",
    "themes",
    "stance",
    "status",
    "probability",
    "evidence",
    "unseen_terms",
    "in_training",
    "scores",
    "stance_scores",
    "hand_themes",
    "hand_stance",
    "file",
    "place",
    "line",
    "model",
    "codebook",
];
/// Column of what rows have beyond the columns of the first.
const REST: &str = "other_columns";

impl Delimited {
    /// Comma-separated, with a byte order mark: without it Excel takes UTF-8 for cp932.
    pub fn csv() -> Self {
        Self { delimiter: b',', byte_order_mark: true }
    }

    /// Tab-separated.
    pub fn tsv() -> Self {
        Self { delimiter: b'\t', byte_order_mark: false }
    }

    fn write<'a>(&self, fields: impl IntoIterator<Item = std::borrow::Cow<'a, str>>, out: &mut Vec<u8>) {
        for (i, field) in fields.into_iter().enumerate() {
            if i > 0 {
                out.push(self.delimiter);
            }
            let field = guard(&field);
            let quoted = |b: &u8| *b == self.delimiter || matches!(b, b'"' | b'\n' | b'\r');
            if field.as_bytes().iter().any(quoted) {
                out.push(b'"');
                out.extend(field.replace('"', "\"\"").as_bytes());
                out.push(b'"');
            } else {
                out.extend(field.as_bytes());
            }
        }
        out.extend(b"\r\n");
    }
}

impl RowWriter for Delimited {
    fn header(&self, others: &[String], _: &RunContext, out: &mut Vec<u8>) {
        if self.byte_order_mark {
            out.extend("\u{FEFF}".as_bytes());
        }
        let columns = COLUMNS.iter().map(|c| (*c).into());
        let others = others.iter().map(|name| column_name(name));
        self.write(columns.chain(others).chain([REST.into()]), out);
    }

    fn row(&self, row: &LabeledRow, others: &[String], context: &RunContext, out: &mut Vec<u8>) {
        let LabeledRow { opinion, prediction, label } = row;
        let place = opinion.source.page.map(|p| p.to_string()).or_else(|| {
            let sheet = opinion.source.sheet.as_ref()?;
            Some(format!("{sheet}!{}", opinion.source.cell.as_deref().unwrap_or_default()))
        });
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let evidence: Vec<String> = context
            .evidence(prediction)
            .map(|(theme, words)| format!("{theme}:{}", words.collect::<Vec<_>>().join("、")))
            .collect();
        let (hand_themes, hand_stance) = label
            .map_or_else(Default::default, |l| (l.themes.join("|"), l.stance.clone().unwrap_or_default()));
        let themes: Vec<&str> = prediction.themes.iter().map(|t| context.theme(t)).collect();
        let mut fields: Vec<String> = vec![
            opinion.id.clone(),
            opinion.fiscal_year.map(|y| y.to_string()).unwrap_or_default(),
            text(&opinion.area),
            text(&opinion.municipality),
            opinion.text.clone(),
            themes.join("|"),
            context.codebook.stance(prediction.stance).id.clone(),
            prediction.status.as_str().to_owned(),
            shown(prediction.probability),
            evidence.join("|"),
            shown(prediction.unseen_terms),
            prediction.in_training.to_string(),
            joined(context.codebook.themes().iter().map(|t| t.id.as_str()), &prediction.scores),
            joined(context.codebook.stances().iter().map(|s| s.id.as_str()), &prediction.stance_scores),
            hand_themes,
            hand_stance,
            opinion.source.file.clone(),
            place.unwrap_or_default(),
            opinion.source.line.map(|l| l.to_string()).unwrap_or_default(),
            context.model.to_owned(),
            context.fingerprint.clone(),
        ];
        fields.extend(others.iter().map(|name| opinion.columns.get(name).map(cell).unwrap_or_default()));
        let rest: serde_json::Map<String, Value> = other_columns(opinion)
            .filter(|(name, _)| !others.contains(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        fields.push(if rest.is_empty() { String::new() } else { Value::Object(rest).to_string() });
        self.write(fields.into_iter().map(Into::into), out);
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn shown(number: f64) -> String {
    let mut out = Vec::new();
    four_places(number, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn joined<'a>(names: impl Iterator<Item = &'a str>, numbers: &[f64]) -> String {
    names.zip(numbers).map(|(name, n)| format!("{name}={}", shown(*n))).collect::<Vec<_>>().join("|")
}
