//! Labels at scale: columns come in (an Arrow stream, a Parquet file), the same columns and the labels go out, row
//! for row. Rows are labeled as [`crate::model::Labeler::label`] labels their text and keep no state between them, so
//! that batches, partitions and threads leave no trace in the result.
//!
//! A row whose text is null or blank stays, with null labels. Ids, years and municipalities are not read: they are
//! columns like others and pass through.

mod batch;
mod damage;
mod label_columns;
mod parquet_file;
mod stream;
mod text_column;

pub use batch::Counts;
pub use label_columns::LABEL_COLUMNS;
pub use parquet_file::{Compression, ParquetOptions, label_parquet};
pub use stream::label_stream;
