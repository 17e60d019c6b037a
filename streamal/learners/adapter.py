"""river's one-by-one classifiers behind the port."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

import numpy as np

from streamal.learners.port import Features, Probabilities

Encoded = dict[str, float | str]


class Classifier(Protocol):
    """What we use of a river classifier (or of a pipeline that ends in one)."""

    def learn_one(self, x: Encoded, y: str) -> None:
        """Learn one example."""

    def predict_proba_one(self, x: Encoded) -> dict[str, float]:
        """Return the probability per class; classes may be missing."""


class Encoder(Protocol):
    """Turns features into what a classifier understands."""

    def learn(self, features: Features) -> None:
        """Take in the features of one labelled example."""

    def encode(self, features: Features) -> Encoded:
        """Return them encoded; changes nothing."""


Learn = Callable[[Classifier, Encoded, str, float], None]
Parts = tuple[Classifier, Encoder, Learn]


class Weighted(Protocol):
    """What those of river's classifiers have that take a weight."""

    def learn_one(self, x: Encoded, y: str, w: float) -> None:
        """Learn one example as if it had been seen `w` times."""


def learning(classifier: Classifier) -> Learn:
    """Return how to let `classifier` learn one example: with its weight if it takes one."""
    return _with_weight if "w" in _arguments(classifier.learn_one) else _without_weight


def _arguments(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # compiled, and without a signature
        return {}


def _with_weight(model: Classifier, example: Encoded, label: str, weight: float) -> None:
    cast("Weighted", model).learn_one(example, label, w=weight)


def _without_weight(model: Classifier, example: Encoded, label: str, _weight: float) -> None:
    model.learn_one(example, label)


class RiverLearner:
    """A river classifier as a `Learner`.

    A row is predicted as if it were alone, so an answer does not depend on the batch,
    to the last bit. Nothing is asked of an untrained classifier: some of river's
    answer ``{}``, others build themselves from the first row they see.

    Parameters
    ----------
    name
        What `describe` says.
    parts
        Builds (classifier, encoder, how to learn one), untrained and always the same.
    """

    __slots__ = ("_classes", "_classifier", "_encoder", "_learn", "_name", "_parts")

    def __init__(self, name: str, parts: Callable[[], Parts]) -> None:
        self._name = name
        self._parts = parts
        self._classifier, self._encoder, self._learn = parts()
        self._classes: dict[str, None] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return tuple(self._classes)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Learn one labelled example."""
        self._encoder.learn(features)
        self._learn(self._classifier, self._encoder.encode(features), label, weight)
        self._classes.setdefault(label)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""
        classes = self._classes
        if not classes:
            return np.empty((len(rows), 0))
        array = np.array([self._row(row) for row in rows], dtype=np.float64)
        return array.reshape(len(rows), len(classes))

    def clone(self) -> "RiverLearner":
        """Return an untrained copy with the same parameters."""
        return RiverLearner(self._name, self._parts)

    def describe(self) -> str:
        """Return the name of the preset or factory."""
        return self._name

    def _row(self, features: Features) -> list[float]:
        answer = self._classifier.predict_proba_one(self._encoder.encode(features))
        return [answer.get(label, 0.0) for label in self._classes]
