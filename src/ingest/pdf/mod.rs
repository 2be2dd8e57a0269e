//! PDF: bytes come in, opinions come out. Here the file's objects become glyphs and ruling lines with their places;
//! what they mean is the work of [`layout`](crate::ingest::layout).
//!
//! 1. `open` the file, its password, its pages; 2. `streams` what a stream costs; 3. `fonts` and `characters` codes to
//! text; 4. `content` operators to marks on a page; 5. `turn` marks to a page whose text runs from left to right;
//! 6. `read` all pages, in parallel.

mod characters;
mod content;
mod fonts;
mod open;
mod read;
mod streams;
mod turn;

pub use read::{page_layouts, read_pdf};
