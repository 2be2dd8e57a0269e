//! What is new in a year: opinions that no theme fits, grouped by their terms, and terms that earlier years do not have
//! or have seldom. Terms here are runs of nouns as they stand in the text (訪問看護ステーション, 第7波).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{
    interval::{benjamini_hochberg, p_value},
    tally::{Quote, YearTally},
};
use crate::{
    tokenize::{
        Analyzer,
        morphology::{PartOfSpeech, details},
    },
    vectorize::GrowingLexicon,
};

/// An opinion whose best theme is less likely than not fits none.
pub const LOW_SCORE: f64 = 0.5;
/// Opinions, and municipalities, that must name a term before it counts as new: one writer's word is no news.
pub const FEWEST_NAMING: (usize, usize) = (3, 2);
/// How much more often a term must stand to have grown.
const GROWTH: f64 = 2.0;
/// Terms listed.
const MOST_TERMS: usize = 25;
/// Groups of opinions that no theme fits, and opinions quoted of each.
const MOST_GROUPS: usize = 8;
const MOST_OF_GROUP: usize = 6;
/// Characters shown on either side of a term.
const CONTEXT_CHARS: usize = 22;

/// Opinions without a theme that have a term in common.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfitGroup {
    /// The term; `None` for those that share none.
    pub term: Option<String>,
    /// Opinions.
    pub n: usize,
    /// Some of them.
    pub quotes: Vec<Quote>,
}

/// A term that is new or has grown.
#[derive(Debug, Clone, PartialEq)]
pub struct GrownTerm {
    /// The term.
    pub term: String,
    /// Opinions that name it in earlier years.
    pub n_before: usize,
    /// Opinions that name it now.
    pub n_now: usize,
    /// Municipalities that name it now.
    pub n_municipalities: usize,
    /// Where it stands in one of them.
    pub example: String,
    /// p-value of no growth, corrected for the number of terms; `None` for terms that are new.
    pub q: Option<f64>,
}

/// What is new in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Novelty {
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Opinions whose words were counted, of how many.
    pub n_texts: (usize, usize),
    /// The same of all earlier years; none of an only year.
    pub n_before: usize,
    /// Share of unseen words above which an opinion can be without a theme: the median of earlier years.
    pub unseen_terms: f64,
    /// Opinions that no theme fits.
    pub n_unfit: usize,
    /// Those, grouped.
    pub groups: Vec<UnfitGroup>,
    /// Terms that no earlier year has.
    pub new_terms: Vec<GrownTerm>,
    /// Terms that stand more often than before.
    pub grown_terms: Vec<GrownTerm>,
}

/// Texts of a year with their terms.
struct Texts<'a> {
    quotes: Vec<&'a Quote>,
    terms: Vec<BTreeSet<String>>,
}

impl<'a> Texts<'a> {
    fn of(year: &'a YearTally, words: &mut Nouns) -> Self {
        let quotes = year.texts.take(usize::MAX);
        let terms = quotes.iter().map(|q| words.of(&q.text)).collect();
        Self { quotes, terms }
    }

    /// Opinions that name each term.
    fn naming(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut naming: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, terms) in self.terms.iter().enumerate() {
            terms.iter().for_each(|term| naming.entry(term).or_default().push(i));
        }
        naming
    }
}

/// What is new in the last of these years, against all before it.
pub fn novelty<'a>(years: impl IntoIterator<Item = &'a YearTally>) -> Option<Novelty> {
    let mut words = Nouns::default();
    let years: Vec<&YearTally> = years.into_iter().collect();
    let (last, earlier) = years.split_last()?;
    let now = Texts::of(last, &mut words);
    let before: Vec<Texts> = earlier.iter().map(|year| Texts::of(year, &mut words)).collect();
    let n_before: usize = before.iter().map(|t| t.quotes.len()).sum();
    let mut counts_before: BTreeMap<&str, usize> = BTreeMap::new();
    for (term, naming) in before.iter().flat_map(Texts::naming) {
        *counts_before.entry(term).or_default() += naming.len();
    }
    let usual: Vec<&Quote> = before.iter().flat_map(|t| &t.quotes).copied().collect();
    let unseen_terms = median(if usual.is_empty() { &now.quotes } else { &usual });
    let unfit: Vec<usize> = (0..now.quotes.len())
        .filter(|&i| now.quotes[i].top_score < LOW_SCORE && now.quotes[i].unseen_terms > unseen_terms)
        .collect();
    let naming = now.naming();
    let (new_terms, grown_terms) =
        if n_before == 0 { (Vec::new(), Vec::new()) } else { terms(&now, &naming, &counts_before, n_before) };
    Some(Novelty {
        fiscal_year: last.fiscal_year,
        n_texts: (now.quotes.len(), last.n),
        n_before,
        unseen_terms,
        n_unfit: unfit.len(),
        groups: groups(&now, &naming, unfit),
        new_terms,
        grown_terms,
    })
}

