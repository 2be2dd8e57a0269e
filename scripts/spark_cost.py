"""What Spark adds to the cost of iken, and how two workers compare with one: a table in Markdown on standard output.

    make spark-cost                          5,000,000 texts; an hour on two cores
    scripts/spark_cost.py --texts 200000     a first look

CPU seconds are those of all processes of a run, the JVMs and Python included. A session's first job pays for starting
executors and compiling; the second, warm one is what a long job costs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "tests/spark"), str(ROOT / "examples/spark")]

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root):
    """CPU seconds of a process, of what it started and of what those have waited for."""
    parents, used = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended
        parents[int(folder.name)] = int(fields[1])
        used[int(folder.name)] = sum(map(int, fields[11:15])) / TICKS
    family = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(used.get(pid, 0.0) for pid in family)


def measured(work):
    """Wall and CPU seconds of a piece of work."""
    wall, cpu = time.monotonic(), cpu_seconds(os.getpid())
    work()
    return time.monotonic() - wall, cpu_seconds(os.getpid()) - cpu


def session(arguments, workers, source, folder):
    """Jobs in one session: the first, then the warm one."""
    from label_job import labeled_schema, labeler
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master(f"local-cluster[{workers},1,1024]")
        .config("spark.files", f"{arguments.iken},{arguments.model}")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.files.maxPartitionBytes", "8m")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    # Here it is an imported module and no main program: workers have to be given it.
    spark.sparkContext.addPyFile(str(ROOT / "examples/spark/label_job.py"))
    child = (arguments.iken.name, arguments.model.name, ["--column", "text=text"])
    try:
        table = spark.read.parquet(str(source))
        schema = labeled_schema(table.schema, "text", *child)
        for name in ("first", "warm"):
            out = folder / f"{workers}-{name}"
            yield name, measured(lambda: table.mapInArrow(labeler(*child), schema).write.parquet(str(out)))
            shutil.rmtree(out)
    finally:
        spark.stop()


def main():
    from tables import write_parquet

    parser = argparse.ArgumentParser()
    parser.add_argument("--iken", type=Path, default=ROOT / "target/release/iken")
    parser.add_argument("--model", type=Path, default=ROOT / "models/iken.model")
    parser.add_argument("--texts", type=int, default=5_000_000)
    arguments = parser.parse_args()
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    with tempfile.TemporaryDirectory(prefix="iken-cost-") as name:
        folder = Path(name)
        source = folder / "in.parquet"
        write_parquet(source, arguments.texts, strange=False)
        rows = []
        for threads in (1, 2):
            command = [arguments.iken, "label", source, "-o", folder / "out.parquet", "--model", arguments.model]
            command = [str(word) for word in [*command, "--quiet", "--threads", threads]]
            rows.append((f"iken alone, {threads} threads", *measured(lambda: subprocess.run(command, check=True))))
        bare = rows[0][2]
        for workers in (1, 2):
            for job, used in session(arguments, workers, source, folder):
                rows.append((f"Spark, {workers} workers, {job} job", *used))
    print(f"{arguments.texts:,} texts, load {os.getloadavg()[0]:.1f} at the end\n")
    print("| run | wall s | CPU s | x bare CPU | texts/s |\n|---|---|---|---|---|")
    for name, wall, cpu in rows:
        print(f"| {name} | {wall:.1f} | {cpu:.1f} | {cpu / bare:.2f} | {arguments.texts / wall:,.0f} |")
    one, two = rows[3][1], rows[5][1]
    print(f"\ntwo workers: {one / two / 2:.0%} of twice one (warm jobs)")


if __name__ == "__main__":
    main()
