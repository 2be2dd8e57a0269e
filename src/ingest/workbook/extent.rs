//! What an .xls claims to hold, before calamine makes room for it: calamine keeps every cell between the first and
//! the last of a sheet, and believes the sheet's stated size, so that two cells or one wrong number may cost
//! gigabytes. Only positions are read here (MS-CFB 2.2 to 2.6, MS-XLS 2.1 and 2.4), and which rows are hidden, which
//! calamine does not tell.

use std::collections::HashSet;

/// What one sheet claims.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    /// Cells between the first and the last, and as the sheet states it, whichever is more.
    pub n_cells: u64,
    /// Numbers of hidden rows, from 1, in order.
    pub hidden_rows: Vec<u32>,
}

/// Extents of the sheets in their order; `None` where the file is damaged.
pub(super) fn extents(bytes: &[u8]) -> Option<Vec<Extent>> {
    let stream = workbook_stream(bytes)?;
    let mut extents = Vec::new();
    // Sheets that share one place cost its reading each; a whole file is never read more than this often.
    let mut steps_left = 4 * stream.len();
    for (kind, data) in Records::at(&stream, 0) {
        match kind {
            BOUND_SHEET => {
                let start = u32_at(data, 0)? as usize;
                extents.push(extent(&stream, start, &mut steps_left)?);
            }
            END => break,
            _ => {}
        }
    }
    Some(extents)
}

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const ROW: u16 = 0x0208;
const MUL_RK: u16 = 0x00BD;
/// Formula, RString, LabelSst, Number, Label, BoolErr, Rk.
const CELLS: [u16; 7] = [0x0006, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E];

fn extent(stream: &[u8], start: usize, steps_left: &mut usize) -> Option<Extent> {
    let mut extent = Extent::default();
    let (mut rows, mut columns) = (Span::default(), Span::default());
    let (mut depth, mut stated) = (0usize, 0u64);
    for (kind, data) in Records::at(stream, start) {
        *steps_left = steps_left.checked_sub(4 + data.len())?;
        match kind {
            BEGIN => depth += 1,
            END => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ if depth > 1 => {}
            DIMENSIONS => stated = stated.max(stated_cells(data)?),
            ROW if u16_at(data, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                extent.hidden_rows.push(u32::from(u16_at(data, 0)?) + 1);
            }
            MUL_RK => {
                rows.add(u16_at(data, 0)?);
                columns.add(u16_at(data, 2)?);
                columns.add(u16_at(data, data.len().checked_sub(2)?)?);
            }
            kind if CELLS.contains(&kind) => {
                rows.add(u16_at(data, 0)?);
                columns.add(u16_at(data, 2)?);
            }
            _ => {}
        }
    }
    extent.n_cells = stated.max(rows.len() * columns.len());
    extent.hidden_rows.sort_unstable();
    Some(extent)
}

/// Cells that a DIMENSIONS record states.
fn stated_cells(data: &[u8]) -> Option<u64> {
    let (first_row, last_row, first_column, last_column) = if data.len() >= 14 {
        (u32_at(data, 0)?, u32_at(data, 4)?, u16_at(data, 8)?, u16_at(data, 10)?)
    } else {
        (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?), u16_at(data, 4)?, u16_at(data, 6)?)
    };
    // A range that runs backwards is damage; a sheet without cells states one row or none.
    let n_rows = if last_row == 0 { 1 } else { last_row.checked_sub(first_row)?.max(1) };
    let first_column = if first_column > 0xFF || last_column < first_column { 0 } else { first_column };
    let n_columns = last_column.saturating_sub(first_column).max(1);
    Some(u64::from(n_rows) * u64::from(n_columns))
}

/// First and last of some numbers.
#[derive(Default)]
struct Span(Option<(u16, u16)>);

impl Span {
    fn add(&mut self, at: u16) {
        let (first, last) = self.0.unwrap_or((at, at));
        self.0 = Some((first.min(at), last.max(at)));
    }

    fn len(&self) -> u64 {
        self.0.map_or(0, |(first, last)| u64::from(last - first) + 1)
    }
}

/// Records of a workbook stream: kind and data.
struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    fn at(stream: &'a [u8], start: usize) -> Self {
        Self(stream.get(start..).unwrap_or_default())
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, len_bytes) = (u16_at(self.0, 0)?, usize::from(u16_at(self.0, 2)?));
        let data = self.0.get(4..4 + len_bytes)?;
        self.0 = &self.0[4 + len_bytes..];
        Some((kind, data))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The stream named Workbook (or Book, before Excel 97) of a compound file.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = CompoundFile::open(bytes)?;
    ["Workbook", "Book"].iter().find_map(|name| file.stream(name))
}

