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

#[test]
fn tables_in_every_encoding_are_read_whole() {
    use iken::ingest::{cell::opinions_in_cell, columns::Columns, encoding::decode};
    for name in ["r01-cp932.csv", "r01-utf8-bom.csv", "r01-utf16.tsv"] {
        let text =
            decode(std::fs::read(fixtures().join(name)).expect("a fixture"), None, name).expect("decoded");
        let delimiter = if name.ends_with("tsv") { b'\t' } else { b',' };
        let mut table = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let header = table.headers().expect("a header").clone();
        let header: Vec<&str> = header.iter().collect();
        let columns = Columns::find(&header, &[], iken::error::Position::file(name)).expect("columns");
        let found: Vec<(String, String)> = table
            .records()
            .map(|record| record.expect("a record"))
            .flat_map(|record| {
                let municipality = record[columns.municipality.expect("a municipality")].to_owned();
                opinions_in_cell(&record[columns.text])
                    .into_iter()
                    .map(move |text| (municipality.clone(), text))
            })
            .collect();
        assert_eq!(found, gold(&format!("{}.gold.tsv", name.split('.').next().expect("a stem"))), "{name}");
    }
}

/// Layouts made by `tests/fixtures/make/office.py`.
fn layouts() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(fixtures().join("office"))
        .expect("the folder of layouts")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".tsv"))
        .map(|name| format!("office/{name}"))
        .collect();
    names.sort();
    names
}

#[test]
fn every_layout_that_offices_use_is_read_whole() {
    let names = layouts();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        let (stem, _) = name.rsplit_once('.').expect("an extension");
        assert_gold(&name, &format!("{stem}.gold.tsv"));
    }
}

#[test]
fn what_a_word_file_does_not_show_is_left_out_and_told() {
    let reading = read("office/word-oddities.docx").expect("read");
    let notes: Vec<_> = reading.left_out.iter().map(|l| l.text.as_str()).collect();
    for text in ["消した文", "隠した文", "・脚注は意見ではない。", "・コメントも意見ではない。"]
    {
        assert!(notes.contains(&text), "{text}: {notes:?}");
    }
}

#[test]
fn hidden_sheets_and_examples_are_told() {
    let reading = read("office/book-hidden-and-notes.xlsx").expect("read");
    assert!(
        reading.warnings.iter().any(|w| w.message.contains("the sheet is hidden")),
        "{:?}",
        reading.warnings
    );
    let reading = read("office/book-form-sheets.xlsx").expect("read");
    assert!(reading.left_out.iter().any(|l| l.text.contains("実際の意見ではない")));
    assert_eq!(reading.opinions[0].columns["担当課"], "高齢福祉課");
}

/// Numbers that follow from a seed (xorshift64).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn a_damaged_file_is_an_error_or_read_and_never_a_panic() {
    let names = layouts();
    for seed in 1..=400u64 {
        let mut random = Seeded(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let name = &names[random.below(names.len())];
        let mut bytes = std::fs::read(fixtures().join(name)).expect("a fixture");
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes.truncate(at.max(bytes.len() / 2)),
                _ => bytes.drain(at..(at + random.below(64)).min(bytes.len())).for_each(drop),
            }
        }
        let options = ReadOptions::default();
        // calamine may panic on an old workbook; whoever opens files catches that.
        let _ = std::panic::catch_unwind(|| {
            if name.ends_with(".docx") {
                read_docx(bytes, name, &options)
            } else {
                read_workbook(bytes, name, &options)
            }
        })
        .inspect_err(|_| assert!(name.ends_with(".xls"), "seed {seed}: {name}"));
    }
}
