"""The folds that peers are tested on are those that iken's own test expects (src/model/folds.rs)."""

import unittest

from rows import folds, opinions, others


class Rows(unittest.TestCase):
    def test_folds_are_those_of_iken(self):
        groups = ["b", "a", "c", "a", "d", "b", "e", "a", "f", "c"]
        self.assertEqual(folds(groups, 3, 7), FOLDS)

    def test_rows_are_all_there(self):
        self.assertEqual((len(opinions()), len(others())), (194, 7253 + 93))


FOLDS = [1, 0, 2, 0, 0, 1, 2, 0, 1, 2]

if __name__ == "__main__":
    unittest.main()
