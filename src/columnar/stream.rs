//! An Arrow IPC stream in, the same batches with their labels out: what a cluster engine speaks to a child process.
//! Each batch is written and flushed before the next is read, so that memory is that of one batch.

use std::io::{self, BufRead, BufReader, Read, Write};

use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
use arrow_schema::ArrowError;

use super::{
    batch::{BatchLabeler, Counts},
    damage::whole,
};
use crate::{
    error::{Error, Position, Result},
    model::Model,
};

/// Bytes read at once: what a pipe holds.
const BUFFER_BYTES: usize = 64 * 1024;

/// Labels the texts of a stream; `text_column` overrides the table of known names. Input without a byte is a stream
/// without batches, and gives output without a byte.
///
/// # Errors
/// [`Error::Input`] when the input is no Arrow stream or cut short, when no column holds texts, or when a column has
/// the name of a label; [`Error::Stream`] when reading or writing fails.
pub fn label_stream(
    model: &Model,
    accept_from: f64,
    input: impl Read,
    output: impl Write,
    text_column: Option<&str>,
) -> Result<Counts> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let start = input.fill_buf().map_err(cannot_read)?;
    if start.is_empty() {
        return Ok(Counts::default());
    }
    check_start(start)?;
    let mut counts = Counts::default();
    let mut reader = whole(|| StreamReader::try_new(input, None)).map_err(|e| unreadable(e, &counts))?;
    let labeler = BatchLabeler::new(model, accept_from, &reader.schema(), text_column, &Position::file("-"))?;
    let mut writer = StreamWriter::try_new_buffered(output, &labeler.schema()).map_err(unwritable)?;
    writer.flush().map_err(unwritable)?;
    while let Some(batch) = whole(|| reader.next().transpose()).map_err(|e| unreadable(e, &counts))? {
        let (labeled, of_batch) = labeler.label_in_parallel(&batch).map_err(|e| unreadable(e, &counts))?;
        writer.write(&labeled).and_then(|()| writer.flush()).map_err(unwritable)?;
        counts += of_batch;
    }
    writer.finish().map_err(unwritable)?;
    Ok(counts)
}

/// Tells the files that are often taken for a stream from a stream.
fn check_start(start: &[u8]) -> Result<()> {
    let found = if start.starts_with(b"ARROW1") {
        "an Arrow file (Feather)"
    } else if start.starts_with(b"PAR1") {
        "a Parquet file; name it as the input instead"
    } else if start.starts_with(b"{") || start.starts_with(b"[") {
        "JSON; say --from jsonl"
    } else {
        return Ok(());
    };
    let message = format!("an Arrow IPC stream is expected, and this is {found}");
    Err(Error::input(Position::file("-"), message))
}

fn cannot_read(source: io::Error) -> Error {
    Error::Stream { action: "read the Arrow stream", source }
}

fn unreadable(error: ArrowError, so_far: &Counts) -> Error {
    match error {
        ArrowError::IoError(_, source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            cannot_read(source)
        }
        ArrowError::IoError(..) => broken(so_far, "it is cut short"),
        other => broken(so_far, &other.to_string()),
    }
}

fn broken(so_far: &Counts, what: &str) -> Error {
    let message = format!(
        "no Arrow IPC stream behind row {}: {what}; uncompressed batches as pyarrow.ipc.new_stream writes them are \
         expected",
        so_far.n_rows
    );
    Error::input(Position::file("-"), message)
}