fn median(quotes: &[&Quote]) -> f64 {
    let mut shares: Vec<f64> = quotes.iter().map(|q| q.unseen_terms).collect();
    shares.sort_by(f64::total_cmp);
    shares.get(shares.len() / 2).copied().unwrap_or_default()
}

/// Terms that are new, and terms that have grown.
fn terms(
    now: &Texts,
    naming: &BTreeMap<&str, Vec<usize>>,
    before: &BTreeMap<&str, usize>,
    n_before: usize,
) -> (Vec<GrownTerm>, Vec<GrownTerm>) {
    let n_now = now.quotes.len();
    let mut found: Vec<(GrownTerm, f64)> = Vec::new();
    for (&term, places) in naming {
        let municipalities: HashSet<_> =
            places.iter().map(|&i| now.quotes[i].municipality.as_deref()).collect();
        let (fewest, fewest_municipalities) = FEWEST_NAMING;
        if places.len() < fewest || municipalities.len() < fewest_municipalities {
            continue;
        }
        let n = before.get(term).copied().unwrap_or_default();
        let (share_before, share_now) = (n as f64 / n_before as f64, places.len() as f64 / n_now as f64);
        if share_now < GROWTH * share_before {
            continue;
        }
        let p = p_value((share_before, n_before as f64), (share_now, n_now as f64));
        let example = context(&now.quotes[places[0]].text, term);
        let n_municipalities = municipalities.len();
        let term = term.to_owned();
        found.push((
            GrownTerm { term, n_before: n, n_now: places.len(), n_municipalities, example, q: None },
            p,
        ));
    }
    found.sort_by(|(a, _), (b, _)| b.n_now.cmp(&a.n_now).then_with(|| a.term.cmp(&b.term)));
    // Every term that may be named is counted in, the new ones too.
    let q = benjamini_hochberg(&found.iter().map(|(_, p)| *p).collect::<Vec<_>>());
    let (mut new, mut grown) = (Vec::new(), Vec::new());
    for ((term, _), q) in found.into_iter().zip(q) {
        if term.n_before == 0 {
            new.push(term);
        } else if q <= super::change::FALSE_ALARMS {
            grown.push(GrownTerm { q: Some(q), ..term });
        }
    }
    new.truncate(MOST_TERMS);
    grown.truncate(MOST_TERMS);
    (new, grown)
}

/// Groups of opinions by the term that says most: named by many of them and by few others.
fn groups(now: &Texts, naming: &BTreeMap<&str, Vec<usize>>, unfit: Vec<usize>) -> Vec<UnfitGroup> {
    let mut left: BTreeSet<usize> = unfit.into_iter().collect();
    let mut groups = Vec::new();
    let group = |term: Option<&str>, members: &[usize]| UnfitGroup {
        term: term.map(str::to_owned),
        n: members.len(),
        quotes: members.iter().take(MOST_OF_GROUP).map(|&i| now.quotes[i].clone()).collect(),
    };
    let n = now.quotes.len() as f64;
    while groups.len() < MOST_GROUPS {
        let best = naming
            .iter()
            .map(|(term, all)| (term, all, all.iter().filter(|i| left.contains(i)).count()))
            .filter(|(_, _, inside)| *inside >= 2)
            .max_by(|a, b| {
                let worth = |(_, all, inside): &(&&str, &Vec<usize>, usize)| {
                    *inside as f64 * ((n + 1.0) / (all.len() as f64 + 1.0)).ln()
                };
                worth(a).total_cmp(&worth(b)).then_with(|| b.0.cmp(a.0))
            });
        let Some((term, all, _)) = best else { break };
        let members: Vec<usize> = all.iter().copied().filter(|i| left.contains(i)).collect();
        members.iter().for_each(|i| _ = left.remove(i));
        groups.push(group(Some(term), &members));
    }
    if !left.is_empty() {
        groups.push(group(None, &left.into_iter().collect::<Vec<_>>()));
    }
    groups
}

/// The text around a term, or its beginning.
fn context(text: &str, term: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = text.find(term).map_or(0, |byte| text[..byte].chars().count());
    let from = at.saturating_sub(CONTEXT_CHARS);
    let to = (at + term.chars().count() + CONTEXT_CHARS).min(chars.len());
    let cut = |cut: bool| if cut { "…" } else { "" };
    format!("{}{}{}", cut(from > 0), chars[from..to].iter().collect::<String>(), cut(to < chars.len()))
}

/// Finds runs of nouns.
#[derive(Default)]
struct Nouns {
    analyzer: Analyzer,
    lexicon: GrowingLexicon,
}

