//! PDFs as offices and programs make them, and as they break: what is read, what is refused, and what both cost.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use iken::{
    error::Error,
    ingest::{
        ReadOptions, Reading, Reason,
        layout::BoxKind,
        pdf::{page_layouts, read_pdf},
        score::{RecoveryScore, score},
    },
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

fn read(name: &str, options: &ReadOptions) -> Result<Reading, Error> {
    read_pdf(bytes(name), name, options)
}

fn gold(name: &str) -> Vec<(String, String)> {
    let table = fs::read_to_string(fixture(name)).unwrap();
    let rows = table.lines().skip(1).map(|row| row.split_once('\t').unwrap());
    rows.map(|(municipality, text)| (municipality.to_owned(), text.to_owned())).collect()
}

fn recovered(name: &str, gold_of: &str) -> (RecoveryScore, Reading) {
    let reading = read(&format!("{name}.pdf"), &ReadOptions::default()).unwrap();
    (score(&reading.opinions, &gold(&format!("{gold_of}.gold.tsv"))), reading)
}

fn refusal(name: &str, options: &ReadOptions) -> String {
    let start = Instant::now();
    let error = read(name, options).expect_err(name).to_string();
    assert!(start.elapsed() < Duration::from_secs(3), "{name} took {:?}", start.elapsed());
    error
}

#[test]
fn every_opinion_of_the_fixtures_is_recovered() {
    for name in ["r01-columns", "r01-table", "r01-90ms", "r01-embedded-90ms"] {
        let (score, _) = recovered(name, name);
        assert_eq!((score.exact, score.invented), (194, 0), "{name}: {score:?}");
    }
}

#[test]
fn every_opinion_of_the_made_layouts_is_recovered() {
    let mut n_layouts = 0;
    for entry in fs::read_dir(fixture("layouts")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "pdf") {
            let name = format!("layouts/{}", path.file_stem().unwrap().to_str().unwrap());
            let (score, _) = recovered(&name, &name);
            assert!(score.is_perfect(), "{name}: {score:?}");
            n_layouts += 1;
        }
    }
    assert!(n_layouts >= 28, "{n_layouts} layouts");
}

#[test]
fn an_opinion_says_where_it_stands_and_of_which_year_it_is() {
    let (_, reading) = recovered("r01-columns", "r01-columns");
    let first = &reading.opinions[0];
    assert_eq!(first.fiscal_year, Some(2019));
    assert_eq!(first.id, "R01-001");
    assert_eq!((first.source.file.as_str(), first.source.page), ("r01-columns.pdf", Some(1)));
    assert!(first.source.line.is_some_and(|line| line > 1));
    assert_eq!(first.area.as_deref(), Some("区中央部"));
    assert!(reading.opinions.iter().any(|o| o.municipality.as_deref() == Some("羽村市・瑞穂町")));
    assert_eq!(reading.parts.len(), 5);
    assert_eq!(reading.parts.iter().map(|p| p.n_opinions).sum::<usize>(), 194);
}

#[test]
fn what_is_no_opinion_is_listed_with_its_reason() {
    let (_, reading) = recovered("r01-columns", "r01-columns");
    let count = |reason| reading.left_out.iter().filter(|l| l.reason == reason).count();
    assert_eq!((count(Reason::Running), count(Reason::SideLabel)), (5, 5));
    assert!(reading.left_out.iter().any(|l| l.text == "主な意見" && l.reason == Reason::SideLabel));
    let (_, reading) = recovered("layouts/drawn-bullets", "layouts/drawn-bullets");
    let lead = reading.left_out.iter().find(|l| l.text.starts_with("以下は、令和４年度")).unwrap();
    assert_eq!(lead.reason, Reason::Lead);
    assert!(lead.text.ends_with("要約している。"), "{}", lead.text);
}

#[test]
fn page_boxes_hold_every_word_once_and_every_opinion() {
    let name = "r01-table.pdf";
    let pages = page_layouts(bytes(name), name, &ReadOptions::default()).unwrap();
    let mut numbers: Vec<usize> = Vec::new();
    for page in &pages {
        for page_box in &page.boxes {
            assert!(page_box.rect.x1 <= page.width + 1.0 && page_box.rect.y1 <= page.height + 1.0);
            assert!(page_box.words.iter().all(|w| !w.text.is_empty()));
            if let BoxKind::Opinion(number) = page_box.kind {
                numbers.push(number);
            }
        }
    }
    numbers.dedup();
    assert_eq!(numbers, (0..194).collect::<Vec<_>>());
}

