//! What changed between two years, theme by theme, and what cannot be said.

use super::{
    correction::{Correction, Uncorrected},
    estimate::Share,
    interval::{Interval, Z_95, benjamini_hochberg, difference, p_value},
};

/// Share of false alarms among the changes that a report names.
pub const FALSE_ALARMS: f64 = 0.05;
/// A change that a report must be able to see before it says that there was none, as a share (15 points).
pub const CHANGE_THAT_MATTERS: f64 = 0.15;
/// Fewer opinions in a year are no year to compare.
pub const FEWEST_OPINIONS: usize = 20;
/// Fewer opinions of a theme in both years together say nothing of it.
pub const FEWEST_OF_THEME: usize = 5;

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unknown {
    /// The shares of a year cannot be corrected.
    Uncorrected(i32, Uncorrected),
    /// A year has too few opinions.
    FewOpinions(i32, usize),
    /// The theme has too few opinions in both years.
    RareTheme(usize),
    /// A change of [`CHANGE_THAT_MATTERS`] could hide in the interval.
    Wide,
    /// The interval alone leaves 0 out, but not once the number of themes looked at is counted in.
    ManyThemes,
}

/// What can be said of a theme between two years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Its share grew.
    Rose,
    /// Its share fell.
    Fell,
    /// No change is seen, and one that matters would have been.
    NoChangeSeen,
    /// Nothing, and why.
    CannotSay(Unknown),
}

/// A theme between two years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Place of the theme in the codebook.
    pub theme: usize,
    /// Earlier year.
    pub from: i32,
    /// Later year.
    pub to: i32,
    /// Difference of the corrected shares, with its 95 % interval; `None` where there is none.
    pub difference: Option<Interval>,
    /// p-value of no difference.
    pub p: Option<f64>,
    /// The same corrected for all themes and pairs of years of the report.
    pub q: Option<f64>,
    /// What can be said.
    pub verdict: Verdict,
}

/// A year as changes need it.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Opinions.
    pub n: usize,
    /// Opinions by theme, as counted.
    pub counts: Vec<usize>,
    /// How its shares are corrected.
    pub correction: Correction,
    /// Corrected shares by theme.
    pub shares: Vec<Option<Share>>,
}

/// Changes of every theme between each year and the next, and between the first and the last where there are more than
/// two; years in order.
pub fn changes(years: &[Settled]) -> Vec<Change> {
    let mut pairs: Vec<(&Settled, &Settled)> = years.iter().zip(years.iter().skip(1)).collect();
    if let (Some(first), Some(last), true) = (years.first(), years.last(), years.len() > 2) {
        pairs.push((first, last));
    }
    let mut changes: Vec<Change> =
        pairs.iter().flat_map(|(a, b)| (0..a.counts.len()).map(|theme| tested(a, b, theme))).collect();

    let p: Vec<f64> = changes.iter().filter_map(|c| c.p).collect();
    let mut q = benjamini_hochberg(&p).into_iter();
    for change in changes.iter_mut().filter(|c| c.p.is_some()) {
        change.q = q.next();
        change.verdict = verdict(change);
    }
    changes
}

/// A change before the number of themes is counted in.
fn tested(from: &Settled, to: &Settled, theme: usize) -> Change {
    let mut change = Change {
        theme,
        from: from.fiscal_year,
        to: to.fiscal_year,
        difference: None,
        p: None,
        q: None,
        verdict: Verdict::NoChangeSeen,
    };
    let unknown = |why| Change { verdict: Verdict::CannotSay(why), ..change };
    for year in [from, to] {
        if year.n < FEWEST_OPINIONS {
            return unknown(Unknown::FewOpinions(year.fiscal_year, year.n));
        }
        if let Correction::None(why) = year.correction {
            return unknown(Unknown::Uncorrected(year.fiscal_year, why));
        }
    }
    let (Some(Some(a)), Some(Some(b))) = (from.shares.get(theme), to.shares.get(theme)) else {
        return unknown(Unknown::Wide);
    };
    let (a, b) = ((a.share, a.n_effective), (b.share, b.n_effective));
    let difference = difference(a, b, Z_95);
    let n_of_theme = from.counts[theme] + to.counts[theme];
    if n_of_theme < FEWEST_OF_THEME {
        return Change { difference: Some(difference), ..unknown(Unknown::RareTheme(n_of_theme)) };
    }
    change.difference = Some(difference);
    change.p = Some(p_value(a, b));
    change
}

