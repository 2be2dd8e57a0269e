use crate::workbench::Workbench;

fn records(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn two_summaries_are_labeled_into_a_folder_one_output_each() {
    let bench = Workbench::new();
    let files = ["data/summaries/r01.txt", "data/summaries/r04-sample.txt"];
    let ran = bench.iken(&["label", files[0], files[1], "-o", "out/"]).done();
    assert!(
        ran.stderr.contains("r01.txt") && ran.stderr.contains("promised precision 0.90"),
        "{}",
        ran.stderr
    );
    let r01 = records(&bench.read("out/r01.jsonl"));
    let r04 = records(&bench.read("out/r04-sample.jsonl"));
    assert_eq!((r01.len(), r04.len()), (194, 158));
    assert!(r01.iter().all(|r| r["in_training"] == true));
    for record in &r04 {
        let themes = record["themes"].as_array().expect("themes");
        assert!((1..=3).contains(&themes.len()));
        assert_eq!(record["scores"].as_object().expect("scores").len(), 15);
        let sum: f64 =
            record["stance_scores"].as_object().expect("scores").values().filter_map(|v| v.as_f64()).sum();
        assert!((sum - 1.0).abs() < 0.001, "{sum}");
        assert!(record["evidence"].is_object() && record["source"]["file"] == "r04-sample.txt");
    }
    assert!(!bench.path("out/r01.jsonl.rejects.tsv").exists());
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let bench = Workbench::new();
    let lines: String = (0..3000)
        .map(|i| format!("在宅医が{i}人しかいない。\n{}", if i % 7 == 0 { "\n" } else { "" }))
        .collect();
    bench.write("a.txt", lines);
    for threads in ["1", "2"] {
        let out = format!("{threads}.jsonl");
        bench.iken(&["label", "a.txt", "--from", "lines", "-o", &out, "--threads", threads]).done();
    }
    let (one, two) = (bench.read("1.jsonl"), bench.read("2.jsonl"));
    assert_eq!(one.lines().count(), 3000);
    assert!(one == two);
}

#[test]
fn rejects_are_collected_and_the_others_are_labeled() {
    let bench = Workbench::new();
    bench.write(
        "a.jsonl",
        "{\"text\":\"在宅医が少ない。\"}\n{\"text\":\"\"}\nnothing\n{\"text\":\"薬局は多い。\"}\n",
    );
    let ran = bench.iken(&["label", "a.jsonl", "-o", "b.jsonl"]).fails(3, "2 records could not be read");
    assert!(ran.stderr.contains("b.jsonl.rejects.tsv"));
    assert_eq!(records(&bench.read("b.jsonl")).len(), 2);
    let rejects = bench.read("b.jsonl.rejects.tsv");
    assert!(
        rejects.contains("a.jsonl, line 2\tthe text is empty") && rejects.contains("line 3"),
        "{rejects}"
    );
}

#[test]
fn other_columns_are_carried_and_cells_that_a_spreadsheet_would_run_are_text() {
    let bench = Workbench::new();
    bench.write("a.csv", "No,意見,担当\n1,\"=1+1, 在宅医\",@山田\n2,-少ない,b\n");
    bench.iken(&["label", "a.csv", "-o", "b.csv"]).done();
    let table = bench.read("b.csv");
    assert!(table.starts_with('\u{FEFF}'));
    assert!(
        table.contains("\"'=1+1, 在宅医\"") && table.contains("'@山田") && table.contains("'-少ない"),
        "{table}"
    );
    bench.iken(&["label", "b.csv", "-o", "c.jsonl"]).done();
    let back = records(&bench.read("c.jsonl"));
    assert_eq!((back[0]["text"].as_str(), back[1]["text"].as_str()), (Some("=1+1, 在宅医"), Some("-少ない")));
}

#[test]
fn hand_labels_score_the_batch_as_it_goes() {
    let bench = Workbench::new();
    let ran = bench
        .iken(&["label", "data/summaries/r01.txt", "-o", "out/r01.jsonl", "--gold", "labels/r01.tsv"])
        .done();
    assert!(ran.stderr.contains("against 194 hand-labeled opinions"), "{}", ran.stderr);
    assert!(ran.stderr.contains("all (micro)"));
}

#[test]
fn a_workbook_parquet_and_arrow_have_their_own_ways() {
    let bench = Workbench::new();
    bench.iken(&["label", "data/summaries/r04-sample.txt", "-o", "out/r04.xlsx"]).done();
    assert!(std::fs::read(bench.path("out/r04.xlsx")).expect("a workbook").starts_with(b"PK"));
    let ran = bench.iken_with_input(&["label", "-", "--from", "arrow", "--format", "arrow"], b"").done();
    assert!(ran.stdout.is_empty());
    bench.iken(&["label", "data/summaries/r01.txt", "-o", "out/a.parquet"]).fails(1, "Parquet");
}

#[test]
fn a_promise_is_rechecked_on_a_reviewed_sample() {
    let bench = Workbench::new();
    bench.iken(&["label", "data/summaries/r04-sample.txt", "-o", "out/r04.jsonl"]).done();
    bench.iken(&["sample", "out/r04.jsonl", "-n", "40", "-o", "check.csv"]).done();
    let labels = std::fs::read_to_string("labels/r04-sample.tsv").expect("labels");
    let label_of = |text: &str| {
        labels.lines().map(|l| l.split('\t').collect::<Vec<_>>()).find(|f| f[4] == text).expect("labeled")
            [2..4]
            .to_vec()
    };
    let mut reader = csv::Reader::from_path(bench.path("check.csv")).expect("a table");
    let mut filled = csv::Writer::from_path(bench.path("checked.csv")).expect("a table");
    filled.write_record(["id", "text", "themes", "stance"]).expect("written");
    let mut n = 0;
    for row in reader.records().map(|r| r.expect("a row")) {
        let label = label_of(&row[3]);
        filled.write_record([&row[0], &row[3], label[0], label[1]]).expect("written");
        n += 1;
    }
    filled.flush().expect("written");
    assert_eq!(n, 40);
    let ran = bench
        .iken(&[
            "label",
            "data/summaries/r04-sample.txt",
            "-o",
            "out/again.jsonl",
            "--reviewed",
            "checked.csv",
        ])
        .done();
    assert!(ran.stderr.contains("promised precision 0.90"), "{}", ran.stderr);
    let labeled = records(&bench.read("out/again.jsonl")).iter().filter(|r| r["label"].is_object()).count();
    assert_eq!(labeled, 40);
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::Stdio;
    let bench = Workbench::new();
    let mut child = bench
        .command()
        .args(["label", "data/summaries/r01.txt", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn explained_terms_add_up_to_the_score() {
    let bench = Workbench::new();
    let shown = bench.iken(&["explain", "在宅医の数が少ない。", "--only", "supply", "--all"]).done().stdout;
    let number = |text: &str| text.trim().parse::<f64>().expect("a number");
    let line =
        |start: &str| shown.lines().find(|l| l.trim_start().starts_with(start)).expect("a line").to_owned();
    let after = |line: &str, word: &str| {
        let rest = &line[line.find(word).expect("the word") + word.len()..];
        number(rest.split_whitespace().next().expect("a number"))
    };
    let score = after(&line("supply  "), "score");
    let sums = line("bias");
    let total = after(&sums, "bias") + after(&sums, "for") + after(&sums, "against");
    assert!((score - total).abs() < 0.002, "{shown}");
}
