//! What stands on the page.

use std::path::PathBuf;

use iken::{
    compare::{Comparison, compare, read_tables},
    report::year_area_report,
};

use crate::labeled::{codebook, first_year, sample_year};

fn comparison(tables: &[(&str, String)]) -> Comparison {
    let dir = tempfile::tempdir().expect("a folder");
    let paths: Vec<PathBuf> = tables
        .iter()
        .map(|(name, table)| {
            let path = dir.path().join(name);
            std::fs::write(&path, table).expect("written");
            path
        })
        .collect();
    compare(&read_tables(&paths, vec![codebook()]).expect("read"))
}

fn page(tables: &[(&str, String)]) -> String {
    year_area_report(&comparison(tables))
}

/// Both years, the invented one with every second opinion checked.
pub fn two_years() -> String {
    page(&[("r01.jsonl", first_year()), ("r04-sample.jsonl", sample_year(2))])
}

#[test]
fn every_link_leads_to_an_anchor_that_stands_once_on_the_page() {
    let page = two_years();
    let after = |mark: &str| -> Vec<String> {
        page.split(mark).skip(1).filter_map(|s| s.split_once('"')).map(|(v, _)| v.to_owned()).collect()
    };
    let mut ids = after(" id=\"");
    let n = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n, "an id stands twice");
    let links = after("href=\"#");
    assert!(links.len() > 500, "{}", links.len());
    for link in links {
        assert!(ids.binary_search(&link).is_ok(), "{link}");
    }
}

#[test]
fn the_made_up_year_is_called_so_wherever_it_shows() {
    let page = two_years();
    assert!(page.contains("架空の年度が含まれています"));
    let named = page.matches("令和4年度（架空）").count();
    let all = page.matches("令和4年度").count();
    // the banner and the list of tables name the year alone
    assert!(named > 20 && all - named <= 2, "{named} of {all}");
    assert!(!page.contains("令和元年度（架空）"));
}

#[test]
fn html_in_an_opinion_stays_text() {
    let hostile = r#"<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"#;
    let table = first_year().replacen("在宅医の数が少ない。", hostile, 1).replace("千代田区", "<b>千代田区");
    let page = page(&[("<i>r01.jsonl", table)]);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"), "the text is gone");
    assert!(
        !page.contains("<script>alert")
            && !page.contains("<img")
            && !page.contains("<b>")
            && !page.contains("<i>")
    );
    assert!(page.contains("{{ 7*7 }}"));
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn nothing_is_fetched_and_only_our_own_style_and_script_may_run() {
    let page = two_years();
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains(" style=\""));
    assert!(!page.contains(" onclick"));
}

#[test]
fn a_year_that_nobody_checked_gets_no_verdict_and_says_what_to_do() {
    let page = page(&[("r01.jsonl", first_year()), ("r04-sample.jsonl", sample_year(10_000))]);
    assert!(page.contains("人手で確認した意見が1件しかない"), "no reason");
    assert!(page.contains("iken sample"));
    assert!(!page.contains("<span class=\"verdict-changed\">"));
}

#[test]
fn one_year_is_a_report_too() {
    let page = page(&[("r01.jsonl", first_year())]);
    assert!(page.contains("変化については何も言えない") && !page.contains("への変化"));
}

#[test]
fn the_same_tables_give_the_same_bytes() {
    assert_eq!(two_years(), two_years());
}

#[test]
fn changes_between_the_two_years_are_those_of_a_count_by_hand() {
    let found = comparison(&[("r01.jsonl", first_year()), ("r04-sample.jsonl", sample_year(1))]);
    // supply: 43 of 194, then 12 of 158; information sharing: 24 of 194, then 35 of 158
    for (id, before, now) in
        [("supply", 43.0 / 194.0, 12.0 / 158.0), ("information_sharing", 24.0 / 194.0, 35.0 / 158.0)]
    {
        let theme = found.codebook.theme_named(id).expect(id).index();
        let change = &found.changes[theme];
        let difference = change.difference.expect("both years are hand-labeled");
        assert!((difference.estimate - (now - before)).abs() < 1e-9, "{change:?}");
    }
}

#[test]
fn many_long_opinions_are_sampled_and_the_page_says_so_and_stays_small() {
    let year = first_year();
    let long = "在宅医が足りず、夜間の往診も難しい。".repeat(40);
    let table: String = (0..40)
        .flat_map(|copy| year.lines().map(move |line| (copy, line)))
        .map(|(copy, line)| {
            let mut record: serde_json::Value = serde_json::from_str(line).expect("a record");
            record["id"] = format!("{}-{copy}", record["id"].as_str().expect("an id")).into();
            record["text"] = long.clone().into();
            format!("{record}\n")
        })
        .collect();
    let page = page(&[("many.jsonl", table)]);
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    assert!(page.contains("欄ごとに無作為に抽出した意見だけを載せた") && page.contains("…（全720字）"));
    assert!(page.contains("7,760件"), "the count is that of all opinions");
}
