//! Stories of users: the real program in a folder of its own, outputs compared in full.

mod bad_input;
mod help;
mod label;
mod read;
mod readme;
mod workbench;
