use crate::workbench::Workbench;

fn summary() -> String {
    std::fs::read_to_string("data/summaries/r01.txt").expect("the summary")
}

/// Municipality and text of every opinion, as `labels/r01.tsv` has them.
fn expected() -> Vec<(String, String)> {
    let labels = std::fs::read_to_string("labels/r01.tsv").expect("labels");
    labels
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .map(|f| (f[1].to_owned(), f[4].to_owned()))
        .collect()
}

fn read(bench: &Workbench, args: &[&str]) -> Vec<serde_json::Value> {
    let ran = bench.iken(&[&["read", "--format", "jsonl"], args].concat()).done();
    ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn found(records: &[serde_json::Value]) -> Vec<(String, String)> {
    let text = |r: &serde_json::Value, key: &str| r[key].as_str().unwrap_or("-").to_owned();
    records.iter().map(|r| (text(r, "municipality"), text(r, "text"))).collect()
}

#[test]
fn the_real_summary_gives_its_194_opinions_with_year_area_page_and_line() {
    let bench = Workbench::new();
    let records = read(&bench, &["data/summaries/r01.txt"]);
    assert_eq!(found(&records), expected());
    assert!(records.iter().all(|r| r["fiscal_year"] == 2019 && r["area"].is_string()));
    assert!(records.iter().all(|r| r["source"]["page"].is_u64() && r["source"]["line"].is_u64()));
}

#[test]
fn the_same_text_is_read_however_it_is_written() {
    let bench = Workbench::new();
    let text = summary();
    let bullets = |mark: &str| text.replace("\n・", &format!("\n{mark}"));
    let (cp932, _, lost) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!lost);
    let variants: Vec<(&str, Vec<u8>)> = vec![
        ("crlf", text.replace('\n', "\r\n").into()),
        ("bom", format!("\u{FEFF}{text}").into()),
        ("cp932", cp932.into_owned()),
        ("circle", bullets("○").into()),
        ("disc", bullets("● ").into()),
        ("large circle", bullets("◯").into()),
        ("square", bullets("■").into()),
        ("hyphen", bullets("- ").into()),
        ("half-width dot", bullets("･").into()),
        ("bullet", bullets("• ").into()),
        ("parentheses", bullets("（１）").into()),
        ("circled", bullets("①").into()),
        ("number", bullets("1. ").into()),
        ("lenticular", text.replace('〈', "【").replace('〉', "】").into()),
        ("double", text.replace('〈', "《").replace('〉', "》").into()),
        ("square brackets", text.replace('〈', "[").replace('〉', "]").into()),
        ("bare", text.replace(['〈', '〉'], "").into()),
        ("no blank lines", text.replace("\n\n", "\n").into()),
        ("half-width footer", text.replace("（１／５）", "(1/5)").replace("（２／５）", "(2/5)").into()),
    ];
    for (name, bytes) in variants {
        bench.write("variant.txt", bytes);
        let records = read(&bench, &["variant.txt"]);
        let (found, expected) = (found(&records), expected());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
        assert!(records.iter().all(|r| r["fiscal_year"] == 2019), "{name}");
    }
}

#[test]
fn every_form_that_an_office_sends_gives_every_opinion() {
    let bench = Workbench::new();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    for name in [
        "r01-columns.pdf",
        "r01-table.pdf",
        "r01-90ms.pdf",
        "r01-embedded-90ms.pdf",
        "r01-table.docx",
        "r01.xlsx",
        "r01-cp932.csv",
        "r01-utf8-bom.csv",
        "r01-utf16.tsv",
    ] {
        let stem = name.split('.').next().expect("a stem");
        let gold = std::fs::read_to_string(format!("{fixtures}/{stem}.gold.tsv")).expect("gold");
        // Old encodings have one code for characters that Unicode tells apart (～ and 〜, － and −).
        let squeeze = |text: &str| iken::ingest::marks::text_key(text);
        let mut expected: Vec<(String, String)> = gold
            .lines()
            .skip(1)
            .filter_map(|l| l.split_once('\t'))
            .map(|(m, t)| (squeeze(m), squeeze(t)))
            .collect();
        let records = read(&bench, &[&format!("{fixtures}/{name}")]);
        let mut found: Vec<(String, String)> =
            found(&records).into_iter().map(|(m, t)| (squeeze(&m), squeeze(&t))).collect();
        // Columns are read one after the other, which is not the order of every gold table.
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn check_says_what_was_left_out() {
    let bench = Workbench::new();
    let shown = bench.iken(&["read", "--check", "data/summaries/r01.txt"]).done().stdout;
    assert!(shown.starts_with("r01.txt: 194 opinions"), "{shown}");
    assert!(shown.contains("page 1: ") && shown.contains("side label"), "{shown}");
}

#[test]
fn tables_keep_their_other_columns() {
    let bench = Workbench::new();
    bench.write("a.csv", "番号,区市町村名,ご意見,担当\n7,港区,在宅医が少ない。,山田\n");
    let records = read(&bench, &["a.csv"]);
    assert_eq!(records[0]["id"], "7");
    assert_eq!(records[0]["担当"], "山田");
    bench.write("b.csv", "a,b\n港区,在宅医が少ない。\n");
    bench.iken(&["read", "b.csv"]).fails(1, "--column");
    let records = read(&bench, &["b.csv", "--column", "text=b", "--column", "municipality=a"]);
    assert_eq!(records[0]["municipality"], "港区");
}
