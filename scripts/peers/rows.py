"""What every peer learns from and is tested on: the rows and the folds of iken itself."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
N_FOLDS = 10
SEED = 1
MOST_THEMES = 3


@dataclass
class Row:
    """A text with its themes (numbers in the codebook, main first) and its stance (None: not known)."""

    id: str
    text: str
    themes: list
    stance: int | None
    group: str


with open(ROOT / "labels/codebook.toml", "rb") as _file:
    _codebook = tomllib.load(_file)
THEMES = [theme["id"] for theme in _codebook["theme"]]
STANCES = [stance["id"] for stance in _codebook["stance"]]


def _table(name):
    with open(ROOT / "labels" / name, encoding="utf-8", newline="") as table:
        yield from csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)


def _row(record, group):
    themes = [THEMES.index(theme) for theme in record["themes"].split("|")]
    return Row(record["id"], record["text"], themes, STANCES.index(record["stance"]), group)


def opinions():
    """The hand-labeled opinions; their group is the municipality."""
    return [_row(record, "r01 " + (record["municipality"] or record["id"])) for record in _table("r01.tsv")]


def others():
    """Examples, and the sentences of the codebook, which have no stance."""
    rows = [_row(record, record["id"]) for record in _table("examples.tsv")]
    for number, theme in enumerate(_codebook["theme"]):
        sentences = [theme["definition"], *theme.get("include", [])]
        if theme.get("terms"):
            sentences.append(" ".join(theme["terms"]))
        for n, text in enumerate(sentences):
            id = f"codebook-{theme['id']}-{n}"
            rows.append(Row(id, text, [number], None, id))
    return rows


def _split_mix(state):
    """SplitMix64 (Steele, Lea & Flood 2014)."""
    mask = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def folds(groups, n_folds=N_FOLDS, seed=SEED):
    """The fold of every item, as src/model/folds.rs gives them out; a test holds the two together."""
    members = {}
    for item, group in enumerate(groups):
        members.setdefault(group, []).append(item)
    parts = [members[group] for group in sorted(members)]
    random = _split_mix(seed)
    for i in range(len(parts) - 1, 0, -1):
        j = (next(random) * (i + 1)) >> 64
        parts[i], parts[j] = parts[j], parts[i]
    parts.sort(key=len, reverse=True)
    sizes = [0] * n_folds
    fold_of = [0] * len(groups)
    for part in parts:
        fold = sizes.index(min(sizes))
        sizes[fold] += len(part)
        for item in part:
            fold_of[item] = fold
    return fold_of
