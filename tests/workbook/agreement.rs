//! `iken agree`: equal to what other programs say of the same tables.

use std::{fs, path::Path};

use serde_json::Value;

use super::{
    program::iken,
    records::{codebook, record},
};

const FIRST: &str = "tests/fixtures/agreement/first.tsv";
const SECOND: &str = "tests/fixtures/agreement/second.tsv";

fn agree(arguments: &[&str]) -> Value {
    let run =
        iken(Path::new("."), &[&["agree"], arguments, &["--format", "json", "--draws", "200"]].concat());
    assert!(run.status.success(), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn every_figure_is_that_of_krippendorff_and_scikit_learn() {
    // figures of krippendorff 0.9.0 and scikit-learn 1.9.1, see tests/fixtures/agreement/make.py
    let expected = fs::read_to_string("tests/fixtures/agreement/expected.json").expect("a fixture");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let found = agree(&[FIRST, SECOND]);
    assert_eq!(found["n_opinions"], 78);
    let figures = found["figures"].as_array().expect("figures");
    assert_eq!(figures.len(), expected.as_object().expect("an object").len());
    for figure in figures {
        let what = figure["what"].as_str().expect("a name");
        for name in ["percent_agreement", "kappa", "alpha"] {
            match (&expected[what][name], &figure[name]["value"]) {
                (Value::Null, value) => assert!(value.is_null(), "{what} {name}: {value}"),
                (expected, value) => {
                    let (expected, value) = (expected.as_f64(), value.as_f64());
                    let difference = expected.zip(value).map(|(a, b)| (a - b).abs());
                    assert!(difference.is_some_and(|d| d < 1e-12), "{what} {name}: {expected:?} {value:?}");
                }
            }
        }
    }
}

#[test]
fn who_coded_first_makes_no_difference_but_to_the_names() {
    let (there, back) = (agree(&[FIRST, SECOND]), agree(&[SECOND, FIRST]));
    for (a, b) in there["figures"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(back["figures"].as_array().into_iter().flatten())
    {
        let near = |name: &str| {
            let value = |v: &Value| v[name]["value"].as_f64();
            value(a).zip(value(b)).is_none_or(|(x, y)| (x - y).abs() < 1e-12)
        };
        assert!(["percent_agreement", "kappa", "alpha"].into_iter().all(near), "{a} {b}");
        assert_eq!(a["n_first"], b["n_second"]);
    }
    assert_eq!(there["only_first"], back["only_second"]);
    assert_eq!(there["only_first"].as_array().map(Vec::len), Some(1));
    let n = |found: &Value| found["disagreements"].as_array().map(Vec::len);
    assert_eq!(n(&there), n(&back));
}

#[test]
fn a_coder_agrees_with_themselves() {
    let found = agree(&["labels/r01.tsv", "labels/r01.tsv"]);
    assert_eq!(found["disagreements"], serde_json::json!([]));
    assert_eq!(found["figures"][0]["kappa"]["value"], 1.0);
    let text = iken(Path::new("."), &["agree", "labels/r01.tsv", "labels/r01.tsv", "--draws", "0"]);
    assert!(text.stdout.contains("194 opinions coded by both") && text.stdout.contains("no disagreements"));
    let main = text.stdout.lines().find(|l| l.starts_with("main theme")).expect("a line");
    assert_eq!(
        main.split_whitespace().collect::<Vec<_>>(),
        ["main", "theme", "194", "194", "1.000", "1.000", "1.000"]
    );
}

#[test]
fn the_model_is_compared_with_a_person_and_other_texts_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let records = [
        iken::record::LabeledRecord { in_training: true, ..record("a", "在宅医が少ない。") },
        record("b", "看取りが増えた。"),
        record("c", "薬局は多い。"),
    ];
    let lines: Vec<_> = records.iter().map(|r| serde_json::to_string(r).expect("JSON")).collect();
    fs::write(path("model.jsonl"), lines.join("\n")).expect("written");
    let table = "id\tthemes\tstance\ttext\na\tworkforce|supply\tconcern\t在宅医が\u{3000}少ない。\n\
                 b\tsupply|workforce\tfact\t看取りが増えた。\nc\tsupply\tfact\t別の文。\n";
    fs::write(path("person.tsv"), table).expect("written");
    let arguments = ["agree", &path("model.jsonl"), &path("person.tsv"), "--format", "json", "--draws", "0"];
    let run = iken(Path::new("."), &arguments);
    assert_eq!(run.status.code(), Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("1 of 3 opinions were in the model's training"), "{}", run.stderr);
    assert!(run.stderr.contains("not compared: c"), "{}", run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(found["n_opinions"], 2);
    // another main theme is a disagreement, the same set in another order is none of sets
    assert_eq!(found["figures"][0]["n_same"], 1);
    assert_eq!(found["figures"][2]["n_same"], 2);
    assert_eq!(found["disagreements"][1]["second"]["stance"], "fact");
    assert_eq!(codebook().stances()[3].id, "fact");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.tsv").display().to_string();
    fs::write(&other, "id\tthemes\tstance\ttext\nz\tsupply\tfact\tx\n").expect("written");
    let run = iken(Path::new("."), &["agree", FIRST, &other]);
    assert_eq!(run.status.code(), Some(1));
    assert!(run.stderr.contains("no opinion that both coded: 79 and 1 opinions"), "{}", run.stderr);
    let lines = folder.path().join("x.jsonl").display().to_string();
    fs::write(&lines, "\n{\"id\": 1}\n").expect("written");
    let run = iken(Path::new("."), &["agree", FIRST, &lines]);
    assert!(run.stderr.contains("x.jsonl, line 2: a record of iken label is expected"), "{}", run.stderr);
}