#[test]
fn a_locked_file_asks_for_its_password() {
    for (name, password) in
        [("locked-rc4", "himitsu"), ("locked-aes128", "himitsu"), ("locked-aes256", "ひみつ")]
    {
        let file = format!("damaged/{name}.pdf");
        let mut options = ReadOptions::default();
        let error = refusal(&file, &options);
        assert!(error.contains("locked") && error.contains("--password-file"), "{error}");
        options.password = Some("falsch".into());
        let error = refusal(&file, &options);
        assert!(error.contains("password is wrong") && error.contains("--password-file"), "{error}");
        options.password = Some(password.into());
        let found = read(&file, &options).unwrap();
        assert!(score(&found.opinions, &gold("layouts/rows-across.gold.tsv")).is_perfect(), "{name}");
    }
}

#[test]
fn files_that_can_be_mended_are_read() {
    for name in ["owner-locked", "no-table", "junk-before", "scan-among-text"] {
        let (score, reading) = recovered(&format!("damaged/{name}"), "layouts/rows-across");
        assert!(score.is_perfect(), "{name}: {score:?}");
        let scan = reading.warnings.iter().find(|w| w.message.contains("OCR"));
        assert_eq!(scan.is_some(), name == "scan-among-text");
    }
}

#[test]
fn a_scan_says_so_and_what_to_do() {
    let error = refusal("damaged/scan.pdf", &ReadOptions::default());
    assert!(error.contains("scan") && error.contains("OCR"), "{error}");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let options = ReadOptions::default();
    for (name, words) in [
        ("bad/unreadable-font.pdf", "do not say which characters"),
        ("bad/page-loop.pdf", "no page can be found"),
        ("bad/form-loop.pdf", "no text"),
        ("bad/form-bomb.pdf", "--limit-page-operators"),
        ("bad/stream-bomb.pdf", "--limit-unpacked-bytes"),
    ] {
        let error = refusal(name, &options);
        assert!(error.contains(words), "{name}: {error}");
    }
}

#[test]
fn a_file_cut_short_says_so_or_is_read_as_far_as_it_goes() {
    let whole = bytes("layouts/rows-across.pdf");
    for part in 1..20 {
        let cut = whole[..whole.len() * part / 20].to_vec();
        match read_pdf(cut, "cut.pdf", &ReadOptions::default()) {
            Ok(reading) => assert!(reading.warnings.iter().any(|w| w.message.contains("cut short"))),
            Err(error) => assert!(error.to_string().contains("cut short"), "{error}"),
        }
    }
}

#[test]
fn limits_name_the_flag_that_raises_them() {
    let limited = |set: fn(&mut ReadOptions)| {
        let mut options = ReadOptions::default();
        set(&mut options);
        match read("r01-columns.pdf", &options) {
            Err(Error::Limit { flag, .. }) => flag,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limited(|o| o.limits.pages = 4), "--limit-pages");
    assert_eq!(limited(|o| o.limits.page_operators = 1000), "--limit-page-operators");
    assert_eq!(limited(|o| o.limits.unpacked_bytes = 10_000), "--limit-unpacked-bytes");
    assert_eq!(limited(|o| o.limits.file_bytes = 10_000), "--limit-file-bytes");
    assert_eq!(limited(|o| o.limits.seconds = 0), "--limit-seconds");
}

/// A small generator of its own, so that a failure comes again (xorshift64*, Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }
}

fn mutate(data: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(8) {
        if data.len() < 16 {
            return;
        }
        let at = random.below(data.len());
        let n = random.below(64).min(data.len() - at);
        match random.below(5) {
            0 => data[at] = random.below(256) as u8,
            1 => data[at] ^= 1 << random.below(8),
            2 => drop(data.drain(at..at + n)),
            3 => {
                let piece = data[at..at + n].to_vec();
                let to = random.below(data.len());
                data.splice(to..to, piece);
            }
            _ => {
                let digits = data[at..].iter().position(u8::is_ascii_digit).map_or(at, |i| at + i);
                data[digits] = b'0' + random.below(10) as u8;
            }
        }
    }
}

/// `IKEN_MUTATIONS` asks for more than the few hundred of every run.
#[test]
fn mutated_files_never_panic_and_end_in_time() {
    let n: u64 = std::env::var("IKEN_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let mut options = ReadOptions::default();
    options.limits.seconds = 5;
    for name in
        ["r01-90ms", "layouts/turned", "layouts/word-two-columns", "layouts/spread", "damaged/owner-locked"]
    {
        let source = bytes(&format!("{name}.pdf"));
        for seed in 1..=n {
            let mut data = source.clone();
            mutate(&mut data, &mut Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
            let start = Instant::now();
            let _ = read_pdf(data, name, &options);
            assert!(start.elapsed() < Duration::from_secs(60), "{name}, seed {seed}");
        }
    }
}
