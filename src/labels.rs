//! Hand labels of opinions and training examples: tab-separated tables, checked against the codebook when read,
//! written atomically.

use std::{
    collections::HashMap,
    io::{Read, Write},
    path::Path,
};

use crate::{
    codebook::{Codebook, StanceId, ThemeSet},
    error::{Error, Position, Result},
};

/// A person's label of one opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandLabel {
    /// The opinion's id.
    pub id: String,
    /// Municipality, where there is one: folds are grouped by it.
    pub municipality: Option<String>,
    /// Themes, main first.
    pub themes: ThemeSet,
    /// Stance; a table without stances has none.
    pub stance: Option<StanceId>,
    /// The opinion's text.
    pub text: String,
    /// Who decided, when and from which file, where the table says so.
    pub origin: Origin,
}

/// Who decided a label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Name or initials.
    pub coder: Option<String>,
    /// Day, `2026-11-27`.
    pub date: Option<String>,
    /// File that the decision was made in.
    pub file: Option<String>,
}

/// A sentence written for training; not an opinion of a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its id.
    pub id: String,
    /// Where it comes from (`sentences`, `field`, …).
    pub source: String,
    /// Themes, main first.
    pub themes: ThemeSet,
    /// Stance.
    pub stance: StanceId,
    /// Its text.
    pub text: String,
}

/// Reads hand labels: columns `id`, `themes`, `text`, and where they are there `municipality`, `stance`, `coder`,
/// `date`, `file`; others are passed over.
///
/// # Errors
/// [`Error::Io`]; [`Error::Labels`] at the first row that does not fit the codebook, has no text, or repeats an id.
pub fn read_hand_labels(path: &Path, codebook: &Codebook) -> Result<Vec<HandLabel>> {
    let table = Table::from_path(path)?;
    let (id, themes, text) = (table.column("id")?, table.column("themes")?, table.column("text")?);
    let optional = ["municipality", "stance", "coder", "date", "file"].map(|name| table.find(name));
    let [municipality, stance, coder, date, file] = optional;
    let field = |row: &csv::StringRecord, column: Option<usize>| {
        column.and_then(|c| row.get(c)).map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned)
    };
    let mut labels = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        labels.push(HandLabel {
            id: table.text(row, id)?,
            municipality: field(row, municipality),
            themes: table.themes(row, themes, codebook)?,
            stance: field(row, stance).map(|name| table.stance(row, &name, codebook)).transpose()?,
            text: table.text(row, text)?,
            origin: Origin { coder: field(row, coder), date: field(row, date), file: field(row, file) },
        });
    }
    table.check_ids(labels.iter().map(|l| l.id.as_str()))?;
    Ok(labels)
}

/// Reads examples: columns `id`, `source`, `themes`, `stance`, `text`.
///
/// # Errors
/// As [`read_hand_labels`].
pub fn read_examples(path: &Path, codebook: &Codebook) -> Result<Vec<Example>> {
    let table = Table::from_path(path)?;
    let [id, source, themes, stance, text] =
        ["id", "source", "themes", "stance", "text"].map(|name| table.column(name));
    let (id, source, themes, stance, text) = (id?, source?, themes?, stance?, text?);
    let mut examples = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        examples.push(Example {
            id: table.text(row, id)?,
            source: table.text(row, source)?,
            themes: table.themes(row, themes, codebook)?,
            stance: table.stance(row, &table.text(row, stance)?, codebook)?,
            text: table.text(row, text)?,
        });
    }
    table.check_ids(examples.iter().map(|e| e.id.as_str()))?;
    Ok(examples)
}

/// Writes hand labels so that [`read_hand_labels`] reads them back equal. The columns of origin are written where a
/// label has any.
///
/// # Errors
/// What the writer says.
pub fn write_hand_labels(labels: &[HandLabel], codebook: &Codebook, out: impl Write) -> std::io::Result<()> {
    let with_origin = labels.iter().any(|l| l.origin != Origin::default());
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
    let mut header = vec!["id", "municipality", "themes", "stance", "text"];
    if with_origin {
        header.extend(["coder", "date", "file"]);
    }
    table.write_record(&header)?;
    for label in labels {
        let themes = label.themes.to_string(codebook);
        let optional = |v: &Option<String>| v.clone().unwrap_or_default();
        let mut row = vec![
            label.id.clone(),
            optional(&label.municipality),
            themes,
            label.stance.map(|s| codebook.stance(s).id.clone()).unwrap_or_default(),
            label.text.clone(),
        ];
        if with_origin {
            row.extend([&label.origin.coder, &label.origin.date, &label.origin.file].map(optional));
        }
        table.write_record(&row)?;
    }
    table.flush()
}

