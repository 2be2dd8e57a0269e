//! Files as offices send them: what comes out is compared with what a person reads in them.

use std::path::{Path, PathBuf};

use iken::{
    error::Result,
    ingest::{ReadOptions, Reading, read_docx, read_workbook},
};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn read(name: &str) -> Result<Reading> {
    let bytes = std::fs::read(fixtures().join(name)).expect("a fixture");
    let options = ReadOptions::default();
    if name.ends_with(".docx") {
        read_docx(bytes, name, &options)
    } else {
        read_workbook(bytes, name, &options)
    }
}

/// Municipality and text of each opinion, in reading order.
fn gold(name: &str) -> Vec<(String, String)> {
    std::fs::read_to_string(fixtures().join(name))
        .expect("a gold file")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .map(|(municipality, text)| (municipality.to_owned(), text.to_owned()))
        .collect()
}

fn assert_gold(name: &str, gold_name: &str) -> Reading {
    let reading = read(name).unwrap_or_else(|e| panic!("{e}"));
    let found: Vec<_> = reading
        .opinions
        .iter()
        .map(|o| (o.municipality.clone().unwrap_or_default(), o.text.clone()))
        .collect();
    let gold = gold(gold_name);
    for (found, expected) in found.iter().zip(&gold) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.len(), gold.len(), "{name}");
    reading
}

#[test]
fn a_table_of_word_with_merged_cells_is_read_whole() {
    let reading = assert_gold("r01-table.docx", "r01-table.gold.tsv");
    assert!(reading.opinions.iter().all(|o| o.fiscal_year == Some(2019)));
}

#[test]
fn an_official_s_workbook_is_read_whole() {
    let reading = assert_gold("r01.xlsx", "r01.gold.tsv");
    assert!(reading.opinions.iter().all(|o| o.fiscal_year == Some(2019)));
    let first = &reading.opinions[0];
    assert_eq!((first.source.sheet.as_deref(), first.source.cell.as_deref()), (Some("意見一覧"), Some("D5")));
    assert_eq!(first.columns["回答日"], "2019-11-16");
    assert!(
        reading.warnings.iter().any(|w| w.message.contains("row 59 is hidden")),
        "{:?}",
        reading.warnings
    );
    assert!(reading.left_out.iter().any(|l| l.text.contains("作業メモ")));
}
