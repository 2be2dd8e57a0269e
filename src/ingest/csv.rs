//! Comma- and tab-separated tables, streamed: the header is found among the first rows, its columns by their names;
//! every row below is an opinion.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use csv::ByteRecord;
use serde_json::{Map, Value};

use super::{
    cell::opinions_in_cell,
    columns::{Assignment, Columns},
    header, marks,
    options::ReadOptions,
    reading::{LeftOut, Reading, Reason, Reject, Warning},
    stream::{BATCH_RECORDS, HAND_STANCE, HAND_THEMES, RawBatch, Reader, Records, StreamContext, text_of},
    utf8_reader::Utf8Reader,
};
use crate::{
    error::{Error, Position, Result},
    guard::unguard,
    opinion::{Opinion, made_id},
    places::places,
};

/// Rows among which the header is looked for.
const HEADER_ROWS: usize = 20;

/// A table's header, and which column holds what.
#[derive(Debug, Clone)]
pub(super) struct Table {
    names: Vec<String>,
    columns: Columns,
    fiscal_year: Option<i32>,
}

/// Reads a table.
pub struct CsvReader<R> {
    rows: csv::Reader<Budgeted<Utf8Reader<R>>>,
    budget: Arc<AtomicU64>,
    record_bytes: u64,
    table: Arc<Table>,
    context: Arc<StreamContext>,
    /// Rows read to find the header that lie below it.
    waiting: Vec<ByteRecord>,
    next_record: u64,
    /// Values carried down over blanks, in a table that writes them once for several rows.
    carried: Option<Carried>,
    understood: Reading,
}

/// Columns whose blanks stand for the value above, with that value.
#[derive(Debug, Default)]
struct Carried(Vec<(usize, Vec<u8>)>);

impl<R: Read + Send> CsvReader<R> {
    /// Reads a table from a stream; `delimiter` where it is known, else the one that cuts the first rows best.
    ///
    /// # Errors
    /// What telling the encoding says; no column of opinions, with the headers that were found; a record over the
    /// limit.
    pub fn new(input: R, delimiter: Option<u8>, file: &str, options: &ReadOptions) -> Result<Self> {
        let mut input = Utf8Reader::new(input, options.encoding.as_deref(), file)?;
        let mut head = Vec::new();
        input
            .by_ref()
            .take(DELIMITER_BYTES)
            .read_to_end(&mut head)
            .map_err(|source| Error::Stream { action: "read the input", source })?;
        let delimiter = delimiter.unwrap_or_else(|| find_delimiter(&head));
        let budget = Arc::new(AtomicU64::new(0));
        let record_bytes = options.limits.record_bytes as u64;
        budget.store(record_bytes, Ordering::Relaxed);
        let input = Budgeted { head: io::Cursor::new(head), inner: input, left: Arc::clone(&budget) };
        let rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(input);
        let context = StreamContext::new(file, options);
        let table = Arc::new(Table { names: Vec::new(), columns: Columns::default(), fiscal_year: None });
        let mut reader = Self {
            rows,
            budget,
            record_bytes,
            table,
            context,
            waiting: Vec::new(),
            next_record: 1,
            carried: None,
            understood: Reading::default(),
        };
        reader.find_header()?;
        Ok(reader)
    }

