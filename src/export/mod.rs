//! Labeled records go out to files that people and programs read.

pub mod workbook;
