//! Tokyo's municipalities in their official order, each with its secondary medical area: the table
//! `data/municipalities.tsv`, embedded, and the recognition of a municipality's name however it is written.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// A municipality (区市町村).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// Code of local governments (five digits).
    pub code: &'static str,
    /// Name, such as 千代田区.
    pub name: &'static str,
    /// Secondary medical area, such as 区中央部.
    pub area: &'static str,
    /// Place on the tile map, where every municipality is a tile: Tama to the west, the wards to the east, islands in
    /// the last row, apart from the rest.
    pub tile: Tile,
}

/// A place on the tile map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Row, from 0 in the north.
    pub row: u8,
    /// Column, from 0 in the west.
    pub column: u8,
}

/// The table of municipalities.
#[derive(Debug)]
pub struct Places {
    municipalities: Vec<Municipality>,
    by_key: HashMap<String, usize>,
    areas: Vec<&'static str>,
}

/// Secondary medical areas in the order of Tokyo's health care plan.
const AREAS: [&str; 13] = [
    "区中央部",
    "区南部",
    "区西南部",
    "区西部",
    "区西北部",
    "区東北部",
    "区東部",
    "西多摩",
    "南多摩",
    "北多摩西部",
    "北多摩南部",
    "北多摩北部",
    "島しょ",
];

static PLACES: LazyLock<Places> = LazyLock::new(|| Places::parse(include_str!("../data/municipalities.tsv")));

/// The embedded table.
pub fn places() -> &'static Places {
    &PLACES
}

impl Places {
    fn parse(table: &'static str) -> Self {
        let municipalities: Vec<_> = table
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut fields = line.split('\t');
                let (code, name, area) = (fields.next()?, fields.next()?, fields.next()?);
                let tile = Tile { row: fields.next()?.parse().ok()?, column: fields.next()?.parse().ok()? };
                Some(Municipality { code, name, area, tile })
            })
            .collect();
        let by_key = municipalities.iter().enumerate().map(|(i, m)| (fold(m.name), i)).collect();
        let named: HashSet<&str> = municipalities.iter().map(|m| m.area).collect();
        let areas = AREAS.iter().copied().filter(|area| named.contains(area)).collect();
        Self { municipalities, by_key, areas }
    }

    /// All municipalities, in official order.
    pub fn municipalities(&self) -> &[Municipality] {
        &self.municipalities
    }

    /// Areas in official order.
    pub fn areas(&self) -> &[&'static str] {
        &self.areas
    }

    /// The municipality of that name; blanks, 東京都 before it and variant characters do not matter.
    pub fn municipality(&self, name: &str) -> Option<&Municipality> {
        let key = fold(name);
        let key = key.strip_prefix("東京都").unwrap_or(&key);
        let key = key.trim_start_matches("西多摩郡");
        self.by_key.get(key).map(|&i| &self.municipalities[i])
    }

    /// The municipalities that a heading names (`羽村市・瑞穂町`): `None` unless every part is one.
    pub fn heading(&self, heading: &str) -> Option<Vec<&Municipality>> {
        let parts: Vec<_> = heading
            .split(['・', '･', '、', ',', '，', '/', '／', '＆', '&', '及', 'と'])
            .map(|p| p.trim_matches(|c: char| c.is_whitespace() || c == 'び'))
            .filter(|p| !p.is_empty())
            .map(|p| self.municipality(p))
            .collect::<Option<_>>()?;
        (!parts.is_empty()).then_some(parts)
    }

    /// The area of a municipality or of a double heading (that of its first part).
    pub fn area_of(&self, municipality: &str) -> Option<&'static str> {
        self.heading(municipality).map(|parts| parts[0].area)
    }

    /// The area that this text names, however it is written (`区中央部`, `区中央部圏域`).
    pub fn area(&self, name: &str) -> Option<&'static str> {
        let key = fold(name);
        let key = ["二次保健医療圏", "保健医療圏", "医療圏", "圏域", "圏"]
            .iter()
            .find_map(|s| key.strip_suffix(s))
            .unwrap_or(&key);
        self.areas.iter().copied().find(|a| *a == key || (*a == "島しょ" && key == "島嶼"))
    }
}

/// A name without blanks and with variant characters made one (`ケ`/`ヶ`, 戶/戸, 檜/桧, selectors).
pub fn fold(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfkc()
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{200B}' | '\u{FEFF}')
        })
        .map(|c| match c {
            'ケ' | 'ヶ' | 'が' => 'ヶ',
            '戶' | '户' => '戸',
            '桧' => '檜',
            '澁' | '澀' => '渋',
            '嶋' | '嶌' => '島',
            '條' => '条',
            '靑' => '青',
            '國' => '国',
            '廣' => '広',
            '邊' | '邉' => '辺',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_62_municipalities_have_one_of_thirteen_areas() {
        assert_eq!(places().municipalities().len(), 62);
        assert_eq!(places().areas().len(), 13);
    }

    #[test]
    fn every_municipality_has_a_tile_of_its_own_beside_its_neighbours() {
        let tile = |name: &str| places().municipality(name).expect(name).tile;
        let all: std::collections::BTreeSet<_> = places().municipalities().iter().map(|m| m.tile).collect();
        assert_eq!(all.len(), 62);
        for (a, b) in
            [("武蔵野市", "杉並区"), ("三鷹市", "調布市"), ("狛江市", "世田谷区"), ("台東区", "墨田区")]
        {
            let (a, b) = (tile(a), tile(b));
            assert_eq!(a.row.abs_diff(b.row) + a.column.abs_diff(b.column), 1, "{a:?} {b:?}");
        }
        let mainland = places().municipalities().iter().filter(|m| m.area != "島しょ");
        assert!(mainland.map(|m| m.tile.row).max() < Some(tile("大島町").row - 1));
    }

    #[test]
    fn a_name_is_known_however_it_is_written() {
        for name in [
            "青ヶ島村",
            "青ケ島村",
            "東京都千代田区",
            " 江戶川区 ",
            "葛\u{E0100}飾区",
            "日の出 町",
            "西多摩郡檜原村",
        ] {
            assert!(places().municipality(name).is_some(), "{name}");
        }
        assert!(places().municipality("横浜市").is_none());
    }

    #[test]
    fn a_double_heading_takes_the_area_of_its_municipalities() {
        assert_eq!(places().area_of("羽村市・瑞穂町"), Some("西多摩"));
        assert_eq!(places().area_of("主治医・副主治医"), None);
        assert_eq!(places().area("区中央部保健医療圏"), Some("区中央部"));
    }
}
