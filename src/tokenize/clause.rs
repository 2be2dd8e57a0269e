//! Cues that carry stance: how a text ends once its hedges are taken off, and where its clauses end. The hedges and
//! the rules of negation were chosen on training labels; `docs/what-did-not-help.md` names the others.

/// A place in a pattern: one of these strings, or nothing where the slot is optional.
struct Slot {
    options: &'static [&'static str],
    optional: bool,
}

/// A way in which a text softens its end. Slots are matched against the end of the text; of all ways to match the
/// longest counts.
struct Hedge {
    slots: &'static [Slot],
}

const fn one(options: &'static [&'static str]) -> Slot {
    Slot { options, optional: false }
}

const fn maybe(options: &'static [&'static str]) -> Slot {
    Slot { options, optional: true }
}

/// Hedges in the order in which they are tried.
const HEDGES: [Hedge; 10] = [
    // のではないか, ではないでしょうかと思われる
    Hedge {
        slots: &[
            maybe(&["の", "ん"]),
            one(&["では", "じゃ"]),
            one(&["ない", "無い", "ありません"]),
            maybe(&["だろう", "でしょう"]),
            maybe(&["か", "かと", "かとも", "かなと"]),
            maybe(&[
                "思う",
                "思います",
                "思われる",
                "思っている",
                "思っています",
                "考える",
                "考えています",
                "考えている",
                "感じる",
                "感じている",
                "見ている",
                "見ております",
            ]),
        ],
    },
    Hedge { slots: &[maybe(&["の", "ん"]), one(&["では"])] },
    Hedge { slots: &[one(&["だろう", "でしょう"]), maybe(&["か"])] },
    // と思われる, とのこと
    Hedge {
        slots: &[
            maybe(&["だ", "である", "です", "もの", "か", "な"]),
            one(&["と"]),
            maybe(&["も", "は"]),
            one(&[
                "思う",
                "思います",
                "思われる",
                "思われます",
                "思っている",
                "思っています",
                "思っております",
                "思うんです",
                "考える",
                "考えます",
                "考えている",
                "考えています",
                "考えられる",
                "感じる",
                "感じた",
                "感じている",
                "感じています",
                "見ている",
                "見ております",
                "見られる",
                "推測される",
                "見込まれる",
                "予想される",
                "言われている",
                "いわれている",
                "聞いている",
                "聞く",
                "伺っている",
                "のこと",
                "のことである",
                "のことだ",
                "のことです",
            ]),
        ],
    },
    Hedge {
        slots: &[
            maybe(&["もの"]),
            one(&["と"]),
            one(&["思", "考え", "見", "感じ"]),
            maybe(&["われ", "られ", "て"]),
            maybe(&["われ", "られ", "て"]),
            one(&["る", "ます", "いる", "います", "おります", "た"]),
        ],
    },
    // という声がある
    Hedge {
        slots: &[
            one(&["という", "との", "といった"]),
            one(&[
                "声", "意見", "指摘", "話", "感想", "印象", "感じ", "認識", "考え", "思い", "状況", "報告",
                "要望",
            ]),
            maybe(&["が", "も", "を"]),
            maybe(&[
                "ある",
                "あった",
                "多い",
                "多く聞く",
                "聞く",
                "聞かれる",
                "聞いた",
                "出ている",
                "出た",
                "上がっている",
                "上がった",
                "挙がっている",
                "寄せられている",
                "よく聞く",
                "いただいている",
                "だ",
                "である",
                "です",
            ]),
        ],
    },
    // 状況である, 印象を受ける
    Hedge {
        slots: &[
            one(&[
                "状況",
                "状態",
                "印象",
                "感じ",
                "実感",
                "現状",
                "傾向",
                "様子",
                "ところ",
                "の",
                "わけ",
                "もの",
                "はず",
            ]),
            maybe(&["が", "も"]),
            one(&[
                "だ",
                "である",
                "です",
                "にある",
                "がある",
                "があった",
                "を受ける",
                "を受けた",
                "を持っている",
                "を持つ",
                "続いている",
                "が続いている",
                "でした",
                "であった",
                "だった",
            ]),
        ],
    },
    // ことが多い
    Hedge {
        slots: &[
            one(&["こと", "場合", "ケース", "例", "とき"]),
            one(&["が", "も"]),
            one(&["ある", "あった", "あります", "多い", "多くある", "少なくない", "珍しくない", "見られる"]),
        ],
    },
    Hedge {
        slots: &[one(&["である", "です", "だ", "であった", "でした", "だった", "であります"])]
    },
    Hedge {
        slots: &[one(&["よ", "ね", "な", "わ", "けど", "けれども", "けれど", "が", "から", "ので", "し"])],
    },
];

