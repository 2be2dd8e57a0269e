//! The codebook: themes, stances, their definitions and rules, read from TOML and checked before anything uses it.

use std::{fmt, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Position, Result};

/// Most themes a codebook may hold: scores of all themes of a term lie in one row of fixed width.
pub const MAX_THEMES: usize = 24;
/// Most stances a codebook may hold.
pub const MAX_STANCES: usize = 8;
/// Longest set of themes an opinion may have.
pub const MAX_THEMES_PER_OPINION: usize = 6;

/// Place of a theme in the codebook, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ThemeId(pub u8);

/// Place of a stance in the codebook, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StanceId(pub u8);

impl ThemeId {
    /// As an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl StanceId {
    /// As an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A theme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Name in files and flags: ASCII letters, digits, `_`.
    pub id: String,
    /// Name that an analyst reads.
    pub name_ja: String,
    /// Name in English.
    pub name_en: String,
    /// What opinions of this theme are about.
    pub definition: String,
    /// Short statements that belong to it.
    #[serde(default)]
    pub include: Vec<String>,
    /// What does not, and where it goes instead.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Words that often stand in its opinions.
    #[serde(default)]
    pub terms: Vec<String>,
}

/// A stance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stance {
    /// Name in files and flags.
    pub id: String,
    /// Name that an analyst reads.
    pub name_ja: String,
    /// Name in English.
    pub name_en: String,
    /// How an opinion of this stance ends.
    pub definition: String,
}

/// Rules of coding, for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How themes are chosen.
    #[serde(default)]
    pub general: Vec<String>,
    /// How the stance is chosen.
    #[serde(default)]
    pub stance: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodebookFile {
    version: String,
    max_themes: usize,
    #[serde(default)]
    rules: Rules,
    #[serde(rename = "theme")]
    themes: Vec<Theme>,
    #[serde(rename = "stance")]
    stances: Vec<Stance>,
}

/// A checked codebook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CodebookFile", into = "CodebookFile")]
pub struct Codebook {
    version: String,
    max_themes: usize,
    rules: Rules,
    themes: Vec<Theme>,
    stances: Vec<Stance>,
}

impl From<Codebook> for CodebookFile {
    fn from(codebook: Codebook) -> Self {
        let Codebook { version, max_themes, rules, themes, stances } = codebook;
        Self { version, max_themes, rules, themes, stances }
    }
}

impl TryFrom<CodebookFile> for Codebook {
    type Error = String;

    fn try_from(file: CodebookFile) -> Result<Self, String> {
        let CodebookFile { version, max_themes, rules, themes, stances } = file;
        if version.trim().is_empty() {
            return Err("version is empty: give every change of the codebook a version".into());
        }
        if !(2..=MAX_THEMES).contains(&themes.len()) {
            return Err(format!("{} themes: 2 to {MAX_THEMES} are expected", themes.len()));
        }
        if !(2..=MAX_STANCES).contains(&stances.len()) {
            return Err(format!("{} stances: 2 to {MAX_STANCES} are expected", stances.len()));
        }
        if !(1..=MAX_THEMES_PER_OPINION).contains(&max_themes) {
            return Err(format!("max_themes = {max_themes}: 1 to {MAX_THEMES_PER_OPINION} is expected"));
        }
        check_names("theme", themes.iter().map(|t| (t.id.as_str(), t.name_ja.as_str())))?;
        check_names("stance", stances.iter().map(|s| (s.id.as_str(), s.name_ja.as_str())))?;
        Ok(Self { version, max_themes, rules, themes, stances })
    }
}

fn check_names<'a>(kind: &str, names: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), String> {
    let mut seen: Vec<&str> = Vec::new();
    for (id, name_ja) in names {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            return Err(format!("{kind} id {id:?}: lower-case ASCII letters, digits and _ are expected"));
        }
        if name_ja.trim().is_empty() {
            return Err(format!("{kind} {id}: name_ja is empty"));
        }
        for name in [id, name_ja] {
            if seen.contains(&name) {
                return Err(format!(
                    "{kind} {name}: named twice; every {kind} has an id and a name of its own"
                ));
            }
            seen.push(name);
        }
    }
    Ok(())
}

impl Codebook {
    /// Reads and checks a codebook.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read, [`Error::Codebook`] when it is no codebook.
    pub fn from_path(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            path: path.into(),
            action: "read the codebook",
            source,
        })?;
        Self::from_toml(&text, &path.display().to_string())
    }

    /// Reads and checks a codebook in TOML; `name` stands in errors.
    ///
    /// # Errors
    /// [`Error::Codebook`].
    pub fn from_toml(text: &str, name: &str) -> Result<Self> {
        toml::from_str(text).map_err(|e| Error::Codebook {
            position: Position {
                line: e
                    .span()
                    .filter(|s| !s.is_empty() && s.end < text.len())
                    .map(|s| text[..s.start].matches('\n').count() as u64 + 1),
                ..Position::file(name)
            },
            message: e.message().to_owned(),
        })
    }

    /// Version, as the file gives it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Most themes of one opinion.
    pub fn max_themes(&self) -> usize {
        self.max_themes
    }

    /// Rules of coding.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Themes, in the order of the file.
    pub fn themes(&self) -> &[Theme] {
        &self.themes
    }

    /// Stances, in the order of the file.
    pub fn stances(&self) -> &[Stance] {
        &self.stances
    }

    /// Ids of all themes.
    pub fn theme_ids(&self) -> impl ExactSizeIterator<Item = ThemeId> + use<> {
        (0..self.themes.len()).map(|i| ThemeId(i as u8))
    }

    /// The theme at an id.
    pub fn theme(&self, id: ThemeId) -> &Theme {
        &self.themes[id.index()]
    }

    /// The stance at an id.
    pub fn stance(&self, id: StanceId) -> &Stance {
        &self.stances[id.index()]
    }

    /// The theme of that id or Japanese name.
    pub fn theme_named(&self, name: &str) -> Option<ThemeId> {
        let i = self.themes.iter().position(|t| t.id == name || t.name_ja == name)?;
        Some(ThemeId(i as u8))
    }

    /// The stance of that id or Japanese name.
    pub fn stance_named(&self, name: &str) -> Option<StanceId> {
        let i = self.stances.iter().position(|s| s.id == name || s.name_ja == name)?;
        Some(StanceId(i as u8))
    }

    /// What labels made with this codebook carry: the version and the first eight hexadecimal digits of the SHA-256
    /// of all that decides a label (ids, definitions, include, exclude, terms, rules), such as `1.1+0f3a9c21`.
    pub fn fingerprint(&self) -> String {
        let canonical = serde_json::to_vec(self).expect("strings and numbers are JSON");
        let digest = Sha256::digest(canonical);
        format!("{}+{}", self.version, digest[..4].iter().map(|b| format!("{b:02x}")).collect::<String>())
    }
}

