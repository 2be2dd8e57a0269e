//! The marks of a summary: bullets, headings of municipalities and areas, footers with year and page. One line of
//! text comes in, what it is comes out; no state, no geometry, so that text, PDF and Word readers share it.

use unicode_normalization::UnicodeNormalization;

use crate::places::{Places, fold};

/// Characters that stand before an opinion, typed.
const BULLETS: &str = "・･‧·∙⦁•●○◯◎■□◆◇▪▫▶►▷➢➤✓✔❖★☆※*–—‐‑";

/// Kana that number a list, in their order.
const KANA: &str = "アイウエオカキクケコサシスセソ";

/// A bullet at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bullet<'a> {
    /// The mark as written.
    pub mark: &'a str,
    /// Text after the mark and the blanks behind it.
    pub rest: &'a str,
    /// What kind of mark: opinions of one file usually share one.
    pub kind: BulletKind,
}

/// Kinds of bullets that look alike to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BulletKind {
    /// A typed character, as itself.
    Character(char),
    /// （１） (1)
    Parenthesized,
    /// １） 1)
    HalfParenthesized,
    /// ① ⑳
    Circled,
    /// 1. １． １、
    Dotted,
    /// ア イ ウ … followed by a blank, ） or ．
    Kana,
}

/// The bullet that a line begins with. Blanks before it do not matter; a text that begins with a figure
/// (`24時間`) or a word (`ICT`) has none.
pub fn bullet(line: &str) -> Option<Bullet<'_>> {
    let start = line.trim_start();
    let first = start.chars().next()?;
    let rest_after = |n_bytes: usize, kind| {
        let (mark, rest) = start.split_at(n_bytes);
        Some(Bullet { mark, rest: rest.trim_start(), kind })
    };
    if BULLETS.contains(first) {
        return rest_after(
            first.len_utf8(),
            BulletKind::Character(if matches!(first, '･' | '‧' | '·' | '∙') { '・' } else { first }),
        );
    }
    // A hyphen is a bullet only before a blank or Japanese text: -5 is a number.
    if matches!(first, '-' | '－' | 'ー' | '−') {
        let next = start[first.len_utf8()..].chars().next()?;
        return (next.is_whitespace() || (first == '-' && is_japanese(next)))
            .then(|| rest_after(first.len_utf8(), BulletKind::Character('-')))
            .flatten();
    }
    if matches!(first, '①'..='⑳' | '㉑'..='㉟' | '❶'..='❿') {
        return rest_after(first.len_utf8(), BulletKind::Circled);
    }
    if matches!(first, '⑴'..='⒇') {
        return rest_after(first.len_utf8(), BulletKind::Parenthesized);
    }
    let opened = matches!(first, '(' | '（');
    let inner = &start[if opened { first.len_utf8() } else { 0 }..];
    let digits: usize = inner
        .chars()
        .take_while(|c| c.is_ascii_digit() || ('０'..='９').contains(c))
        .map(char::len_utf8)
        .sum();
    let n_digits = inner[..digits].chars().count();
    if (1..=3).contains(&n_digits) {
        let after = inner[digits..].chars().next()?;
        let end = start.len() - inner.len() + digits + after.len_utf8();
        return match after {
            ')' | '）' if opened => rest_after(end, BulletKind::Parenthesized),
            ')' | '）' => rest_after(end, BulletKind::HalfParenthesized),
            // 1.5倍 is a number, 1. と is a bullet
            '.' | '．'
                if !opened
                    && !start[end..]
                        .starts_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)) =>
            {
                rest_after(end, BulletKind::Dotted)
            }
            '、' if !opened => rest_after(end, BulletKind::Dotted),
            _ => None,
        };
    }
    let kana = inner.chars().next()?;
    if KANA.contains(kana) {
        let after = inner[kana.len_utf8()..].chars().next()?;
        let end = start.len() - inner.len() + kana.len_utf8() + after.len_utf8();
        let closes = matches!(after, ')' | '）');
        return match (opened, closes) {
            (true, true) | (false, true) => rest_after(end, BulletKind::Kana),
            (false, false) if matches!(after, '　' | ' ' | '．' | '.') => rest_after(end, BulletKind::Kana),
            _ => None,
        };
    }
    None
}

