//! JSON Lines, written by hand: a record has some thirty numbers of four places, and a general writer takes longer for
//! them than the model takes to label.

use std::io::Write;

use super::{
    RowWriter,
    row::{LabeledRow, RunContext, other_columns},
};

/// One JSON object a line.
pub struct Jsonl;

/// Keys of a record, in order; other columns of these names get `input_` before theirs.
pub(super) const RECORD_KEYS: [&str; 18] = [
    "id",
    "fiscal_year",
    "area",
    "municipality",
    "text",
    "themes",
    "stance",
    "status",
    "probability",
    "scores",
    "stance_scores",
    "evidence",
    "unseen_terms",
    "in_training",
    "label",
    "source",
    "model",
    "codebook",
];

/// The name under which another column is written.
pub(super) fn column_name(name: &str) -> std::borrow::Cow<'_, str> {
    if RECORD_KEYS.contains(&name) { format!("input_{name}").into() } else { name.into() }
}

impl RowWriter for Jsonl {
    fn header(&self, _: &[String], _: &RunContext, _: &mut Vec<u8>) {}

    fn row(&self, row: &LabeledRow, _: &[String], context: &RunContext, out: &mut Vec<u8>) {
        let LabeledRow { opinion, prediction, label } = row;
        out.extend(b"{\"id\":");
        string(&opinion.id, out);
        out.extend(b",\"fiscal_year\":");
        match opinion.fiscal_year {
            Some(year) => whole(i64::from(year), out),
            None => out.extend(b"null"),
        }
        for (key, value) in [("area", &opinion.area), ("municipality", &opinion.municipality)] {
            raw_key(key, out);
            match value {
                Some(value) => string(value, out),
                None => out.extend(b"null"),
            }
        }
        raw_key("text", out);
        string(&opinion.text, out);
        raw_key("themes", out);
        list(prediction.themes.iter().map(|t| context.theme(t)), out);
        raw_key("stance", out);
        string(&context.codebook.stance(prediction.stance).id, out);
        raw_key("status", out);
        string(prediction.status.as_str(), out);
        raw_key("probability", out);
        four_places(prediction.probability, out);
        raw_key("scores", out);
        numbers(context.codebook.themes().iter().map(|t| t.id.as_str()).zip(&prediction.scores), out);
        raw_key("stance_scores", out);
        numbers(context.codebook.stances().iter().map(|s| s.id.as_str()).zip(&prediction.stance_scores), out);
        raw_key("evidence", out);
        out.push(b'{');
        for (i, (theme, words)) in context.evidence(prediction).enumerate() {
            if i > 0 {
                out.push(b',');
            }
            string(theme, out);
            out.push(b':');
            list(words, out);
        }
        out.push(b'}');
        raw_key("unseen_terms", out);
        four_places(prediction.unseen_terms, out);
        raw_key("in_training", out);
        out.extend(if prediction.in_training { &b"true"[..] } else { b"false" });
        if let Some(label) = label {
            raw_key("label", out);
            value(label, out);
        }
        raw_key("source", out);
        value(&opinion.source, out);
        raw_key("model", out);
        string(context.model, out);
        raw_key("codebook", out);
        string(&context.fingerprint, out);
        for (name, other) in other_columns(opinion) {
            out.push(b',');
            string(&column_name(name), out);
            out.push(b':');
            value(other, out);
        }
        out.extend(b"}\n");
    }
}

/// A comma and a key that needs no escaping.
fn raw_key(key: &str, out: &mut Vec<u8>) {
    out.extend(b",\"");
    out.extend(key.as_bytes());
    out.extend(b"\":");
}

fn list<'a>(items: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(item, out);
    }
    out.push(b']');
}

fn numbers<'a>(items: impl Iterator<Item = (&'a str, &'a f64)>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (name, number)) in items.enumerate() {
        out.extend(if i > 0 { &b",\""[..] } else { b"\"" });
        out.extend(name.as_bytes());
        out.extend(b"\":");
        four_places(*number, out);
    }
    out.push(b'}');
}

fn string(text: &str, out: &mut Vec<u8>) {
    let needs_escape = |b: &u8| *b < 0x20 || *b == b'"' || *b == b'\\';
    if text.as_bytes().iter().any(needs_escape) {
        return value(&text, out);
    }
    out.push(b'"');
    out.extend(text.as_bytes());
    out.push(b'"');
}

fn value(value: &impl serde::Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("a vector takes all, and strings and numbers are JSON");
}

fn whole(number: i64, out: &mut Vec<u8>) {
    write!(out, "{number}").expect("a vector takes all");
}

/// A number from 0 to 1 that has four places, as the shortest decimal that reads back equal.
pub(super) fn four_places(number: f64, out: &mut Vec<u8>) {
    let n = (number * 1e4).round() as u32;
    if n >= 10_000 {
        return out.extend(b"1.0");
    }
    let digits = [n / 1000, n / 100 % 10, n / 10 % 10, n % 10];
    let shown = 4 - digits.iter().rev().take_while(|d| **d == 0).count();
    out.extend(b"0.");
    out.extend(digits[..shown.max(1)].iter().map(|d| b'0' + *d as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_places_are_written_as_json_reads_them() {
        for n in 0..=10_000_u32 {
            let number = f64::from(n) / 1e4;
            let mut out = Vec::new();
            four_places(number, &mut out);
            let text = String::from_utf8(out).expect("ASCII");
            assert_eq!(text.parse::<f64>(), Ok(number));
            assert_eq!(text, serde_json::to_string(&number).expect("a number"));
        }
    }

    #[test]
    fn strings_are_escaped_where_they_must_be() {
        let mut out = Vec::new();
        string("在宅\"医\n", &mut out);
        assert_eq!(out, "\"在宅\\\"医\\n\"".as_bytes());
    }
}
