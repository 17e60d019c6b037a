"""The numbers behind the metrics: written by the loop, read by whoever scrapes.

A scrape runs in another thread. It never sees a half-made value, because every value here
is replaced by one assignment and every map is copied by one call.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Labels = tuple[str, ...]
Exemplar = tuple[dict[str, str], float]
"""Labels that lead to one case, and when that was, in seconds since the epoch."""

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Series:
    """The values of one family, for each of its labels.

    Examples
    --------
    >>> series = Series([("ok",)])
    >>> series.add(("ok",), 2)
    >>> series.values()
    {('ok',): 2.0}
    """

    def __init__(self, children: Iterable[Labels] = ()) -> None:
        self._values = dict.fromkeys(children, 0.0)
        self.exemplars: dict[Labels, Exemplar] = {}

    def add(self, labels: Labels, amount: float) -> None:
        """Count."""
        self._values[labels] = self._values.get(labels, 0.0) + amount

    def put(self, values: Iterable[tuple[Labels, float]]) -> None:
        """Replace all values."""
        self._values = dict(values)

    def set(self, labels: Labels, value: float) -> None:
        """Replace one value."""
        self._values[labels] = value

    def values(self) -> dict[Labels, float]:
        """Return a copy."""
        return self._values.copy()


class Histogram:
    """How many values fell into each bucket; many are taken in at once.

    Parameters
    ----------
    edges
        Upper ends of the buckets, ascending; one more for all above is added.

    Examples
    --------
    >>> histogram = Histogram((0.5, 1.0))
    >>> histogram.take(np.array([0.2, 0.5, 3.0]))
    >>> histogram.read()
    ([2, 2, 3], 3.7)
    """

    def __init__(self, edges: tuple[float, ...]) -> None:
        self.edges = edges
        self._ends = np.array(edges)
        self._state: tuple[Counts, float] = (np.zeros(len(edges) + 1, np.int64), 0.0)

    def take(self, values: Floats) -> None:
        """Take values in, of shape (n,)."""
        counts, total = self._state
        more = np.bincount(self._ends.searchsorted(values), minlength=len(counts))
        self._state = (counts + more, total + float(values.sum()))

    def take_one(self, value: float) -> None:
        """Take one value in."""
        self.take(np.array([value]))

    def read(self) -> tuple[list[int], float]:
        """Return the cumulative counts, and the sum of all values."""
        counts, total = self._state
        cumulative: list[int] = counts.cumsum().tolist()
        return cumulative, total


class Summary:
    """How many values came for each of its labels, and their sum."""

    def __init__(self, children: Iterable[Labels] = ()) -> None:
        self._values = dict.fromkeys(children, (0, 0.0))

    def take(self, labels: Labels, value: float) -> None:
        """Take a value in."""
        count, total = self._values.get(labels, (0, 0.0))
        self._values[labels] = (count + 1, total + value)

    def values(self) -> dict[Labels, tuple[int, float]]:
        """Return a copy."""
        return self._values.copy()
