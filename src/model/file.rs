//! The model file: eight letters, a format version, lengths, a checksum, a body and the weights of both heads as they
//! lie in memory. The same model is the same bytes on every machine.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::model::{Model, ModelParts};
use crate::{
    destination::Destination,
    error::{Error, Result},
    tokenize::Head,
};

const MAGIC: &[u8; 8] = b"IKENMODL";
/// Raised whenever an older program would read a file wrongly or a newer one an older file.
const FORMAT: u32 = 1;
/// Magic, format, lengths of body and of both heads' weights, SHA-256 of what follows, CRC-32 of all before and behind it.
const HEADER_BYTES: usize = 8 + 4 + 3 * 8 + 32 + 4;
/// A model is some megabytes; what is far larger is no model.
const MAX_BYTES: u64 = 1 << 30;

/// The bytes of a model.
///
/// # Errors
/// [`Error::Mismatch`] when the parts cannot be encoded, which is a fault of the program.
pub fn encode(parts: &ModelParts, weights: &[Vec<f32>; 2]) -> Result<Vec<u8>> {
    let body = postcard::to_stdvec(parts)
        .map_err(|e| Error::Mismatch { message: format!("the model cannot be encoded: {e}") })?;
    let mut content = body.clone();
    for head in weights {
        content.extend(head.iter().flat_map(|w| w.to_le_bytes()));
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT.to_le_bytes());
    for length in [body.len(), weights[0].len() * 4, weights[1].len() * 4] {
        bytes.extend((length as u64).to_le_bytes());
    }
    bytes.extend(Sha256::digest(&content));
    let checksum = checksum(&bytes, &content);
    bytes.extend(checksum.to_le_bytes());
    bytes.extend(content);
    Ok(bytes)
}

fn checksum(header: &[u8], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(content);
    hasher.finalize()
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read; [`Error::Model`] when it is no model, cut short, damaged, or of another
    /// format version, with what to do.
    pub fn load(path: &Path) -> Result<Self> {
        let io = |source| Error::Io { path: path.into(), action: "read the model", source };
        let size = std::fs::metadata(path).map_err(io)?.len();
        if size > MAX_BYTES {
            return Err(Error::Model {
                path: path.into(),
                message: format!("{size} bytes: this is no model file"),
            });
        }
        let bytes = std::fs::read(path).map_err(io)?;
        Self::decode(&bytes).map_err(|message| Error::Model { path: path.into(), message })
    }

    /// Reads a model from bytes.
    ///
    /// # Errors
    /// A message that says what was found and what to do.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        const AGAIN: &str = "make it again with `iken train`, or copy it again";
        if !bytes.starts_with(MAGIC) {
            let found = String::from_utf8_lossy(&bytes[..bytes.len().min(8)]).into_owned();
            return Err(format!("this is no model file: it begins with {found:?} and not with IKENMODL"));
        }
        let field = |from: usize, n: usize| bytes.get(from..from + n);
        let number = |from| field(from, 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        let format = field(8, 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
        match format {
            Some(format) if format < FORMAT => {
                return Err(format!(
                    "format {format} of an older iken; this one reads format {FORMAT}: {AGAIN}"
                ));
            }
            Some(format) if format > FORMAT => {
                return Err(format!(
                    "format {format} of a newer iken; this one reads format {FORMAT}: use the newer program, or {AGAIN}"
                ));
            }
            _ => {}
        }
        let (Some(body), Some(themes), Some(stance), true) =
            (number(12), number(20), number(28), bytes.len() >= HEADER_BYTES)
        else {
            return Err(format!("cut short after {} bytes: {AGAIN}", bytes.len()));
        };
        let (header, content) = bytes.split_at(HEADER_BYTES);
        let expected = [body, themes, stance].iter().try_fold(0_u64, |sum, n| sum.checked_add(*n));
        if expected != Some(content.len() as u64) {
            return Err(format!(
                "{} bytes where {} are expected, so it is cut short or damaged: {AGAIN}",
                content.len(),
                expected.map_or_else(|| "fewer".to_owned(), |n| n.to_string())
            ));
        }
        let (before_checksum, stored) = header.split_at(HEADER_BYTES - 4);
        if checksum(before_checksum, content).to_le_bytes() != stored {
            return Err(format!("damaged: its checksum is wrong; {AGAIN}"));
        }
        let (body, weights) = content.split_at(body as usize);
        let (themes, stance) = weights.split_at(themes as usize);
        let parts: ModelParts = postcard::from_bytes(body).map_err(|e| format!("damaged ({e}): {AGAIN}"))?;
        let id = header[36..42].iter().map(|b| format!("{b:02x}")).collect();
        Model::new(parts, [floats(themes), floats(stance)], id).map_err(|e| format!("damaged ({e}): {AGAIN}"))
    }

    /// Writes a model file and gives the model back as it will be read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(parts: &ModelParts, weights: &[Vec<f32>; 2], path: &Path) -> Result<Self> {
        let bytes = encode(parts, weights)?;
        Destination::write_all_to(path, &bytes)?;
        Self::decode(&bytes).map_err(|message| Error::Model { path: path.into(), message })
    }

    /// Number of weights of both heads.
    pub fn n_weights(&self) -> usize {
        [Head::Themes, Head::Stance].map(|head| self.head(head).scorer().rows().len()).iter().sum()
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}