/// A compound file: sectors chained by a table.
struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    table: Vec<u32>,
    directory: Vec<u8>,
}

/// Sector numbers from here on are marks, not sectors.
const FIRST_MARK: u32 = 0xFFFF_FFFA;
const SMALL_SECTOR_BYTES: usize = 64;
/// Streams shorter than this lie in small sectors.
const SMALL_STREAM_BYTES: u32 = 4096;

impl<'a> CompoundFile<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector_bytes = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self { bytes, sector_bytes, table: Vec::new(), directory: Vec::new() };
        let mut table_sectors: Vec<u32> = (0..109).filter_map(|i| u32_at(bytes, 76 + 4 * i)).collect();
        let mut next = u32_at(bytes, 68)?;
        let mut seen = HashSet::new();
        while next < FIRST_MARK {
            if !seen.insert(next) {
                return None;
            }
            let sector = file.sector(next)?;
            let mut numbers: Vec<u32> = numbers(sector).collect();
            next = numbers.pop()?;
            table_sectors.extend(numbers);
        }
        for sector in table_sectors.into_iter().filter(|s| *s < FIRST_MARK) {
            let part: Vec<u32> = numbers(file.sector(sector)?).collect();
            file.table.extend(part);
            if file.table.len() > bytes.len() {
                return None;
            }
        }
        file.directory = file.chain(u32_at(bytes, 48)?)?;
        Some(file)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector_bytes)?;
        // the last sector may be cut
        let end = start.checked_add(self.sector_bytes)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        let mut chained = Vec::new();
        let mut next = start;
        while next < FIRST_MARK {
            chained.extend_from_slice(self.sector(next)?);
            if chained.len() > self.bytes.len() {
                return None;
            }
            next = *self.table.get(next as usize)?;
        }
        Some(chained)
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry =
            self.directory.chunks_exact(128).find(|entry| entry_name(entry).eq_ignore_ascii_case(name))?;
        let (start, len_bytes) = (u32_at(entry, 116)?, u32_at(entry, 120)?);
        let mut stream =
            if len_bytes < SMALL_STREAM_BYTES { self.small_chain(start)? } else { self.chain(start)? };
        stream.truncate(len_bytes as usize);
        Some(stream)
    }

    /// A stream in small sectors, which lie in the stream of the directory's root.
    fn small_chain(&self, start: u32) -> Option<Vec<u8>> {
        let pool = self.chain(u32_at(&self.directory, 116)?)?;
        let table: Vec<u32> = numbers(&self.chain(u32_at(self.bytes, 60)?)?).collect();
        let mut chained = Vec::new();
        let mut next = start;
        while next < FIRST_MARK {
            let at = (next as usize).checked_mul(SMALL_SECTOR_BYTES)?;
            chained.extend_from_slice(pool.get(at..at + SMALL_SECTOR_BYTES)?);
            if chained.len() > pool.len() {
                return None;
            }
            next = *table.get(next as usize)?;
        }
        Some(chained)
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn entry_name(entry: &[u8]) -> String {
    let units: Vec<u16> = entry[..64]
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .take_while(|u| *u != 0)
        .collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut record = kind.to_le_bytes().to_vec();
        record.extend((data.len() as u16).to_le_bytes());
        record.extend(data);
        record
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        let mut data = row.to_le_bytes().to_vec();
        data.extend(column.to_le_bytes());
        data.extend([0; 10]);
        record(0x0203, &data)
    }

    #[test]
    fn two_cells_far_apart_claim_all_between_them() {
        let sheet = [record(BEGIN, &[0; 16]), number(0, 0), number(65535, 255), record(END, &[])].concat();
        let mut steps = 1 << 20;
        assert_eq!(extent(&sheet, 0, &mut steps).map(|e| e.n_cells), Some(65536 * 256));
        let stated = record(DIMENSIONS, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0]);
        assert_eq!(extent(&stated, 0, &mut steps).map(|e| e.n_cells), Some(u64::from(u32::MAX) * 256));
    }

    #[test]
    fn hidden_rows_are_found() {
        let mut row = vec![0u8; 16];
        row[0] = 4;
        row[12] = 0x20;
        let mut steps = 1 << 20;
        assert_eq!(extent(&record(ROW, &row), 0, &mut steps).expect("read").hidden_rows, [5]);
    }

    #[test]
    fn what_is_no_compound_file_has_no_extents() {
        assert_eq!(extents(&[0; 2000]), None);
        assert_eq!(extents(b""), None);
    }
}