fn verdict(change: &Change) -> Verdict {
    let (Some(difference), Some(q)) = (change.difference, change.q) else { return change.verdict };
    if q <= FALSE_ALARMS {
        return if difference.estimate > 0.0 { Verdict::Rose } else { Verdict::Fell };
    }
    if difference.low > 0.0 || difference.high < 0.0 {
        return Verdict::CannotSay(Unknown::ManyThemes);
    }
    if difference.low.abs().max(difference.high.abs()) >= CHANGE_THAT_MATTERS {
        return Verdict::CannotSay(Unknown::Wide);
    }
    Verdict::NoChangeSeen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(fiscal_year: i32, n: usize, counts: &[usize]) -> Settled {
        let share = |c: &usize| Share { share: *c as f64 / n as f64, n_effective: n as f64 };
        Settled {
            fiscal_year,
            n,
            counts: counts.to_vec(),
            correction: Correction::Census,
            shares: counts.iter().map(|c| Some(share(c))).collect(),
        }
    }

    fn verdicts(a: &Settled, b: &Settled) -> Vec<Verdict> {
        changes(&[a.clone(), b.clone()]).into_iter().map(|c| c.verdict).collect()
    }

    #[test]
    fn each_theme_gets_what_its_figures_allow() {
        let found = verdicts(&settled(2019, 200, &[40, 20, 60, 1]), &settled(2022, 200, &[10, 60, 60, 2]));
        assert_eq!(
            found,
            [Verdict::Fell, Verdict::Rose, Verdict::NoChangeSeen, Verdict::CannotSay(Unknown::RareTheme(3))]
        );
    }

    #[test]
    fn little_data_is_no_proof_that_nothing_changed() {
        let found = verdicts(&settled(2019, 40, &[8]), &settled(2022, 40, &[9]));
        assert_eq!(found, [Verdict::CannotSay(Unknown::Wide)]);
        let found = verdicts(&settled(2019, 10, &[8]), &settled(2022, 40, &[9]));
        assert_eq!(found, [Verdict::CannotSay(Unknown::FewOpinions(2019, 10))]);
    }

    #[test]
    fn one_alarm_among_many_themes_is_not_named() {
        let mut a = vec![30; 15];
        let mut b = vec![30; 15];
        (a[3], b[3]) = (20, 36);
        let found = verdicts(&settled(2019, 200, &a), &settled(2022, 200, &b));
        assert_eq!(found[3], Verdict::CannotSay(Unknown::ManyThemes));
    }

    #[test]
    fn a_year_that_cannot_be_corrected_is_said_to_be_so() {
        let mut later = settled(2022, 200, &[20]);
        let why = Uncorrected::FewChecked { n_checked: 0 };
        later.correction = Correction::None(why);
        let found = changes(&[settled(2019, 200, &[80]), later]);
        assert_eq!(found[0].verdict, Verdict::CannotSay(Unknown::Uncorrected(2022, why)));
        assert_eq!((found[0].difference, found[0].q), (None, None));
    }

    #[test]
    fn three_years_are_compared_step_by_step_and_as_a_whole() {
        let years = [settled(2019, 50, &[5]), settled(2020, 50, &[6]), settled(2021, 50, &[7])];
        let pairs: Vec<_> = changes(&years).iter().map(|c| (c.from, c.to)).collect();
        assert_eq!(pairs, [(2019, 2020), (2020, 2021), (2019, 2021)]);
    }
}