/// The bullet `n.` or `ｎ．` at the start of a line where that number is due, whatever follows it: in a list `２．24時間`
/// is the second opinion, where [`bullet`] alone sees a number.
pub fn numbered(line: &str, n: u32) -> Option<Bullet<'_>> {
    let start = line.trim_start();
    let wide: String =
        n.to_string().chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect();
    let after = start.strip_prefix(&n.to_string()).or_else(|| start.strip_prefix(&wide))?;
    let rest = after.strip_prefix(['.', '．'])?;
    let mark = &start[..start.len() - rest.len()];
    Some(Bullet { mark, rest: rest.trim_start(), kind: BulletKind::Dotted })
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '「' | '『')
}

/// A heading found on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heading {
    /// A municipality or several (`羽村市・瑞穂町`), as written without brackets; `known` when it is in the table.
    Municipality {
        /// The name as written, blanks and brackets taken off.
        name: String,
        /// Whether every part is in the table of municipalities.
        known: bool,
    },
    /// One or more areas.
    Areas(Vec<&'static str>),
}

const BRACKETS: [(char, char); 11] = [
    ('〈', '〉'),
    ('【', '】'),
    ('《', '》'),
    ('[', ']'),
    ('［', '］'),
    ('<', '>'),
    ('＜', '＞'),
    ('〔', '〕'),
    ('≪', '≫'),
    ('「', '」'),
    ('『', '』'),
];

/// The heading that a whole line is: a name in brackets, a known municipality alone, or areas alone.
pub fn heading(line: &str, places: &Places) -> Option<Heading> {
    let line = line.trim().trim_matches('\u{FEFF}');
    if line.is_empty() || line.chars().count() > 40 {
        return None;
    }
    let line = without_count(line);
    let (inner, bracketed) = strip_brackets(line);
    // A heading mark before a bare name: ■千代田区, １ 千代田区.
    let bare = if bracketed { inner } else { without_number(bullet(inner).map_or(inner, |b| b.rest)) };
    let (bare, bracketed) = match strip_brackets(bare.trim()) {
        (inner, true) => (inner, true),
        (inner, false) => (inner, bracketed),
    };
    let bare = bare.trim();
    // An area may carry the list of its municipalities: 区中央部（千代田区、中央区）.
    let without_list = bare.find(['（', '(']).filter(|i| *i > 0).map_or(bare, |i| &bare[..i]);
    if let Some(areas) = areas(without_list, places) {
        return Some(Heading::Areas(areas));
    }
    let name = fold_heading(bare);
    if places.heading(&name).is_some() {
        return Some(Heading::Municipality { name, known: true });
    }
    let looks_like_a_place = name.chars().count() <= 12
        && name
            .split(['・', '、'])
            .all(|part| part.ends_with(['区', '市', '町', '村']) && part.chars().count() >= 2);
    (bracketed && looks_like_a_place).then_some(Heading::Municipality { name, known: false })
}

/// A known municipality at the start of a line with text behind it, and that text: `【港区】在宅医が…`,
/// `港区：在宅医が…`, `港区　・在宅医が…`. `None` where the name is the whole line, or only the first word of a sentence.
pub fn leading_heading<'a>(line: &'a str, places: &Places) -> Option<(String, &'a str)> {
    let text = line.trim();
    let known = |name: &str| match heading(name, places) {
        Some(Heading::Municipality { name, known: true }) => Some(name),
        _ => None,
    };
    let open = text.chars().next()?;
    if let Some((_, close)) = BRACKETS.iter().find(|(o, _)| *o == open && !matches!(open, '「' | '『')) {
        let end = text.char_indices().take(24).find(|(_, c)| c == close)?.0 + close.len_utf8();
        let rest = text[end..].trim_start_matches(['：', ':']).trim_start();
        return known(&text[..end]).filter(|_| !rest.is_empty()).map(|name| (name, rest));
    }
    let is_mark = |c: char| matches!(c, '：' | ':' | '○' | '●' | '◯' | '■' | '□' | '◆' | '•' | '–');
    let (i, mark) = text.char_indices().take(16).find(|(_, c)| is_mark(*c) || c.is_whitespace())?;
    let colon = matches!(mark, '：' | ':');
    let rest = text[if colon { i + mark.len_utf8() } else { i }..].trim_start();
    let divided = colon || bullet(rest).is_some();
    known(&text[..i]).filter(|_| divided && !rest.is_empty()).map(|name| (name, rest))
}

