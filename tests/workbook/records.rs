//! Records of the invented year (架空), labeled as its hand labels say.

use std::path::Path;

use iken::{
    classify::threshold::Promise,
    codebook::Codebook,
    export::workbook::{InputFile, Manifest, ThemePrecision, WorkbookContext, write_workbook},
    labels::read_hand_labels,
    opinion::Source,
    places::places,
    record::{LabeledRecord, Status},
};
use serde_json::{Map, json};

/// Texts that a spreadsheet would run or change, and one over several lines.
pub const TRICKY: [&str; 6] = [
    "=1+1 で済む話ではない。",
    "+81 で始まる電話番号しか載っていない。",
    "-（マイナス）評価にしないでほしい。",
    "@mention で知らせる。",
    "一行目。\n二行目。",
    "'0123 と _x000D_ はそのまま残る。",
];

/// The project's codebook.
pub fn codebook() -> Codebook {
    Codebook::from_path(Path::new("labels/codebook.toml")).expect("the project's codebook")
}

/// A record of an id and a text.
pub fn record(id: &str, text: &str) -> LabeledRecord {
    LabeledRecord {
        id: id.to_owned(),
        fiscal_year: Some(2022),
        area: Some("区中央部".to_owned()),
        municipality: Some("千代田区".to_owned()),
        text: text.to_owned(),
        themes: vec!["supply".to_owned(), "workforce".to_owned()],
        stance: "concern".to_owned(),
        status: Status::Review,
        probability: 0.61,
        scores: [("supply".to_owned(), 0.61), ("workforce".to_owned(), 0.7)].into_iter().collect(),
        stance_scores: [("concern".to_owned(), 1.0)].into_iter().collect(),
        evidence: [("supply".to_owned(), vec!["少ない".to_owned(), "在宅医".to_owned()])]
            .into_iter()
            .collect(),
        unseen_terms: 0.1,
        in_training: false,
        label: None,
        source: Source::default(),
        model: "0123456789ab".to_owned(),
        codebook: "1.1".to_owned(),
        columns: Map::new(),
    }
}

/// The first opinions of the invented year, two of three accepted, then the tricky ones.
pub fn records(n: usize) -> Vec<LabeledRecord> {
    let codebook = codebook();
    let labels =
        read_hand_labels(Path::new("labels/r04-sample.tsv"), &codebook).expect("the sample's labels");
    let mut records = Vec::new();
    for (i, label) in labels.into_iter().take(n).enumerate() {
        let mut record = record(&label.id, &label.text);
        let municipality = label.municipality.expect("every opinion of the sample has one");
        record.area = places().area_of(&municipality).map(str::to_owned);
        record.municipality = Some(municipality);
        record.themes = label.themes.iter().map(|t| codebook.theme(t).id.clone()).collect();
        record.stance = codebook.stance(label.stance.expect("a stance")).id.clone();
        record.evidence = [(record.themes[0].clone(), vec!["在宅".to_owned(), "医師".to_owned()])].into();
        if i % 3 > 0 {
            (record.status, record.probability) = (Status::Accepted, 0.95);
        }
        record.columns.insert("担当".to_owned(), json!(format!("第{}係", i % 4 + 1)));
        records.push(record);
    }
    for (i, text) in TRICKY.iter().enumerate() {
        records.push(record(&format!("X-{i:03}"), text));
    }
    records
}

/// Writes records with all that may stand beside them.
pub fn write(records: Vec<LabeledRecord>) -> Vec<u8> {
    let codebook = codebook();
    let figures: Vec<_> = codebook
        .themes()
        .iter()
        .enumerate()
        .map(|(i, theme)| ThemePrecision {
            theme: theme.id.clone(),
            support: 40 - i,
            precision: (i < 14).then_some(0.9 - i as f64 / 50.0),
            low: (i < 14).then_some(0.8 - i as f64 / 50.0),
            high: (i < 14).then_some(0.96 - i as f64 / 50.0),
        })
        .collect();
    let manifest = Manifest {
        files: vec![InputFile { name: "r04-sample.txt".into(), sha256: "e3b0c442".repeat(8) }],
        model: "0123456789ab".into(),
        settings: "--promise 0.9\n--format xlsx".into(),
        program: "0.1.0".into(),
    };
    let promise = Promise {
        precision: 0.9,
        threshold: 0.9312,
        n_opinions: 120,
        n_given: 150,
        n_right: 144,
        lower_bound: 0.9231,
    };
    let context = WorkbookContext {
        codebook: &codebook,
        promised: 0.9,
        promise: Some(promise),
        precision: &figures,
        manifest: &manifest,
    };
    let mut bytes = Vec::new();
    write_workbook(&mut records.into_iter(), &context, &mut bytes).expect("a vector takes all");
    bytes
}
