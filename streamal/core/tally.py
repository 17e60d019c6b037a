"""Uniform labels counted at fixed thresholds, since the beginning: what a theorem needs."""

from math import exp

import numpy as np
from numpy.typing import NDArray

from streamal.core.prediction import BIN_EDGES

Floats = NDArray[np.float64]

BARS = np.array([1.0 / (1.0 + exp(-edge)) for edge in BIN_EDGES if edge >= 0.0])
"""Thresholds that were fixed before the first label: the edges of the score's bins."""


class Tally:
    """Labels and errors at or above each fixed threshold.

    Parameters
    ----------
    saved
        As `save` gave it.

    Examples
    --------
    >>> tally = Tally()
    >>> tally.add(0.9, drawn_from=0.5, right=False, label=0)
    >>> audits, errors = tally.counts(tally.grid())
    >>> audits.tolist()[:5], errors.tolist()[:5]
    ([1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0])
    """

    def __init__(self, saved: bytes = b"") -> None:
        found = np.frombuffer(saved, np.int64).reshape(2, -1)
        self._counts = found.copy() if saved else np.zeros((2, len(BARS)), np.int64)

    def add(self, confidence: float, drawn_from: float, right: bool, label: int) -> None:
        """Take in a label, at each threshold for which it was drawn uniformly."""
        counted = (drawn_from <= BARS) & (confidence >= BARS)
        self._counts[0] += counted
        self._counts[1] += counted & (not right)

    def grid(self) -> Floats:
        """Return the thresholds to judge, lowest first."""
        return BARS

    def counts(self, bars: Floats) -> tuple[Floats, Floats]:
        """Return labels and errors of some of its thresholds; none of any other."""
        at = np.minimum(np.searchsorted(BARS, bars), len(BARS) - 1)
        found = np.where(BARS[at] == bars, self._counts[:, at], 0).astype(float)
        return found[0], found[1]

    def by_class(self) -> dict[int, "Tally"]:
        """Return nothing: thresholds of classes are none that were fixed beforehand."""
        return {}

    def part(self, start: float, low: float, high: float) -> float:
        """Return which part of a bin lies from `start` on: thresholds are edges, so all."""
        return 1.0

    def clear(self, keep: int = 0) -> None:
        """Forget all; which were the newest is not known."""
        self._counts[:] = 0

    def save(self) -> bytes:
        """Return what a new one goes on from."""
        return self._counts.tobytes()