/// A heading in brackets without what counts or continues it: 【港区】（３件）, 〈港区〉(続き).
fn without_count(line: &str) -> &str {
    let cut = line.ends_with(['）', ')']).then(|| line.rfind(['（', '('])).flatten();
    let closes = |head: &str| BRACKETS.iter().any(|(_, close)| head.ends_with(*close));
    cut.map(|i| line[..i].trim_end()).filter(|head| closes(head)).unwrap_or(line)
}

/// A heading without the number before it: `１　港区`, `12 港区`.
fn without_number(text: &str) -> &str {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let n_digits = text[..text.len() - rest.len()].chars().count();
    if (1..=2).contains(&n_digits) && rest.starts_with(char::is_whitespace) {
        rest.trim_start()
    } else {
        text
    }
}

/// The name in a heading: no blanks, variant characters as the table writes them, no count behind it (`（３件）`).
fn fold_heading(text: &str) -> String {
    let text = text.trim_end_matches(['：', ':']);
    let text = match text.find(['（', '(']) {
        Some(i) if i > 0 => &text[..i],
        _ => text,
    };
    let text = ["の主な意見", "からの意見", "の意見", "主な意見", "の状況"]
        .iter()
        .find_map(|tail| text.trim_end().strip_suffix(tail))
        .unwrap_or(text);
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'))
        .map(|c| match c {
            '･' | '‧' => '・',
            '戶' | '户' => '戸',
            c => c,
        })
        .collect()
}

fn strip_brackets(text: &str) -> (&str, bool) {
    for (open, close) in BRACKETS {
        if let Some(inner) = text.strip_prefix(open).and_then(|t| t.strip_suffix(close)) {
            return (inner, true);
        }
    }
    (text, false)
}

/// The areas that a line consists of (`区中央部 区南部 区西南部`).
pub fn areas(line: &str, places: &Places) -> Option<Vec<&'static str>> {
    let found: Option<Vec<_>> = line
        .split(|c: char| c.is_whitespace() || c == '・')
        .filter(|w| !w.is_empty())
        .map(|w| places.area(strip_brackets(w).0))
        .collect();
    found.filter(|f| !f.is_empty())
}

/// A running title, footer or page number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footer {
    /// Fiscal year, as a Western year.
    pub fiscal_year: Option<i32>,
    /// Page number.
    pub page: Option<u32>,
    /// Number of pages.
    pub n_pages: Option<u32>,
}

/// What a line says as a footer: `令和元年度　…意見まとめ（１／５）`, `- 3 -`, `3/12`, `P.3`, `3ページ`.
pub fn footer(line: &str) -> Option<Footer> {
    let folded: String = line.nfkc().collect();
    let text = folded.trim();
    if text.is_empty() || text.chars().count() > 80 || text.ends_with('。') {
        return None;
    }
    if let Some((page, n_pages)) = page_number(text) {
        return Some(Footer { page: Some(page), n_pages, fiscal_year: None });
    }
    let title = text.contains("まとめ") || text.contains("ワーキンググループ") || text.contains("調整会議");
    // A lead sentence names the working group too, but a title has no clauses.
    if !title || text.contains('、') || bullet(line).is_some() {
        return None;
    }
    let (page, n_pages) = text
        .rfind('(')
        .and_then(|i| text[i + 1..].strip_suffix(')'))
        .and_then(page_number)
        .map_or((None, None), |(p, n)| (Some(p), n));
    let fiscal_year = fiscal_year(text);
    (page.is_some() || fiscal_year.is_some()).then_some(Footer { fiscal_year, page, n_pages })
}

