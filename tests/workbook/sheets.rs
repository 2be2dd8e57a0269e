//! What a person finds in the sheets, read with another program's eyes.

use std::{collections::BTreeMap, io::Cursor, time::Instant};

use calamine::{Data, DataType, Range, Reader, SheetVisible, Xlsx};

use super::records::{TRICKY, codebook, records, write};

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).expect("a workbook")
}

fn sheet(workbook: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Range<Data> {
    workbook.worksheet_range(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row, column)).and_then(DataType::as_string).unwrap_or_default()
}

/// Row of a text in the first column, from 0.
fn row_of(range: &Range<Data>, name: &str, from: u32) -> u32 {
    let end = range.end().expect("a sheet with cells").0;
    (from..=end).find(|row| text(range, *row, 0) == name).unwrap_or_else(|| panic!("no row {name}"))
}

/// A part of the workbook's zip as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    let mut part = archive.by_name(name).expect("a part");
    std::io::Read::read_to_string(&mut part, &mut text).expect("text");
    text
}

#[test]
fn the_sheets_stand_in_order_and_only_the_record_of_what_was_written_is_hidden() {
    let workbook = open(write(records(5)));
    let names: Vec<_> = workbook.sheets_metadata().iter().map(|s| (s.name.as_str(), s.visible)).collect();
    let (visible, hidden) = (SheetVisible::Visible, SheetVisible::VeryHidden);
    assert_eq!(
        names,
        [
            ("意見", visible),
            ("集計", visible),
            ("コードブック", visible),
            ("精度", visible),
            ("情報", visible),
            ("照合", hidden)
        ]
    );
}

#[test]
fn opinions_to_be_reviewed_come_first_and_names_are_japanese() {
    let mut workbook = open(write(records(30)));
    let range = sheet(&mut workbook, "意見");
    let headers: Vec<_> = (0..15).map(|c| text(&range, 0, c)).collect();
    assert_eq!(
        headers,
        [
            "ID",
            "年度",
            "圏域",
            "区市町村",
            "意見",
            "主テーマ",
            "第2テーマ",
            "第3テーマ",
            "立場",
            "状態",
            "確率",
            "根拠の語",
            "確認",
            "コメント",
            "担当"
        ]
    );
    let statuses: Vec<_> = (1..=36).map(|r| text(&range, r, 9)).collect();
    let first_accepted = statuses.iter().position(|s| s == "採用").expect("some are accepted");
    assert_eq!(first_accepted, 16);
    assert!(statuses[first_accepted..].iter().all(|s| s == "採用"));
    let codebook = codebook();
    assert!((1..=36).all(|r| codebook.themes().iter().any(|t| t.name_ja == text(&range, r, 5))));
}

#[test]
fn a_text_that_a_spreadsheet_would_run_stays_text() {
    let bytes = write(records(0));
    let mut workbook = open(bytes.clone());
    let range = sheet(&mut workbook, "意見");
    for (i, expected) in TRICKY.iter().enumerate() {
        assert_eq!(text(&range, i as u32 + 1, 4), *expected);
    }
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"), "no cell of 意見 is a formula");
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""), "stays text when it is edited");
}

#[test]
fn the_counts_are_right_before_anything_is_recalculated() {
    let all = records(158);
    let mut expected: BTreeMap<(String, String), f64> = BTreeMap::new();
    let codebook = codebook();
    for record in &all {
        for id in &record.themes {
            let theme = codebook.theme(codebook.theme_named(id).expect("a theme")).name_ja.clone();
            let stance =
                codebook.stance(codebook.stance_named(&record.stance).expect("a stance")).name_ja.clone();
            for column in ["意見".to_owned(), record.area.clone().expect("an area"), stance] {
                *expected.entry((theme.clone(), column)).or_default() += 1.0;
            }
        }
    }
    let mut workbook = open(write(all));
    let range = sheet(&mut workbook, "集計");
    assert_eq!(range.get_value((row_of(&range, "要確認", 0), 1)).and_then(DataType::as_f64), Some(59.0));
    let mut n_compared = 0;
    let mut from = 0;
    for title in ["テーマ × 圏域", "テーマ × 立場"] {
        from = row_of(&range, title, from) + 1;
        for (i, theme) in codebook.themes().iter().enumerate() {
            let row = from + 1 + i as u32;
            assert_eq!(text(&range, row, 0), theme.name_ja);
            for column in (1..60).filter(|c| !text(&range, from, *c).is_empty()) {
                let header = text(&range, from, column);
                let found = range.get_value((row, column)).and_then(DataType::as_f64);
                match header.as_str() {
                    "うち主テーマ" => {}
                    "その他・記載なし" => assert_eq!(found, Some(0.0)),
                    _ => {
                        let counted = expected.get(&(theme.name_ja.clone(), header)).copied();
                        assert_eq!(found, Some(counted.unwrap_or(0.0)));
                        n_compared += 1;
                    }
                }
            }
        }
    }
    assert!(n_compared > 15 * 15, "{n_compared}");
    let formulas = workbook.worksheet_formula("集計").expect("formulas");
    assert!(formulas.used_cells().count() > n_compared);
}

