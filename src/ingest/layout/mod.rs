//! Layout: glyphs and ruling lines with their places come in, opinions with their municipality come out, and what
//! every line of every page was taken for. Pure geometry in points, y downwards; it knows no PDF.
//!
//! 1. `page`: what a page holds
//! 2. `fragments`: glyphs -> stretches of a line
//! 3. `table`: ruling lines -> cells; `roles`: what each cell is; `rows`: its municipality
//! 4. `running`: titles, page numbers and side labels go
//! 5. `columns`: the rest -> leaves of text in reading order, each of `leaf` lines
//! 6. `chains`: which leaf goes on in which
//! 7. `flow`: headings, bullets and paragraphs -> opinions; `joins` what goes on, by the `edges` of leaves, `bullets`
//!    and `words`
//! 8. `document`: the whole

mod bullets;
mod chains;
mod columns;
mod document;
mod edges;
mod flow;
mod fragments;
mod joins;
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
