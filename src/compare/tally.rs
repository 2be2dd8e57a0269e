//! Counts of one year: opinions come in one by one, sums stay. Nothing grows with the number of opinions.

use indexmap::IndexMap;

use super::{
    estimate::Moments,
    sample::{Sample, sampling_key},
};
use crate::{
    codebook::{Codebook, StanceId, ThemeSet},
    opinion::Source,
    places::places,
    record::{LabeledRecord, Status},
};

/// Area of opinions that name none.
pub const OUTSIDE_AREA: &str = "圏域不明";
/// Opinions kept as quotes for a theme in an area in a year.
pub const MOST_QUOTES: usize = 40;
/// Opinions of a year whose words are counted.
pub const MOST_TEXTS: usize = 5_000;
/// Clusters of a year; further municipalities are put together by chance.
const MOST_CLUSTERS: usize = 2_000;
/// Clusters, made by chance, of opinions that name no municipality (the random groups of Wolter, Introduction to
/// Variance Estimation, chapter 2).
const RANDOM_GROUPS: u64 = 64;

/// Who gave an opinion its themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A person.
    Hand,
    /// The model, and the label can be used as it comes.
    Accepted,
    /// The model, and a person should look.
    Review,
}

/// An opinion to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// Its id.
    pub id: String,
    /// Municipality.
    pub municipality: Option<String>,
    /// Its text.
    pub text: String,
    /// Themes, main first: a person's where there are some.
    pub themes: ThemeSet,
    /// Stance, likewise.
    pub stance: StanceId,
    /// Who says so.
    pub mark: Mark,
    /// Highest probability of any theme.
    pub top_score: f64,
    /// Share of words that training has not seen.
    pub unseen_terms: f64,
    /// Where a person finds it.
    pub source: Source,
}

/// Strata of the estimate, in the order in which sums are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stratum {
    /// Training opinions with a person's decision: what the model says of them shows nothing.
    Trained,
    /// Accepted.
    Accepted,
    /// To review.
    Review,
    /// Training opinions that come without the person's decision.
    TrainedUnlabeled,
}

/// An area's counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaTally {
    /// Opinions.
    pub n: usize,
    /// Opinions by theme.
    pub themes: Vec<usize>,
}

/// Counts of a year.
#[derive(Debug, Clone)]
pub struct YearTally {
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Opinions.
    pub n: usize,
    /// Opinions by who labeled them: a person, the model (accepted), the model (to review).
    pub marks: [usize; 3],
    /// Opinions and hand-checked ones by stratum.
    pub strata: [(usize, usize); 4],
    /// Opinions by theme.
    pub themes: Vec<usize>,
    /// By area, in order of first sight.
    pub areas: IndexMap<String, AreaTally>,
    /// By municipality, in official order.
    pub municipalities: Vec<AreaTally>,
    /// Opinions of no municipality in the table of municipalities.
    pub n_off_map: usize,
    /// Opinions by theme (outer) and stance.
    pub stances: Vec<Vec<usize>>,
    /// Opinions by two themes, both ways; on the diagonal those of the theme.
    pub pairs: Vec<Vec<usize>>,
    /// Quotes by theme and area (index of `areas`).
    pub quotes: IndexMap<(u8, usize), Sample<Quote>>,
    /// Opinions whose words are counted.
    pub texts: Sample<Quote>,
    clusters: IndexMap<String, usize>,
    /// By stratum, then cluster times themes plus theme.
    moments: [Vec<Moments>; 4],
}

/// A record with the codebook's numbers.
pub struct Coded<'r> {
    /// The record.
    pub record: &'r LabeledRecord,
    /// What the model says.
    pub predicted: ThemeSet,
    /// What a person says.
    pub hand: Option<ThemeSet>,
    /// Stance: a person's where there is one.
    pub stance: StanceId,
    /// Probability by theme, in the codebook's order.
    pub scores: Vec<f64>,
}

