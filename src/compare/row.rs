//! A row of a labeled table in CSV or TSV: the columns of a record, nested ones joined (`supply=0.93|policy=0.02`).

use csv::StringRecord;
use indexmap::IndexMap;
use serde_json::Map;

use crate::{
    guard::unguard,
    opinion::Source,
    record::{HandDecision, LabeledRecord, Status},
};

/// The record of a row.
///
/// # Errors
/// A message that names the column that is missing or does not hold what it should.
pub(super) fn record(header: &StringRecord, row: &StringRecord) -> Result<LabeledRecord, String> {
    let row = Row { header, row };
    let status = match row.required("status")? {
        "accepted" => Status::Accepted,
        "review" => Status::Review,
        other => return Err(format!("status {other}: accepted or review is expected")),
    };
    Ok(LabeledRecord {
        id: row.required("id")?.to_owned(),
        fiscal_year: row.number("fiscal_year")?,
        area: row.text("area"),
        municipality: row.text("municipality"),
        text: row.required("text")?.to_owned(),
        themes: names(row.required("themes")?),
        stance: row.required("stance")?.to_owned(),
        status,
        probability: row.number("probability")?.ok_or("column probability is empty")?,
        scores: row.scores("scores")?,
        stance_scores: IndexMap::new(),
        evidence: IndexMap::new(),
        unseen_terms: row.number("unseen_terms")?.unwrap_or_default(),
        in_training: matches!(row.field("in_training"), Some("true" | "TRUE" | "1")),
        label: row
            .field("hand_themes")
            .map(|themes| HandDecision { themes: names(themes), stance: row.text("hand_stance") }),
        source: Source {
            line: row.number("line")?,
            ..place(row.text("file").unwrap_or_default(), row.field("place"))
        },
        model: row.required("model")?.to_owned(),
        codebook: row.required("codebook")?.to_owned(),
        columns: Map::new(),
    })
}

/// A page, or a sheet and a cell (`一覧!D5`).
fn place(file: String, place: Option<&str>) -> Source {
    let cell = place.and_then(|p| p.rsplit_once('!'));
    Source {
        file,
        page: place.and_then(|p| p.parse().ok()),
        sheet: cell.map(|(sheet, _)| sheet.to_owned()),
        cell: cell.map(|(_, cell)| cell.to_owned()),
        line: None,
    }
}

/// Ids joined by `|`.
fn names(joined: &str) -> Vec<String> {
    joined.split('|').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

struct Row<'r> {
    header: &'r StringRecord,
    row: &'r StringRecord,
}

impl<'r> Row<'r> {
    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h.trim() == name)
    }

    /// What stands in a column, unless it is blank; what was guarded from spreadsheets as it was.
    fn field(&self, name: &str) -> Option<&'r str> {
        self.row.get(self.column(name)?).map(|v| unguard(v.trim())).filter(|v| !v.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.field(name).map(str::to_owned)
    }

    fn required(&self, name: &str) -> Result<&'r str, String> {
        if self.column(name).is_none() {
            return Err(format!("no column {name}"));
        }
        self.field(name).ok_or_else(|| format!("column {name} is empty"))
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let number = |value: &str| value.parse().map_err(|_| format!("column {name}: {value} is no number"));
        self.field(name).map(number).transpose()
    }

    fn scores(&self, name: &str) -> Result<IndexMap<String, f64>, String> {
        let pairs = self.field(name).unwrap_or_default().split('|').map(str::trim).filter(|p| !p.is_empty());
        pairs
            .map(|pair| {
                let parsed = pair
                    .split_once(['=', ':'])
                    .and_then(|(theme, score)| Some((theme.trim().to_owned(), score.trim().parse().ok()?)));
                parsed.ok_or_else(|| format!("column {name}: {pair} is not like supply=0.93"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[(&str, &str)]) -> Result<LabeledRecord, String> {
        let header = columns.iter().map(|(name, _)| *name).collect();
        let row = columns.iter().map(|(_, value)| *value).collect();
        record(&header, &row)
    }

    const ROW: [(&str, &str); 13] = [
        ("id", "R01-001"),
        ("fiscal_year", "2019"),
        ("text", "'=少ない"),
        ("themes", "supply|policy"),
        ("stance", "concern"),
        ("status", "review"),
        ("probability", "0.5"),
        ("model", "m"),
        ("codebook", "c"),
        ("scores", "supply=0.9|policy=0.5"),
        ("hand_themes", "supply"),
        ("file", "r01.xlsx"),
        ("place", "一覧!D5"),
    ];

    #[test]
    fn joined_columns_are_taken_apart() {
        let record = row(&ROW).expect("a record");
        assert_eq!(record.themes, ["supply", "policy"]);
        assert_eq!(record.scores["policy"], 0.5);
        assert_eq!(record.label.expect("a decision").themes, ["supply"]);
        assert_eq!((record.fiscal_year, record.text.as_str()), (Some(2019), "=少ない"));
        assert_eq!(
            (record.source.sheet.as_deref(), record.source.cell.as_deref()),
            (Some("一覧"), Some("D5"))
        );
    }

    #[test]
    fn a_column_that_is_missing_or_wrong_is_named() {
        let mut wrong = ROW;
        wrong[5].1 = "maybe";
        assert!(row(&wrong).expect_err("refused").contains("maybe"));
        wrong = ROW;
        wrong[1].1 = "令和";
        assert!(row(&wrong).expect_err("refused").contains("fiscal_year"));
        assert_eq!(row(&ROW[..5]).expect_err("refused"), "no column status");
    }
}
