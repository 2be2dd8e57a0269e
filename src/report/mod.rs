//! What people look at: figures come in, one self-contained page in Japanese comes out, for the screen, for paper and
//! for pasting into Word and Excel. Nothing is worked out here that `compare` or `evaluate` have not.

mod card;
mod chart;
mod figures;
mod methods;
mod opinions;
mod page;
mod plot;
mod precision;
mod shades;
mod strips;
mod summary;
mod tiles;
mod year_area;

pub use card::model_card;
pub use precision::{Ceiling, precision_markdown, precision_report};
pub use year_area::year_area_report;