/// A tab-separated table in memory, with the names that its errors carry.
struct Table {
    name: String,
    header: csv::StringRecord,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn from_path(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|source| Error::Io {
            path: path.into(),
            action: "open the labels",
            source,
        })?;
        Self::from_reader(file, path.display().to_string())
    }

    fn from_reader(reader: impl Read, name: String) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(reader);
        let error = |e: csv::Error, name: &str| Error::Labels {
            position: Position { line: e.position().map(csv::Position::line), ..Position::file(name) },
            message: format!("a tab-separated table in UTF-8 is expected: {e}"),
        };
        let mut header = reader.headers().map_err(|e| error(e, &name))?.clone();
        if let Some(first) = header.get(0).and_then(|h| h.strip_prefix('\u{FEFF}')).map(str::to_owned) {
            header = std::iter::once(first.as_str()).chain(header.iter().skip(1)).collect();
        }
        let rows = reader.records().collect::<Result<_, _>>().map_err(|e| error(e, &name))?;
        Ok(Self { name, header, rows })
    }

    fn find(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|h| h.trim() == column)
    }

    fn column(&self, column: &str) -> Result<usize> {
        self.find(column).ok_or_else(|| Error::Labels {
            position: Position::file(&self.name).at_line(1),
            message: format!(
                "no column {column}; found {}",
                self.header.iter().collect::<Vec<_>>().join(", ")
            ),
        })
    }

    fn error(&self, row: &csv::StringRecord, message: String) -> Error {
        Error::Labels {
            position: Position {
                line: row.position().map(csv::Position::line),
                ..Position::file(&self.name)
            },
            message,
        }
    }

    fn text(&self, row: &csv::StringRecord, column: usize) -> Result<String> {
        match row.get(column) {
            Some(value) if !value.trim().is_empty() => Ok(value.to_owned()),
            _ => Err(self.error(row, format!("column {} is empty", &self.header[column]))),
        }
    }

    fn themes(&self, row: &csv::StringRecord, column: usize, codebook: &Codebook) -> Result<ThemeSet> {
        ThemeSet::parse(row.get(column).unwrap_or_default(), codebook)
            .map_err(|message| self.error(row, message))
    }

    fn stance(&self, row: &csv::StringRecord, name: &str, codebook: &Codebook) -> Result<StanceId> {
        codebook.stance_named(name.trim()).ok_or_else(|| {
            let known: Vec<_> = codebook.stances().iter().map(|s| s.id.as_str()).collect();
            self.error(
                row,
                format!("stance {name} is not in the codebook; expected one of {}", known.join(", ")),
            )
        })
    }

    fn check_ids<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut seen = HashMap::new();
        for (id, row) in ids.zip(&self.rows) {
            if let Some(first) = seen.insert(id, row.position().map_or(0, csv::Position::line)) {
                return Err(self.error(row, format!("id {id} stands already on line {first}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codebook() -> Codebook {
        Codebook::from_path(Path::new("labels/codebook.toml")).expect("the project's codebook")
    }

    #[test]
    fn the_projects_tables_are_read_whole() {
        let codebook = codebook();
        let read = |name: &str| read_hand_labels(Path::new(name), &codebook).expect(name).len();
        assert_eq!((read("labels/r01.tsv"), read("labels/r04-sample.tsv")), (194, 158));
        assert_eq!(read_examples(Path::new("labels/examples.tsv"), &codebook).expect("examples").len(), 7253);
    }

    #[test]
    fn labels_written_are_read_back_equal() {
        let codebook = codebook();
        let mut labels = read_hand_labels(Path::new("labels/r01.tsv"), &codebook).expect("labels");
        labels[0].text = "一行目\n\"二\"\t行目".into();
        labels[0].origin.coder = Some("山田".into());
        let mut bytes = Vec::new();
        write_hand_labels(&labels, &codebook, &mut bytes).expect("a vector takes all");
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("labels.tsv");
        std::fs::write(&path, bytes).expect("written");
        assert_eq!(read_hand_labels(&path, &codebook).expect("read back"), labels);
    }

    #[test]
    fn a_row_that_does_not_fit_is_named_by_line() {
        let codebook = codebook();
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("l.tsv");
        for (table, expected) in [
            ("id\tthemes\ttext\na\tnothing\tx\n", "line 2: theme nothing"),
            ("id\tthemes\ttext\na\tsupply\tx\na\tsupply\ty\n", "line 3: id a stands already on line 2"),
            ("id\tthemes\na\tsupply\n", "no column text; found id, themes"),
            ("id\tthemes\tstance\ttext\na\tsupply\tbad\tx\n", "stance bad"),
        ] {
            std::fs::write(&path, table).expect("written");
            let error = read_hand_labels(&path, &codebook).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