fn unwritable(error: ArrowError) -> Error {
    let source = match error {
        ArrowError::IoError(_, source) => source,
        other => io::Error::other(other),
    };
    Error::Stream { action: "write the Arrow stream", source }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, sync::Arc};

    use arrow_array::{RecordBatch, StringArray};
    use arrow_schema::{DataType, Field, Schema};

    use super::{
        super::batch::tests::{accept_from, assert_labeled, batch, model, texts},
        *,
    };

    fn stream_of(batches: &[RecordBatch], schema: &Schema) -> Vec<u8> {
        let mut writer = StreamWriter::try_new(Vec::new(), schema).expect("a writer");
        batches.iter().for_each(|batch| writer.write(batch).expect("written"));
        writer.finish().expect("finished");
        writer.into_inner().expect("bytes")
    }

    fn labeled(stream: &[u8]) -> Result<(Vec<u8>, Counts)> {
        let mut out = Vec::new();
        let counts = label_stream(model(), accept_from(), stream, &mut out, None)?;
        Ok((out, counts))
    }

    fn batches_of(stream: &[u8]) -> Vec<RecordBatch> {
        StreamReader::try_new(stream, None).expect("a stream").map(|b| b.expect("a batch")).collect()
    }

    #[test]
    fn batches_of_any_size_come_back_row_for_row() {
        let texts = texts(700);
        for size in [1, 100, 10_000] {
            let batches: Vec<_> = texts
                .chunks(size)
                .enumerate()
                .map(|(n, chunk)| batch(n * size, chunk, &DataType::Utf8))
                .collect();
            let (out, counts) = labeled(&stream_of(&batches, &batches[0].schema())).expect("labeled");
            let labeled = batches_of(&out);
            let sizes =
                |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>();
            assert_eq!(sizes(&labeled), sizes(&batches));
            assert_labeled(&labeled, &texts);
            assert_eq!(counts.n_rows, 700);
        }
    }

    #[test]
    fn nothing_in_gives_nothing_out_and_a_schema_alone_gives_a_schema() {
        assert_eq!(labeled(b"").expect("no input"), (Vec::new(), Counts::default()));
        let empty = batch(0, &[], &DataType::Utf8);
        for batches in [vec![], vec![empty.clone()]] {
            let (out, counts) = labeled(&stream_of(&batches, &empty.schema())).expect("labeled");
            let reader = StreamReader::try_new(&out[..], None).expect("a stream");
            assert_eq!(reader.schema().fields().len(), 10);
            assert_eq!((reader.count(), counts), (batches.len(), Counts::default()));
        }
    }

    #[test]
    fn columns_and_metadata_of_the_input_are_kept() {
        let field = |name: &str| {
            Field::new(name, DataType::Utf8, true).with_metadata([("k".to_owned(), name.to_owned())])
        };
        let schema =
            Schema::new_with_metadata(vec![field("備考"), field("意見")], [("a".to_owned(), "b".to_owned())]);
        let columns: Vec<arrow_array::ArrayRef> =
            [["x"], ["在宅医が少ない"]].map(|c| Arc::new(StringArray::from(c.to_vec())) as _).to_vec();
        let batch = RecordBatch::try_new(Arc::new(schema.clone()), columns).expect("a batch");
        let (out, _) = labeled(&stream_of(std::slice::from_ref(&batch), &schema)).expect("labeled");
        let labeled = &batches_of(&out)[0];
        assert_eq!(labeled.project(&[0, 1]).expect("two columns"), batch);
        assert_eq!(labeled.schema().metadata(), schema.metadata());
    }

    #[test]
    fn input_that_is_no_stream_or_cut_short_is_an_error_that_says_so() {
        let texts = texts(50);
        let batch = batch(0, &texts, &DataType::Utf8);
        let stream = stream_of(&[batch.clone(), batch.clone()], &batch.schema());
        let error = |bytes: &[u8]| labeled(bytes).expect_err("no stream").to_string();
        assert!(error(b"ARROW1\0\0").contains("Feather"));
        assert!(error(b"PAR1").contains("Parquet"));
        assert!(error(b"{\"id\":1}").contains("--from jsonl"));
        assert!(error(b"id,text\n1,a").contains("no Arrow IPC stream"), "{}", error(b"id,text\n1,a"));
        let cut = error(&stream[..stream.len() - 100]);
        assert!(cut.contains("behind row 50: it is cut short"), "{cut}");
        let numbers = Schema::new(vec![Field::new("text", DataType::Int64, true)]);
        assert!(error(&stream_of(&[], &numbers)).contains("Int64"));
    }

    #[test]
    fn damaged_bytes_never_panic() {
        let batch = batch(0, &texts(3), &DataType::Utf8);
        let stream = stream_of(std::slice::from_ref(&batch), &batch.schema());
        let mut random = crate::random::Random::new(7);
        for _ in 0..2000 {
            let mut damaged = stream.clone();
            let at = random.below(damaged.len());
            damaged[at] ^= 1 << random.below(8);
            let _ = label_stream(model(), accept_from(), &damaged[..], io::sink(), None);
        }
    }

    /// Records what had been read whenever something is flushed.
    struct Watched<'a> {
        stream: &'a [u8],
        read: &'a RefCell<usize>,
    }

    impl Read for Watched<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            // Small reads, so that the input's buffer does not hide how far the reader went.
            let mut rest = &self.stream[*self.read.borrow()..];
            let n = out.len().min(512);
            let n = rest.read(&mut out[..n])?;
            *self.read.borrow_mut() += n;
            Ok(n)
        }
    }

    struct Flushes<'a> {
        read: &'a RefCell<usize>,
        at: Vec<usize>,
    }

    impl Write for Flushes<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.at.push(*self.read.borrow());
            Ok(())
        }
    }

    #[test]
    fn a_batch_is_flushed_before_the_next_is_read() {
        let batch = batch(0, &texts(20), &DataType::Utf8);
        let n_bytes = stream_of(&[], &batch.schema()).len();
        let stream = stream_of(&vec![batch.clone(); 5], &batch.schema());
        let read = RefCell::new(0);
        let mut flushes = Flushes { read: &read, at: Vec::new() };
        let input = Watched { stream: &stream, read: &read };
        label_stream(model(), accept_from(), input, &mut flushes, None).expect("labeled");
        let batch_bytes = (stream.len() - n_bytes) / 5;
        assert!(batch_bytes > 2 * 512);
        for n in 1..=5 {
            let end = n_bytes - 8 + n * batch_bytes;
            assert!(
                flushes.at.iter().any(|&at| at >= end && at < end + 1024),
                "batch {n} ends at {end}; flushed at {:?}",
                flushes.at
            );
        }
    }

    #[test]
    fn a_closed_pipe_is_told_as_such() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let batch = batch(0, &texts(3), &DataType::Utf8);
        let stream = stream_of(std::slice::from_ref(&batch), &batch.schema());
        let error = label_stream(model(), accept_from(), &stream[..], Closed, None).expect_err("closed");
        assert!(
            matches!(&error, Error::Stream { source, .. } if source.kind() == io::ErrorKind::BrokenPipe),
            "{error:?}"
        );
    }
}
