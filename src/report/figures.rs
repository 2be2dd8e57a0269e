//! How figures are written in Japanese pages.

use crate::compare::interval::Interval;

/// `12.3%`.
pub fn percent(share: f64) -> String {
    format!("{:.1}%", tidy(100.0 * share))
}

/// `8.1〜16.2%`.
pub fn percent_range(interval: &Interval) -> String {
    format!("{:.1}〜{:.1}%", tidy(100.0 * interval.low), tidy(100.0 * interval.high))
}

/// `+10.5`, in points; a minus sign of its own width below 0.
pub fn points(difference: f64) -> String {
    let value = tidy(100.0 * difference);
    let sign = if value > 0.0 {
        "+"
    } else if value < 0.0 {
        "−"
    } else {
        "±"
    };
    format!("{sign}{:.1}", value.abs())
}

/// `−2.0〜+10.5`.
pub fn points_range(interval: &Interval) -> String {
    format!("{}〜{}", points(interval.low), points(interval.high))
}

/// `0.012`; below a thousandth `0.001未満`.
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "0.001未満".to_owned() } else { format!("{p:.3}") }
}

/// `12,345`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut written = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// `令和元年度`, `平成30年度`, else `1980年度`.
pub fn fiscal_year(year: i32) -> String {
    let (era, first) = match year {
        2019.. => ("令和", 2019),
        1989.. => ("平成", 1989),
        _ => return format!("{year}年度"),
    };
    match year - first + 1 {
        1 => format!("{era}元年度"),
        n => format!("{era}{n}年度"),
    }
}

/// Names in 「」, joined; at most `most`, then how many more.
pub fn listed(names: &[&str], most: usize) -> String {
    let shown: String = names.iter().take(most).map(|n| format!("「{n}」")).collect();
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown}ほか{more}テーマ"),
    }
}

/// To one place, without the minus of a rounded zero.
fn tidy(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_an_analyst_expects() {
        assert_eq!(percent(0.1234), "12.3%");
        assert_eq!(percent_range(&Interval { estimate: 0.1, low: 0.0812, high: 0.1 }), "8.1〜10.0%");
        assert_eq!((points(0.105).as_str(), points(-0.02).as_str()), ("+10.5", "−2.0"));
        assert_eq!((points(-0.0001).as_str(), percent(-0.0).as_str()), ("±0.0", "0.0%"));
        assert_eq!((count(999).as_str(), count(1_234_567).as_str()), ("999", "1,234,567"));
        assert_eq!((p_value(0.0499).as_str(), p_value(1e-9).as_str()), ("0.050", "0.001未満"));
        assert_eq!(points_range(&Interval { estimate: 0.0, low: -0.01, high: 0.05 }), "−1.0〜+5.0");
    }

    #[test]
    fn a_year_has_its_era() {
        assert_eq!(fiscal_year(2019), "令和元年度");
        assert_eq!(fiscal_year(2022), "令和4年度");
        assert_eq!(fiscal_year(2018), "平成30年度");
        assert_eq!(fiscal_year(1980), "1980年度");
    }

    #[test]
    fn a_long_list_says_how_many_more() {
        assert_eq!(listed(&["甲", "乙", "丙"], 2), "「甲」「乙」ほか1テーマ");
        assert_eq!(listed(&["甲"], 2), "「甲」");
    }
}
