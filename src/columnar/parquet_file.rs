//! A Parquet file in, the same rows with their labels out, on all threads of one machine.
//!
//! The file is cut into ranges of rows, whatever its row groups are: a range is read, labeled and encoded by one
//! thread, and becomes a row group of the output. Ranges are worked on some at a time and written in order, so that
//! memory does not grow with the file or with its row groups.

use std::{fs::File, io, ops::Range, path::Path, str::FromStr};

use arrow_schema::{ArrowError, Schema};
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
        arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves},
    },
    errors::ParquetError,
    file::{
        metadata::{PageIndexPolicy, ParquetMetaData},
        properties::WriterProperties,
        writer::SerializedFileWriter,
    },
};
use rayon::prelude::*;

use super::{
    batch::{BatchLabeler, Counts},
    damage::whole,
};
use crate::{
    destination::Destination,
    error::{Error, Position, Result},
    model::Model,
};

/// How the output's pages are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// Snappy: what every reader has.
    Snappy,
    /// Zstandard: smallest.
    #[default]
    Zstd,
}

impl FromStr for Compression {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "none" => Self::None,
            "snappy" => Self::Snappy,
            "zstd" => Self::Zstd,
            _ => return Err(format!("{name} is none of none, snappy, zstd")),
        })
    }
}

/// How a Parquet file is labeled.
#[derive(Debug, Clone, Default)]
pub struct ParquetOptions {
    /// Compression of the output.
    pub compression: Compression,
    /// The column of texts, where the table of known names does not have it.
    pub text_column: Option<String>,
}

/// Rows read, labeled and encoded at once within a range.
const BATCH_ROWS: usize = 1024;
/// Most rows of a range, so of a row group of the output; fewer in a file that has not [`FEWEST_RANGES`] of them.
const RANGE_ROWS: usize = 64 * 1024;
/// Ranges that a file is cut into if they keep [`RANGE_ROWS_AT_LEAST`]: work for many threads, the same cut for any
/// number of them, so that the output has the same bytes.
const FEWEST_RANGES: usize = 32;
/// Fewest rows of a range, unless its texts are long: a row group costs its readers some kilobytes.
const RANGE_ROWS_AT_LEAST: usize = 4 * 1024;
/// Bytes of the input, before compression, that a range is to have; long texts make shorter ranges.
const RANGE_BYTES: usize = 16 << 20;
/// Most row groups of the output; readers count them in 16 bits.
const MAX_RANGES: usize = 30_000;
/// Ranges that wait for their turn, a thread: with one, a thread would stand idle whenever its range is the shortest.
const RANGES_A_THREAD: usize = 2;

/// Labels a Parquet file; `advance` is told of rows as they are written.
///
/// # Errors
/// [`Error::Io`] when a file cannot be opened or written; [`Error::Input`] when the input is no Parquet file, when no
/// column holds texts, or when a column has the name of a label. Then `output` is what it was.
pub fn label_parquet(
    model: &Model,
    accept_from: f64,
    input: &Path,
    output: &Path,
    options: &ParquetOptions,
    advance: &(dyn Fn(u64) + Sync),
) -> Result<Counts> {
    let source = Source::open(input)?;
    let position = Position::file(input.display().to_string());
    let schema = without_spark_schema(source.metadata.schema());
    let labeler = BatchLabeler::new(model, accept_from, &schema, options.text_column.as_deref(), &position)?;
    let cannot_write = |e| unwritable(output, e);
    let properties = properties(options.compression).map_err(cannot_write)?;
    let destination = Destination::create(output)?;
    let (mut writer, factory) = ArrowWriter::try_new(destination, labeler.schema(), Some(properties))
        .and_then(ArrowWriter::into_serialized_writer)
        .map_err(cannot_write)?;

    let mut counts = Counts::default();
    let ranges = ranges(source.metadata.metadata());
    for wave in ranges.chunks(RANGES_A_THREAD * rayon::current_num_threads()) {
        let encoded: Vec<_> = wave.par_iter().map(|range| source.encode(range, &labeler, &factory)).collect();
        for range in encoded {
            let (columns, of_range) = range?;
            write_row_group(&mut writer, columns).map_err(cannot_write)?;
            counts += of_range;
            advance(of_range.n_rows);
        }
    }
    writer.into_inner().map_err(cannot_write)?.finish()?;
    Ok(counts)
}

/// Spark keeps its own schema beside Parquet's and believes it: left in, it would hide the new columns.
fn without_spark_schema(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    schema.metadata.retain(|key, _| !key.starts_with("org.apache.spark."));
    schema
}

fn properties(compression: Compression) -> Result<WriterProperties, ParquetError> {
    use parquet::basic::{Compression as Codec, ZstdLevel};
    let codec = match compression {
        Compression::None => Codec::UNCOMPRESSED,
        Compression::Snappy => Codec::SNAPPY,
        Compression::Zstd => Codec::ZSTD(ZstdLevel::default()),
    };
    Ok(WriterProperties::builder()
        .set_compression(codec)
        .set_created_by(concat!("iken version ", env!("CARGO_PKG_VERSION")).to_owned())
        .build())
}

