//! Bytes of unknown encoding come in, their encoding or their text comes out. A byte order mark decides, then the
//! pattern of zero bytes of UTF-16, then strict UTF-8, then chardetng for Japanese, believed only where strict
//! decoding has no errors. Nothing is replaced: what cannot be decoded is an error that names the byte. Streams are
//! decoded by [`super::utf8_reader`].

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Error, Position, Result};

/// What the first bytes of a file say about its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the byte order mark to skip.
    pub bom_bytes: usize,
}

/// The encoding that a label names: those of the WHATWG's Encoding Standard, and Windows' own names for cp932.
///
/// # Errors
/// A label that no encoding has.
pub fn encoding_named(label: &str) -> Result<&'static Encoding> {
    let folded = label.trim().to_ascii_lowercase();
    match folded.as_str() {
        "cp932" | "windows-932" | "ms932" | "mskanji" | "win31j" => Ok(SHIFT_JIS),
        "utf8" | "utf-8-sig" | "utf8-bom" => Ok(UTF_8),
        "utf16" | "utf16le" => Ok(UTF_16LE),
        "utf16be" => Ok(UTF_16BE),
        "eucjp" => Ok(EUC_JP),
        "jis" => Ok(ISO_2022_JP),
        _ => Encoding::for_label(folded.as_bytes()).ok_or(Error::Setting {
            name: "encoding",
            value: label.to_owned(),
            expected: "expected a label such as utf-8, cp932, euc-jp, utf-16le or iso-2022-jp",
        }),
    }
}

/// The encoding of a whole file, or of its first bytes (`whole` false: a character cut at their end is no error).
/// A label overrules the content; within UTF-16 a byte order mark still tells the order.
///
/// # Errors
/// An unknown label; bytes that are no text; bytes that no encoding fits.
pub fn detect(bytes: &[u8], whole: bool, label: Option<&str>, file: &str) -> Result<Detected> {
    let bom = Encoding::for_bom(bytes);
    if let Some(label) = label {
        let encoding = encoding_named(label)?;
        let utf_16 = |e| e == UTF_16LE || e == UTF_16BE;
        return Ok(match bom {
            Some((marked, bom_bytes)) if marked == encoding || (utf_16(marked) && utf_16(encoding)) => {
                Detected { encoding: marked, bom_bytes }
            }
            _ => Detected { encoding, bom_bytes: 0 },
        });
    }
    if let Some((encoding, bom_bytes)) = bom {
        return Ok(Detected { encoding, bom_bytes });
    }
    let found = |encoding| Ok(Detected { encoding, bom_bytes: 0 });
    if let Some(encoding) = utf_16_without_bom(bytes, whole) {
        return found(encoding);
    }
    refuse_binary(bytes, file)?;
    let utf_8 = Utf8Count::of(bytes, whole);
    if utf_8.n_errors == 0 {
        let jis = bytes.windows(3).any(|w| matches!(w, b"\x1B$B" | b"\x1B$@"));
        return found(if jis && first_error(ISO_2022_JP, bytes, whole).is_none() {
            ISO_2022_JP
        } else {
            UTF_8
        });
    }
    if utf_8.is_damaged_utf_8() {
        return found(UTF_8);
    }
    let candidates = if is_euc_jp(bytes, whole) { [EUC_JP, SHIFT_JIS] } else { [SHIFT_JIS, EUC_JP] };
    if let Some(encoding) = candidates.into_iter().find(|e| first_error(e, bytes, whole).is_none()) {
        return found(encoding);
    }
    if !whole && utf_8.n_errors * 100 <= utf_8.n_ascii {
        return found(UTF_8);
    }
    let tried = |encoding: &'static Encoding| first_error(encoding, bytes, whole).unwrap_or(0);
    Err(Error::input(
        Position::file(file),
        format!(
            "its encoding is not recognized: not UTF-8 from byte {}, not cp932 from byte {}, not EUC-JP from byte {}; \
             name it with --encoding, or save the file as UTF-8",
            utf_8.first_error.unwrap_or(0),
            tried(SHIFT_JIS),
            tried(EUC_JP),
        ),
    ))
}

/// The text of a whole file, without its byte order mark.
///
/// # Errors
/// As [`detect`]; bytes that the encoding does not have, or a NUL, named by their offset from 0.
pub fn decode(bytes: Vec<u8>, label: Option<&str>, file: &str) -> Result<String> {
    let Detected { encoding, bom_bytes } = detect(&bytes, true, label, file)?;
    let text = if encoding == UTF_8 {
        let mut bytes = bytes;
        bytes.drain(..bom_bytes);
        String::from_utf8(bytes)
            .map_err(|e| undecodable(encoding, bom_bytes + e.utf8_error().valid_up_to(), file))?
    } else {
        encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[bom_bytes..])
            .ok_or_else(|| {
                let offset = first_error(encoding, &bytes[bom_bytes..], true).unwrap_or(0);
                undecodable(encoding, bom_bytes + offset, file)
            })?
            .into_owned()
    };
    match memchr::memchr(0, text.as_bytes()) {
        Some(at) => {
            let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() as u64 + 1;
            Err(Error::input(
                Position::file(file).at_line(line),
                "a NUL byte, which no text holds: the file is binary or damaged; save it as text (UTF-8)",
            ))
        }
        None => Ok(text),
    }
}

