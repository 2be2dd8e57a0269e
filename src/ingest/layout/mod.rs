//! Layout: glyphs and ruling lines with their places come in, opinions with their municipality come out, and what
//! every line of every page was taken for. Pure geometry in points, y downwards; it knows no PDF.
//!
//! 1. [`page`] what a page holds; 2. [`fragments`] glyphs in one stroke of a line; 3. [`table`] cells between
//! ruling lines (`roles` what they are, `rows` their municipality); 4. [`running`] titles, page numbers and side labels; 5. [`columns`] leaves of text in reading order;
//! 6. [`chains`] which leaf goes on in which; 7. [`flow`] headings, bullets and paragraphs; 8. [`document`] the whole.

mod bullets;
mod chains;
mod columns;
mod document;
mod edges;
mod flow;
mod fragments;
mod leaf;
mod page;
mod roles;
mod rows;
mod running;
mod table;
mod words;

pub use document::{BoxKind, Document, Found, Omitted, PageBox, PageLayout, Word, document};
pub use fragments::PageText;
pub use page::{Glyph, Page, Rect, Rule, Sideways};