/// Ranges of rows of equal length over all row groups.
fn ranges(metadata: &ParquetMetaData) -> Vec<Range<usize>> {
    let groups = metadata.row_groups();
    let n_rows: usize = groups.iter().map(|g| usize::try_from(g.num_rows()).unwrap_or(0)).sum();
    let n_bytes: usize = groups.iter().map(|g| usize::try_from(g.total_byte_size()).unwrap_or(0)).sum();
    let by_rows = n_rows.div_ceil(FEWEST_RANGES).clamp(RANGE_ROWS_AT_LEAST, RANGE_ROWS);
    let by_bytes = (RANGE_BYTES / (n_bytes / n_rows.max(1)).max(1)).max(BATCH_ROWS);
    let length = by_rows.min(by_bytes).max(n_rows.div_ceil(MAX_RANGES));
    (0..n_rows).step_by(length).map(|start| start..n_rows.min(start + length)).collect()
}

/// The input.
struct Source<'p> {
    path: &'p Path,
    metadata: ArrowReaderMetadata,
}

impl<'p> Source<'p> {
    fn open(path: &'p Path) -> Result<Self> {
        let file = open(path)?;
        // The page index lets a reader jump to the rows of a range.
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(|e| unreadable(path, e.into()))?;
        Ok(Self { path, metadata })
    }

    /// Reads, labels and encodes a range of rows.
    fn encode(
        &self,
        range: &Range<usize>,
        labeler: &BatchLabeler<'_>,
        factory: &ArrowRowGroupWriterFactory,
    ) -> Result<(Vec<ArrowColumnChunk>, Counts)> {
        let (groups, offset) = self.row_groups(range);
        // A file of its own: copies of one would share their place in it.
        let mut reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(open(self.path)?, self.metadata.clone())
                .with_row_groups(groups)
                .with_offset(offset)
                .with_limit(range.len())
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(|e| unreadable(self.path, e.into()))?;
        let schema = labeler.schema();
        let unreadable = |e: ArrowError| unreadable(self.path, e);
        let mut columns = factory.create_column_writers(0).map_err(|e| unreadable(e.into()))?;
        let mut counts = Counts::default();
        while let Some(batch) = whole(|| reader.next().transpose()).map_err(unreadable)? {
            let (labeled, of_batch) = labeler.label(&batch).map_err(unreadable)?;
            let mut writers = columns.iter_mut();
            for (field, array) in schema.fields().iter().zip(labeled.columns()) {
                let leaves = compute_leaves(field, array).map_err(|e| unreadable(e.into()))?;
                for (leaf, writer) in leaves.iter().zip(writers.by_ref()) {
                    writer.write(leaf).map_err(|e| unreadable(e.into()))?;
                }
            }
            counts += of_batch;
        }
        let chunks: Result<Vec<_>, _> = columns.into_iter().map(|column| column.close()).collect();
        Ok((chunks.map_err(|e| unreadable(e.into()))?, counts))
    }

    /// The row groups that hold a range, and how many rows of the first of them lie before it.
    fn row_groups(&self, range: &Range<usize>) -> (Vec<usize>, usize) {
        let mut groups = Vec::new();
        let mut first = 0;
        let mut start = 0;
        for (n, group) in self.metadata.metadata().row_groups().iter().enumerate() {
            let end = start + usize::try_from(group.num_rows()).unwrap_or(0);
            if start < range.end && end > range.start {
                if groups.is_empty() {
                    first = start;
                }
                groups.push(n);
            }
            start = end;
        }
        (groups, range.start - first)
    }
}

fn write_row_group(
    writer: &mut SerializedFileWriter<Destination>,
    columns: Vec<ArrowColumnChunk>,
) -> Result<(), ParquetError> {
    let mut row_group = writer.next_row_group()?;
    for column in columns {
        column.append_to_row_group(&mut row_group)?;
    }
    row_group.close()?;
    Ok(())
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::Io { path: path.into(), action: "open", source })
}

fn unreadable(path: &Path, error: ArrowError) -> Error {
    Error::input(Position::file(path.display().to_string()), format!("not readable as Parquet: {error}"))
}

fn unwritable(path: &Path, error: ParquetError) -> Error {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    Error::Io { path: path.into(), action: "write", source }
}

#[cfg(test)]
mod tests {
    use std::{
        path::PathBuf,
        sync::atomic::{AtomicU64, Ordering},
    };

    use arrow_array::RecordBatch;
    use arrow_schema::DataType;

    use super::{
        super::batch::tests::{accept_from, assert_labeled, batch, model, texts},
        *,
    };