impl Coded<'_> {
    fn mark(&self) -> Mark {
        match (&self.hand, self.record.status) {
            (Some(_), _) => Mark::Hand,
            (None, Status::Accepted) => Mark::Accepted,
            (None, Status::Review) => Mark::Review,
        }
    }

    fn stratum(&self) -> Stratum {
        match (self.record.in_training, &self.hand, self.record.status) {
            (true, Some(_), _) => Stratum::Trained,
            (true, None, _) => Stratum::TrainedUnlabeled,
            (false, _, Status::Accepted) => Stratum::Accepted,
            (false, _, Status::Review) => Stratum::Review,
        }
    }

    fn quote(&self, themes: ThemeSet) -> Quote {
        let record = self.record;
        Quote {
            id: record.id.clone(),
            municipality: record.municipality.clone(),
            text: record.text.clone(),
            themes,
            stance: self.stance,
            mark: self.mark(),
            top_score: self.scores.iter().copied().fold(0.0, f64::max),
            unseen_terms: record.unseen_terms,
            source: record.source.clone(),
        }
    }
}

impl YearTally {
    fn new(fiscal_year: i32, codebook: &Codebook) -> Self {
        let n_themes = codebook.themes().len();
        Self {
            fiscal_year,
            n: 0,
            marks: [0; 3],
            strata: [(0, 0); 4],
            themes: vec![0; n_themes],
            areas: IndexMap::new(),
            municipalities: vec![
                AreaTally { n: 0, themes: vec![0; n_themes] };
                places().municipalities().len()
            ],
            n_off_map: 0,
            stances: vec![vec![0; codebook.stances().len()]; n_themes],
            pairs: vec![vec![0; n_themes]; n_themes],
            quotes: IndexMap::new(),
            texts: Sample::new(MOST_TEXTS),
            clusters: IndexMap::new(),
            moments: Default::default(),
        }
    }

    fn add(&mut self, coded: &Coded) {
        let record = coded.record;
        let themes = coded.hand.unwrap_or(coded.predicted);
        let key = sampling_key(&record.id);
        self.n += 1;
        self.marks[coded.mark() as usize] += 1;
        let stratum = &mut self.strata[coded.stratum() as usize];
        stratum.0 += 1;
        stratum.1 += usize::from(coded.hand.is_some());

        let area = self.area(record);
        self.areas[area].n += 1;
        for theme in themes.iter() {
            let i = theme.index();
            self.themes[i] += 1;
            self.areas[area].themes[i] += 1;
            self.stances[i][coded.stance.index()] += 1;
            themes.iter().for_each(|other| self.pairs[i][other.index()] += 1);
            let quotes = self.quotes.entry((theme.0, area)).or_insert_with(|| Sample::new(MOST_QUOTES));
            quotes.show(key, || coded.quote(themes));
        }
        self.texts.show(key, || coded.quote(themes));
        self.add_municipality(record, themes);
        self.add_moments(coded, key);
    }

    /// The row of the record's area; a municipality that we know says its own area.
    fn area(&mut self, record: &LabeledRecord) -> usize {
        let named = record.area.as_deref().map(str::trim).filter(|a| !a.is_empty());
        let known = named.map(|a| places().area(a).unwrap_or(a));
        let by_municipality = || record.municipality.as_deref().and_then(|m| places().area_of(m));
        let name = known.or_else(by_municipality).unwrap_or(OUTSIDE_AREA);
        if let Some(at) = self.areas.get_index_of(name) {
            return at;
        }
        let tally = AreaTally { n: 0, themes: vec![0; self.themes.len()] };
        self.areas.insert_full(name.to_owned(), tally).0
    }

    /// A double heading counts for each of its municipalities.
    fn add_municipality(&mut self, record: &LabeledRecord, themes: ThemeSet) {
        let Some(parts) = record.municipality.as_deref().and_then(|m| places().heading(m)) else {
            self.n_off_map += 1;
            return;
        };
        for municipality in parts {
            let at = places().municipalities().iter().position(|m| m.code == municipality.code);
            let tally = &mut self.municipalities[at.expect("a heading's parts come from the same table")];
            tally.n += 1;
            themes.iter().for_each(|theme| tally.themes[theme.index()] += 1);
        }
    }