/// Themes of one opinion: distinct, main first, at least one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ThemeSet {
    ids: [ThemeId; MAX_THEMES_PER_OPINION],
    len: u8,
}

impl ThemeSet {
    /// A set of the main theme alone.
    pub fn new(main: ThemeId) -> Self {
        Self { ids: [main; MAX_THEMES_PER_OPINION], len: 1 }
    }

    /// Adds a theme behind the others; `false` when it is there already or the set is full.
    pub fn push(&mut self, id: ThemeId) -> bool {
        if self.contains(id) || self.len() == MAX_THEMES_PER_OPINION {
            return false;
        }
        self.ids[self.len()] = id;
        self.len += 1;
        true
    }

    /// The main theme.
    pub fn main(&self) -> ThemeId {
        self.ids[0]
    }

    /// Number of themes; never 0.
    #[allow(clippy::len_without_is_empty)] // it is never empty
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether the theme is in the set.
    pub fn contains(&self, id: ThemeId) -> bool {
        self.as_slice().contains(&id)
    }

    /// Main theme first.
    pub fn as_slice(&self) -> &[ThemeId] {
        &self.ids[..self.len()]
    }

    /// Main theme first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ThemeId> + '_ {
        self.as_slice().iter().copied()
    }

    /// The same themes, whatever their order.
    pub fn same_themes(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().all(|t| other.contains(t))
    }

    /// Reads `supply|workforce`: ids or Japanese names, joined by `|` or `｜`.
    ///
    /// # Errors
    /// A message that names the theme that the codebook does not have, or says that there are none, too many, or one twice.
    pub fn parse(text: &str, codebook: &Codebook) -> Result<Self, String> {
        let mut set: Option<Self> = None;
        for name in text.split(['|', '｜']).map(str::trim).filter(|n| !n.is_empty()) {
            let id = codebook.theme_named(name).ok_or_else(|| {
                let known: Vec<_> = codebook.themes.iter().map(|t| t.id.as_str()).collect();
                format!(
                    "theme {name} is not in codebook {}; expected one of {}",
                    codebook.version,
                    known.join(", ")
                )
            })?;
            match &mut set {
                None => set = Some(Self::new(id)),
                Some(set) if set.len() >= codebook.max_themes => {
                    return Err(format!("{text}: more than {} themes", codebook.max_themes));
                }
                Some(set) => {
                    if !set.push(id) {
                        return Err(format!("{text}: theme {name} is named twice"));
                    }
                }
            }
        }
        set.ok_or_else(|| "no theme: at least one is expected".to_owned())
    }

    /// `supply|workforce`.
    pub fn to_string(&self, codebook: &Codebook) -> String {
        self.iter().map(|t| codebook.theme(t).id.as_str()).collect::<Vec<_>>().join("|")
    }
}

impl fmt::Debug for ThemeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|t| t.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codebook() -> Codebook {
        Codebook::from_toml(include_str!("../labels/codebook.toml"), "codebook.toml")
            .expect("the project's codebook")
    }

    #[test]
    fn the_projects_codebook_has_15_themes_and_4_stances() {
        let codebook = codebook();
        assert_eq!((codebook.themes().len(), codebook.stances().len(), codebook.max_themes()), (15, 4, 3));
        assert!(codebook.fingerprint().starts_with("1.1+"), "{}", codebook.fingerprint());
    }

    #[test]
    fn a_doubled_id_is_refused_with_its_name() {
        let text = include_str!("../labels/codebook.toml").replace("id = \"workforce\"", "id = \"supply\"");
        let error = Codebook::from_toml(&text, "c.toml").expect_err("supply twice");
        assert!(error.to_string().contains("supply"), "{error}");
    }

    #[test]
    fn a_set_of_themes_is_read_by_id_or_name_and_written_by_id() {
        let codebook = codebook();
        let set = ThemeSet::parse("policy|担い手の確保・育成", &codebook).expect("two themes");
        assert_eq!(set.to_string(&codebook), "policy|workforce");
        for bad in ["", "policy|policy", "nothing", "policy|supply|workforce|residents"] {
            assert!(ThemeSet::parse(bad, &codebook).is_err(), "{bad}");
        }
    }
}