/// `3`, `- 3 -`, `3/12`, `(3/12)`, `P.3`, `3ページ`, `3頁`, `Page 3 of 12`; the text is NFKC.
fn page_number(text: &str) -> Option<(u32, Option<u32>)> {
    let text = text.trim().trim_matches(|c: char| {
        matches!(c, '-' | '−' | '–' | '—' | '―' | '─' | '~' | '〜' | '(' | ')' | '[' | ']' | '<' | '>')
            || c.is_whitespace()
    });
    let lower = text.to_ascii_lowercase();
    let text = lower.trim_start_matches("page").trim_start_matches("p.").trim_start_matches('p').trim();
    let text = text.strip_suffix("ページ").or_else(|| text.strip_suffix('頁')).unwrap_or(text).trim();
    let number = |s: &str| {
        let s = s.trim();
        (!s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit()))
            .then(|| s.parse().ok())
            .flatten()
    };
    if let Some(page) = number(text) {
        return Some((page, None));
    }
    let (page, n_pages) = text.split_once('/').or_else(|| text.split_once("of"))?;
    Some((number(page)?, Some(number(n_pages)?)))
}

/// The fiscal year that a text names: `令和元年度`, `R4年度`, `平成30年度`, `2022年度`; digits of any width.
pub fn fiscal_year(text: &str) -> Option<i32> {
    let folded: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    for (era, base) in [("令和", 2018), ("平成", 1988), ("昭和", 1925), ("R", 2018), ("H", 1988)] {
        for (i, _) in folded.match_indices(era) {
            let rest = &folded[i + era.len()..];
            let (n, rest) = match rest.strip_prefix('元') {
                Some(rest) => (1, rest),
                None => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    match rest[..digits].parse::<i32>() {
                        Ok(n) if (1..=64).contains(&n) => (n, &rest[digits..]),
                        _ => continue,
                    }
                }
            };
            if rest.starts_with("年度") || (rest.is_empty() && i == 0) {
                return Some(base + n);
            }
        }
    }
    for (i, _) in folded.match_indices("年度") {
        let digits: String = folded[..i].chars().rev().take_while(char::is_ascii_digit).collect();
        if digits.len() == 4 {
            return digits.chars().rev().collect::<String>().parse().ok();
        }
    }
    (folded.len() == 4).then(|| folded.parse().ok()).flatten().filter(|y| (1950..=2100).contains(y))
}

