"""One peer in a process of its own, so that its time and memory are its own.

    child.py METHOD train MODEL            learns from all rows, writes a model
    child.py METHOD evaluate FOLDS         figures of the nested cross-validation; FOLDS: lines of id<TAB>fold
    child.py METHOD label MODEL IN OUT SECONDS   labels one text a line until the lines or the seconds end

Prints what it found as JSON.
"""

import itertools
import json
import sys
import time

from assign import assign, f1, best_threshold, nested, out_of_fold, table
from methods import METHODS, Method, one_hot
from rows import STANCES, THEMES, opinions, others

LINES_AT_ONCE = 2000


def train(method, path):
    start = time.monotonic()
    real, rest = opinions(), others()
    fitted = method()
    fitted.fit(real + rest)
    seconds = time.monotonic() - start
    # The threshold for labeling; its cost is no part of the training time, since peers choose it each their own way.
    features = fitted.features([row.text for row in real])
    scores = out_of_fold(method, real, features, rest, fitted.features([row.text for row in rest]), [n % 3 for n in range(len(real))])
    fitted.threshold = best_threshold(scores, one_hot(real))
    fitted.save(path)
    return {"seconds": seconds}


def evaluate(method, path):
    with open(path, encoding="utf-8") as lines:
        fold_of = dict(line.rstrip("\n").split("\t") for line in lines)
    rows = opinions()
    given = table(nested(method, rows, others(), [int(fold_of[row.id]) for row in rows]), len(THEMES))
    return {average: f1(given, one_hot(rows), average) for average in ("micro", "macro")}


def label(path, source, target, seconds):
    start = time.monotonic()
    fitted = Method.load(path)
    n = 0
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        while texts := [line.rstrip("\n") for line in itertools.islice(lines, LINES_AT_ONCE)]:
            if n == 0:
                start = time.monotonic()  # loading is start-up, and counted there
            features = fitted.features(texts)
            stances = fitted.stances(features)
            for text, themes, stance in zip(texts, assign(fitted.scores(features), fitted.threshold), stances):
                record = {"text": text, "themes": [THEMES[t] for t in themes], "stance": STANCES[stance]}
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
            n += len(texts)
            if time.monotonic() - start > float(seconds):
                break
    return {"n": n, "seconds": time.monotonic() - start}


def main():
    name, verb, *arguments = sys.argv[1:]
    if verb == "label":
        result = label(*arguments)
    else:
        result = {"train": train, "evaluate": evaluate}[verb](METHODS[name], *arguments)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
