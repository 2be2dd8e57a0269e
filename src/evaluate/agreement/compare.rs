//! Two tables of labels come in, their agreement comes out.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use super::{
    coefficients::{Distance, masi_distance},
    interval::{Bootstrap, Estimate, estimates},
    pairs::Pairs,
};
use crate::{
    codebook::{Codebook, StanceId, ThemeSet},
    error::{Error, Result},
    labels::HandLabel,
    record::LabeledRecord,
};

/// Labels of one opinion by one coder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// The opinion's id.
    pub id: String,
    /// The opinion's text.
    pub text: String,
    /// Themes, main first.
    pub themes: ThemeSet,
    /// Stance, where one was given.
    pub stance: Option<StanceId>,
}

impl From<HandLabel> for Coded {
    fn from(label: HandLabel) -> Self {
        Self { id: label.id, text: label.text, themes: label.themes, stance: label.stance }
    }
}

impl Coded {
    /// What the model said of a record, whatever a person said.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for a theme or stance that the codebook does not have.
    pub fn from_prediction(record: LabeledRecord, codebook: &Codebook) -> Result<Self> {
        let mismatch = |message| Error::Mismatch { message: format!("opinion {}: {message}", record.id) };
        let themes = ThemeSet::parse(&record.themes.join("|"), codebook).map_err(mismatch)?;
        let stance = codebook.stance_named(&record.stance).ok_or_else(|| {
            mismatch(format!("stance {} is not in codebook {}", record.stance, codebook.fingerprint()))
        })?;
        Ok(Self { themes, stance: Some(stance), id: record.id, text: record.text })
    }
}

/// How far two coders agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Opinions that both coded.
    pub n_opinions: usize,
    /// Main theme, stance and theme sets, then every theme and every stance by itself.
    pub figures: Vec<Figure>,
    /// Opinions that they labeled differently, in the order of the first.
    pub disagreements: Vec<Disagreement>,
    /// Ids that only the first coded.
    pub only_first: Vec<String>,
    /// Ids that only the second coded.
    pub only_second: Vec<String>,
    /// Ids under which the two have different texts: they are not compared.
    pub texts_differ: Vec<String>,
}

/// Agreement on one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// `main theme`, `stance`, `theme set`, `theme supply`, `stance concern` …
    pub what: String,
    /// Opinions compared.
    pub n: usize,
    /// Opinions that the first gave the theme or stance; `None` where the question is which.
    pub n_first: Option<usize>,
    /// Opinions that the second gave it.
    pub n_second: Option<usize>,
    /// Opinions on which both say the same.
    pub n_same: usize,
    /// Share of opinions on which both say the same.
    pub percent_agreement: Option<Estimate>,
    /// Cohen's kappa; none of theme sets, for which equal or not is not the question.
    pub kappa: Option<Estimate>,
    /// Krippendorff's alpha: nominal, of theme sets with MASI distance.
    pub alpha: Option<Estimate>,
}

/// An opinion that the two labeled differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// The opinion's id.
    pub id: String,
    /// Themes and stance of the first.
    pub first: Said,
    /// Themes and stance of the second.
    pub second: Said,
    /// The opinion's text.
    pub text: String,
}

/// What one coder said, in ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Themes, main first.
    pub themes: Vec<String>,
    /// Stance.
    pub stance: Option<String>,
}

/// Compares two coders, opinion by opinion of the same id.
///
/// # Errors
/// [`Error::NotEnoughData`] when they have no opinion in common; [`Error::Mismatch`] for an id that one has twice.
pub fn compare(
    first: &[Coded],
    second: &[Coded],
    codebook: &Codebook,
    bootstrap: &Bootstrap,
) -> Result<Agreement> {
    let (by_first, by_second) = (by_id(first)?, by_id(second)?);
    let same_text = |a: &Coded, b: &Coded| {
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        visible(&a.text) == visible(&b.text)
    };
    let both = first.iter().filter_map(|a| by_second.get(a.id.as_str()).map(|b| (a, *b)));
    let (shared, other_texts): (Vec<_>, Vec<_>) = both.partition(|(a, b)| same_text(a, b));
    let only = |coded: &[Coded], other: &HashMap<&str, &Coded>| -> Vec<String> {
        coded.iter().filter(|c| !other.contains_key(c.id.as_str())).map(|c| c.id.clone()).collect()
    };
    if shared.is_empty() {
        return Err(Error::NotEnoughData {
            message: format!(
                "no opinion that both coded: {} and {} opinions, none with the same id and text",
                first.len(),
                second.len()
            ),
        });
    }
    let questions = questions(&shared, codebook);
    Ok(Agreement {
        n_opinions: shared.len(),
        figures: questions.into_par_iter().map(|q| q.figure(bootstrap)).collect(),
        disagreements: shared.iter().filter_map(|(a, b)| disagreement(a, b, codebook)).collect(),
        only_first: only(first, &by_second),
        only_second: only(second, &by_first),
        texts_differ: other_texts.into_iter().map(|(a, _)| a.id.clone()).collect(),
    })
}

