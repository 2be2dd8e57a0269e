//! The year-and-area report, from labeled tables to the page.

mod browser;
mod change;
mod labeled;
mod page;
mod precision;
