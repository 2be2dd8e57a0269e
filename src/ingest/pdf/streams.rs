//! What a stream costs, measured before it is held: a few kilobytes may inflate to gigabytes.

use std::io::Read;

use hayro_syntax::{
    Filter,
    object::{Array, Dict, Object, Stream},
};
use memchr::memmem;

/// A stream that inflates to more than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The decoded bytes of a stream; empty where they are damaged.
pub(super) fn decoded(stream: &Stream<'_>, limit: u64) -> Result<Vec<u8>, TooLarge> {
    check(stream, limit)?;
    Ok(stream.decoded_data().map(std::borrow::Cow::into_owned).unwrap_or_default())
}

/// Whether a stream stays within the limit. Filters other than Flate and LZW unpack to little more than they hold.
pub(super) fn check(stream: &Stream<'_>, limit: u64) -> Result<(), TooLarge> {
    let filters = stream.filters();
    let Some(last) = filters.iter().rposition(|f| matches!(f, Filter::FlateDecode | Filter::LzwDecode))
    else {
        return Ok(());
    };
    let mut data = stream.raw_data().into_owned();
    for (i, filter) in filters[..=last].iter().enumerate() {
        match filter {
            Filter::FlateDecode if i == last => return inflated_len(&data, limit).map(|_| ()),
            Filter::FlateDecode => data = inflate(&data, limit)?,
            Filter::LzwDecode => return (lzw_len(&data) <= limit).then_some(()).ok_or(TooLarge),
            Filter::AsciiHexDecode => data = hexadecimal(&data),
            Filter::Ascii85Decode => data = base85(&data),
            // Rare before Flate: taken at the most it can be.
            _ => return (data.len() as u64 * 128 <= limit).then_some(()).ok_or(TooLarge),
        }
    }
    Ok(())
}

/// Checks every stream that a font is read from.
pub(super) fn check_font(font: &Dict<'_>, limit: u64) -> Result<(), TooLarge> {
    let of = |dict: &Dict<'_>, keys: &[&[u8]]| -> Result<(), TooLarge> {
        keys.iter().filter_map(|key| dict.get::<Stream<'_>>(*key)).try_for_each(|s| check(&s, limit))
    };
    let program = |dict: &Dict<'_>| match dict.get::<Dict<'_>>(&b"FontDescriptor"[..]) {
        Some(descriptor) => of(&descriptor, &[b"FontFile", b"FontFile2", b"FontFile3", b"CIDSet"]),
        None => Ok(()),
    };
    of(font, &[b"ToUnicode", b"Encoding"])?;
    program(font)?;
    if let Some(descendants) = font.get::<Array<'_>>(&b"DescendantFonts"[..]) {
        for dict in descendants.iter::<Object<'_>>().filter_map(Object::into_dict).take(4) {
            of(&dict, &[b"CIDToGIDMap"])?;
            program(&dict)?;
        }
    }
    Ok(())
}

/// Checks the streams that a parser unpacks on its own before the first page: tables of objects.
pub(super) fn check_object_streams(file: &[u8], limit: u64) -> Result<(), TooLarge> {
    let mut total = 0;
    for name in [&b"/ObjStm"[..], b"/XRef"] {
        for at in memmem::find_iter(file, name) {
            let head = &file[at..file.len().min(at + 4096)];
            let Some(start) = memmem::find(head, b"stream") else { continue };
            // The filters may be named before the type.
            let before = &file[at.saturating_sub(512)..at];
            let before = &before[memmem::rfind(before, b"obj").unwrap_or(0)..];
            let layers = [before, &head[..start]]
                .iter()
                .map(|part| {
                    memmem::find_iter(part, b"/FlateDecode").count()
                        + memmem::find_iter(part, b"/Fl ").count()
                })
                .sum::<usize>();
            let mut from = at + start + b"stream".len();
            from += file[from..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let rest = &file[from..];
            let packed = &rest[..memmem::find(rest, b"endstream").unwrap_or(rest.len())];
            total += match layers {
                0 => 0,
                1 => inflated_len(packed, limit)?,
                _ => inflated_len(&inflate(packed, limit)?, limit)?,
            };
            if total > limit {
                return Err(TooLarge);
            }
        }
    }
    Ok(())
}

fn inflated_len(data: &[u8], limit: u64) -> Result<u64, TooLarge> {
    let mut reader = flate2::read::ZlibDecoder::new(data).take(limit.saturating_add(1));
    let mut buffer = [0; 16 * 1024];
    let mut total = 0;
    // Damage ends the count: what comes after it is not decoded either.
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        total += n as u64;
    }
    if total > limit { Err(TooLarge) } else { Ok(total) }
}

