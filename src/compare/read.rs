//! Labeled tables: files that `label` wrote come in one record at a time, counts by year come out. Tables that were
//! made with another codebook or model than the first are refused, since their figures cannot be compared.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use super::tally::Tally;
use crate::{
    codebook::Codebook,
    error::{Error, Position, Result},
    ingest::{Reject, file_name, utf8_reader::Utf8Reader},
    model::text_fingerprint,
    record::LabeledRecord,
};

/// What was read of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTable {
    /// Its file name.
    pub file: String,
    /// Opinions counted.
    pub n: usize,
    /// Their fiscal years, in order.
    pub years: Vec<i32>,
    /// Whether its name or that of what it was made from says that it is a sample, made up to be shown.
    pub is_fictitious: bool,
}

/// Everything read.
#[derive(Debug, Clone)]
pub struct LabeledTables {
    /// Counts by year.
    pub tally: Tally,
    /// The tables, as they were named.
    pub tables: Vec<ReadTable>,
    /// The model that all records carry.
    pub model: String,
    /// Records that do not fit, each with the reason.
    pub rejects: Vec<Reject>,
}

/// A name that says so marks what is made up.
const FICTITIOUS: &str = "sample";

/// Reads labeled tables (JSON Lines, CSV or TSV, by their names) and counts their opinions. The codebook is that of
/// `codebooks` which the first record was labeled by.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] when a file is no labeled table or holds no record; [`Error::Mismatch`] when records
/// carry unlike codebooks or models.
pub fn read_tables(paths: &[impl AsRef<Path>], codebooks: Vec<Codebook>) -> Result<LabeledTables> {
    let mut reading =
        Reading { codebooks, tally: None, made_with: None, ids: HashSet::new(), rejects: Vec::new() };
    let mut tables = Vec::new();
    for path in paths {
        tables.push(reading.table(path.as_ref())?);
    }
    let (Some(tally), Some(made_with)) = (reading.tally, reading.made_with) else {
        return Err(Error::NotEnoughData {
            message: "no labeled opinion in any table; make one with `iken label FILE -o out/labeled.jsonl`"
                .to_owned(),
        });
    };
    Ok(LabeledTables { tally, tables, model: made_with.model, rejects: reading.rejects })
}

/// What records must have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MadeWith {
    file: String,
    codebook: String,
    model: String,
}

struct Reading {
    codebooks: Vec<Codebook>,
    tally: Option<Tally>,
    made_with: Option<MadeWith>,
    /// Fingerprints of year and id.
    ids: HashSet<u64>,
    rejects: Vec<Reject>,
}

