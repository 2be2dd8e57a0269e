//! Cues that carry stance: how the last clause of a text ends once its hedges are taken off, and which words stand
//! under a negation.

/// Endings that soften a statement and say nothing of its stance, longest first within a family. A text may carry
/// several, so they are taken off one after the other, at most [`MAX_HEDGES`].
const HEDGES: [&str; 46] = [
    "のではないでしょうか",
    "のではないだろうか",
    "ではないでしょうか",
    "ではないだろうか",
    "のではないか",
    "ではないか",
    "ものと考えられる",
    "ものと思われる",
    "とも考えられる",
    "とも思われる",
    "と考えられる",
    "と考えている",
    "と考えます",
    "と考える",
    "と思われる",
    "と思っている",
    "と思います",
    "と思う",
    "と推測される",
    "と推察される",
    "と推測する",
    "と感じられる",
    "と感じている",
    "と感じる",
    "と見込まれる",
    "と見込んでいる",
    "と言われている",
    "といわれている",
    "状況となっている",
    "状況である",
    "状況にある",
    "状況",
    "印象である",
    "印象がある",
    "印象",
    "ところである",
    "ところ",
    "ことがある",
    "ことが多い",
    "とのことである",
    "とのこと",
    "という声がある",
    "という声もある",
    "という意見がある",
    "という指摘がある",
    "という話がある",
];

/// Most hedges taken off one text.
const MAX_HEDGES: usize = 3;

/// Base forms that turn what stands before them into its opposite.
const NEGATIONS: [&str; 5] = ["ない", "ぬ", "ず", "ん", "なし"];

/// The end of a text without closing punctuation and hedges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending<'a> {
    /// Text up to the first hedge.
    pub stem: &'a str,
    /// Number of hedges taken off.
    pub n_hedges: usize,
}

/// Takes closing punctuation and hedges off the end of a normalized text.
pub fn ending(text: &str) -> Ending<'_> {
    let trim = |t: &'_ str| t.trim_end_matches(['。', '.', ' ', '、', '!', '?', '」', ')']).len();
    let mut stem = &text[..trim(text)];
    let mut n_hedges = 0;
    while n_hedges < MAX_HEDGES {
        let Some(rest) = HEDGES.iter().find_map(|h| stem.strip_suffix(h)).filter(|r| !r.is_empty()) else {
            break;
        };
        stem = &rest[..trim(rest)];
        n_hedges += 1;
    }
    Ending { stem, n_hedges }
}

/// Whether a word of this base form negates.
pub fn is_negation(base_form: &str) -> bool {
    NEGATIONS.contains(&base_form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hedges_go_one_after_the_other() {
        assert_eq!(
            ending("資源は充足しているのではないかと思われる。"),
            Ending { stem: "資源は充足している", n_hedges: 2 }
        );
        assert_eq!(ending("連携が必要"), Ending { stem: "連携が必要", n_hedges: 0 });
        assert_eq!(ending("少ない状況にある。"), Ending { stem: "少ない", n_hedges: 1 });
    }

    #[test]
    fn a_text_that_is_nothing_but_a_hedge_keeps_it() {
        assert_eq!(ending("状況").stem, "状況");
        assert_eq!(ending("").stem, "");
    }
}
