"""How confident the model has been of late, told from counts by bins."""

from math import exp

from streamal.core.estimate import bin_of
from streamal.core.prediction import BIN_EDGES, BINS

MEMORY = 1000.0
"""Samples after which what was counted weighs half."""


class Scores:
    """A histogram that forgets.

    Parameters
    ----------
    counts
        One for each bin of the score; changed in place.

    Examples
    --------
    >>> scores = Scores([0.0] * BINS)
    >>> scores.take(bin_of(0.9), 3)
    >>> scores.take(bin_of(0.6), 1)
    >>> scores.mass(0.8, part=1.0)
    0.75
    """

    def __init__(self, counts: list[float]) -> None:
        self._counts = counts
        self._total = sum(counts)

    def take(self, at: int, samples: int) -> None:
        """Take in samples of a bin."""
        counts = self._counts
        counts[at] += samples
        self._total = sum(counts)  # never a running sum: a restart would round otherwise
        if self._total > MEMORY:
            counts[:] = [count / 2.0 for count in counts]
            self._total = sum(counts)

    def mass(self, start: float, part: float) -> float:
        """Return the part of the samples from a confidence on; all where none was seen.

        Parameters
        ----------
        part
            Which part of its own bin it leaves.
        """
        if not self._total:
            return 1.0
        at = bin_of(start)
        return (sum(self._counts[at + 1 :]) + part * self._counts[at]) / self._total

    def top(self, part: float) -> float:
        """Return a confidence that about so small a part of the samples reaches."""
        left = part * self._total
        for at in range(BINS - 1, 0, -1):
            left -= self._counts[at]
            if left <= 0:
                return 1.0 / (1.0 + exp(-BIN_EDGES[at - 1]))
        return 0.0
