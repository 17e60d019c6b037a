"""How far the last examples lay when they came: what counts as near and as far."""

from bisect import bisect_left, insort
from collections import deque

import numpy as np

from streamal.core.surroundings.layout import Floats

FEWEST = 5
"""With fewer distances nothing is near or far."""


class Recent:
    """The last distances, in order.

    Each was measured before its example was kept, so that a drift, when all that comes
    is far, soon makes far the usual.

    Examples
    --------
    >>> recent = Recent(5)
    >>> for distance in (9.0, 1.0, 2.0, 3.0, 4.0, 5.0):
    ...     recent.add(distance)
    >>> recent.shares(np.array([0.5, 3.5])).tolist()
    [0.0, 0.6]
    >>> recent.closeness(np.array([3.0, 9.0])).tolist()
    [0.5, 0.25]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: deque[float] = deque()
        self._sorted: list[float] = []

    def add(self, distance: float) -> None:
        """Take in a distance instead of the oldest."""
        if len(self._queue) >= self._most:
            del self._sorted[bisect_left(self._sorted, self._queue.popleft())]
        self._queue.append(distance)
        insort(self._sorted, distance)

    def shares(self, distances: Floats) -> Floats:
        """Return for each the share of the recent ones that are less; a half if few are known."""
        if len(self._sorted) < FEWEST:
            return np.full(len(distances), 0.5)
        found: Floats = np.searchsorted(self._sorted, distances) / len(self._sorted)
        return found

    def closeness(self, distances: Floats) -> Floats:
        """Return in (0, 1] the median's part in median and distance: a half at the median."""
        known = self._sorted
        median = known[len(known) // 2] if known else 1.0
        median = max(median, _LEAST)
        closeness: Floats = median / (median + distances)
        return closeness


_LEAST = 1e-9
