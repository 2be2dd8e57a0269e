"""Labels a table of any size with iken on Apache Spark.

    spark-submit --files iken,iken.model label_job.py IN OUT [--from parquet|jsonl|csv] [--encoding cp932] [-- IKEN OPTIONS]

Reads IN, writes OUT as Parquet: all columns of IN, then themes, main_theme, stance, status, probability, scores, model
and program. Every task runs one iken as its child and speaks Arrow to it over its standard input and output; reading,
splitting, retrying and committing stay Spark's. Tried with Spark 4.1.4, Java 17, Python 3.11, pyarrow 26.0. Every
worker needs a Python with pyarrow and pandas (Spark asks for it, this job does not use it); PYSPARK_PYTHON names it. See
docs/spark.md.
"""

import argparse
import io
import subprocess
import sys
import tempfile
import threading

from pyspark import SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

# Java's names where they differ from those that people use.
ENCODINGS = {"cp932": "MS932", "sjis": "MS932", "shift_jis": "MS932"}


def command(iken, model, options):
    """The child's command line; its files are found where Spark put them, on the driver and on every executor."""
    return [
        SparkFiles.get(iken), "label", "-", "--from", "arrow", "--format", "arrow",
        "--model", SparkFiles.get(model), "--threads", "1", "--quiet", *options,
    ]  # fmt: skip


def labeled_schema(schema, text_column, iken, model, options):
    """The schema of the output: iken says it, given a table without rows. A model or an option that cannot be used
    stops the job here, before any task runs."""
    import pyarrow as pa
    from pyspark.sql.pandas.types import from_arrow_schema

    sent = io.BytesIO()
    columns = pa.schema([(text_column, pa.string())])
    pa.ipc.new_stream(sent, columns).close()
    child = subprocess.run(command(iken, model, options), input=sent.getvalue(), capture_output=True)
    if child.returncode:
        sys.exit(f"{child.stderr.decode(errors='replace').strip()} (iken ended with {child.returncode})")
    with pa.ipc.open_stream(child.stdout) as stream:
        labels = from_arrow_schema(pa.schema(list(stream.schema)[len(columns):]))
    taken = {name.lower() for name in schema.names} & {name.lower() for name in labels.names}
    if taken:
        sys.exit(f"{', '.join(sorted(taken))}: these columns of the input have names of labels; rename or drop them")
    return StructType(schema.fields + labels.fields)


def labeler(iken, model, options):
    """The function that Spark runs on every partition."""

    def label(batches):
        import pyarrow as pa

        first = next(batches, None)
        if first is None:
            return  # an empty partition has no schema to send, so it starts no child
        failures = []
        sent = received = 0
        # A file and not a pipe: nobody reads it before the child ends, and a full pipe would hold the child up.
        messages = tempfile.TemporaryFile()
        child = subprocess.Popen(
            command(iken, model, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages
        )

        def feed():
            nonlocal sent
            try:
                with child.stdin, pa.ipc.new_stream(child.stdin, first.schema) as stream:
                    batch = first
                    while batch is not None:
                        stream.write_batch(batch)
                        sent += batch.num_rows
                        batch = next(batches, None)
            except BrokenPipeError:
                pass  # the child is gone; its exit code says why
            except Exception as error:
                failures.append(error)

        # A thread of its own, since both pipes are bounded: whoever writes first and reads later stands still for ever.
        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        try:
            try:
                with pa.ipc.open_stream(child.stdout) as stream:
                    for batch in stream:
                        received += batch.num_rows
                        yield batch
            except (pa.ArrowInvalid, OSError) as error:  # what a child that died leaves behind
                failures.append(error)
                child.stdout.close()
            feeder.join()
            code = child.wait()
            if code or failures or sent != received:
                messages.seek(0)
                said = messages.read().decode(errors="replace").strip()[-2000:]
                raise RuntimeError(
                    f"iken ended with {code} after {received} of {sent} rows: {said or failures or 'it said nothing'}"
                )
        finally:  # a task that is cancelled leaves no child behind
            child.kill()
            child.wait()
            feeder.join()
            messages.close()

    return label


def read(spark, arguments):
    """The input as a data frame."""
    reader = spark.read
    if arguments.schema:
        reader = reader.schema(arguments.schema)
    if arguments.format == "parquet":
        return reader.parquet(arguments.input)
    encoding = ENCODINGS.get(arguments.encoding.lower(), arguments.encoding)
    if arguments.format == "jsonl":
        return reader.json(arguments.input, encoding=encoding)
    # Opinions have line breaks in quoted cells, and quotes doubled within them, as Excel writes both.
    return reader.csv(
        arguments.input, header=True, encoding=encoding, multiLine=True, quote='"', escape='"', enforceSchema=False
    )


def parsed(arguments):
    """Arguments of the job, and those behind `--`, which are iken's."""
    parser = argparse.ArgumentParser(description="Labels a table with iken on Spark.")
    parser.add_argument("input", help="file, folder or pattern that all workers see")
    parser.add_argument("output", help="folder to write Parquet to; it must not exist")
    parser.add_argument("--from", dest="format", choices=["parquet", "jsonl", "csv"], default="parquet")
    parser.add_argument("--encoding", default="UTF-8", help="of JSON Lines and CSV: UTF-8, cp932, EUC-JP")
    parser.add_argument("--schema", help="columns and types, such as 'id long, text string'; spares a pass over JSON Lines")
    parser.add_argument("--text-column", default="text", help="name of the column of texts [text]")
    parser.add_argument("--partitions", type=int, help="number of tasks; needed where the input does not split (gzip, CSV)")
    parser.add_argument("--iken", default="iken", help="name of the program among --files [iken]")
    parser.add_argument("--model", default="iken.model", help="name of the model among --files [iken.model]")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return parser.parse_args(arguments[:end]), arguments[end + 1 :]


def main():
    arguments, options = parsed(sys.argv[1:])
    options += ["--column", f"text={arguments.text_column}"]
    spark = (
        SparkSession.builder.appName("iken")
        # Spark 4 knows no cp932 without it.
        .config("spark.sql.legacy.javaCharsets", "true")
        .getOrCreate()
    )
    try:
        table = read(spark, arguments)
        if arguments.partitions:
            table = table.repartition(arguments.partitions)
        child = (arguments.iken, arguments.model, options)
        schema = labeled_schema(table.schema, arguments.text_column, *child)
        table.mapInArrow(labeler(*child), schema).write.parquet(arguments.output)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
