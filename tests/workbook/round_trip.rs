//! A workbook that nobody touched says nothing; the same records give the same bytes.

use iken::{
    import::{Returned, read_edits},
    labels::Origin,
    record::{HandDecision, LabeledRecord, Status},
};
use proptest::prelude::*;

use super::records::{codebook, record, records, write};

fn read(bytes: Vec<u8>) -> Returned {
    read_edits(bytes, "w.xlsx", &codebook(), &Origin::default()).unwrap_or_else(|e| panic!("{e}"))
}

fn assert_untouched(returned: &Returned, n: usize) {
    assert_eq!(returned.changes, []);
    assert_eq!(returned.rejects, []);
    assert_eq!(returned.warnings, []);
    assert!(returned.labels.is_empty() && returned.deleted.is_empty(), "{returned:?}");
    assert_eq!(returned.n_opinions, n);
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let written = write(records(40));
    assert!(written == write(records(40)), "two workbooks of the same records differ");
}

#[test]
fn a_workbook_without_edits_changes_nothing() {
    assert_untouched(&read(write(records(158))), 164);
    assert_untouched(&read(write(Vec::new())), 0);
}

#[test]
fn decisions_that_came_with_the_records_are_not_decided_again() {
    let mut all = records(10);
    all[2].label = Some(HandDecision { themes: vec!["end_of_life".into()], stance: None });
    all[3].label = Some(HandDecision { themes: vec!["policy".into()], stance: Some("fact".into()) });
    let n = all.len();
    assert_untouched(&read(write(all)), n);
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_still_known() {
    let long = record("L-1", &"長い意見。".repeat(8000));
    assert_untouched(&read(write(vec![long])), 1);
}

fn any_record() -> impl Strategy<Value = LabeledRecord> {
    let text = prop_oneof![
        "[=+@-]?[ぁ-んァ-ヶ一-龠、。]{1,30}",
        "\\PC{1,30}",
        "[ \\t\\r\\n_x0-9A-F\u{1}\u{B}\u{2028}<>&\"']{0,20}末",
    ];
    let id = prop_oneof!["R0[0-9]-[0-9]{3}", "[0-9]{1,4}", "\\PC{0,5}[a-z]"];
    let themes = proptest::sample::subsequence((0..15).collect::<Vec<usize>>(), 1..=3);
    let area = proptest::option::of(prop_oneof!["区[一-龠]{2}", "[*?~<>=]{1,2}[a-cA-C]"]);
    (id, text, themes, 0..4_usize, any::<bool>(), any::<bool>(), area).prop_map(
        |(id, text, themes, stance, accepted, labeled, area)| {
            let codebook = codebook();
            let mut record = record(&id, &text);
            record.area = area;
            record.themes = themes.iter().map(|t| codebook.themes()[*t].id.clone()).collect();
            record.stance = codebook.stances()[stance].id.clone();
            record.status = if accepted { Status::Accepted } else { Status::Review };
            if labeled {
                let stance = Some(record.stance.clone());
                record.label = Some(HandDecision { themes: record.themes.clone(), stance });
            }
            record.columns.insert(text, serde_json::json!({ "意見": [1, null] }));
            record
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_opinions_an_untouched_workbook_changes_nothing(
        records in proptest::collection::vec(any_record(), 0..12)
    ) {
        let n = records.len();
        let returned = read(write(records));
        prop_assert!(returned.rejects.is_empty(), "{:?}", returned.rejects);
        prop_assert!(returned.changes.is_empty(), "{:?}", returned.changes);
        prop_assert!(returned.labels.is_empty() && returned.deleted.is_empty());
        prop_assert_eq!(returned.n_opinions, n);
    }
}