/// Numbers of the sheet 集計 by place.
fn counts(name: &str) -> BTreeMap<(usize, usize), f64> {
    let bytes = std::fs::read(format!("tests/fixtures/workbook/{name}")).expect("a fixture");
    let range = sheet(&mut open(bytes), "集計");
    range.used_cells().filter_map(|(row, column, cell)| Some(((row, column), cell.as_f64()?))).collect()
}

#[test]
fn libreoffice_counts_the_same_and_its_counts_follow_the_edits() {
    let (written, untouched) = (counts("written.xlsx"), counts("untouched.xlsx"));
    assert!(written.len() > 200, "{}", written.len());
    assert_eq!(written, untouched);
    let edited = counts("edited.xlsx");
    // a row deleted; four ticked, of them one that was typed as a circle
    let progress = |counts: &BTreeMap<_, f64>| (3..8).map(|row| counts[&(row, 1)]).collect::<Vec<_>>();
    assert_eq!(progress(&written), [30.0, 16.0, 14.0, 0.0, 0.0]);
    assert_eq!(progress(&edited), [29.0, 16.0, 13.0, 4.0, 4.0]);
}

#[test]
fn lists_to_choose_from_are_cells_of_the_codebook() {
    let bytes = write(records(3));
    let mut workbook = open(bytes.clone());
    let range = sheet(&mut workbook, "コードブック");
    let codebook = codebook();
    let names =
        |rows: std::ops::RangeInclusive<u32>| rows.map(|r| text(&range, r - 1, 0)).collect::<Vec<_>>();
    assert_eq!(names(4..=18), codebook.themes().iter().map(|t| t.name_ja.clone()).collect::<Vec<_>>());
    assert_eq!(names(21..=24), codebook.stances().iter().map(|t| t.name_ja.clone()).collect::<Vec<_>>());
    let (sheet, names) = (part(&bytes, "xl/worksheets/sheet1.xml"), part(&bytes, "xl/workbook.xml"));
    for (name, range) in [("themes", "'コードブック'!$A$4:$A$18"), ("stances", "'コードブック'!$A$21:$A$24")]
    {
        assert!(sheet.contains(&format!("<formula1>{name}</formula1>")), "{sheet}");
        assert!(names.contains(&format!("<definedName name=\"{name}\">{range}</definedName>")), "{names}");
    }
}

#[test]
fn ten_thousand_opinions_are_written_and_read_back_in_seconds() {
    let base = records(158);
    let many: Vec<_> = (0..10_000)
        .map(|i| {
            let mut record = base[i % base.len()].clone();
            record.id = format!("N-{i:05}");
            record.text = format!("{}（{i}）", record.text);
            record
        })
        .collect();
    let start = Instant::now();
    let bytes = write(many);
    let written = start.elapsed();
    let size = bytes.len();
    let returned =
        iken::import::read_edits(bytes, "w.xlsx", &codebook(), &Default::default()).expect("read back");
    let read = start.elapsed() - written;
    println!("10,000 opinions: {size} bytes, written in {written:?}, read in {read:?}");
    assert_eq!((returned.n_opinions, returned.rejects.len(), returned.changes.len()), (10_000, 0, 0));
    assert!(size < 4_000_000, "{size} bytes");
}

/// Not a test of its own: writes the workbook that tests/fixtures/workbook/make.py edits.
#[test]
#[ignore = "writes a fixture"]
fn write_the_fixture() {
    std::fs::write("tests/fixtures/workbook/written.xlsx", write(records(24))).expect("written");
}
