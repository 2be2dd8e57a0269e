//! The workbook goes out, a person edits it, it comes back.

mod agreement;
mod edited;
mod program;
mod records;
mod round_trip;
mod sheets;
