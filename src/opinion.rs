//! One opinion (意見): a bullet of a summary or a row of a table, with where it came from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One opinion as it was read. Its text stays as written, typos too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opinion {
    /// Taken from the input where it has one, else made from the fiscal year and the position (`R01-003`).
    pub id: String,
    /// Fiscal year of the summary (April to March), as a Western year.
    pub fiscal_year: Option<i32>,
    /// Secondary medical area (二次保健医療圏).
    pub area: Option<String>,
    /// Municipality or municipalities (`羽村市・瑞穂町`), as the heading names them.
    pub municipality: Option<String>,
    /// The opinion itself.
    pub text: String,
    /// Where a person finds it.
    pub source: Source,
    /// The input's other columns, in their order.
    pub columns: Map<String, Value>,
}

/// Where an opinion stands in the file it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file's name without its folders; `-` is standard input.
    pub file: String,
    /// Page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Cell that holds the text, such as `D5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Line, from 1: of the file for texts and tables, of the page for PDF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// Id made for an opinion that has none: the era year of the fiscal year and the position, from 1 (`R01-003`),
/// or the position alone (`003`) where no year is known.
pub fn made_id(fiscal_year: Option<i32>, position: usize) -> String {
    match fiscal_year {
        Some(year) if year >= 2019 => format!("R{:02}-{position:03}", year - 2018),
        Some(year) if (1989..2019).contains(&year) => format!("H{:02}-{position:03}", year - 1988),
        Some(year) => format!("{year}-{position:03}"),
        None => format!("{position:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_the_era_year() {
        assert_eq!(made_id(Some(2019), 3), "R01-003");
        assert_eq!(made_id(Some(2018), 12), "H30-012");
        assert_eq!(made_id(None, 1000), "1000");
    }
}
