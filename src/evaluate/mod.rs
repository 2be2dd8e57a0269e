//! How good labels are, and how far people agree on them.

pub mod agreement;
