"""From scores to themes, and from themes to figures: the same for every peer."""

import numpy as np
from sklearn.metrics import f1_score

from methods import one_hot
from rows import MOST_THEMES, folds


def assign(scores, threshold):
    """The themes of every text, main first: the highest score, and what else reaches the threshold."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :MOST_THEMES]
    return [
        [int(row[0]), *(int(theme) for theme in row[1:] if scores[n, theme] >= threshold)] for n, row in enumerate(order)
    ]


def table(themes, n_themes):
    """Themes as a table of zeros and ones."""
    found = np.zeros((len(themes), n_themes), dtype=int)
    for n, row in enumerate(themes):
        found[n, row] = 1
    return found


def f1(given, gold, average):
    """F1 over all decisions (micro), or its mean over the themes that the labels have (macro), as iken counts them."""
    labels = np.flatnonzero(gold.any(axis=0))
    return f1_score(gold, given, average=average, zero_division=0, labels=labels if average == "macro" else None)


def best_threshold(scores, gold):
    """The threshold of the highest micro-F1 on scores of rows that the scoring model has not seen."""
    candidates = np.unique(np.quantile(scores, np.linspace(0.5, 1.0, 200)))
    return max(candidates, key=lambda t: f1(table(assign(scores, t), scores.shape[1]), gold, "micro"))


def out_of_fold(method, rows, features, rest, rest_features, fold_of):
    """Scores of rows by models of the other folds; the rest is always learned from."""
    scores = None
    for fold in sorted(set(fold_of)):
        train = [n for n, f in enumerate(fold_of) if f != fold]
        tested = [n for n, f in enumerate(fold_of) if f == fold]
        fitted = method()
        themes = one_hot([rows[n] for n in train] + rest)
        fitted.fit_themes([features[n] for n in train] + rest_features, themes)
        of_fold = fitted.scores([features[n] for n in tested])
        scores = np.zeros((len(rows), of_fold.shape[1])) if scores is None else scores
        scores[tested] = of_fold
    return scores


def nested(method, opinions, rest, fold_of):
    """Themes of every opinion by a model and a threshold that its fold had no part in."""
    shared = method()
    features, rest_features = (shared.features([row.text for row in rows]) for rows in (opinions, rest))
    given = [None] * len(opinions)
    for fold in sorted(set(fold_of)):
        train = [n for n, f in enumerate(fold_of) if f != fold]
        tested = [n for n, f in enumerate(fold_of) if f == fold]
        rows = [opinions[n] for n in train]
        known = [features[n] for n in train]
        inner = folds([row.group for row in rows], 3)
        threshold = best_threshold(out_of_fold(method, rows, known, rest, rest_features, inner), one_hot(rows))
        fitted = method()
        fitted.fit_themes(known + rest_features, one_hot(rows + rest))
        for n, themes in zip(tested, assign(fitted.scores([features[n] for n in tested]), threshold)):
            given[n] = themes
    return given