impl Nouns {
    /// Distinct runs of nouns of a text that name something: two characters or more, not all kana, not all digits.
    fn of(&mut self, text: &str) -> BTreeSet<String> {
        self.analyzer.analyze(text, &mut self.lexicon);
        let normalized = self.analyzer.text();
        let mut terms = BTreeSet::new();
        let mut run: Option<(usize, usize)> = None;
        let mut end = |run: Option<(usize, usize)>| {
            let term = run.map_or("", |(from, to)| &normalized[from..to]);
            if names_something(term) {
                terms.insert(term.to_owned());
            }
        };
        for (morpheme, _) in self.analyzer.words() {
            let (from, to) = (morpheme.start as usize, morpheme.end as usize);
            let part = details(morpheme.word).part_of_speech;
            let joins = matches!(part, PartOfSpeech::Noun | PartOfSpeech::Prefix);
            run = match run {
                Some((start, last)) if joins && last == from => Some((start, to)),
                other => {
                    end(other);
                    joins.then_some((from, to))
                }
            };
        }
        end(run);
        terms
    }
}

fn names_something(term: &str) -> bool {
    let kana = |c: char| ('\u{3041}'..='\u{3096}').contains(&c);
    term.chars().count() >= 2
        && !term.chars().all(kana)
        && term.chars().any(|c| c.is_alphabetic() && !kana(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codebook::Codebook, compare::Tally};

    fn tally(years: &[(i32, &[(&str, &str, f64)])]) -> Tally {
        let codebook =
            Codebook::from_toml(include_str!("../../labels/codebook.toml"), "c").expect("a codebook");
        let mut tally = Tally::new(codebook);
        for (year, opinions) in years {
            for (i, (municipality, text, score)) in opinions.iter().enumerate() {
                let mut scores: indexmap::IndexMap<String, f64> =
                    tally.codebook.themes().iter().map(|t| (t.id.clone(), 0.01)).collect();
                scores.insert("supply".into(), *score);
                let record = serde_json::from_value(serde_json::json!({
                    "id": format!("{year}-{i}"), "fiscal_year": year, "municipality": municipality, "text": text,
                    "themes": ["supply"], "stance": "concern", "status": "review", "probability": score,
                    "scores": scores, "stance_scores": {}, "evidence": {}, "in_training": false,
                    "unseen_terms": 1.0 - score, "source": {"file": "a.txt"}, "model": "m", "codebook": "c"
                }))
                .expect("a record");
                tally.add(&record).expect("counted");
            }
        }
        tally
    }

    #[test]
    fn runs_of_nouns_are_terms_and_words_without_meaning_are_not() {
        let found = Nouns::default()
            .of("第７波のときに、訪問看護ステーションがオンライン診療をすることは３０分ではない。");
        for term in ["第7波", "訪問看護ステーション", "オンライン診療"] {
            assert!(found.contains(term), "{term} of {found:?}");
        }
        assert!(!found.contains("こと") && !found.contains("とき"), "{found:?}");
    }

    #[test]
    fn a_term_is_new_when_several_municipalities_name_it_and_no_earlier_year() {
        let tally = tally(&[
            (2019, &[("港区", "在宅医が少ない。", 0.9), ("北区", "在宅医の数。", 0.9)]),
            (
                2022,
                &[
                    ("港区", "オンライン診療と在宅医。", 0.9),
                    ("北区", "オンライン診療の普及。", 0.9),
                    ("北区", "オンライン診療は難しい。", 0.9),
                    ("北区", "蓄電池が要る。", 0.9),
                ],
            ),
        ]);
        let found = novelty(tally.years.values()).expect("two years");
        let new: Vec<_> = found.new_terms.iter().map(|t| (t.term.as_str(), t.n_now)).collect();
        assert_eq!(new, [("オンライン診療", 3)]);
        assert_eq!(found.new_terms[0].example, "オンライン診療と在宅医。");
    }

    #[test]
    fn opinions_that_no_theme_fits_are_grouped_by_their_term() {
        let tally = tally(&[
            (2019, &[("港区", "在宅医が少ない。", 0.9)]),
            (
                2022,
                &[
                    ("港区", "停電のときの蓄電池。", 0.2),
                    ("北区", "蓄電池を貸す。", 0.3),
                    ("北区", "駐車場が無い。", 0.1),
                    ("北区", "在宅医が少ない。", 0.8),
                ],
            ),
        ]);
        let found = novelty(tally.years.values()).expect("two years");
        let groups: Vec<_> = found.groups.iter().map(|g| (g.term.as_deref(), g.n)).collect();
        assert_eq!(found.n_unfit, 3);
        assert_eq!(groups, [(Some("蓄電池"), 2), (None, 1)]);
    }

    #[test]
    fn an_only_year_has_nothing_to_be_new_against() {
        let tally = tally(&[(2022, &[("港区", "オンライン診療。", 0.9)])]);
        let found = novelty(tally.years.values()).expect("a year");
        assert!(found.new_terms.is_empty() && found.n_before == 0);
        assert!(novelty([]).is_none());
    }

    #[test]
    fn a_long_text_is_shown_around_its_term() {
        let text = format!("{}蓄電池{}", "あ".repeat(50), "い".repeat(50));
        let shown = context(&text, "蓄電池");
        assert!(shown.starts_with("…あ") && shown.ends_with("い…") && shown.contains("蓄電池"), "{shown}");
    }
}
