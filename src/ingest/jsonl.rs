//! JSON Lines: one object a line becomes one opinion; keys are found as columns are, others are kept.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use super::{
    columns::Columns,
    marks,
    reading::Reject,
    stream::{HAND_STANCE, HAND_THEMES, RecordCache, StreamContext, text_of},
};
use crate::{
    opinion::{Opinion, made_id},
    places::places,
};

/// An object's members in their order.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The opinion of a line.
pub(super) fn opinion(
    context: &StreamContext,
    cache: &mut RecordCache,
    line: &[u8],
    number: u64,
) -> Result<Opinion, Box<Reject>> {
    let position = || context.position(number);
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let Members(mut members) = serde_json::from_slice(line)
        .map_err(|e| context.reject(position(), format!("a JSON object is expected: {e}"), line))?;
    let columns = find_columns(context, cache, &members)
        .map_err(|message| context.reject(position(), message, line))?;

    let mut take = |column: Option<usize>| column.map(|c| std::mem::take(&mut members[c].1));
    let text = match take(Some(columns.text)) {
        Some(Value::String(text)) => text_of(context, text.as_bytes(), position(), line)?,
        Some(Value::Null) | None => return Err(context.reject(position(), "the text is empty", line)),
        Some(_) => return Err(context.reject(position(), "the text is no string", line)),
    };
    let string = |value: Option<Value>| match value {
        Some(Value::String(s)) if !s.trim().is_empty() => Some(s.trim().to_owned()),
        Some(Value::Number(n)) => Some(n.to_string()),
        _ => None,
    };
    let fiscal_year = match take(columns.fiscal_year) {
        Some(Value::Number(n)) => n.as_i64().and_then(|n| i32::try_from(n).ok()),
        value => string(value).and_then(|s| marks::fiscal_year(&s)),
    }
    .or(context.fiscal_year);
    let id = string(take(columns.id)).unwrap_or_else(|| made_id(fiscal_year, number as usize));
    let municipality = string(take(columns.municipality));
    let area = string(take(columns.area))
        .or_else(|| municipality.as_deref().and_then(|m| places().area_of(m)).map(str::to_owned));
    let hand = [(HAND_THEMES, joined(take(columns.themes))), (HAND_STANCE, string(take(columns.stance)))];

    let mut others = serde_json::Map::new();
    for &column in &columns.others {
        let (key, value) = &mut members[column];
        others.insert(std::mem::take(key), std::mem::take(value));
    }
    for (key, value) in hand {
        if let Some(value) = value {
            others.insert(key.to_owned(), Value::String(value));
        }
    }
    Ok(Opinion {
        id,
        fiscal_year,
        area,
        municipality,
        text,
        source: context.source(Some(number)),
        columns: others,
    })
}

/// Themes as a list of strings or as one string.
fn joined(value: Option<Value>) -> Option<String> {
    match value? {
        Value::String(s) if !s.trim().is_empty() => Some(s),
        Value::Array(names) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            (!names.is_empty()).then(|| names.join("|"))
        }
        _ => None,
    }
}

fn find_columns<'c>(
    context: &StreamContext,
    cache: &'c mut RecordCache,
    members: &[(String, Value)],
) -> Result<&'c Columns, String> {
    let same = cache.key_columns.is_some()
        && cache.keys.len() == members.len()
        && cache.keys.iter().zip(members).all(|(a, (b, _))| a == b);
    if !same {
        let keys: Vec<&str> = members.iter().map(|(k, _)| k.as_str()).collect();
        cache.key_columns = None;
        let found = Columns::find(&keys, &context.columns, Default::default()).map_err(|e| match e {
            crate::error::Error::Input { message, .. } => message,
            other => other.to_string(),
        })?;
        cache.keys = keys.into_iter().map(str::to_owned).collect();
        cache.key_columns = Some(found);
    }
    cache.key_columns.as_ref().ok_or_else(|| "no keys".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Opinion, Box<Reject>> {
        let context = StreamContext { file: "a.jsonl".into(), ..StreamContext::default() };
        opinion(&context, &mut RecordCache::default(), line.as_bytes(), 7)
    }

    #[test]
    fn fields_are_found_by_their_names_and_others_kept_in_order() {
        let found = read(r#"{"番号":12,"自治体名":"港区","ご意見":" 在宅医が少ない。 ","年度":"令和４年度","z":[1],"a":null}"#).expect("read");
        assert_eq!(
            (found.id.as_str(), found.text.as_str(), found.fiscal_year),
            ("12", "在宅医が少ない。", Some(2022))
        );
        assert_eq!(found.area.as_deref(), Some("区中央部"));
        assert_eq!(found.columns.keys().collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!(found.source.line, Some(7));
    }

    #[test]
    fn what_is_no_opinion_is_rejected_with_the_reason() {
        for (line, expected) in [
            ("{", "a JSON object is expected"),
            ("[1]", "a JSON object"),
            (r#"{"text":""}"#, "the text is empty"),
            (r#"{"text":5}"#, "the text is no string"),
            (r#"{"municipality":"港区"}"#, "municipality"),
        ] {
            let reject = read(line).expect_err("rejected");
            assert!(reject.message.contains(expected), "{line}: {}", reject.message);
            assert_eq!(reject.position.to_string(), "a.jsonl, line 7");
        }
    }

    #[test]
    fn hand_labels_are_kept_apart() {
        let found =
            read(r#"{"text":"少ない","themes":["supply","policy"],"stance":"concern"}"#).expect("read");
        assert_eq!(found.columns[HAND_THEMES], "supply|policy");
        assert_eq!(found.columns[HAND_STANCE], "concern");
    }
}