fn undecodable(encoding: &'static Encoding, offset: usize, file: &str) -> Error {
    Error::input(
        Position::file(file),
        format!(
            "byte {offset} is not {}: the file is damaged or of another encoding; name it with --encoding",
            shown(encoding)
        ),
    )
}

/// An encoding by the name that users know.
pub fn shown(encoding: &'static Encoding) -> &'static str {
    if encoding == SHIFT_JIS { "cp932" } else { encoding.name() }
}

/// Offset of the first byte that the encoding does not have.
fn first_error(encoding: &'static Encoding, bytes: &[u8], whole: bool) -> Option<usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = [0u8; 4096];
    let mut read_bytes = 0;
    loop {
        let (result, n_read, _) =
            decoder.decode_to_utf8_without_replacement(&bytes[read_bytes..], &mut out, whole);
        read_bytes += n_read;
        match result {
            DecoderResult::InputEmpty => return None,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(malformed_bytes, after_bytes) => {
                return Some(read_bytes.saturating_sub(usize::from(malformed_bytes + after_bytes)));
            }
        }
    }
}

/// Whether Japanese that is no UTF-8 is EUC-JP: chardetng says so, and it is not half-width kana of cp932, whose
/// bytes it takes for rare kanji.
fn is_euc_jp(bytes: &[u8], whole: bool) -> bool {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, whole);
    let mut japanese = bytes.iter().filter(|b| !b.is_ascii());
    detector.guess(Some(b"jp"), Utf8Detection::Deny) == EUC_JP
        && japanese.any(|b| matches!(b, 0xA4 | 0xA5) || !(0xA1..=0xDF).contains(b))
}

/// How much of a text is UTF-8.
#[derive(Debug, Default)]
struct Utf8Count {
    n_ascii: usize,
    n_multibyte: usize,
    n_errors: usize,
    first_error: Option<usize>,
}

impl Utf8Count {
    fn of(bytes: &[u8], whole: bool) -> Self {
        let mut count = Self::default();
        let mut start = 0;
        loop {
            let (valid, error) = match std::str::from_utf8(&bytes[start..]) {
                Ok(text) => (text, None),
                Err(e) => (
                    std::str::from_utf8(&bytes[start..start + e.valid_up_to()])
                        .expect("checked up to here by the same function"),
                    Some(e.error_len()),
                ),
            };
            let n_chars = valid.chars().count();
            let n_ascii = valid.bytes().filter(u8::is_ascii).count();
            count.n_ascii += n_ascii;
            count.n_multibyte += n_chars - n_ascii;
            start += valid.len();
            match error {
                None => return count,
                // cut at the end of a block
                Some(None) if !whole => return count,
                Some(error_len) => {
                    count.n_errors += 1;
                    count.first_error.get_or_insert(start);
                    match error_len {
                        None => return count,
                        Some(n) => start += n,
                    }
                }
            }
        }
    }

    /// UTF-8 with a few bytes broken. Text in cp932 or EUC-JP seldom makes a valid sequence by chance, so ten good
    /// ones for each bad one tell them apart.
    fn is_damaged_utf_8(&self) -> bool {
        self.n_errors > 0 && self.n_multibyte >= 10 * self.n_errors
    }
}

/// UTF-16 without a byte order mark: line ends, digits and Latin letters have a zero byte on one side only.
fn utf_16_without_bom(bytes: &[u8], whole: bool) -> Option<&'static Encoding> {
    let even = bytes.iter().step_by(2).filter(|b| **b == 0).count();
    let odd = bytes.iter().skip(1).step_by(2).filter(|b| **b == 0).count();
    let encoding = match (even, odd) {
        (_, 1..) if even * 20 <= odd => UTF_16LE,
        (1.., _) if odd * 20 <= even => UTF_16BE,
        _ => return None,
    };
    // Bytes that are UTF-8 but for the zeros are Latin letters, each with its zero, or no UTF-16 at all.
    let all_latin = 5 * even.max(odd) >= 2 * bytes.len();
    if first_error(encoding, bytes, whole).is_some() || (!all_latin && std::str::from_utf8(bytes).is_ok()) {
        return None;
    }
    let (text, _) = encoding.decode_without_bom_handling(&bytes[..bytes.len() & !1]);
    let n_chars = text.chars().count();
    let n_plausible = text.chars().filter(|c| is_plausible(*c)).count();
    (n_chars > 0 && n_plausible * 10 >= n_chars * 9).then_some(encoding)
}

