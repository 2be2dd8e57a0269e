//! Shades of a heat map: a count becomes a level, a level a color of the style sheet with text that can be read on it.

use serde::Serialize;

/// Levels above 0.
pub const N_LEVELS: usize = 6;

/// Steps of counts, one a level.
#[derive(Debug, Clone, Copy)]
pub struct Shades {
    most: usize,
}

/// A step of the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Level, from 0.
    pub level: usize,
    /// Counts that have it.
    pub counts: String,
}

impl Shades {
    /// Even steps up to the highest count.
    pub fn up_to(most: usize) -> Self {
        Self { most }
    }

    /// Level of a count; 0 is that of 0 alone.
    pub fn level(self, n: usize) -> usize {
        (n * N_LEVELS).div_ceil(self.most.max(1)).min(N_LEVELS)
    }

    /// All steps; few counts leave some levels out, so that they stay far apart.
    pub fn legend(self) -> Vec<Step> {
        let mut steps = vec![Step { level: 0, counts: "0".to_owned() }];
        let mut first = 1;
        for level in 1..=N_LEVELS {
            let last = level * self.most / N_LEVELS;
            if first > last {
                continue;
            }
            let counts = if first == last { first.to_string() } else { format!("{first}〜{last}") };
            steps.push(Step { level, counts });
            first = last + 1;
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_says_which_counts_have_which_level() {
        for most in [0, 1, 3, 6, 7, 11, 29, 1000] {
            let shades = Shades::up_to(most);
            for step in shades.legend() {
                let (first, last) = step.counts.split_once('〜').unwrap_or((&step.counts, &step.counts));
                let number = |s: &str| s.parse::<usize>().expect("a count");
                assert_eq!(shades.level(number(first)), step.level, "{most}: {step:?}");
                assert_eq!(shades.level(number(last)), step.level, "{most}: {step:?}");
            }
            assert_eq!(shades.level(0), 0);
        }
    }

    /// Relative luminance of `#rrggbb`, and the contrast of two of them (WCAG 2.2).
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |color: &str| {
            let channel = |at: usize| {
                let c = f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("hexadecimal")) / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_color_of_the_style_sheet() {
        let css = include_str!("templates/page.css");
        let pairs: Vec<(&str, &str)> = css
            .split('}')
            .filter_map(|rule| {
                let value = |name: &str| {
                    let body = rule.split_once('{')?.1;
                    body.split(';').find_map(|d| d.trim().strip_prefix(name)).map(str::trim)
                };
                Some((value("color:")?, value("background:")?))
                    .filter(|(text, background)| text.starts_with('#') && background.starts_with('#'))
            })
            .collect();
        assert!(pairs.len() > N_LEVELS + 3, "{pairs:?}");
        for (text, background) in pairs {
            assert!(contrast(text, background) >= 4.5, "{text} on {background}");
        }
    }
}
