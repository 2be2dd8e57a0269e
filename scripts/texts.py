"""Texts to label in any number, the same every time: clauses of the opinions and examples of this repository, joined
anew. Nearly all of them differ, so that a cache of results has nothing to win."""

import csv
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STRANGE = [None, "", "　\n", '\t"quoted"\\N\u2028,😀', "㈱ｻﾎﾟｰﾄ①"]


def clauses():
    """Clauses of the hand-labeled opinions and of the examples, in their order."""
    found = []
    for name in ["r01.tsv", "examples.tsv"]:
        with open(ROOT / "labels" / name, encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
                found += [clause for clause in row["text"].replace("。", "、").split("、") if len(clause) > 3]
    return found


def texts(n, seed=1, strange=False):
    """Yields n texts of two to five clauses; with `strange`, one in 20 is null, blank, very long or odd."""
    pool = clauses()
    odd = [*STRANGE, "".join(pool[:400])]
    chance = random.Random(seed)
    for _ in range(n):
        if strange and chance.random() < 0.05:
            yield chance.choice(odd)
        else:
            yield "、".join(chance.choice(pool) for _ in range(chance.randint(2, 5))) + "。"