    fn find_header(&mut self) -> Result<()> {
        let mut first: Vec<ByteRecord> = Vec::new();
        while first.len() < HEADER_ROWS
            && let Some(row) = self.read_row()?
        {
            first.push(row);
        }
        if first.is_empty() {
            return Err(Error::input(
                Position::file(&self.context.file),
                "the table is empty: a header is expected",
            ));
        }
        let strings: Vec<Vec<String>> = first
            .iter()
            .map(|r| r.iter().map(|f| String::from_utf8_lossy(f).trim().to_owned()).collect())
            .collect();
        let (at, columns) = self.best_header(&first, &strings)?;
        let fiscal_year = strings[..at].iter().flatten().find_map(|cell| marks::fiscal_year(cell));
        for (title, row) in strings[..at].iter().zip(&first) {
            let line = row.position().map_or(1, csv::Position::line);
            self.understood.left_out.push(LeftOut {
                position: self.context.position(line),
                reason: Reason::Lead,
                text: title.join(" ").trim().to_owned(),
            });
        }
        self.table = Arc::new(Table { names: strings[at].clone(), columns, fiscal_year });
        self.waiting = first.split_off(at + 1);
        while self.waiting.len() < BATCH_RECORDS
            && let Some(row) = self.read_row()?
        {
            self.waiting.push(row);
        }
        self.carried = Carried::where_blanks_stand_for_the_value_above(&self.waiting, &self.table.columns);
        if self.carried.is_some() {
            self.understood.warnings.push(Warning {
                position: Position::file(&self.context.file),
                message: "blank cells below a municipality or area were filled with it: each name stands once, above \
                          its rows"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// The row that looks most like a header, and its columns; where none names opinions, the error is that of the
    /// first.
    fn best_header(&self, rows: &[ByteRecord], strings: &[Vec<String>]) -> Result<(usize, Columns)> {
        let names = |i: usize| strings[i].iter().map(String::as_str).collect::<Vec<_>>();
        let score = |i: usize| {
            let assignment = Assignment::of(&names(i), &self.context.columns);
            header::score(&assignment, strings[i].iter().filter(|n| !n.is_empty()).count())
        };
        let best = (0..rows.len()).rev().filter_map(|i| Some((score(i)?, i))).max_by_key(|(score, _)| *score);
        let at = best.map_or(0, |(_, i)| i);
        let line = rows[at].position().map_or(1, csv::Position::line);
        let position = Position::file(&self.context.file).at_line(line);
        Ok((at, Columns::find(&names(at), &self.context.columns, position)?))
    }

    fn read_row(&mut self) -> Result<Option<ByteRecord>> {
        self.budget.store(self.record_bytes + BUFFER_BYTES, Ordering::Relaxed);
        let mut row = ByteRecord::new();
        match self.rows.read_byte_record(&mut row) {
            Ok(true) => Ok(Some(row)),
            Ok(false) => Ok(None),
            Err(_) if self.budget.load(Ordering::Relaxed) == 0 => Err(Error::Limit {
                position: self.context.position(self.rows.position().line()),
                what: "a record (is a quotation mark not closed?)".to_owned(),
                limit: format!("{} bytes", self.record_bytes),
                flag: "--limit-record-bytes",
            }),
            Err(e) => Err(Error::Stream { action: "read the table", source: e.into() }),
        }
    }
}

impl<R: Read + Send> Reader for CsvReader<R> {
    fn next_batch(&mut self) -> Result<Option<RawBatch>> {
        let mut rows = std::mem::take(&mut self.waiting);
        while rows.len() < BATCH_RECORDS
            && let Some(row) = self.read_row()?
        {
            rows.push(row);
        }
        if rows.is_empty() {
            return Ok(None);
        }
        if let Some(carried) = &mut self.carried {
            rows.iter_mut().for_each(|row| carried.fill(row));
        }
        let first_record = self.next_record;
        self.next_record += rows.len() as u64;
        let records = Records::Rows { rows, first_record, table: Arc::clone(&self.table) };
        Ok(Some(RawBatch { records, context: Arc::clone(&self.context) }))
    }

    fn understood(&self) -> Option<&Reading> {
        Some(&self.understood)
    }
}

impl Carried {
    /// Fills blanks only where the first rows show that names are written once: the first row has one, some below
    /// are blank beside a text, and no name comes a second time after another.
    fn where_blanks_stand_for_the_value_above(rows: &[ByteRecord], columns: &Columns) -> Option<Self> {
        let cell =
            |row: &ByteRecord, column: usize| row.get(column).unwrap_or_default().trim_ascii().to_vec();
        let written_once = |column: &usize| {
            let values: Vec<Vec<u8>> =
                rows.iter().filter(|r| !cell(r, columns.text).is_empty()).map(|r| cell(r, *column)).collect();
            let mut names: Vec<&Vec<u8>> = values.iter().filter(|v| !v.is_empty()).collect();
            let n_names = names.len();
            names.sort();
            names.dedup();
            values.first().is_some_and(|v| !v.is_empty()) && n_names < values.len() && names.len() == n_names
        };
        let columns: Vec<usize> = [columns.municipality, columns.area, columns.fiscal_year]
            .into_iter()
            .flatten()
            .filter(written_once)
            .collect();
        (!columns.is_empty()).then(|| Self(columns.into_iter().map(|c| (c, Vec::new())).collect()))
    }

    fn fill(&mut self, row: &mut ByteRecord) {
        let mut filled = false;
        for (column, value) in &mut self.0 {
            match row.get(*column).map(<[u8]>::trim_ascii) {
                Some(cell) if !cell.is_empty() => *value = cell.to_vec(),
                _ => filled = true,
            }
        }
        if filled {
            let position = row.position().cloned();
            let fields: Vec<Vec<u8>> = row
                .iter()
                .enumerate()
                .map(|(i, field)| match self.0.iter().find(|(column, _)| *column == i) {
                    Some((_, value)) if field.trim_ascii().is_empty() => value.clone(),
                    _ => field.to_vec(),
                })
                .collect();
            *row = ByteRecord::from(fields);
            row.set_position(position);
        }
    }
}

/// Calls `found` for the opinions of a row: none for a row without any text, several where the cell has bullets.
pub(super) fn opinions(
    context: &StreamContext,
    table: &Table,
    row: &ByteRecord,
    record: u64,
    found: &mut impl FnMut(Result<Opinion, Box<Reject>>),
) {
    if row.iter().all(|field| field.trim_ascii().is_empty()) {
        return;
    }
    let line = row.position().map(csv::Position::line);
    let position = Position { line, record: Some(record), ..Position::file(&context.file) };
    let shown = || row.iter().collect::<Vec<_>>().join(&b","[..]);
    let n_names = table.names.len();
    // Cells beyond the header are an error only when they hold something: Excel writes empty ones.
    if row.iter().skip(n_names).any(|field| !field.trim_ascii().is_empty()) || row.len() <= table.columns.text
    {
        let message = format!(
            "{} fields where the header has {n_names}: look for a comma or quotation mark too many",
            row.len()
        );
        return found(Err(context.reject(position, message, &shown())));
    }
    let text = match text_of(context, &row[table.columns.text], position, &shown()) {
        Ok(text) => unguard(&text).to_owned(),
        Err(reject) => return found(Err(reject)),
    };
    let opinion = table.opinion(context, row, record, line);
    if !text.contains(['\n', '\r']) {
        return found(Ok(Opinion { text, ..opinion }));
    }
    let texts = opinions_in_cell(&text);
    let several = texts.len() > 1;
    for (i, text) in texts.into_iter().enumerate() {
        let id = if several { format!("{}-{}", opinion.id, i + 1) } else { opinion.id.clone() };
        found(Ok(Opinion { id, text, ..opinion.clone() }));
    }
}

impl Table {
    /// The opinion of a row but for its text.
    fn opinion(&self, context: &StreamContext, row: &ByteRecord, record: u64, line: Option<u64>) -> Opinion {
        let field = |column: Option<usize>| -> Option<String> {
            let value = String::from_utf8_lossy(row.get(column?)?);
            let value = unguard(value.trim()).to_owned();
            (!value.is_empty()).then_some(value)
        };
        let columns = &self.columns;
        let fiscal_year = field(columns.fiscal_year)
            .and_then(|year| marks::fiscal_year(&year))
            .or(context.fiscal_year)
            .or(self.fiscal_year);
        let municipality = field(columns.municipality);
        let area = field(columns.area)
            .or_else(|| municipality.as_deref().and_then(|m| places().area_of(m)).map(str::to_owned));
        let mut others = Map::new();
        for &column in &columns.others {
            let name = &self.names[column];
            let name = if name.is_empty() { format!("column {}", column + 1) } else { name.clone() };
            others.insert(name, Value::String(field(Some(column)).unwrap_or_default()));
        }
        for (name, value) in [(HAND_THEMES, field(columns.themes)), (HAND_STANCE, field(columns.stance))] {
            if let Some(value) = value {
                others.insert(name.to_owned(), Value::String(value));
            }
        }
        Opinion {
            id: field(columns.id).unwrap_or_else(|| made_id(fiscal_year, record as usize)),
            fiscal_year,
            area,
            municipality,
            text: String::new(),
            source: context.source(line),
            columns: others,
        }
    }
}

/// Bytes by which the delimiter is told.
const DELIMITER_BYTES: u64 = 16 << 10;

/// The delimiter that cuts most of the first rows into the same number of fields, more than one.
fn find_delimiter(head: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(head);
        let widths: Vec<usize> =
            rows.byte_records().take(HEADER_ROWS).map_while(Result::ok).map(|r| r.len()).collect();
        let alike = |width: usize| widths.iter().filter(|w| **w == width).count();
        // Rows cut alike say most; how many fields they have decides between delimiters that cut all rows alike.
        widths.iter().filter(|w| **w > 1).map(|&width| (alike(width), width)).max().unwrap_or((0, 0))
    };
    [b',', b'\t', b';', b'|'].into_iter().rev().max_by_key(|d| score(*d)).unwrap_or(b',')
}

/// The csv reader reads ahead by this much.
const BUFFER_BYTES: u64 = 8 << 10;

/// A stream that ends in an error when one record takes more than its budget.
struct Budgeted<R> {
    head: io::Cursor<Vec<u8>>,
    inner: R,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::Error::other("a record is over the limit"));
        }
        let n = match self.head.read(buffer)? {
            0 => self.inner.read(buffer)?,
            n => n,
        };
        self.left.store(left.saturating_sub(n as u64), Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::stream::RecordCache;

    fn read(input: &str) -> (Vec<Result<Opinion, Box<Reject>>>, usize) {
        let mut reader =
            CsvReader::new(input.as_bytes(), None, "a.csv", &ReadOptions::default()).expect("opened");
        let mut found = Vec::new();
        while let Some(batch) = reader.next_batch().expect("read") {
            batch.for_each(&mut RecordCache::default(), |r| found.push(r));
        }
        (found, reader.understood.left_out.len())
    }

    fn texts(found: &[Result<Opinion, Box<Reject>>]) -> Vec<String> {
        found
            .iter()
            .map(|r| match r {
                Ok(o) => format!("{} {}", o.municipality.as_deref().unwrap_or("-"), o.text),
                Err(e) => format!("{}: {}", e.position, e.message),
            })
            .collect()
    }

    #[test]
    fn quotes_line_breaks_and_other_columns_are_kept() {
        let (found, _) = read("No,区市町村,意見,備考\n1,港区,\"在宅医が、\r\n少ない。\",\"a,b\"\n");
        assert_eq!(texts(&found), ["港区 在宅医が、少ない。"]);
        let opinion = found[0].as_ref().expect("an opinion");
        assert_eq!((opinion.id.as_str(), &opinion.columns["備考"]), ("1", &Value::String("a,b".into())));
    }

    #[test]
    fn the_delimiter_and_a_header_below_titles_are_found() {
        let (found, n_left_out) = read("令和４年度 意見一覧;;\n区市町村;意見;備考\n港区;在宅医が少ない。;\n");
        assert_eq!(texts(&found), ["港区 在宅医が少ない。"]);
        assert_eq!(n_left_out, 1);
        assert_eq!(found[0].as_ref().expect("an opinion").fiscal_year, Some(2022));
        assert_eq!(texts(&read("区市町村\t意見\n港区\ta,b,c,d\n").0), ["港区 a,b,c,d"]);
    }

    #[test]
    fn names_written_once_are_carried_down_and_missing_ones_are_not() {
        assert_eq!(
            texts(&read("区市町村,意見\n港区,一\n,二\n北区,三\n").0),
            ["港区 一", "港区 二", "北区 三"]
        );
        assert_eq!(
            texts(&read("区市町村,意見\n港区,一\n,二\n北区,三\n港区,四\n").0),
            ["港区 一", "- 二", "北区 三", "港区 四"]
        );
    }

    #[test]
    fn rows_that_do_not_fit_are_rejected_and_the_others_stay() {
        let (found, _) = read("区市町村,意見\n港区,一,二\n北区,三\n北区\n,\n北区,\n");
        let texts = texts(&found);
        assert!(texts[0].starts_with("a.csv, line 2: 3 fields where the header has 2"), "{texts:?}");
        assert_eq!(texts[1], "北区 三");
        assert!(texts[2].contains("line 4") && texts[3].contains("the text is empty"), "{texts:?}");
        assert_eq!(texts.len(), 4);
    }

    #[test]
    fn an_open_quotation_mark_does_not_eat_the_memory() {
        let mut options = ReadOptions::default();
        options.limits.record_bytes = 10_000;
        let input = format!("意見\n少ない\n\"{}", "あ\n".repeat(100_000));
        let mut reader = CsvReader::new(input.as_bytes(), None, "a.csv", &options).err();
        let error = reader.take().expect("over the limit");
        assert!(matches!(error, Error::Limit { .. }), "{error}");
    }

    #[test]
    fn a_table_without_opinions_names_its_headers() {
        let error = CsvReader::new(&b"a,b\n1,2\n"[..], None, "a.csv", &ReadOptions::default())
            .err()
            .expect("refused");
        assert!(error.to_string().contains("a, b") && error.to_string().contains("--column"), "{error}");
    }
}