fn inflate(data: &[u8], limit: u64) -> Result<Vec<u8>, TooLarge> {
    let mut out = Vec::new();
    // Half a stream is as much as its reader gets.
    let _ = flate2::read::ZlibDecoder::new(data).take(limit.saturating_add(1)).read_to_end(&mut out);
    if out.len() as u64 > limit { Err(TooLarge) } else { Ok(out) }
}

/// Length of LZW data once decoded: only the lengths of its strings are kept.
fn lzw_len(data: &[u8]) -> u64 {
    const CLEAR: usize = 256;
    let (mut total, mut buffer, mut n_bits, mut width) = (0u64, 0u32, 0u32, 9u32);
    let mut lengths: Vec<u32> = Vec::with_capacity(4096);
    let mut last: Option<u32> = None;
    for &byte in data {
        buffer = buffer << 8 | u32::from(byte);
        n_bits += 8;
        if n_bits < width {
            continue;
        }
        n_bits -= width;
        let code = (buffer >> n_bits) as usize & ((1 << width) - 1);
        buffer &= (1 << n_bits) - 1;
        if code == CLEAR {
            lengths.clear();
            (width, last) = (9, None);
            continue;
        }
        if code == CLEAR + 1 {
            break;
        }
        let length = match code {
            0..CLEAR => 1,
            _ => lengths.get(code - CLEAR - 2).copied().unwrap_or_else(|| last.unwrap_or(0) + 1),
        };
        total += u64::from(length);
        if let Some(last) = last
            && lengths.len() < 4096 - CLEAR - 2
        {
            lengths.push(last + 1);
        }
        last = Some(length);
        width = match lengths.len() + CLEAR + 3 {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    total
}

fn hexadecimal(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = data
        .iter()
        .take_while(|b| **b != b'>')
        .filter_map(|b| char::from(*b).to_digit(16))
        .map(|d| d as u8)
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn base85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group: Vec<u32> = Vec::with_capacity(5);
    for &byte in data.iter().take_while(|b| **b != b'~') {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            out.extend(word(&group).to_be_bytes());
            group.clear();
        }
    }
    if group.len() > 1 {
        let n = group.len() - 1;
        group.resize(5, 84);
        out.extend(&word(&group).to_be_bytes()[..n]);
    }
    out
}

fn word(group: &[u32]) -> u32 {
    group.iter().fold(0u32, |word, digit| word.wrapping_mul(85).wrapping_add(*digit))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_stream_over_the_limit_is_not_held() {
        let packed = deflate(&vec![0; 1 << 20]);
        assert_eq!(inflated_len(&packed, 1 << 20), Ok(1 << 20));
        assert_eq!(inflated_len(&packed, (1 << 20) - 1), Err(TooLarge));
        assert_eq!(inflate(&packed, 1000), Err(TooLarge));
    }

    #[test]
    fn an_object_table_packed_twice_is_measured() {
        let mut file = b"1 0 obj << /Type /ObjStm /Filter [/FlateDecode /FlateDecode] >> stream\r\n".to_vec();
        file.extend(deflate(&deflate(&vec![0; 1 << 20])));
        file.extend(b"\nendstream");
        assert_eq!(check_object_streams(&file, 1000), Err(TooLarge));
        assert_eq!(check_object_streams(&file, 2 << 20), Ok(()));
    }

    #[test]
    fn text_filters_are_undone() {
        assert_eq!(hexadecimal(b"4a 4B 4>"), b"JK@");
        assert_eq!(base85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
    }

    #[test]
    fn lzw_is_measured_by_the_lengths_of_its_strings() {
        // The example of the PDF reference (ISO 32000-1, 7.4.4.2): 45 45 45 45 45 65 45 45 45 66.
        assert_eq!(lzw_len(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]), 10);
    }
}
