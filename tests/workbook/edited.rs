//! Workbooks that LibreOffice opened, a person edited there, and LibreOffice saved (tests/fixtures/workbook/make.py).

use std::{fs, path::Path};

use iken::{
    error::Position,
    import::{Change, Returned, read_edits},
    labels::{HandLabel, Origin, read_hand_labels},
};

use super::{
    program::{Run, iken},
    records::{TRICKY, codebook},
};

const FOLDER: &str = "tests/fixtures/workbook";

fn read(name: &str) -> Returned {
    let bytes = fs::read(Path::new(FOLDER).join(name)).expect("a fixture");
    let origin =
        Origin { coder: Some("山田".into()), date: Some("2026-11-27".into()), file: Some(name.into()) };
    read_edits(bytes, name, &codebook(), &origin).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn change(cell: &str, id: &str, column: &str, from: &str, to: &str) -> Change {
    let [cell, id, column, from, to] = [cell, id, column, from, to].map(str::to_owned);
    Change { cell, id, column, from, to }
}

fn said(label: &HandLabel) -> (String, String, String) {
    let codebook = codebook();
    let stance = label.stance.map(|s| codebook.stance(s).id.clone()).unwrap_or_default();
    (label.id.clone(), label.themes.to_string(&codebook), stance)
}

#[test]
fn a_workbook_that_libreoffice_only_saved_changes_nothing() {
    for name in ["written.xlsx", "untouched.xlsx"] {
        let returned = read(name);
        assert_eq!((returned.changes, returned.rejects), (vec![], vec![]), "{name}");
        assert_eq!((returned.labels, returned.deleted, returned.n_opinions), (vec![], vec![], 30), "{name}");
    }
}

#[test]
fn every_edit_is_found_in_a_sheet_that_was_sorted_filtered_and_rearranged() {
    for name in ["edited.xlsx", "edited.ods"] {
        let returned = read(name);
        assert_eq!(returned.rejects, [], "{name}");
        assert_eq!(
            returned.labels.iter().map(said).collect::<Vec<_>>(),
            [
                ("R04-001", "end_of_life|area_profile", "proposal"),
                ("R04-007", "information_sharing", "concern"),
                ("R04-013", "information_sharing|residents", "proposal"),
                ("R04-019", "around_the_clock", "proposal"),
                ("X-000", "supply|workforce", "concern"),
                ("X-003", "residents|workforce", "concern"),
                ("X-004", "supply|workforce", "concern"),
                ("X-005", "supply|area_profile", "concern"),
            ]
            .map(|(id, themes, stance)| (id.to_owned(), themes.to_owned(), stance.to_owned())),
            "{name}"
        );
        assert_eq!((returned.n_changed, returned.n_confirmed), (5, 3), "{name}");
        assert_eq!(returned.deleted, ["R04-016"], "{name}");
    }
}

#[test]
fn the_list_of_changes_says_what_from_what_to_what_and_in_which_cell() {
    let returned = read("edited.xlsx");
    let mut changes = returned.changes;
    changes.sort_by(|a, b| (&a.id, &a.column).cmp(&(&b.id, &b.column)));
    let cells: Vec<_> = changes.iter().map(|c| c.cell.clone()).collect();
    assert_eq!(
        changes,
        [
            change(&cells[0], "R04-001", "主テーマ", "制度・行政・医師会の支援", "看取り・意思決定（ACP）"),
            change(&cells[1], "R04-007", "確認", "", "✓"),
            change(&cells[2], "R04-010", "コメント", "", "表の 3 行目と同じ内容か。\n要相談"),
            change(&cells[3], "R04-013", "確認", "", "✓"),
            change(&cells[4], "R04-013", "立場", "充足・良好", "提案・要望"),
            change(&cells[5], "R04-019", "第2テーマ", "かかりつけ医と在宅専門の役割分担", ""),
            change(&cells[6], "X-000", "確認", "", "○"),
            change(&cells[7], "X-003", "主テーマ", "在宅医療資源の充足・不足", "患者・家族・住民"),
            change(&cells[8], "X-004", "確認", "", "✓"),
            change(&cells[9], "X-005", "第2テーマ", "担い手の確保・育成", "地域特性"),
        ]
    );
    // 確認 was moved beside the ids and a column put in before the text; a title stands above the headers
    assert!(cells[1].starts_with('B') && cells[0].starts_with('H'), "{cells:?}");
    let rows: Vec<u32> = cells.iter().map(|c| c[1..].parse().expect("a row")).collect();
    assert!(rows.iter().all(|row| (3..=31).contains(row)), "{cells:?}");
}

#[test]
fn a_text_that_begins_as_a_formula_comes_back_as_it_was() {
    for name in ["edited.xlsx", "edited.ods"] {
        let returned = read(name);
        let text = |id: &str| returned.labels.iter().find(|l| l.id == id).map(|l| l.text.as_str());
        assert_eq!(text("X-000"), Some(TRICKY[0]));
        assert_eq!(text("X-004"), Some(TRICKY[4]));
        assert_eq!(text("X-005"), Some(TRICKY[5]));
        let label = &returned.labels[0];
        assert_eq!(label.municipality.as_deref(), Some("中央区"));
        assert_eq!((label.origin.coder.as_deref(), label.origin.file.as_deref()), (Some("山田"), Some(name)));
    }
}

#[test]
fn what_cannot_be_taken_is_named_by_cell_and_the_rest_is_taken() {
    let returned = read("spoiled.xlsx");
    let found: Vec<_> = returned
        .rejects
        .iter()
        .map(|r| {
            let Position { sheet, cell, .. } = &r.position;
            assert_eq!(sheet.as_deref(), Some("意見"));
            (cell.clone().expect("a cell"), r.message.clone())
        })
        .collect();
    let expected = [
        ("A4", "a row without an id"),
        ("A11", "id X-999 is not among those that were written"),
        ("F2", "theme 看取りのこと is not in codebook 1.1"),
        ("I2", "stance よい is not in codebook 1.1"),
        ("E3", "the text is not the one of R04-004, which begins"),
        ("E5", "the text is not the one of R04-013, which begins"),
        ("H7", "is named twice; clear one of the cells"),
        ("M8", "？ in 確認; expected ✓ or nothing"),
        ("F9", "主テーマ is blank; every opinion has a main theme"),
        ("A32", "id X-005 stands in A15 too; its row is taken; delete one of the rows"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (cell, message) in expected {
        assert!(found.iter().any(|(c, m)| c == cell && m.contains(message)), "{cell} {message}: {found:#?}");
    }
    let labels: Vec<_> = returned.labels.iter().map(said).collect();
    let expected = [("X-002", "area_profile|workforce", "concern"), ("X-004", "supply|workforce", "concern")];
    assert_eq!(labels, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
}

fn import(folder: &Path, workbook: &str, more: &[&str]) -> Run {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workbook = root.join(FOLDER).join(workbook).display().to_string();
    let codebook = root.join("labels/codebook.toml").display().to_string();
    iken(folder, &[&["import", &workbook, "--codebook", &codebook], more].concat())
}

#[test]
fn edits_become_a_table_of_labels_and_the_same_edits_again_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--labels", "labels/r04.tsv", "--coder", "山田", "--date", "2026-11-27"];
    let run = import(folder.path(), "edited.xlsx", &arguments);
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    assert!(run.stdout.starts_with("cell\tid\tcolumn\tfrom\tto\n"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("\tR04-013\t").count(), 2);
    assert!(
        run.stderr.contains("30 opinions: changed 5, confirmed 3, comments 1, cells not taken 0"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("rows deleted, which give no label: 1 (R04-016)"), "{}", run.stderr);
    let path = folder.path().join("labels/r04.tsv");
    let labels = read_hand_labels(&path, &codebook()).expect("labels");
    assert_eq!(labels.len(), 8);
    assert_eq!(labels[0].origin.coder.as_deref(), Some("山田"));
    assert_eq!(labels[0].origin.date.as_deref(), Some("2026-11-27"));
    assert_eq!(labels[0].origin.file.as_deref(), Some("edited.xlsx"));

    let before = fs::read(&path).expect("read");
    let again =
        import(folder.path(), "edited.ods", &["--labels", "labels/r04.tsv", "--coder", "佐藤", "--replace"]);
    assert_eq!(again.status.code(), Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("nothing to add"), "{}", again.stderr);
    assert!(fs::read(&path).expect("read") == before);
}

#[test]
fn labels_that_are_there_are_kept_unless_the_person_says_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r04.tsv");
    let text = read("edited.xlsx").labels[0].text.clone();
    let table = format!("id\tthemes\tstance\ttext\tcoder\nR04-001\tpolicy\tproposal\t{text}\t佐藤\n");
    fs::write(&path, table).expect("written");
    let run = import(folder.path(), "edited.xlsx", &["--labels", "r04.tsv"]);
    assert_eq!(run.status.code(), Some(3), "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "not taken: R04-001 is policy proposal by 佐藤 in r04.tsv and end_of_life|area_profile proposal in the workbook"
        ),
        "{}",
        run.stderr
    );
    let labels = read_hand_labels(&path, &codebook()).expect("labels");
    assert_eq!((labels.len(), said(&labels[0]).1.as_str()), (8, "policy"));
    let run = import(folder.path(), "edited.xlsx", &["--labels", "r04.tsv", "--replace", "--quiet"]);
    assert_eq!((run.status.code(), run.stderr.as_str()), (Some(0), ""));
    let labels = read_hand_labels(&path, &codebook()).expect("labels");
    assert_eq!((labels.len(), said(&labels[0]).1.as_str()), (8, "end_of_life|area_profile"));
}

#[test]
fn rejects_end_with_their_own_exit_code_and_without_labels_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = import(folder.path(), "spoiled.xlsx", &["--quiet"]);
    assert_eq!(run.status.code(), Some(3));
    assert!(
        run.stderr.contains("not taken: spoiled.xlsx, sheet 意見, cell F2: theme 看取りのこと"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    let run = import(folder.path(), "untouched.xlsx", &["--labels", "r04.tsv"]);
    assert_eq!((run.status.code(), run.stdout.as_str()), (Some(0), "cell\tid\tcolumn\tfrom\tto\n"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn what_is_no_workbook_of_ours_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = import(folder.path(), "../r01.xlsx", &[]);
    assert_eq!(run.status.code(), Some(1));
    assert!(run.stderr.contains("no sheet 照合 with what was written"), "{}", run.stderr);
    let run = import(folder.path(), "make.py", &[]);
    assert_eq!(run.status.code(), Some(1), "{}", run.stderr);
    let run = import(folder.path(), "edited.xlsx", &["--replace"]);
    assert_eq!(run.status.code(), Some(2), "{}", run.stderr);
}
