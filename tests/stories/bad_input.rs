use crate::workbench::Workbench;

#[test]
fn what_is_no_file_says_so() {
    let bench = Workbench::new();
    bench.write("empty.txt", "");
    bench.iken(&["label", "missing.txt"]).fails(1, "missing.txt: cannot open");
    bench.iken(&["label", "data"]).fails(1, "data");
    bench.iken(&["label", "empty.txt"]).fails(1, "the file is empty");
    bench.iken(&["label"]).fails(2, "FILE");
    bench.iken(&["label", "a.txt", "--promise", "2"]).fails(2, "between 0 and 1");
}

#[test]
fn what_is_no_text_says_so() {
    let bench = Workbench::new();
    let junk: Vec<u8> = (0..5000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    bench.write("junk.txt", &junk);
    bench.write("page.csv", "<!DOCTYPE html><html></html>");
    bench.write("nothing.txt", "ただの文章です。\n見出しも印もない。\n");
    bench.write("nul.jsonl", b"{\"text\":\"\xE5\x9C\xA8\xE5\xAE\x85\\u0000\"}\n{\"text\":\"\xE5\x9C\xA8\xE5\xAE\x85\"}\n");
    bench.iken(&["label", "junk.txt"]).fails(1, "junk.txt");
    bench.iken(&["label", "page.csv"]).fails(1, "web page");
    bench.iken(&["label", "nothing.txt"]).fails(1, "--from lines");
    bench.iken(&["label", "nul.jsonl"]).fails(3, "NUL");
}

#[test]
fn a_line_of_50_megabytes_is_labeled_or_refused_by_its_limit() {
    let bench = Workbench::new();
    let line = "在宅医が少ない".repeat(50_000_000 / 21);
    bench.write("long.txt", format!("{line}\n在宅医が少ない。\n"));
    bench
        .iken(&["label", "long.txt", "--from", "lines", "--limit-record-bytes", "1000000"])
        .fails(1, "--limit-record-bytes");
}

#[test]
fn broken_bytes_in_the_middle_reject_their_record_alone() {
    let bench = Workbench::new();
    let mut bytes = "在宅医の数が少ない。\n".repeat(20).into_bytes();
    bytes.extend(b"\xE5\x9C\n");
    bytes.extend("薬局は多い。\n".as_bytes());
    bench.write("a.txt", bytes);
    let ran = bench.iken(&["label", "a.txt", "--from", "lines"]).fails(3, "line 21");
    assert_eq!(ran.stdout.lines().count(), 21);
}

#[test]
fn a_full_disk_and_an_output_over_its_input_are_errors() {
    let bench = Workbench::new();
    bench.write("a.jsonl", "{\"text\":\"在宅医が少ない。\"}\n");
    bench.iken(&["label", "a.jsonl", "-o", "/dev/full", "--format", "jsonl"]).fails(1, "/dev/full");
    bench.iken(&["label", "a.jsonl", "-o", "a.jsonl"]).fails(2, "the output is the input");
    bench.iken(&["label", "a.jsonl", "a.jsonl", "-o", "out/"]).fails(2, "would both go to");
    assert_eq!(bench.read("a.jsonl").lines().count(), 1);
}

#[test]
fn a_model_that_cannot_be_used_says_what_to_do() {
    let bench = Workbench::new();
    bench.write("a.jsonl", "{\"text\":\"在宅医が少ない。\"}\n");
    let model = std::fs::read("models/iken.model").expect("the committed model");
    let changed = |at: usize, byte: u8| {
        let mut model = model.clone();
        model[at] = byte;
        model
    };
    for (bytes, message) in [
        (b"nothing".to_vec(), "no model file"),
        (model[..model.len() / 2].to_vec(), "cut short"),
        (model[..20].to_vec(), "cut short"),
        (changed(8, 0), "older iken"),
        (changed(8, 200), "newer iken"),
        (changed(model.len() / 2, model[model.len() / 2] ^ 1), "checksum"),
    ] {
        bench.write("m.model", bytes);
        bench.iken(&["label", "a.jsonl", "--model", "m.model"]).fails(1, message);
    }
    bench.iken(&["label", "a.jsonl", "--model", "none.model"]).fails(1, "none.model");
}

#[test]
fn a_codebook_that_contradicts_itself_and_a_label_outside_it_are_named() {
    let bench = Workbench::new();
    let codebook = std::fs::read_to_string("labels/codebook.toml").expect("the codebook");
    bench.write("c.toml", codebook.replace("id = \"workforce\"", "id = \"supply\""));
    bench.iken(&["codebook", "--codebook", "c.toml"]).fails(1, "supply");
    bench.write("l.tsv", "id\tthemes\ttext\na\tnothing\tx\n");
    bench.iken(&["train", "--labels", "l.tsv", "-o", "m/x.model"]).fails(1, "theme nothing");
    assert!(!bench.path("m/x.model").exists());
}

#[test]
fn unknown_columns_are_listed() {
    let bench = Workbench::new();
    bench.write("a.csv", "甲,乙\n1,2\n");
    bench.iken(&["label", "a.csv"]).fails(1, "甲, 乙");
}
