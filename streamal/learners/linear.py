"""The preset `linear`: river's softmax regression with steps of a bounded length."""

from collections.abc import Mapping, Sequence

import numpy as np

from streamal.learners.linearencoder import LinearEncoder
from streamal.learners.port import Features, Probabilities
from streamal.learners.softmax import Weights, answer, answers
from streamal.learners.table import FEW, tables

# The length of a step at an error of 1. Measured over 14 streams: .35 to 1 are equal within
# .3 points; .1 costs 1.5 at 10 % of the labels.
RATE = 0.5


class Linear:
    """river's softmax regression, which learns; what it learned is read column by column.

    river's own prediction takes a row at a time, and adds in the order of the shorter of
    example and weights. Here nothing but the row decides its answer. The weights are
    looked up whenever a batch is predicted: there is no copy that learning makes stale.

    Parameters
    ----------
    types
        Declared kinds of features.
    """

    __slots__ = ("_classes", "_encoder", "_model", "_step", "_types")

    def __init__(self, types: Mapping[str, str]) -> None:
        from river import linear_model, optim

        from streamal.learners.step import Step

        self._types = types
        self._encoder = LinearEncoder(types)
        self._step = Step()
        self._model = linear_model.SoftmaxRegression(optimizer=optim.SGD(RATE), loss=self._step)
        self._classes: dict[str, None] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return tuple(self._classes)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Learn one labelled example."""
        self._encoder.learn(features)
        self._step.learn(self._model, self._encoder.encode(features), label, weight)
        self._classes.setdefault(label)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""
        if not self._classes:
            return np.empty((len(rows), 0))
        weights = self._model.weights
        classes = [weights[label] for label in self._classes]
        if len(rows) < FEW:
            return self._by_row(rows, classes)
        return self._by_column(rows, classes)

    def clone(self) -> "Linear":
        """Return an untrained copy with the same parameters."""
        return Linear(self._types)

    def describe(self) -> str:
        """Return the name of the preset."""
        return "linear"

    def _by_row(self, rows: Sequence[Features], classes: Sequence[Weights]) -> Probabilities:
        encode = self._encoder.encode
        array = np.array([answer(encode(row), classes) for row in rows], dtype=np.float64)
        return array.reshape(len(rows), len(classes))

    def _by_column(self, rows: Sequence[Features], classes: Sequence[Weights]) -> Probabilities:
        array = np.empty((len(rows), len(classes)))
        found, alone = tables(rows)
        for table in found:
            columns = self._encoder.columns(table)
            if columns is None:
                alone += table.places
            else:
                array[table.places] = answers(columns, classes)
        if alone:
            array[alone] = self._by_row([rows[place] for place in alone], classes)
        return array