impl Reading {
    fn table(&mut self, path: &Path) -> Result<ReadTable> {
        let name = file_name(path);
        let file =
            File::open(path).map_err(|source| Error::Io { path: path.into(), action: "open", source })?;
        let mut table =
            ReadTable { is_fictitious: name.contains(FICTITIOUS), file: name, n: 0, years: Vec::new() };
        match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("jsonl" | "ndjson" | "json") => self.json_lines(BufReader::new(file), &mut table)?,
            Some("csv") => self.rows(file, b',', &mut table)?,
            Some("tsv" | "txt") => self.rows(file, b'\t', &mut table)?,
            _ => {
                return Err(Error::input(
                    Position::file(&table.file),
                    "a labeled table in .jsonl, .csv or .tsv is expected; make one with \
                     `iken label FILE -o out/labeled.jsonl`",
                ));
            }
        }
        if table.n == 0 {
            return Err(Error::input(Position::file(&table.file), "no labeled opinion in this table"));
        }
        table.years.sort_unstable();
        Ok(table)
    }

    fn json_lines(&mut self, mut input: impl BufRead, table: &mut ReadTable) -> Result<()> {
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let n = input
                .read_until(b'\n', &mut line)
                .map_err(|source| Error::Stream { action: "read the table", source })?;
            if n == 0 {
                break;
            }
            let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
            if !line.is_empty() {
                let record = serde_json::from_slice(line).map_err(|e| e.to_string());
                self.record(record, table, number, || String::from_utf8_lossy(line).into_owned())?;
            }
        }
        Ok(())
    }

    fn rows(&mut self, input: impl Read + Send, delimiter: u8, table: &mut ReadTable) -> Result<()> {
        let input = Utf8Reader::new(input, None, &table.file)?;
        let mut rows =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(BufReader::new(input));
        let read = |e: csv::Error| Error::Stream { action: "read the table", source: e.into() };
        let header = rows.headers().map_err(read)?.clone();
        let mut row = csv::StringRecord::new();
        while rows.read_record(&mut row).map_err(read)? {
            let line = row.position().map_or(0, csv::Position::line);
            let record = super::row::record(&header, &row);
            self.record(record, table, line, || row.iter().collect::<Vec<_>>().join("\t"))?;
        }
        Ok(())
    }

    /// Counts a record, or keeps it among the rejects; a table whose first record is none is no labeled table.
    fn record(
        &mut self,
        record: Result<LabeledRecord, String>,
        table: &mut ReadTable,
        line: u64,
        shown: impl Fn() -> String,
    ) -> Result<()> {
        let position = || Position::file(&table.file).at_line(line);
        let record = match record {
            Ok(record) => record,
            Err(message) if table.n == 0 => {
                return Err(Error::input(
                    position(),
                    format!("this is no table that `iken label` wrote ({message}); label the file first"),
                ));
            }
            Err(message) => {
                self.rejects.push(Reject { position: position(), message, record: shown() });
                return Ok(());
            }
        };
        self.check_made_with(&record, &table.file)?;
        let counted = self.count(&record);
        match counted {
            Ok(fiscal_year) => {
                table.n += 1;
                table.is_fictitious |= record.source.file.contains(FICTITIOUS);
                if !table.years.contains(&fiscal_year) {
                    table.years.push(fiscal_year);
                }
            }
            Err(message) => {
                self.rejects.push(Reject { position: position(), message, record: shown() });
            }
        }
        Ok(())
    }

    fn count(&mut self, record: &LabeledRecord) -> Result<i32, String> {
        let tally = self.tally.as_mut().expect("check_made_with made it with the first record");
        let year = record.fiscal_year.unwrap_or_default();
        if !self.ids.insert(text_fingerprint(&format!("{year}/{}", record.id))) {
            return Err(format!("id {} of fiscal year {year} was counted already", record.id));
        }
        tally.add(record)?;
        Ok(year)
    }

    fn check_made_with(&mut self, record: &LabeledRecord, file: &str) -> Result<()> {
        let Some(first) = &self.made_with else {
            let codebook = self.codebooks.iter().find(|c| c.fingerprint() == record.codebook);
            let Some(codebook) = codebook else {
                let at_hand: Vec<String> = self.codebooks.iter().map(Codebook::fingerprint).collect();
                return Err(Error::Mismatch {
                    message: format!(
                        "{file} was labeled by codebook {}, and at hand is {}; name the codebook of the table with \
                         --codebook, or label the opinions again",
                        record.codebook,
                        if at_hand.is_empty() { "none".to_owned() } else { at_hand.join(", ") }
                    ),
                });
            };
            self.tally = Some(Tally::new(codebook.clone()));
            self.made_with = Some(MadeWith {
                file: file.to_owned(),
                codebook: record.codebook.clone(),
                model: record.model.clone(),
            });
            return Ok(());
        };
        for (what, theirs, ours) in
            [("codebook", &record.codebook, &first.codebook), ("model", &record.model, &first.model)]
        {
            if theirs != ours {
                return Err(Error::Mismatch {
                    message: format!(
                        "{file} was labeled by {what} {theirs} and {} by {what} {ours}: shares made with unlike ones \
                         cannot be compared; label all files again with one model, `iken label FILE -o TABLE`",
                        first.file
                    ),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codebook() -> Codebook {
        Codebook::from_toml(include_str!("../../labels/codebook.toml"), "codebook.toml").expect("a codebook")
    }

    fn line(id: &str, year: i32, codebook: &str, model: &str) -> String {
        format!(
            r#"{{"id":"{id}","fiscal_year":{year},"municipality":"港区","text":"少ない","themes":["supply"],"stance":"concern","status":"accepted","probability":0.9,"scores":{{}},"stance_scores":{{}},"evidence":{{}},"unseen_terms":0.1,"in_training":false,"source":{{"file":"a.txt"}},"model":"{model}","codebook":"{codebook}","備考":"x"}}"#
        )
    }

    fn read(tables: &[(&str, String)]) -> Result<LabeledTables> {
        let dir = tempfile::tempdir().expect("a folder");
        let paths: Vec<_> = tables
            .iter()
            .map(|(name, content)| {
                let path = dir.path().join(name);
                std::fs::write(&path, content).expect("written");
                path
            })
            .collect();
        read_tables(&paths, vec![codebook()])
    }

    #[test]
    fn years_come_from_the_records_and_a_sample_is_known_by_its_name() {
        let own = codebook().fingerprint();
        let found = read(&[
            ("r01.jsonl", line("a", 2019, &own, "m")),
            (
                "r04-sample.jsonl",
                format!("{}\n\n{}\n", line("a", 2022, &own, "m"), line("b", 2022, &own, "m")),
            ),
        ])
        .expect("read");
        assert_eq!(found.tally.years.keys().copied().collect::<Vec<_>>(), [2019, 2022]);
        assert_eq!(
            found.tables.iter().map(|t| (t.n, t.is_fictitious)).collect::<Vec<_>>(),
            [(1, false), (2, true)]
        );
    }

    #[test]
    fn unlike_codebooks_and_models_are_refused_with_what_to_do() {
        let own = codebook().fingerprint();
        for (second, expected) in [
            (line("b", 2022, "1.0+00000000", "m"), "codebook 1.0+00000000"),
            (line("b", 2022, &own, "other"), "model other"),
        ] {
            let error = read(&[("a.jsonl", line("a", 2019, &own, "m")), ("b.jsonl", second)])
                .expect_err("refused")
                .to_string();
            assert!(error.contains(expected) && error.contains("iken label"), "{error}");
        }
        let error = read(&[("a.jsonl", line("a", 2019, "2.0+1", "m"))]).expect_err("refused").to_string();
        assert!(error.contains("2.0+1") && error.contains("--codebook"), "{error}");
    }

    #[test]
    fn a_bad_record_and_a_doubled_id_are_rejected_and_the_rest_counted() {
        let own = codebook().fingerprint();
        let good = line("a", 2019, &own, "m");
        let found = read(&[("a.jsonl", format!("{good}\n{{\"id\":1}}\n{good}\n"))]).expect("read");
        assert_eq!(found.tables[0].n, 1);
        assert_eq!(found.rejects.len(), 2);
        assert!(found.rejects[1].message.contains("counted already"), "{:?}", found.rejects[1]);
        assert_eq!(found.rejects[0].position.line, Some(2));
    }

    #[test]
    fn what_is_no_labeled_table_is_refused() {
        for (name, content, expected) in [
            ("a.jsonl", "{\"text\":\"a\"}", "missing field"),
            ("a.tsv", "id\ttext\n1\ta\n", "no column"),
            ("a.xlsx", "PK", ".jsonl"),
            ("a.jsonl", "\n", "no labeled opinion"),
        ] {
            let error = read(&[(name, content.to_owned())]).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