    fn add_moments(&mut self, coded: &Coded, key: u64) {
        let n_themes = self.themes.len();
        let group = || format!("\u{0}{}", key % RANDOM_GROUPS);
        let name = match coded.record.municipality.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() && self.clusters.contains_key(name) => name.to_owned(),
            Some(name) if !name.is_empty() && self.clusters.len() < MOST_CLUSTERS => name.to_owned(),
            _ => group(),
        };
        let next = self.clusters.len();
        let cluster = *self.clusters.entry(name).or_insert(next);
        let moments = &mut self.moments[coded.stratum() as usize];
        if moments.len() < (cluster + 1) * n_themes {
            moments.resize((cluster + 1) * n_themes, Moments::default());
        }
        let row = &mut moments[cluster * n_themes..][..n_themes];
        for (theme, (sums, &score)) in row.iter_mut().zip(&coded.scores).enumerate() {
            let id = crate::codebook::ThemeId(theme as u8);
            sums.add(score, coded.hand.map(|hand| hand.contains(id)));
        }
    }

    /// Sums of a theme in a stratum, by cluster.
    pub fn moments(&self, stratum: Stratum, theme: usize) -> Vec<Moments> {
        let n_themes = self.themes.len();
        let sums = &self.moments[stratum as usize];
        (0..self.clusters.len())
            .map(|cluster| sums.get(cluster * n_themes + theme).copied().unwrap_or_default())
            .collect()
    }
}

/// Counts of all years.
#[derive(Debug, Clone)]
pub struct Tally {
    /// The codebook that every record follows.
    pub codebook: Codebook,
    /// By fiscal year.
    pub years: std::collections::BTreeMap<i32, YearTally>,
}

impl Tally {
    /// Counts of nothing.
    pub fn new(codebook: Codebook) -> Self {
        Self { codebook, years: Default::default() }
    }

    /// Counts a record.
    ///
    /// # Errors
    /// A message when it names no year, or a theme or stance that the codebook does not have.
    pub fn add(&mut self, record: &LabeledRecord) -> Result<(), String> {
        let Some(fiscal_year) = record.fiscal_year else {
            return Err("no fiscal year; label the file again with --fiscal-year".to_owned());
        };
        let coded = self.coded(record)?;
        let codebook = &self.codebook;
        self.years.entry(fiscal_year).or_insert_with(|| YearTally::new(fiscal_year, codebook)).add(&coded);
        Ok(())
    }

