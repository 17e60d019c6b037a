"""Which features are numbers, categories and texts, as learned; a batch read accordingly."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from streamal.core.classes import canonical
from streamal.core.records import Features, Value

Floats = NDArray[np.float64]
Tokens = list[list[str]] | None

NUMBERS, CATEGORIES, TEXTS, WORDS = 256, 64, 4, 64
"""So many features of a kind count, the first ones learned, and so many words of a text."""

_LARGEST = float(np.finfo(np.float64).max)
_WORD = re.compile(r"\w+")


class Batch:
    """Rows in order: numbers (n, d) with NaN for absent; categories and words of each row.

    None instead of a list where no example had any.
    """

    __slots__ = ("categories", "numbers", "words")

    def __init__(self, numbers: Floats, categories: Tokens, words: Tokens) -> None:
        self.numbers = numbers
        self.categories = categories
        self.words = words


class Layout:
    """The names of features by kind; a name keeps the kind of its first learned example.

    Parameters
    ----------
    declared
        Name to ``number``, ``category`` or ``text``. A string that is not declared is a
        text where its name is `text`, else a category.

    Examples
    --------
    >>> layout = Layout({})
    >>> layout.learn({"x": 1.5, "job": "it", "text": "Hello"})
    >>> batch = layout.read([{"job": "law", "text": "Oh, hello, hello!"}])
    >>> batch.numbers.tolist(), batch.categories, batch.words
    ([[nan]], [["'job'=law"]], [['hello', 'oh']])
    """

    def __init__(self, declared: Mapping[str, str]) -> None:
        self._declared = declared
        self._kinds: dict[str, str] = {}
        self.numbers: list[str] = []
        self._categories: list[str] = []
        self._texts: list[str] = []

    def learn(self, features: Features) -> None:
        """Take in the names of a learned example."""
        for name, value in features.items():
            if value is not None and name not in self._kinds:
                self._add(name, self._kind(name, value))

    def _kind(self, name: str, value: Value) -> str:
        known = self._declared.get(name)
        if isinstance(value, str):
            if known is None or known == "number":
                return "text" if name == "text" else "category"
            return known
        return known or "number"

    def _add(self, name: str, kind: str) -> None:
        self._kinds[name] = kind
        names, most = {
            "number": (self.numbers, NUMBERS),
            "category": (self._categories, CATEGORIES),
            "text": (self._texts, TEXTS),
        }[kind]
        if len(names) < most:
            names.append(name)

    def read(self, rows: Sequence[Features]) -> Batch:
        """Return rows as numbers, categories and words, without names that were not learned."""
        return Batch(
            self._numbers(rows),
            [self._pairs(row) for row in rows] if self._categories else None,
            [self._words(row) for row in rows] if self._texts else None,
        )

    def _numbers(self, rows: Sequence[Features]) -> Floats:
        names = self.numbers
        cells = [[*map(row.get, names)] for row in rows]
        try:
            array = np.array(cells, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):  # against the law of types: not a number
            array = np.array([[_number(cell) for cell in row] for row in cells])
        return array.reshape(len(rows), len(names))

    def _pairs(self, row: Features) -> list[str]:
        found = []
        for name in self._categories:
            value = row.get(name)
            if value is not None:
                found.append(f"{name!r}={value if value.__class__ is str else canonical(value)}")
        return found

    def _words(self, row: Features) -> list[str]:
        """Return the different words in the order of the alphabet."""
        found: set[str] = set()
        for name in self._texts:
            value = row.get(name)
            if value is not None:
                found.update(_WORD.findall(str(value).lower()))
        return sorted(found)[:WORDS]


def _number(cell: object) -> float:
    is_number = isinstance(cell, int | float) and -_LARGEST <= cell <= _LARGEST
    return float(cell) if is_number else np.nan  # type: ignore[arg-type]
