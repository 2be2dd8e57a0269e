//! The precision report, as a page and as Markdown.

use std::path::Path;

use iken::{
    classify::threshold::assign,
    codebook::StanceId,
    evaluate::{CurvePoint, Evaluation, Judged, LearningCurve, Protocol, ScoredSet},
    labels::read_hand_labels,
    random::Random,
    record::Status,
    report::{Ceiling, precision_markdown, precision_report},
};

use crate::labeled::{codebook, score};

/// The real opinions, judged by a classifier of known quality.
fn evaluation(name: &str) -> Evaluation {
    let codebook = codebook();
    let labels = read_hand_labels(Path::new("labels/r01.tsv"), &codebook).expect("hand labels");
    let mut random = Random::new(7);
    let judged: Vec<Judged> = labels
        .into_iter()
        .map(|label| {
            let scores: Vec<f64> =
                codebook.theme_ids().map(|t| score(&mut random, 0.1, label.themes.contains(t))).collect();
            let given = assign(&scores, 0.45, codebook.max_themes());
            let probability = given.iter().map(|t| scores[t.index()]).fold(1.0, f64::min);
            let stance = if random.unit() < 0.8 { label.stance.unwrap_or(StanceId(0)) } else { StanceId(1) };
            Judged {
                id: label.id,
                group: label.municipality.unwrap_or_default(),
                text: label.text.replace("在宅医の数が少ない。", "<script>alert(1)</script>|在宅医"),
                label: label.themes,
                stance_label: label.stance,
                given,
                stance,
                scores,
                probability,
                status: if probability >= 0.8 { Status::Accepted } else { Status::Review },
                fold: None,
            }
        })
        .collect();
    let set =
        ScoredSet::new(name, Protocol::NestedCrossValidation, "blend", true, &judged, &codebook, 0.9, 1);
    let point = |n_rows, micro_f1| CurvePoint { n_rows, n_tested: 78, micro_f1, themes: vec![micro_f1; 15] };
    Evaluation {
        command: "iken evaluate".to_owned(),
        program: "0.1.0".to_owned(),
        codebook: codebook.fingerprint(),
        model: None,
        seed: 1,
        promise: 0.9,
        sets: vec![set],
        learning_curve: Some(LearningCurve {
            examples: vec![point(100, 0.55), point(200, 0.61)],
            labels: vec![point(29, 0.6), point(116, 0.66)],
        }),
    }
}

#[test]
fn the_page_shows_every_theme_what_to_do_with_it_and_every_error() {
    let (codebook, evaluation) = (codebook(), evaluation("r01"));
    let page = precision_report(&evaluation, &codebook, None);
    for theme in codebook.themes() {
        assert!(page.contains(&theme.name_ja), "{}", theme.id);
    }
    for part in ["そのテーマの適合率", "確認が必要", "件に満たず", "iken evaluate", "最後の伸び", "+6.0"]
    {
        assert!(page.contains(part), "{part}");
    }
    for misread in &evaluation.sets[0].misread {
        assert!(page.contains(&format!("<td>{}</td>", misread.id)), "{}", misread.id);
    }
    assert!(!page.contains("架空"));
}

#[test]
fn text_of_opinions_cannot_become_html_and_no_script_but_ours_may_run() {
    let page = precision_report(&evaluation("<b>r01"), &codebook(), None);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<b>") && page.contains("default-src 'none'"));
}

#[test]
fn markdown_has_the_figures_of_the_page() {
    let (codebook, evaluation) = (codebook(), evaluation("r01"));
    let ceiling =
        Ceiling { name: "二人の分類".to_owned(), main_kappa: 0.99, stance_kappa: 0.98, micro_f1: 0.967 };
    let page = precision_report(&evaluation, &codebook, Some(&ceiling));
    let markdown = precision_markdown(&evaluation, &codebook, Some(&ceiling));
    let rows: Vec<&str> = markdown.lines().filter(|l| l.starts_with("| ")).collect();
    assert!(rows.len() > 25, "{markdown}");
    for row in rows.iter().filter(|r| !r.starts_with("| 件数")) {
        for cell in row.trim_matches('|').split(['|', '（', '）']).map(str::trim) {
            assert!(page.contains(cell), "{cell}");
        }
    }
    assert!(markdown.contains("κ=0.99") && page.contains("κ=0.99"));
}

#[test]
fn a_made_up_table_is_called_made_up() {
    let page = precision_report(&evaluation("r04-sample"), &codebook(), None);
    assert!(page.contains("架空の意見で測った値") && page.contains("作った文章"));
}
