//! Comparison of years and areas: labeled opinions come in, the figures of the year-and-area report come out, each with
//! its count and its interval. All arithmetic of that report is here; nothing is written for people.

mod change;
mod comparison;
mod correction;
pub mod estimate;
pub mod interval;
mod novelty;
mod read;
mod row;
mod sample;
mod tally;

pub use change::{
    CHANGE_THAT_MATTERS, Change, FALSE_ALARMS, FEWEST_OF_THEME, FEWEST_OPINIONS, Settled, Unknown, Verdict,
    changes,
};
pub use comparison::{
    AreaRow, Cell, Comparison, Pair, QuoteGroup, QuotedYear, Themed, Tile, YearFigures, compare,
};
pub use correction::{Correction, FEWEST_CHECKED, FEWEST_CHECKED_OF_STATUS, Uncorrected};
pub use novelty::{FEWEST_NAMING, GrownTerm, LOW_SCORE, Novelty, UnfitGroup};
pub use read::{LabeledTables, ReadTable, read_tables};
pub use sample::Sample;
pub use tally::{Mark, OUTSIDE_AREA, Quote, Tally, YearTally};
