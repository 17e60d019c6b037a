"""How unlike samples are: Gower's distance over features of mixed kinds.

Numbers differ by a part of their range, texts by the words that they do not share, and all
else by being equal or not. Each column's distances are whole numbers, so their sum is exact.
Sources: Gower, "A General Coefficient of Similarity and Some of Its Properties"
(Biometrics, 1971); for words Jaccard's coefficient.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Protocol

import numpy as np
import numpy.typing as npt

from streamal.core.records import Features, Value

SCALE = 1024
"""How far two values of a column are apart that have nothing in common."""

Whole = npt.NDArray[np.int64]


class _Column(Protocol):
    def __call__(self, row: int) -> Whole:
        """Return how far each row is from this one."""


class Gower:
    """The distances within one set of rows.

    Examples
    --------
    >>> gower = Gower([{"x": 0.0, "c": "a"}, {"x": 1.0, "c": "a"}, {"x": 2.0, "c": "b"}])
    >>> gower.distances(0).tolist()
    [0, 512, 2048]
    """

    def __init__(self, rows: Sequence[Features]) -> None:
        self._size = len(rows)
        names = dict.fromkeys(name for row in rows for name in row)
        self._columns = [_column([row.get(name) for row in rows]) for name in names]

    def distances(self, row: int) -> Whole:
        """Return how far each row is from this one."""
        found = np.zeros(self._size, np.int64)
        for column in self._columns:
            found += column(row)
        return found


def _column(values: Sequence[Value | None]) -> _Column:
    numbers = [_number(one) for one in values]
    present = sum(one is not None for one in values)
    if present and sum(one is not None for one in numbers) == present:
        return _Numbers(numbers)
    if any(isinstance(one, str) and " " in one for one in values):
        return _Texts(values)
    return _Kinds(values)


def _number(value: Value | None) -> float | None:
    if isinstance(value, bool | str) or value is None or not isfinite(value):
        return None
    return float(value)


class _Numbers:
    """A missing one has nothing in common with a number, and all with another missing one."""

    def __init__(self, values: Sequence[float | None]) -> None:
        known = [one for one in values if one is not None]
        low, high = min(known), max(known)
        span = high / 2 - low / 2  # halves: the range of two doubles may be infinite
        parts = [0.0 if one is None or not span else (one / 2 - low / 2) / span for one in values]
        self._parts = np.array([round(SCALE * part) for part in parts], np.int64)
        self._is_there = np.array([one is not None for one in values])

    def __call__(self, row: int) -> Whole:
        apart = np.abs(self._parts - self._parts[row])
        return np.where(self._is_there == self._is_there[row], apart, SCALE)


class _Kinds:
    def __init__(self, values: Sequence[Value | None]) -> None:
        codes: dict[tuple[type, Value | None], int] = {}
        keys = [(type(one), one) for one in values]
        self._codes = np.array([codes.setdefault(key, len(codes)) for key in keys], np.int64)

    def __call__(self, row: int) -> Whole:
        return SCALE * np.asarray(self._codes != self._codes[row], np.int64)


class _Texts:
    def __init__(self, values: Sequence[Value | None]) -> None:
        self._words = [frozenset(str(one).split()) for one in values]

    def __call__(self, row: int) -> Whole:
        mine = self._words[row]
        return np.array([_apart(mine, words) for words in self._words], np.int64)


def _apart(one: frozenset[str], other: frozenset[str]) -> int:
    together = len(one | other)
    return SCALE - SCALE * len(one & other) // together if together else 0


def spread(rows: Sequence[Features], depth: int, diversity: float) -> list[int]:
    """Return the places of `depth` rows that come early and differ from each other.

    Maximal marginal relevance: what a row's place among all is worth, against how like it is
    to the nearest one that was taken. Twins are alike by 1; those that are as far
    apart as the first row is from the others in the mean, by 0. Source: Carbonell and
    Goldstein, "The Use of MMR, Diversity-Based Reranking" (SIGIR, 1998).

    Examples
    --------
    >>> spread([{"x": 0.0}, {"x": 0.0}, {"x": 1.0}], depth=2, diversity=0.5)
    [0, 2]
    """
    gower, size = Gower(rows), len(rows)
    worth = (1.0 - diversity) * (1.0 - np.arange(size) / size)
    typical = max(1.0, int(gower.distances(0).sum()) / max(1, size - 1))
    nearest = np.full(size, typical)
    found: list[int] = []
    while len(found) < min(depth, size):
        marginal = worth - diversity * (1.0 - nearest / typical)
        marginal[found] = -np.inf
        found.append(int(np.argmax(marginal)))
        nearest = np.minimum(nearest, gower.distances(found[-1]))
    return found