    fn written(path: &Path, batches: &[RecordBatch], group_rows: usize) -> PathBuf {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(group_rows))
            .set_data_page_row_count_limit(100)
            .build();
        let mut schema = batches[0].schema().as_ref().clone();
        schema.metadata.insert("org.apache.spark.sql.parquet.row.metadata", "{}");
        schema.metadata.insert("pandas", "{}");
        let file = File::create(path).expect("a file");
        let mut writer = ArrowWriter::try_new(file, schema.into(), Some(properties)).expect("a writer");
        batches.iter().for_each(|batch| writer.write(batch).expect("written"));
        writer.close().expect("closed");
        path.to_owned()
    }

    fn read(path: &Path) -> (Schema, Vec<RecordBatch>) {
        let file = File::open(path).expect("a file");
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let schema = builder.schema().as_ref().clone();
        (schema, builder.build().expect("a reader").map(|b| b.expect("a batch")).collect())
    }

    #[test]
    fn rows_come_back_in_order_whatever_the_row_groups() {
        let dir = tempfile::tempdir().expect("a folder");
        let texts = texts(3000);
        for (group_rows, kind, compression) in [
            (1_000_000, DataType::Utf8, Compression::Zstd),
            (700, DataType::LargeUtf8, Compression::Snappy),
            (1, DataType::Utf8View, Compression::None),
        ] {
            let input = written(&dir.path().join("in.parquet"), &[batch(0, &texts, &kind)], group_rows);
            let output = dir.path().join("out.parquet");
            let options = ParquetOptions { compression, text_column: None };
            let told = AtomicU64::new(0);
            let advance = |n| {
                told.fetch_add(n, Ordering::Relaxed);
            };
            let counts =
                label_parquet(model(), accept_from(), &input, &output, &options, &advance).expect("labeled");
            let (schema, labeled) = read(&output);
            assert_labeled(&labeled, &texts);
            assert_eq!((counts.n_rows, told.into_inner()), (3000, 3000));
            assert_eq!(schema.metadata().keys().collect::<Vec<_>>(), ["pandas"]);
            assert_eq!(schema.field(1).data_type(), &kind);
        }
    }

    #[test]
    fn a_file_without_rows_gives_a_file_without_rows() {
        let dir = tempfile::tempdir().expect("a folder");
        let input = written(&dir.path().join("in.parquet"), &[batch(0, &[], &DataType::Utf8)], 10);
        let output = dir.path().join("out.parquet");
        let options = ParquetOptions::default();
        label_parquet(model(), accept_from(), &input, &output, &options, &|_| {}).expect("labeled");
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(output).expect("a file"));
        let builder = builder.expect("Parquet");
        assert_eq!((builder.schema().fields().len(), builder.metadata().num_row_groups()), (10, 0));
    }

    #[test]
    fn what_is_no_parquet_leaves_the_old_output() {
        let dir = tempfile::tempdir().expect("a folder");
        let input = written(&dir.path().join("in.parquet"), &[batch(0, &texts(100), &DataType::Utf8)], 10);
        let output = dir.path().join("out.parquet");
        std::fs::write(&output, "old").expect("written");
        let mut bytes = std::fs::read(&input).expect("read");
        bytes[10..200].fill(0xFF);
        for content in [&bytes[..], b"id,text", b""] {
            std::fs::write(&input, content).expect("written");
            let options = ParquetOptions::default();
            let error = label_parquet(model(), accept_from(), &input, &output, &options, &|_| {});
            let error = error.expect_err("no Parquet").to_string();
            assert!(error.contains("in.parquet: not readable as Parquet"), "{error}");
            assert_eq!(std::fs::read(&output).expect("read"), b"old");
            assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 2, "nothing is left over");
        }
    }

    #[test]
    fn a_full_disk_is_told_with_the_output() {
        let dir = tempfile::tempdir().expect("a folder");
        let input = written(&dir.path().join("in.parquet"), &[batch(0, &texts(100), &DataType::Utf8)], 10);
        let options = ParquetOptions::default();
        let output = Path::new("/dev/full");
        let error =
            label_parquet(model(), accept_from(), &input, output, &options, &|_| {}).expect_err("full");
        assert!(matches!(&error, Error::Io { action: "write", path, .. } if path == output), "{error:?}");
    }

    #[test]
    fn long_texts_make_short_ranges() {
        let dir = tempfile::tempdir().expect("a folder");
        let long: Vec<_> = (0..4000).map(|i| Some(format!("{i}{}", "長".repeat(3000)))).collect();
        for (texts, length) in [(texts(4000), 4000), (long, 1856)] {
            let path = written(&dir.path().join("in.parquet"), &[batch(0, &texts, &DataType::Utf8)], 900);
            let metadata = Source::open(&path).expect("Parquet").metadata;
            let ranges = ranges(metadata.metadata());
            assert_eq!(ranges[0].start, 0);
            assert_eq!(ranges.last().map(|r| r.end), Some(4000));
            assert!(ranges.windows(2).all(|w| w[0].end == w[1].start && w[0].len() >= w[1].len()));
            assert!(ranges[0].len().abs_diff(length) < 20, "{ranges:?}");
        }
    }
}
