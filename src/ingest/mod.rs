//! Reading: a file in any form comes in, opinions come out in reading order, each with where it stands; what was left
//! out and what could not be read comes with them.

pub mod layout;
pub mod marks;
mod options;
pub mod pdf;
mod reading;
pub mod score;

pub use options::{Field, Format, Limits, ReadOptions, file_name};
pub use reading::{LeftOut, Part, Reading, Reason, Reject, Warning};
