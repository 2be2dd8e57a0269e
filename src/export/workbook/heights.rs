//! Heights of rows that give way. LibreOffice shows rows as high as the file says and clips what does not fit, so every
//! row says how high it is; but the writer marks a height that is said as set by hand, and such a row no longer grows
//! when a person edits or sorts it. Taking that mark off leaves the height as the one to begin with.

use std::io::{Cursor, Read, Write};

use zip::{
    CompressionMethod, DateTime, ZipArchive, ZipWriter,
    result::{ZipError, ZipResult},
    write::SimpleFileOptions,
};

/// The end of a row's tag. In text and formulas `>` is escaped, so it stands nowhere else.
const SET_BY_HAND: &str = " customHeight=\"1\">";

/// Takes the mark off all rows of a workbook.
pub(super) fn loosen(workbook: Vec<u8>) -> ZipResult<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(workbook))?;
    let mut loosened = ZipWriter::new(Cursor::new(Vec::new()));
    // A fixed day keeps the bytes the same.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for i in 0..archive.len() {
        let mut part = archive.by_index(i)?;
        let name = part.name()?.into_owned();
        if !name.starts_with("xl/worksheets/sheet") {
            loosened.raw_copy_file(part)?;
            continue;
        }
        let mut xml = String::new();
        part.read_to_string(&mut xml).map_err(ZipError::Io)?;
        loosened.start_file(name, options)?;
        loosened.write_all(xml.replace(SET_BY_HAND, ">").as_bytes()).map_err(ZipError::Io)?;
    }
    Ok(loosened.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_height_and_lose_the_mark() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write_string(1, 0, "a customHeight=\"1\"> b").expect("written");
        sheet.write_formula(2, 0, "=\" customHeight=\"\"1\"\">\"").expect("written");
        sheet.set_row_height(1, 33.0).expect("set");
        let loosened = loosen(workbook.save_to_buffer().expect("saved")).expect("a zip");
        let mut archive = ZipArchive::new(Cursor::new(loosened)).expect("a zip");
        let mut xml = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").expect("a part").read_to_string(&mut xml).expect("text");
        assert!(xml.contains("ht=\"33\"") && !xml.contains(SET_BY_HAND), "{xml}");
        assert!(xml.contains("customHeight=\"\"1\"\"&gt;"), "{xml}");
    }
}