fn is_plausible(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{2000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}')
}

/// Share of control characters above which a file is no text: a stray one is a record's fault, not the file's.
const MOST_CONTROL_SHARE: f64 = 0.01;

fn refuse_binary(bytes: &[u8], file: &str) -> Result<()> {
    let refuse = |what: &str| Err(Error::input(Position::file(file), what.to_owned()));
    match bytes {
        [b'P', b'K', 3, 4, ..] => {
            return refuse("a zipped file (Word, Excel or an archive), not text; give it its own extension");
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            return refuse(
                "an Office file of the old form (.doc, .xls), not text; save it as .docx or .xlsx",
            );
        }
        [b'%', b'P', b'D', b'F', ..] => return refuse("a PDF, not text; give it the extension .pdf"),
        _ => {}
    }
    let is_control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B);
    let n_control = bytes.iter().filter(|b| is_control(b)).count();
    if n_control as f64 > MOST_CONTROL_SHARE * bytes.len() as f64 {
        let first = bytes.iter().position(is_control).unwrap_or(0);
        return refuse(&format!(
            "not text: {n_control} control bytes in the first {}, the first at byte {first}; expected text in UTF-8, \
             cp932, EUC-JP or UTF-16",
            bytes.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "圏域,区市町村,意見\r\n区中央部,港区,①㈱髙島屋～の№５\r\n";

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    fn utf_16(text: &str, big_endian: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big_endian { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn the_same_text_comes_out_of_every_encoding() {
        let mut with_bom = vec![0xEF, 0xBB, 0xBF];
        with_bom.extend(TEXT.bytes());
        let mut utf_16_with_bom = vec![0xFF, 0xFE];
        utf_16_with_bom.extend(utf_16(TEXT, false));
        for (name, bytes) in [
            ("utf-8", TEXT.as_bytes().to_vec()),
            ("utf-8 with BOM", with_bom),
            ("cp932", encoded(SHIFT_JIS, TEXT)),
            ("utf-16le with BOM", utf_16_with_bom),
            ("utf-16le", utf_16(TEXT, false)),
            ("utf-16be", utf_16(TEXT, true)),
        ] {
            assert_eq!(decode(bytes, None, "a.csv").expect(name), TEXT, "{name}");
        }
        let without_variants = TEXT.replace(['髙', '～', '①', '㈱', '№'], "");
        for encoding in [EUC_JP, ISO_2022_JP] {
            let bytes = encoded(encoding, &without_variants);
            assert_eq!(
                decode(bytes, None, "a.csv").expect("decoded"),
                without_variants,
                "{}",
                encoding.name()
            );
        }
    }

    #[test]
    fn short_names_in_cp932_are_recognized() {
        for text in ["区", "港区", "ﾊﾝｶｸ", "髙島", "意見\n港区"] {
            assert_eq!(decode(encoded(SHIFT_JIS, text), None, "a.csv").expect("decoded"), text);
        }
    }

    #[test]
    fn utf_8_cut_in_a_character_is_no_cp932() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.remove(10);
        let error = decode(bytes, None, "a.csv").expect_err("broken").to_string();
        assert!(error.starts_with("a.csv: byte ") && error.contains("is not UTF-8"), "{error}");
    }

    #[test]
    fn an_error_names_the_byte_and_the_flag() {
        let mut bytes = encoded(SHIFT_JIS, "意見が多い");
        bytes.push(0xFF);
        let error = decode(bytes, None, "a.txt").expect_err("no encoding").to_string();
        assert!(error.contains("cp932 from byte 10") && error.contains("--encoding"), "{error}");
        let error = decode(vec![0x82, 0xA0, 0xFF], Some("cp932"), "a.txt").expect_err("broken").to_string();
        assert!(error.contains("byte 2 is not cp932"), "{error}");
        assert!(decode(vec![b'a'], Some("klingon"), "a.txt").is_err());
    }

    #[test]
    fn binary_files_are_refused() {
        for bytes in [
            (0..=255u8).cycle().take(4096).collect::<Vec<_>>(),
            b"PK\x03\x04rest".to_vec(),
            b"\xD0\xCF\x11\xE0rest".to_vec(),
            b"%PDF-1.7".to_vec(),
            vec![0; 100],
            b"text with a \0 inside".to_vec(),
        ] {
            assert!(decode(bytes.clone(), None, "a.txt").is_err(), "{:?}", &bytes[..8]);
        }
    }
}
