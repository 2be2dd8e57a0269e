//! Training rows whose label a model trained without them doubts most.

use rayon::prelude::*;

use super::{
    fit::FittedHead,
    folds::grouped_folds,
    settings::CheckedSettings,
    training::{Kind, TrainingSet},
};
use crate::{
    classify::calibration::Calibration,
    codebook::ThemeId,
    error::Result,
    tokenize::{Block, Head, describe},
    vectorize::TermId,
};

/// A row whose label is doubted.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The row.
    pub row: usize,
    /// The theme that is doubted: one that the label has and the model does not see, or the other way round.
    pub theme: ThemeId,
    /// Whether the label has it.
    pub in_label: bool,
    /// Probability of the theme.
    pub probability: f64,
    /// Terms that speak against the label, strongest first.
    pub terms: Vec<String>,
}

/// Folds in which all rows are scored.
const N_FOLDS: usize = 5;
/// Terms named.
const N_TERMS: usize = 5;

/// All labeled rows, the most doubtful first: doubt is the probability that the model gives to the opposite of the
/// label, at the theme where it is highest.
///
/// # Errors
/// What the classifiers say.
pub fn suspects(set: &TrainingSet, settings: &CheckedSettings) -> Result<Vec<Suspect>> {
    let rows = set.rows_where(|row| row.kind != Kind::Codebook);
    let groups: Vec<&str> = rows.iter().map(|&r| set.rows[r].group.as_str()).collect();
    let folds = grouped_folds(&groups, N_FOLDS, settings.seed);
    let parts: Result<Vec<Vec<Suspect>>> = (0..N_FOLDS)
        .into_par_iter()
        .map(|fold| {
            let tested: Vec<usize> =
                rows.iter().zip(&folds).filter(|(_, f)| **f == fold).map(|(r, _)| *r).collect();
            let is_tested: std::collections::HashSet<usize> = tested.iter().copied().collect();
            let train: Vec<usize> = (0..set.rows.len()).filter(|r| !is_tested.contains(r)).collect();
            let mut fitted = FittedHead::fit(set, Head::Themes, &train, settings)?;
            let scores: Vec<_> =
                tested.iter().map(|&r| fitted.member_scores(set, Head::Themes, r, settings)).collect();
            fitted.scale(&scores);
            let scores: Vec<Vec<f64>> = scores.iter().map(|s| fitted.blend(s)).collect();
            // Rows of this fold are many and most are right: they tell the curve that is used on them.
            let decisions: Vec<(f64, bool)> = tested
                .iter()
                .zip(&scores)
                .flat_map(|(&r, s)| {
                    let label = set.rows[r].themes;
                    s.iter().enumerate().map(move |(t, &s)| (s, label.contains(ThemeId(t as u8))))
                })
                .collect();
            let curve = Calibration::fit(&decisions);
            Ok(tested
                .iter()
                .zip(&scores)
                .map(|(&r, s)| suspect(set, &fitted, r, s, &curve, settings))
                .collect())
        })
        .collect();
    let mut suspects: Vec<Suspect> = parts?.into_iter().flatten().collect();
    suspects.sort_by(|a, b| b.doubt().total_cmp(&a.doubt()).then(a.row.cmp(&b.row)));
    Ok(suspects)
}

impl Suspect {
    /// Probability that the label is wrong about the theme.
    pub fn doubt(&self) -> f64 {
        if self.in_label { 1.0 - self.probability } else { self.probability }
    }
}

fn suspect(
    set: &TrainingSet,
    fitted: &FittedHead,
    row: usize,
    scores: &[f64],
    curve: &Calibration,
    settings: &CheckedSettings,
) -> Suspect {
    let label = set.rows[row].themes;
    let of = |theme: usize| {
        let probability = curve.probability(scores[theme]);
        let in_label = label.contains(ThemeId(theme as u8));
        Suspect { row, theme: ThemeId(theme as u8), in_label, probability, terms: Vec::new() }
    };
    let mut worst = (0..scores.len())
        .map(of)
        .max_by(|a, b| a.doubt().total_cmp(&b.doubt()).then(b.theme.cmp(&a.theme)))
        .expect("a codebook has themes");
    let mut terms = fitted.contributions(set, row, worst.theme.index(), settings);
    terms.retain(|(_, weight)| (*weight > 0.0) != worst.in_label);
    terms.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    worst.terms = terms.into_iter().take(N_TERMS).map(|(term, _)| name(set, term)).collect();
    worst
}

fn name(set: &TrainingSet, term: TermId) -> String {
    let (block, key) = set.corpus.themes.vocabulary.term(term);
    let form = |lexeme| set.corpus.lexicon.form(lexeme).to_owned();
    describe(Block::of(Head::Themes)[block], key, form, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        classify::EventModel,
        codebook::ThemeSet,
        model::{Settings, training::tests::project},
        random::Random,
    };

    #[test]
    fn planted_errors_are_found_at_three_times_the_rate_of_a_random_list() {
        let mut set = TrainingSet {
            codebook: project().codebook.clone(),
            rows: project().rows.clone(),
            corpus: crate::vectorize::Corpus::new(project().rows.iter().map(|r| r.text.as_str())),
        };
        let mut random = Random::new(5);
        let rows = set.rows_where(|r| r.kind != Kind::Codebook);
        let planted: Vec<usize> = rows.iter().copied().filter(|_| random.unit() < 0.05).collect();
        for &row in &planted {
            let n = set.codebook.themes().len();
            let other = (set.rows[row].themes.main().index() + 1 + random.below(n - 1)) % n;
            set.rows[row].themes = ThemeSet::new(ThemeId(other as u8));
        }
        let settings = Settings::naive_bayes(EventModel::Bernoulli).check().expect("checked");
        let ranked = suspects(&set, &settings).expect("ranked");
        assert_eq!(ranked.len(), rows.len());
        let first = &ranked[..rows.len() / 10];
        let found = first.iter().filter(|s| planted.contains(&s.row)).count();
        // A random tenth has a tenth of the planted errors.
        assert!(
            found * 10 >= 3 * planted.len(),
            "{found} of {} planted errors in the first tenth",
            planted.len()
        );
        assert!(first.iter().any(|s| !s.terms.is_empty()));
    }
}
