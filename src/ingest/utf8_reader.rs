//! A stream in any encoding comes in, UTF-8 comes out, in constant memory. What cannot be decoded comes out as a byte
//! that no UTF-8 holds, so that the record it stands in is rejected and the others go on.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::encoding::{Detected, detect};
use crate::error::{Error, Result};

/// Bytes by which a stream's encoding is told: Japanese of every sort shows within them.
pub const DETECTION_BYTES: usize = 64 << 10;

/// Bytes to read on for where the first ones are all ASCII, so that a header in English before rows in cp932 does
/// not decide; bounded, since an English file has no others.
const ASCII_DETECTION_BYTES: usize = 1 << 20;

/// Stands for bytes that cannot be decoded in a stream: no UTF-8 holds it.
pub const UNDECODABLE: u8 = 0xFF;

/// A reader that gives UTF-8 whatever the encoding below, in constant memory. UTF-8 goes through untouched, broken
/// bytes too; in other encodings what cannot be decoded comes out as [`UNDECODABLE`].
pub struct Utf8Reader<R> {
    inner: R,
    /// Bytes read and not yet handed on; from `start`.
    block: Vec<u8>,
    start: usize,
    /// No decoder: bytes go through.
    decoder: Option<Decoder>,
    encoding: &'static Encoding,
    /// Decoded text not yet handed on; from `decoded_start`.
    decoded: Vec<u8>,
    decoded_start: usize,
    at_end: bool,
    finished: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// Reads the first block of a stream and tells its encoding, unless the label does.
    ///
    /// # Errors
    /// As [`detect`]; what the stream itself says.
    pub fn new(mut inner: R, label: Option<&str>, file: &str) -> Result<Self> {
        let read_failed = |source| Error::Stream { action: "read the input", source };
        let mut block = Vec::new();
        let mut at_end = read_up_to(&mut inner, &mut block, DETECTION_BYTES).map_err(read_failed)?;
        if label.is_none() && !at_end && block.is_ascii() && !block.contains(&0) {
            at_end = read_up_to(&mut inner, &mut block, ASCII_DETECTION_BYTES).map_err(read_failed)?;
        }
        let Detected { encoding, bom_bytes } = detect(&block, at_end, label, file)?;
        Ok(Self {
            inner,
            block,
            start: bom_bytes,
            decoder: (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling()),
            encoding,
            decoded: Vec::new(),
            decoded_start: 0,
            at_end,
            finished: false,
        })
    }

    /// The encoding below.
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// Decodes the next block into `decoded`; nothing more when `finished`.
    fn decode_block(&mut self) -> io::Result<()> {
        if self.start == self.block.len() && !self.at_end {
            self.block.clear();
            self.start = 0;
            self.at_end = read_up_to(&mut self.inner, &mut self.block, DETECTION_BYTES)?;
        }
        let decoder = self.decoder.as_mut().expect("only called where there is a decoder");
        self.decoded.resize(3 * DETECTION_BYTES, 0);
        self.decoded_start = 0;
        let (result, n_read, n_written) = decoder.decode_to_utf8_without_replacement(
            &self.block[self.start..],
            &mut self.decoded[..3 * DETECTION_BYTES - 1],
            self.at_end,
        );
        self.start += n_read;
        self.decoded.truncate(n_written);
        match result {
            DecoderResult::Malformed(..) => self.decoded.push(UNDECODABLE),
            DecoderResult::InputEmpty => self.finished = self.at_end,
            DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

/// Fills a block up to a length; whether the stream ended.
fn read_up_to<R: Read>(inner: &mut R, block: &mut Vec<u8>, len_bytes: usize) -> io::Result<bool> {
    let missing = len_bytes.saturating_sub(block.len());
    Ok(inner.by_ref().take(missing as u64).read_to_end(block)? < missing)
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            if self.start == self.block.len() {
                // The first block is handed on: from here the caller reads from the stream itself.
                self.block = Vec::new();
                self.start = 0;
                return if self.at_end { Ok(0) } else { self.inner.read(out) };
            }
            let n_bytes = out.len().min(self.block.len() - self.start);
            out[..n_bytes].copy_from_slice(&self.block[self.start..self.start + n_bytes]);
            self.start += n_bytes;
            return Ok(n_bytes);
        }
        while self.decoded_start == self.decoded.len() {
            if self.finished || out.is_empty() {
                return Ok(0);
            }
            self.decode_block()?;
        }
        let n_bytes = out.len().min(self.decoded.len() - self.decoded_start);
        out[..n_bytes].copy_from_slice(&self.decoded[self.decoded_start..self.decoded_start + n_bytes]);
        self.decoded_start += n_bytes;
        Ok(n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, UTF_16LE};

    use super::*;

    const TEXT: &str = "圏域,区市町村,意見\r\n区中央部,港区,①㈱髙島屋～の№５\r\n";

    fn encoded(text: &str) -> Vec<u8> {
        SHIFT_JIS.encode(text).0.into_owned()
    }

    #[test]
    fn a_stream_decodes_like_the_whole_however_it_is_read() {
        let text = TEXT.repeat(3000);
        for (encoding, bytes) in [
            (SHIFT_JIS, encoded(&text)),
            (UTF_8, text.as_bytes().to_vec()),
            (UTF_16LE, text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ] {
            for step in [1, 7, 8192] {
                let mut reader = Utf8Reader::new(bytes.as_slice(), None, "a.csv").expect("detected");
                assert_eq!(reader.encoding(), encoding);
                let (mut out, mut buffer) = (Vec::new(), vec![0; step]);
                loop {
                    match reader.read(&mut buffer).expect("read") {
                        0 => break,
                        n => out.extend_from_slice(&buffer[..n]),
                    }
                }
                assert!(out == text.as_bytes(), "{} in steps of {step}", encoding.name());
            }
        }
    }

    #[test]
    fn rows_in_cp932_after_many_in_ascii_are_recognized() {
        let mut bytes = b"id,text\n".repeat(10_000);
        bytes.extend(encoded(TEXT));
        let reader = Utf8Reader::new(bytes.as_slice(), None, "a.csv").expect("detected");
        assert_eq!(reader.encoding(), SHIFT_JIS);
    }

    #[test]
    fn what_cannot_be_decoded_in_a_stream_breaks_its_record_alone() {
        let mut bytes = encoded(&TEXT.repeat(3000));
        bytes.extend(b"\xFF\n");
        bytes.extend(encoded("港区\n"));
        let mut out = Vec::new();
        Utf8Reader::new(bytes.as_slice(), None, "a.csv")
            .expect("detected")
            .read_to_end(&mut out)
            .expect("read");
        let last: Vec<_> = out.split(|b| *b == b'\n').rev().take(3).collect();
        assert_eq!(last, [b"".as_slice(), "港区".as_bytes(), &[UNDECODABLE]]);

        let mut bytes = TEXT.repeat(10).into_bytes();
        bytes.extend(b"\xE3\x81\n");
        let mut out = Vec::new();
        Utf8Reader::new(bytes.as_slice(), None, "a.csv")
            .expect("detected")
            .read_to_end(&mut out)
            .expect("read");
        assert_eq!(out, bytes);
    }
}
