"""The Spark job on a cluster of two workers on this machine: equal to the single program in every field, whatever the
batches, the partitions and the faults.

    make spark-test            1,000,000 texts, every combination
    make spark-test QUICK=1    20,000 texts, some combinations

IKEN and IKEN_MODEL name another program and model. Needs Java 17 and a Python with pyspark and pyarrow.
"""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark

from tables import ROOT, texts, write_parquet

QUICK = bool(os.environ.get("QUICK"))
N_TEXTS = 20_000 if QUICK else 1_000_000
IKEN = Path(os.environ.get("IKEN", ROOT / "target/release/iken")).resolve()
MODEL = Path(os.environ.get("IKEN_MODEL", ROOT / "models/iken.model")).resolve()
JOB = ROOT / "examples/spark/label_job.py"
TWO_WORKERS = "local-cluster[2,1,1024]"
MARK = "IKEN_TEST_RUN"


def processes_of(run):
    """Process ids and command lines of all processes that a run started."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={run}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended, or is not ours
    return found


class Job:
    """One spark-submit."""

    def __init__(self, folder, arguments, iken=IKEN, conf=None, environment=None):
        self.run = f"{folder.name}-{time.monotonic_ns()}"
        self.out = folder / f"out-{time.monotonic_ns()}"
        shipped = folder / f"files-{time.monotonic_ns()}"
        shipped.mkdir()
        shutil.copy(iken, shipped / "iken")
        shutil.copy(MODEL, shipped / "iken.model")
        conf = {"spark.ui.enabled": "false", "spark.log.level": "WARN", "spark.driver.memory": "1g", **(conf or {})}
        command = [
            Path(pyspark.__file__).parent / "bin/spark-submit",
            "--master", TWO_WORKERS,
            "--files", f"{shipped / 'iken'},{shipped / 'iken.model'}",
            *[word for name, value in conf.items() for word in ("--conf", f"{name}={value}")],
            JOB, arguments[0], self.out, *arguments[1:],
        ]  # fmt: skip
        self.log = folder / f"log-{time.monotonic_ns()}"
        environment = {
            **os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", MARK: self.run,
            **(environment or {}),
        }  # fmt: skip
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder
            )

    def end(self):
        """Waits; gives the exit code and what was logged."""
        code = self.process.wait()
        return code, self.log.read_text(errors="replace")

    def rows(self):
        """The output in order of ids."""
        return pq.read_table(self.out).combine_chunks().sort_by("id")

    def children(self):
        """Process ids of all iken that still run."""
        return [pid for pid, words in processes_of(self.run).items() if b"--from" in words and b"arrow" in words]


class LabelJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="iken-spark-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.input = cls.folder / "in.parquet"
        write_parquet(cls.input, N_TEXTS)
        labeled = cls.folder / "alone.parquet"
        subprocess.run([IKEN, "label", cls.input, "-o", labeled, "--model", MODEL, "--quiet"], check=True)
        cls.alone = pq.read_table(labeled).combine_chunks()

    def assert_equal_to_alone(self, job):
        code, log = job.end()
        self.assertEqual(code, 0, log[-3000:])
        self.assert_same_table(job.rows(), self.alone)
        self.assertTrue((job.out / "_SUCCESS").exists())
        self.assertEqual(job.children(), [], "an iken still runs")

    def assert_same_table(self, found, expected):
        self.assertEqual(found.column_names, expected.column_names)
        self.assertEqual(found.num_rows, expected.num_rows)
        for name in expected.column_names:
            self.assertTrue(found[name].cast(expected[name].type).equals(expected[name]), f"column {name} differs")

    def assert_failed_with_nothing_visible(self, job, message):
        code, log = job.end()
        self.assertNotEqual(code, 0)
        self.assertIn(message, log)
        visible = [path.name for path in job.out.glob("*") if not path.name.startswith(("_", "."))]
        self.assertEqual(visible, [])
        self.assertFalse((job.out / "_SUCCESS").exists())
        self.assertEqual(job.children(), [], "an iken still runs")

    def faulty(self, fault, partitions=7, **environment):
        """A job whose iken fails on purpose."""
        calls = self.folder / f"calls-{time.monotonic_ns()}"
        calls.mkdir()
        program = self.folder / "faulty"
        program.write_text(f"#!{sys.executable}\n" + (ROOT / "tests/spark/faulty_iken.py").read_text())
        environment |= {"IKEN_TEST_REAL": str(IKEN), "IKEN_TEST_CALLS": str(calls), "IKEN_TEST_FAULT": fault}
        arguments = [self.input, "--partitions", str(partitions)]
        conf = {"spark.sql.execution.arrow.maxRecordsPerBatch": "500"}
        return Job(self.folder, arguments, iken=program, conf=conf, environment=environment), calls

    def test_every_field_is_that_of_the_single_program(self):
        sizes, partitions = [1, 100, 10_000], [1, 7, 64]
        grid = list(zip(sizes, partitions)) if QUICK else [(s, p) for s in sizes for p in partitions]
        for size, n in grid:
            with self.subTest(batch=size, partitions=n):
                conf = {"spark.sql.execution.arrow.maxRecordsPerBatch": str(size)}
                self.assert_equal_to_alone(Job(self.folder, [self.input, "--partitions", str(n)], conf=conf))

    def test_a_stream_is_labeled_as_a_file_is(self):
        arguments = ["label", "-", "--from", "arrow", "--format", "arrow", "--model", MODEL, "--quiet"]
        stream = self.folder / "in.arrows"
        with pq.ParquetFile(self.input) as file, pa.ipc.new_stream(str(stream), file.schema_arrow) as out:
            for batch in file.iter_batches():
                out.write_batch(batch)
        with open(stream, "rb") as source:
            out = subprocess.run([IKEN, *arguments], stdin=source, check=True, stdout=subprocess.PIPE).stdout
        self.assert_same_table(pa.ipc.open_stream(out).read_all().combine_chunks(), self.alone)

    def test_a_child_that_is_killed_once_is_started_again(self):
        job, calls = self.faulty("killed once")
        self.assert_equal_to_alone(job)
        self.assertGreater(len(list(calls.iterdir())), 1 + 7, "no task was tried again")

    def test_an_executor_that_is_killed_is_replaced(self):
        job = Job(self.folder, [self.input, "--partitions", "64"])
        while len(list(job.out.glob("_temporary/0/task_*"))) < 3:
            self.assertIsNone(job.process.poll(), "the job ended before three of its tasks were committed")
            time.sleep(0.02)
        executors = [pid for pid, words in processes_of(job.run).items() if any(b"ExecutorBackend" in w for w in words)]
        os.kill(executors[0], signal.SIGKILL)
        self.assertEqual(list(job.out.glob("part-*")), [], "output is visible before the end")
        self.assert_equal_to_alone(job)

    def test_a_model_that_cannot_be_read_fails_the_job(self):
        bad = self.folder / "bad.model"
        bad.write_bytes(MODEL.read_bytes()[:1000])
        job, calls = self.faulty("bad model", IKEN_TEST_BAD_MODEL=str(bad))
        self.assert_failed_with_nothing_visible(job, "bad.model")
        self.assertGreaterEqual(len(list(calls.iterdir())), 1 + 4, "fewer than four attempts")

    def test_a_child_one_row_short_fails_the_job(self):
        job, _ = self.faulty("one row short")
        self.assert_failed_with_nothing_visible(job, "iken ended with 0 after")

    def test_json_lines_and_cp932_tables_are_read(self):
        rows = [(n, text) for n, text in enumerate(texts(300)) if text.encode("cp932", "ignore").decode("cp932") == text]
        rows.append((1000, "「引用」の\n次の行、\"二重\"の引用。"))
        json_lines, table, parquet = (self.folder / name for name in ["in.jsonl", "in.csv", "few.parquet"])
        json_lines.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in rows), encoding="utf-8")
        with open(table, "w", encoding="cp932", newline="") as out:
            csv.writer(out).writerows([("id", "text"), *rows])
        pq.write_table(pa.table({"id": pa.array([n for n, _ in rows]), "text": [t for _, t in rows]}), parquet)
        labeled = self.folder / "few-labeled.parquet"
        subprocess.run([IKEN, "label", parquet, "-o", labeled, "--model", MODEL, "--quiet"], check=True)
        schema = ["--schema", "id long, text string"]
        for arguments in [[json_lines, "--from", "jsonl"], [table, "--from", "csv", "--encoding", "cp932"]]:
            with self.subTest(arguments[0].name):
                job = Job(self.folder, arguments + schema)
                code, log = job.end()
                self.assertEqual(code, 0, log[-3000:])
                self.assert_same_table(job.rows(), pq.read_table(labeled).combine_chunks())


if __name__ == "__main__":
    unittest.main(verbosity=2)
