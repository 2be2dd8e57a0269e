//! Names of sheets and columns, by which a person's edits are found again.

use std::borrow::Cow;

/// What stands in 確認 when a person has checked an opinion.
pub const TICK: &str = "✓";

/// Sheets of a workbook, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Opinions with their themes, to be edited.
    Opinions,
    /// Counts of themes.
    Summary,
    /// Definitions of themes and stances.
    Codebook,
    /// Measured precision.
    Precision,
    /// How the labels were made.
    About,
    /// What was written, hidden.
    Baseline,
}

impl Sheet {
    /// The sheet's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opinions => "意見",
            Self::Summary => "集計",
            Self::Codebook => "コードブック",
            Self::Precision => "精度",
            Self::About => "情報",
            Self::Baseline => "照合",
        }
    }
}

/// Columns that the program writes and reads back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Id of the opinion.
    Id,
    /// Fiscal year.
    FiscalYear,
    /// Area.
    Area,
    /// Municipality.
    Municipality,
    /// Text of the opinion.
    Text,
    /// Theme at a place, 0 for the main one.
    Theme(usize),
    /// Stance.
    Stance,
    /// Accepted or to be reviewed.
    Status,
    /// Probability that all themes are right.
    Probability,
    /// Words that spoke for the themes.
    Evidence,
    /// Ticked by a person.
    Confirmed,
    /// A person's comment.
    Comment,
}

impl Column {
    /// The column's header.
    pub fn header(self) -> Cow<'static, str> {
        match self {
            Self::Id => "ID",
            Self::FiscalYear => "年度",
            Self::Area => "圏域",
            Self::Municipality => "区市町村",
            Self::Text => "意見",
            Self::Theme(0) => "主テーマ",
            Self::Theme(place) => return format!("第{}テーマ", place + 1).into(),
            Self::Stance => "立場",
            Self::Status => "状態",
            Self::Probability => "確率",
            Self::Evidence => "根拠の語",
            Self::Confirmed => "確認",
            Self::Comment => "コメント",
        }
        .into()
    }

    /// Columns of the sheet of opinions.
    pub fn of_opinions(max_themes: usize) -> Vec<Self> {
        use Column::*;
        let mut columns = vec![Id, FiscalYear, Area, Municipality, Text];
        columns.extend((0..max_themes).map(Theme));
        columns.extend([Stance, Status, Probability, Evidence, Confirmed, Comment]);
        columns
    }

    /// Columns of the hidden sheet.
    pub fn of_baseline(max_themes: usize) -> Vec<Self> {
        use Column::*;
        let mut columns = vec![Id, Text, Municipality];
        columns.extend((0..max_themes).map(Theme));
        columns.extend([Stance, Confirmed]);
        columns
    }

    /// Columns that a person decides by.
    pub fn of_decision(max_themes: usize) -> Vec<Self> {
        let mut columns: Vec<_> = (0..max_themes).map(Self::Theme).collect();
        columns.extend([Self::Stance, Self::Confirmed]);
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_headed_in_japanese_each_by_its_own_name() {
        let headers: Vec<_> = Column::of_opinions(3).into_iter().map(|c| c.header().into_owned()).collect();
        assert_eq!(headers[5..9], ["主テーマ", "第2テーマ", "第3テーマ", "立場"]);
        let mut distinct = headers.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), headers.len());
    }
}
