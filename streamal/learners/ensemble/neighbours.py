"""Nearest neighbours among the last examples."""

import numpy as np

from streamal.learners.ensemble.batch import STEPS, Batch
from streamal.learners.ensemble.exact import Floats, Integers
from streamal.learners.ensemble.member import Past
from streamal.learners.port import Probabilities

# Distances are measured in whole steps of this part of the spread: their squares, at most
# 4 (5 x 16)^2 a column, add up exactly in a float32 for 655 columns, and in a float64 for more.
_STEPS = 16
_WIDEST = 600
# Another category, or none, is as far as so many spreads, squared.
_OTHER = 2.0
# A category of more values than this is compared value by value.
_MANY = 64
_PRIOR = 0.5
# Even one at the very place weighs no more than if it were by this part of the mean away.
_EVEN = 0.3


class Neighbours:
    """The weighted shares of the labels of the nearest examples; of equally near, the newer."""

    def __init__(self, nearest: int, window: int) -> None:
        self._nearest, self._window = nearest, window

    def learn(self, example: Batch, label: int, weight: float, past: Past) -> None:
        """Look up the last examples."""
        memory = past.memory
        places = memory.last(self._window)
        self._marks = _Marks(memory.tokens[places])
        points = self._marks.beside(_coarse(memory.steps[places]), memory.tokens[places])
        self._points = np.ascontiguousarray(points.T)
        self._squares = (points * points).sum(axis=1)
        self._votes = np.zeros((len(places), past.classes))
        self._votes[np.arange(len(places)), memory.labels[places]] = memory.weights[places]

    def predict(self, batch: Batch) -> Probabilities:
        """Return the shares of the classes among the nearest, the nearer weighing more."""
        found = self._find(self._distances(batch))
        mean = np.zeros(len(batch))
        for _, far in found:
            mean += far / len(found)
        votes = np.zeros((len(batch), self._votes.shape[1]))
        for place, far in found:
            near = _EVEN * mean + 1.0
            votes += self._votes[place] * ((mean + near) / (far + near))[:, np.newaxis]
        total = np.full(len(batch), _PRIOR)
        for column in votes.T:
            total += column
        shares: Floats = (votes + _PRIOR / votes.shape[1]) / total[:, np.newaxis]
        return shares

    def _find(self, far: Floats) -> list[tuple[Integers, Floats]]:
        """Return the places of the nearest examples and how far they are; spoils its argument."""
        found, every = [], np.arange(len(far))
        for _ in range(min(self._nearest, far.shape[1])):
            place = far.argmin(axis=1)
            found.append((place, far[every, place].astype(np.float64)))
            far[every, place] = np.inf
        return found

    def _distances(self, batch: Batch) -> Floats:
        points = self._marks.beside(_coarse(batch.steps), batch.tokens)
        far = points @ self._points
        far *= -2
        far += self._squares
        here = (points * points).sum(axis=1) + self._marks.unmarked(batch.tokens)
        far += here.astype(far.dtype)[:, np.newaxis]
        self._marks.part(far, batch.tokens)
        return far


class _Marks:
    """Categories as columns, so that one product of matrices gives their distances too.

    A column of `_STEPS` for each value that the examples have: two that share it are no
    farther apart by it, and two that do not by twice its square, which is `_OTHER`. Columns of
    many values are compared one by one: there a product would cost more.
    """

    def __init__(self, tokens: Integers) -> None:
        values = [np.unique(column) for column in tokens.T]
        self._few = [(at, known) for at, known in enumerate(values) if len(known) <= _MANY]
        many = [at for at, known in enumerate(values) if len(known) > _MANY]
        self._many = [(at, tokens[:, at].astype(np.int32)) for at in many]

    def beside(self, steps: Floats, tokens: Integers) -> Floats:
        """Return numbers and marks, side by side."""
        if not self._few:
            return steps
        marks = [tokens[:, at, np.newaxis] == known for at, known in self._few]
        return np.hstack([steps, np.hstack(marks) * steps.dtype.type(_STEPS)])

    def unmarked(self, tokens: Integers) -> Integers:
        """Return what a row's square lacks, for values that no example has."""
        lacks = np.zeros(len(tokens), dtype=np.int64)
        for at, known in self._few:
            lacks += ~np.isin(tokens[:, at], known)
        return lacks * _STEPS**2

    def part(self, far: Floats, tokens: Integers) -> None:
        """Add the distances of the columns of many values."""
        if self._many:
            others = np.zeros(far.shape, dtype=np.uint16)
            for at, known in self._many:
                others += tokens[:, at, np.newaxis].astype(np.int32) != known
            far += others * far.dtype.type(_OTHER * _STEPS**2)


def _coarse(steps: Floats) -> Floats:
    coarse = np.rint(steps * (_STEPS / STEPS))
    return coarse.astype(np.float32) if steps.shape[1] <= _WIDEST else coarse
