//! PDF: bytes come in, opinions come out. Here the file's objects become glyphs and ruling lines with their places;
//! what they mean is the work of [`layout`](crate::ingest::layout).
//!
//! 1. `open`: the file, its password, its pages
//! 2. `streams`: what a stream costs before it is held
//! 3. `fonts`, `characters`: codes -> text
//! 4. `content`: operators -> marks on a page
//! 5. `turn`: marks -> a page whose text runs from left to right
//! 6. `read`: all pages, in parallel

mod characters;
mod content;
mod fonts;
mod open;
mod read;
mod streams;
mod turn;

pub use read::{page_layouts, read_pdf};