/// Most hedges taken off one text.
const MAX_HEDGES: usize = 3;
/// Characters that a text keeps before a hedge, at least; with fewer it is no hedge but the statement itself.
const KEPT_CHARS: usize = 3;

/// Punctuation at the end of a text.
const CLOSING: [char; 12] = ['。', '.', '!', '?', '！', '？', ' ', '　', '」', '』', ')', '）'];

/// Base forms that turn what stands before them into its opposite.
const NEGATIONS: [&str; 8] = ["ない", "ぬ", "ず", "ん", "なし", "無い", "無し", "まい"];
/// Conjunctive particles behind which a clause ends.
const CLAUSE_PARTICLES: [&str; 8] = ["が", "ので", "けれど", "けれども", "けど", "から", "ものの", "のに"];
/// Punctuation behind which a clause ends.
const CLAUSE_STOPS: [&str; 8] = ["、", "。", ",", ".", "，", "．", "!", "?"];

/// The end of a text without closing punctuation and hedges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending<'a> {
    /// Text up to the first hedge.
    pub stem: &'a str,
    /// Which hedges were taken off, last first.
    hedges: [u8; MAX_HEDGES],
    n_hedges: usize,
}

impl Ending<'_> {
    /// Numbers of the hedges taken off, last first.
    pub fn hedges(&self) -> &[u8] {
        &self.hedges[..self.n_hedges]
    }
}

/// Takes closing punctuation and hedges off the end of a normalized text.
pub fn ending(text: &str) -> Ending<'_> {
    let mut ending = Ending { stem: text.trim_end_matches(CLOSING), hedges: [0; MAX_HEDGES], n_hedges: 0 };
    while ending.n_hedges < MAX_HEDGES {
        let found =
            HEDGES.iter().enumerate().find_map(|(i, hedge)| Some((i, matched(ending.stem, hedge.slots)?)));
        let Some((hedge, rest)) = found else { break };
        ending.hedges[ending.n_hedges] = hedge as u8;
        ending.n_hedges += 1;
        ending.stem = rest.trim_end_matches(CLOSING);
    }
    ending
}

/// The text before a match of the slots at its end, the shortest there is.
fn matched<'a>(text: &'a str, slots: &[Slot]) -> Option<&'a str> {
    let Some((last, before)) = slots.split_last() else {
        return (text.chars().nth(KEPT_CHARS - 1).is_some()).then_some(text);
    };
    let with = last.options.iter().filter_map(|option| matched(text.strip_suffix(option)?, before));
    let without = last.optional.then(|| matched(text, before)).flatten();
    with.chain(without).min_by_key(|rest| rest.len())
}

/// Whether a word of this base form negates.
pub fn is_negation(base_form: &str) -> bool {
    NEGATIONS.contains(&base_form)
}

/// Whether a clause ends behind this punctuation.
pub fn is_stop(base_form: &str) -> bool {
    CLAUSE_STOPS.contains(&base_form)
}

/// Whether a clause ends behind this word when it is a conjunctive particle.
pub fn joins_clauses(base_form: &str) -> bool {
    CLAUSE_PARTICLES.contains(&base_form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hedges_go_one_after_the_other() {
        let stem = |text| ending(text).stem;
        assert_eq!(stem("資源は充足しているのではないかと思われる。"), "資源は充足している");
        assert_eq!(stem("連携が必要"), "連携が必要");
        assert_eq!(stem("在宅医が少ない状況にある。"), "在宅医が少ない");
        assert_eq!(stem("不足しているという声がある。"), "不足している");
        assert_eq!(stem("対応は難しいものと考えられる。"), "対応は難しい");
        assert_eq!(ending("不足しているとのことである。").hedges(), [3]);
    }

    #[test]
    fn a_text_that_is_nothing_but_a_hedge_keeps_it() {
        assert_eq!(ending("状況である").stem, "状況である");
        assert_eq!(ending("").stem, "");
        assert!(ending("と思う").hedges().is_empty());
    }
}
