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
        steps = _coarse(memory.steps[places])
        self._points = np.ascontiguousarray(steps.T)
        self._squares = (steps * steps).sum(axis=1)
        self._tokens = memory.tokens[places].astype(np.int32)
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
        points = _coarse(batch.steps)
        far = points @ self._points
        far *= -2
        far += self._squares
        far += (points * points).sum(axis=1)[:, np.newaxis]
        if self._tokens.shape[1]:
            others = np.zeros(far.shape, dtype=np.uint16)
            for column, known in zip(batch.tokens.T.astype(np.int32), self._tokens.T, strict=True):
                others += column[:, np.newaxis] != known
            far += others * far.dtype.type(_OTHER * _STEPS**2)
        return far


def _coarse(steps: Floats) -> Floats:
    coarse = np.rint(steps * (_STEPS / STEPS))
    return coarse.astype(np.float32) if steps.shape[1] <= _WIDEST else coarse
