"""Factories as users may write them, good and bad."""

from collections.abc import Sequence
from random import Random

import numpy as np
from river import base, compose, feature_extraction, linear_model, naive_bayes, preprocessing, tree

from streamal.learners.port import Features, Learner, Probabilities
from streamal.learners.presets import make
from tests.learners.fakes import Scripted

not_callable = 7


def pipeline() -> compose.Pipeline:
    """Binary by nature, and of numbers only."""
    return preprocessing.StandardScaler() | linear_model.LogisticRegression()


def hoeffding_tree() -> base.Classifier:
    """Multi-class, takes strings and weights."""
    return tree.HoeffdingTreeClassifier(grace_period=10)


def words() -> compose.Pipeline:
    """Needs the feature text."""
    bag = feature_extraction.BagOfWords(on="text")
    return bag | naive_bayes.MultinomialNB()  # type: ignore[no-untyped-call]


def by_name() -> compose.Pipeline:
    """Asks for features of the user's own."""
    area = compose.FuncTransformer(lambda x: {"area": x["width"] * x["height"]})
    return area | naive_bayes.GaussianNB()  # type: ignore[no-untyped-call]


def own() -> Learner:
    """A learner of the port."""
    return make("bayes", seed=7)


def needs_argument(depth: int) -> int:
    """Cannot be called without arguments."""
    return depth


def nothing() -> None:
    """Forgets to return."""


def regressor() -> linear_model.LinearRegression:
    """Predicts numbers."""
    return linear_model.LinearRegression()


def a_class() -> type:
    """Returns the class."""
    return tree.HoeffdingTreeClassifier


def breaks() -> None:
    """Raises."""
    raise RuntimeError("no such file")


class Counting:
    """Counts labels: like river's, but none of them; the base of the bad ones."""

    def __init__(self) -> None:
        self.counts: dict[object, int] = {}

    def clone(self) -> "Counting":
        return type(self)()

    def learn_one(self, x: Features, y: str) -> None:
        self.counts[y] = self.counts.get(y, 0) + 1

    def predict_proba_one(self, x: Features) -> dict[object, float]:
        total = sum(self.counts.values())
        return {label: count / total for label, count in self.counts.items()}


class Undecided(Counting):
    """Answers NaN."""

    def predict_proba_one(self, x: Features) -> dict[object, float]:
        return dict.fromkeys(self.counts, float("nan"))


class Mistaken(Counting):
    """Answers for classes that nobody taught it."""

    def predict_proba_one(self, x: Features) -> dict[object, float]:
        return {False: 0.5, True: 0.5}


class Drawing(Counting):
    """Draws without a seed."""

    def predict_proba_one(self, x: Features) -> dict[object, float]:
        p = Random().random() / len(self.counts)
        return dict.fromkeys(self.counts, p)


class Sharing(Counting):
    """Is its own clone."""

    def clone(self) -> "Sharing":
        return self


class Uncloneable(Counting):
    """Cannot be copied."""

    def clone(self) -> "Uncloneable":
        raise TypeError("a live connection")


class Deaf(Counting):
    """Cannot learn."""

    def learn_one(self, x: Features, y: str) -> None:
        raise ValueError("could not convert")


class Mute(Counting):
    """Cannot predict."""

    def predict_proba_one(self, x: Features) -> dict[object, float]:
        raise IndexError("no such leaf")


class Backwards(Scripted):
    """A learner whose classes are out of order."""

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(reversed(self._classes))

    def clone(self) -> "Backwards":
        return Backwards()


class Narrow(Scripted):
    """A learner that answers for two classes whatever there are."""

    def clone(self) -> "Narrow":
        return Narrow()


class Certain(Scripted):
    """A good learner: always sure of the first class."""

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        answer = np.zeros((len(rows), len(self.classes)))
        answer[:, :1] = 1.0
        return answer

    def clone(self) -> "Certain":
        return Certain()


class Remembering(Certain):
    """A learner whose clones are trained."""

    def clone(self) -> "Remembering":
        clone = Remembering()
        clone._classes = dict(self._classes)
        return clone


class Nameless(Certain):
    """A learner that lacks a part of the port."""

    describe = None  # type: ignore[assignment]
