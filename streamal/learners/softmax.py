"""The answers of a softmax regression: of one example, and of a column at a time.

A row's answer must not depend on the rows beside it, to the last bit. So both ways add from
left to right, features in the order of the row and classes in theirs. No matrix product and
no sum of numpy's: their order depends on the shape. No `numpy.exp` either: its last bits
are others than `math.exp`'s, and depend on the processor.
"""

from collections.abc import Mapping, Sequence
from math import exp
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from streamal.learners.port import Probabilities

Weights = Mapping[str, float]
Example = Mapping[str, float | str]
Floats = NDArray[np.float64]


class Column(Protocol):
    """One feature of n rows, encoded."""

    def weigh(self, classes: Sequence[Weights]) -> Floats:
        """Return a new array: what it adds to the scores of k classes and n rows."""


class Numbers(NamedTuple):
    """A number in each row, under one name."""

    name: str
    values: Floats

    def weigh(self, classes: Sequence[Weights]) -> Floats:
        """Return weight times value, per class and row."""
        return np.multiply.outer([weights.get(self.name, 0.0) for weights in classes], self.values)


class Ones(NamedTuple):
    """A 1 in each row, under the row's own name."""

    names: Sequence[str]

    def weigh(self, classes: Sequence[Weights]) -> Floats:
        """Return the weight, per class and row."""
        return np.array([[weights.get(name, 0.0) for name in self.names] for weights in classes])


def answer(example: Example, classes: Sequence[Weights]) -> list[float]:
    """Return one example's probabilities, for k >= 1 classes given by their weights.

    Examples
    --------
    >>> answer({"x": 1.0, "y": 2.0}, [{"x": 1.0}, {"y": 0.5}, {}])
    [0.4223187982515182, 0.4223187982515182, 0.15536240349696362]
    """
    scores = [_score(example, weights) for weights in classes]
    highest = max(scores)
    parts = [exp(score - highest) for score in scores]
    total = 0.0
    for part in parts:  # not `sum`: from Python 3.12 on it mends its rounding
        total += part
    return [part / total for part in parts]


def _score(example: Example, weights: Weights) -> float:
    total = 0.0
    of = weights.get
    for name, value in example.items():
        total += value * of(name, 0.0)  # type: ignore[operator]
    return total


def answers(columns: Sequence[Column], classes: Sequence[Weights]) -> Probabilities:
    """Return an (n, k) array: each row what `answer` says of it, bit by bit.

    Examples
    --------
    >>> columns = [Numbers("x", np.array([1.0, 0.0])), Ones(["y=red", "y=blue"])]
    >>> answers(columns, [{"x": 1.0}, {"y=red": 1.0}, {}]).round(2).tolist()
    [[0.42, 0.42, 0.16], [0.33, 0.33, 0.33]]
    """
    scores = columns[0].weigh(classes)
    for column in columns[1:]:
        scores += column.weigh(classes)
    below = (scores - scores.max(axis=0)).ravel().tolist()
    parts = np.array(list(map(exp, below))).reshape(scores.shape)
    total = np.zeros(len(parts[0]))
    for part in parts:
        total += part
    shares: Floats = parts / total
    return shares.T