fn by_id(coded: &[Coded]) -> Result<HashMap<&str, &Coded>> {
    let mut by_id = HashMap::with_capacity(coded.len());
    for opinion in coded {
        if by_id.insert(opinion.id.as_str(), opinion).is_some() {
            let message = format!("id {} stands twice; ids of a table must differ", opinion.id);
            return Err(Error::Mismatch { message });
        }
    }
    Ok(by_id)
}

fn disagreement(a: &Coded, b: &Coded, codebook: &Codebook) -> Option<Disagreement> {
    let both_stances = a.stance.is_some() && b.stance.is_some();
    let same = a.themes.main() == b.themes.main() && a.themes.same_themes(&b.themes);
    if same && (!both_stances || a.stance == b.stance) {
        return None;
    }
    let said = |coded: &Coded| Said {
        themes: coded.themes.iter().map(|t| codebook.theme(t).id.clone()).collect(),
        stance: coded.stance.map(|s| codebook.stance(s).id.clone()),
    };
    Some(Disagreement { id: a.id.clone(), first: said(a), second: said(b), text: a.text.clone() })
}

/// A question that both answered, and what is to be said of it.
struct Question {
    what: String,
    pairs: Pairs,
    /// Answers of value 1, where the question is yes or no.
    n_yes: Option<(usize, usize)>,
    with_kappa: bool,
}

impl Question {
    fn which(what: &str, pairs: Vec<(usize, usize)>, n_values: usize) -> Self {
        let pairs = Pairs::new(pairs, n_values, Distance::Nominal);
        Self { what: what.to_owned(), pairs, n_yes: None, with_kappa: true }
    }

    fn yes_or_no(what: String, answers: impl Iterator<Item = (bool, bool)>) -> Self {
        let pairs: Vec<_> = answers.map(|(a, b)| (usize::from(a), usize::from(b))).collect();
        let n_yes = pairs.iter().fold((0, 0), |n, pair| (n.0 + pair.0, n.1 + pair.1));
        Self { what, pairs: Pairs::new(pairs, 2, Distance::Nominal), n_yes: Some(n_yes), with_kappa: true }
    }

    fn figure(self, bootstrap: &Bootstrap) -> Figure {
        let [percent_agreement, kappa, alpha] = estimates(&self.pairs, bootstrap);
        Figure {
            n: self.pairs.len(),
            n_first: self.n_yes.map(|n| n.0),
            n_second: self.n_yes.map(|n| n.1),
            n_same: self.pairs.n_same(),
            percent_agreement,
            kappa: kappa.filter(|_| self.with_kappa),
            alpha,
            what: self.what,
        }
    }
}

fn questions(shared: &[(&Coded, &Coded)], codebook: &Codebook) -> Vec<Question> {
    let stances: Vec<_> =
        shared.iter().filter_map(|(a, b)| Some((a.stance?.index(), b.stance?.index()))).collect();
    let mains = shared.iter().map(|(a, b)| (a.themes.main().index(), b.themes.main().index())).collect();
    let mut questions = vec![
        Question::which("main theme", mains, codebook.themes().len()),
        Question::which("stance", stances.clone(), codebook.stances().len()),
        theme_sets(shared),
    ];
    for theme in codebook.theme_ids() {
        let what = format!("theme {}", codebook.theme(theme).id);
        let answers = shared.iter().map(|(a, b)| (a.themes.contains(theme), b.themes.contains(theme)));
        questions.push(Question::yes_or_no(what, answers));
    }
    for (number, stance) in codebook.stances().iter().enumerate() {
        let answers = stances.iter().map(|(a, b)| (*a == number, *b == number));
        questions.push(Question::yes_or_no(format!("stance {}", stance.id), answers));
    }
    questions
}

/// The question which themes an opinion has, whatever their order.
fn theme_sets(shared: &[(&Coded, &Coded)]) -> Question {
    let mut distinct: Vec<ThemeSet> = Vec::new();
    let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut number = |set: &ThemeSet| {
        let mut key: Vec<u8> = set.iter().map(|t| t.0).collect();
        key.sort_unstable();
        *numbers.entry(key).or_insert_with(|| {
            distinct.push(*set);
            distinct.len() - 1
        })
    };
    let pairs: Vec<_> = shared.iter().map(|(a, b)| (number(&a.themes), number(&b.themes))).collect();
    let distances = distinct.iter().flat_map(|a| distinct.iter().map(|b| masi_distance(a, b))).collect();
    let pairs = Pairs::new(pairs, distinct.len(), Distance::Table(distances));
    Question { what: "theme set".to_owned(), pairs, n_yes: None, with_kappa: false }
}