    fn coded<'r>(&self, record: &'r LabeledRecord) -> Result<Coded<'r>, String> {
        let predicted = self.themes(&record.themes)?;
        let hand = record.label.as_ref().map(|label| self.themes(&label.themes)).transpose()?;
        let stance = record.label.as_ref().and_then(|label| label.stance.as_ref()).unwrap_or(&record.stance);
        let stance = self
            .codebook
            .stance_named(stance)
            .ok_or_else(|| format!("stance {stance} is not in the codebook"))?;
        Ok(Coded { record, predicted, hand, stance, scores: self.scores(record, predicted)? })
    }

    fn themes(&self, names: &[String]) -> Result<ThemeSet, String> {
        let mut set: Option<ThemeSet> = None;
        for name in names {
            let id = self
                .codebook
                .theme_named(name)
                .ok_or_else(|| format!("theme {name} is not in the codebook"))?;
            match &mut set {
                None => set = Some(ThemeSet::new(id)),
                Some(set) => {
                    if !set.push(id) {
                        return Err(format!("theme {name} is named twice, or there are too many"));
                    }
                }
            }
        }
        set.ok_or_else(|| "no theme: at least one is expected".to_owned())
    }

    /// Probabilities in the codebook's order; without any, 1 for what was given.
    fn scores(&self, record: &LabeledRecord, predicted: ThemeSet) -> Result<Vec<f64>, String> {
        let ids = self.codebook.theme_ids();
        if record.scores.is_empty() {
            return Ok(ids.map(|id| f64::from(u8::from(predicted.contains(id)))).collect());
        }
        let themes = self.codebook.themes();
        themes
            .iter()
            .enumerate()
            .map(|(i, theme)| {
                // `label` writes them in this order, so that looking them up is seldom needed.
                let at = record.scores.get_index(i).filter(|(name, _)| **name == theme.id).map(|(_, s)| *s);
                let score = at.or_else(|| record.scores.get(&theme.id).copied());
                score.filter(|s| (0.0..=1.0).contains(s)).ok_or_else(|| {
                    format!("no probability from 0 to 1 for theme {} among the scores", theme.id)
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codebook() -> Codebook {
        Codebook::from_toml(include_str!("../../labels/codebook.toml"), "codebook.toml").expect("a codebook")
    }

    fn record(id: &str, municipality: &str, themes: &[&str]) -> LabeledRecord {
        serde_json::from_value(serde_json::json!({
            "id": id, "fiscal_year": 2019, "municipality": municipality, "text": "在宅医が少ない。",
            "themes": themes, "stance": "concern", "status": "accepted", "probability": 0.9, "scores": {},
            "stance_scores": {}, "evidence": {}, "unseen_terms": 0.1, "in_training": false,
            "source": {"file": "a.txt"}, "model": "m", "codebook": "c"
        }))
        .expect("a record")
    }

    #[test]
    fn an_opinion_counts_once_for_each_of_its_themes() {
        let mut tally = Tally::new(codebook());
        tally.add(&record("1", "千代田区", &["supply", "policy"])).expect("counted");
        tally.add(&record("2", "羽村市・瑞穂町", &["supply"])).expect("counted");
        let year = &tally.years[&2019];
        assert_eq!((year.n, year.themes[0], year.themes.iter().sum::<usize>()), (2, 2, 3));
        let policy = tally.codebook.theme_named("policy").expect("a theme").index();
        assert_eq!((year.pairs[0][policy], year.pairs[policy][0], year.pairs[0][0]), (1, 1, 2));
        assert_eq!(year.areas.keys().collect::<Vec<_>>(), ["区中央部", "西多摩"]);
        assert_eq!(year.municipalities.iter().filter(|m| m.n == 1).count(), 3);
    }

    #[test]
    fn a_persons_decision_goes_before_the_models() {
        let mut tally = Tally::new(codebook());
        let mut checked = record("1", "港区", &["supply"]);
        checked.label = Some(crate::record::HandDecision { themes: vec!["policy".into()], stance: None });
        tally.add(&checked).expect("counted");
        let year = &tally.years[&2019];
        assert_eq!((year.themes[0], year.marks), (0, [1, 0, 0]));
        let moments = year.moments(Stratum::Accepted, 0);
        assert_eq!((moments[0].f, moments[0].m, moments[0].y), (1.0, 1.0, 0.0));
    }

    #[test]
    fn what_does_not_fit_the_codebook_is_refused_by_name() {
        let mut tally = Tally::new(codebook());
        let mut without_year = record("1", "港区", &["supply"]);
        without_year.fiscal_year = None;
        let mut bad_score = record("3", "港区", &["supply"]);
        bad_score.scores.insert("supply".into(), 1.5);
        for (record, expected) in [
            (without_year, "--fiscal-year"),
            (record("2", "港区", &["nothing"]), "theme nothing"),
            (record("2", "港区", &[]), "at least one"),
            (bad_score, "theme supply among the scores"),
        ] {
            let message = tally.add(&record).expect_err("refused");
            assert!(message.contains(expected), "{message}");
        }
        assert!(tally.years.is_empty());
    }

    #[test]
    fn an_unknown_place_has_a_row_of_its_own_and_no_tile() {
        let mut tally = Tally::new(codebook());
        tally.add(&record("1", "横浜市", &["supply"])).expect("counted");
        let year = &tally.years[&2019];
        assert_eq!((year.areas.keys().next().map(String::as_str), year.n_off_map), (Some(OUTSIDE_AREA), 1));
    }
}