/// A key for comparing texts however their bytes were made: NFKC, no blanks, wave dash, tilde and minus signs made
/// one, variation selectors gone.
pub fn text_key(text: &str) -> String {
    fold(text)
        .chars()
        .map(|c| match c {
            '\u{301C}' | '\u{223C}' | '\u{203E}' | '\u{0303}' | '~' => '~',
            '\u{2212}' | '\u{2010}' | '\u{2011}' | '–' | '-' => '-',
            '‧' | '·' | '･' => '・',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::places;

    #[test]
    fn every_usual_bullet_is_taken_off() {
        for mark in [
            "・",
            "･",
            "○ ",
            "●",
            "◯",
            "■　",
            "◆",
            "- ",
            "•",
            "※",
            "（１）",
            "(1) ",
            "①",
            "1. ",
            "１．",
            "1）",
            "ア　",
            "（ア）",
            "⑴",
        ] {
            let line = format!("{mark}在宅医の数が少ない。");
            assert_eq!(bullet(&line).map(|b| b.rest), Some("在宅医の数が少ない。"), "{mark}");
        }
    }

    #[test]
    fn a_figure_or_a_word_at_the_start_is_no_bullet() {
        for line in [
            "24時間対応は困難",
            "1.5倍の需要増",
            "ICTの活用",
            "アウトリーチが必要",
            "（仮称）",
            "-5",
            "２０２５年に",
            "ア",
        ] {
            assert_eq!(bullet(line), None, "{line}");
        }
    }

    #[test]
    fn a_number_that_is_due_is_a_bullet_before_a_figure_too() {
        assert_eq!(numbered("２．24時間体制", 2).map(|b| b.rest), Some("24時間体制"));
        assert_eq!(numbered("10. 2025年", 10).map(|b| b.rest), Some("2025年"));
        assert_eq!(numbered("２．24時間体制", 3), None);
        assert_eq!(numbered("24時間体制", 2), None);
    }

    #[test]
    fn headings_are_told_from_opinions() {
        let name = |line| match heading(line, places()) {
            Some(Heading::Municipality { name, .. }) => Some(name),
            _ => None,
        };
        for line in [
            "〈千代田区〉",
            "【千代田区】",
            "《千代田区》",
            "[ 千代田区 ]",
            "千代田区",
            "■千代田区",
            "＜千代田区＞",
            "千代田区（３件）",
            "【千代田区】（３件）",
            "〈千代田区〉(続き)",
            "１　千代田区",
            "12 千代田区",
        ] {
            assert_eq!(name(line).as_deref(), Some("千代田区"), "{line}");
        }
        assert_eq!(name("〈羽村市・瑞穂町〉").as_deref(), Some("羽村市・瑞穂町"));
        assert_eq!(name("千代田区　主な意見").as_deref(), Some("千代田区"));
        assert_eq!(
            heading("【区中央部】（千代田区、中央区）", places()),
            Some(Heading::Areas(vec!["区中央部"]))
        );
        assert_eq!(name("主治医・副主治医"), None);
        assert_eq!(name("〈架空市〉").as_deref(), Some("架空市"));
        assert_eq!(
            heading("区中央部 区南部 区西南部", places()),
            Some(Heading::Areas(vec!["区中央部", "区南部", "区西南部"]))
        );
    }

    #[test]
    fn a_heading_may_lead_its_line() {
        let lead = |line| leading_heading(line, places());
        for line in ["【港区】少ない。", "港区：少ない。", "〈港区〉　少ない。"] {
            assert_eq!(lead(line), Some(("港区".into(), "少ない。")), "{line}");
        }
        assert_eq!(lead("港区　・少ない。"), Some(("港区".into(), "・少ない。")));
        assert_eq!(lead("港区●少ない。"), Some(("港区".into(), "●少ない。")));
        for line in ["港区", "港区 では少ない。", "【港区】", "「港区」では", "【現状】少ない。"]
        {
            assert_eq!(lead(line), None, "{line}");
        }
    }

    #[test]
    fn a_footer_gives_year_and_page() {
        let found = footer("令和元年度　在宅療養ワーキンググループ　意見まとめ（１／５）").expect("a footer");
        assert_eq!(found, Footer { fiscal_year: Some(2019), page: Some(1), n_pages: Some(5) });
        assert_eq!(footer("- 3 -").and_then(|f| f.page), Some(3));
        assert_eq!(footer("3/12").map(|f| (f.page, f.n_pages)), Some((Some(3), Some(12))));
        assert_eq!(footer("・調整会議で共有したい。"), None);
        assert_eq!(footer("以下は、令和４年度の在宅療養ワーキンググループの意見を"), None);
    }

    #[test]
    fn years_are_read_in_any_era() {
        assert_eq!(fiscal_year("令和元年度"), Some(2019));
        assert_eq!(fiscal_year("令和４年度"), Some(2022));
        assert_eq!(fiscal_year("平成30年度"), Some(2018));
        assert_eq!(fiscal_year("R4"), Some(2022));
        assert_eq!(fiscal_year("2022年度"), Some(2022));
        assert_eq!(fiscal_year("2022"), Some(2022));
        assert_eq!(fiscal_year("2025年には"), None);
    }
}
