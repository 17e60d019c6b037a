"""The streams of the comparison, in memory: rows, labels, and junk on demand."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice
from random import Random

import msgspec

from benchmarks.selection.generators import GENERATORS, generated
from benchmarks.streams import Open
from benchmarks.streams import streams as files
from streamal.core.draw import draws
from streamal.lab.streams import BundledTable
from streamal.learners.bundled import NAMES

Features = dict[str, float | str | bool]
JUNK = None
"""The label of a row that has none: whoever is asked about it rejects it."""


class Stream(msgspec.Struct, frozen=True):
    """Rows in their order with their labels, None for junk."""

    name: str
    rows: list[Features]
    labels: list[str | None]

    @property
    def classes(self) -> list[str]:
        """All labels that occur, sorted."""
        return sorted({label for label in self.labels if label is not None})

    @property
    def is_text(self) -> bool:
        """Whether its rows have a text."""
        return "text" in self.rows[0]

    @property
    def rarest(self) -> tuple[str, float]:
        """The class with the fewest rows, and its share of the stream."""
        counts = Counter(label for label in self.labels if label is not None)
        label, count = min(counts.items(), key=lambda item: (item[1], item[0]))
        return label, count / counts.total()


@lru_cache
def _tables() -> dict[str, Open]:
    """Return what river brings along and what is in the folder DATA, which wins."""
    bundled: dict[str, Open] = {name.lower(): partial(BundledTable, name) for name in NAMES}
    found = files()
    return {**found, **{name: opened for name, opened in bundled.items() if name not in found}}


def names() -> list[str]:
    """Return the streams at hand: files, what river brings along, and the generated."""
    return [*_tables(), *GENERATORS]


@lru_cache(maxsize=4)
def stream(name: str, limit: int, junk: float = 0.0, seed: int = 0) -> Stream:
    """Return the first rows of a stream, with a share of junk among them.

    Junk is a row whose every value is drawn from all that its feature was seen to be:
    numbers uniformly between the least and the greatest, everything else from the
    values that occur, texts word by word. It looks like data and means nothing.
    """
    clean = _clean(name, limit)
    return _mixed(clean, junk, seed) if junk else clean


@lru_cache(maxsize=4)
def _clean(name: str, limit: int) -> Stream:
    pairs = list(islice(_pairs(name), limit))
    return Stream(name, [row for row, _ in pairs], [label for _, label in pairs])


def _pairs(name: str) -> Iterator[tuple[Features, str]]:
    if name in GENERATORS:
        yield from generated(name)
        return
    for row in _tables()[name]():
        if row.label is not None and row.raw is None:
            yield dict(row.features), row.label


def _mixed(clean: Stream, share: float, seed: int) -> Stream:
    made, comes = _Junk(clean.rows, seed), draws(seed, "junk")
    rows: list[Features] = []
    labels: list[str | None] = []
    for number, (row, label) in enumerate(zip(clean.rows, clean.labels, strict=True)):
        if comes(str(number)) < share / (1.0 - share):
            rows.append(made.row())
            labels.append(JUNK)
        rows.append(row)
        labels.append(label)
    return Stream(clean.name, rows, labels)


class _Junk:
    """Rows of values that occur, put together without sense."""

    def __init__(self, rows: list[Features], seed: int) -> None:
        self._rows = rows
        self._dice = Random(seed)
        self._ranges: dict[str, tuple[float, float]] = {}
        self._words = sorted({word for row in rows for word in str(row.get("text", "")).split()})
        for row in rows:
            for name, value in row.items():
                if not isinstance(value, str):
                    low, high = self._ranges.get(name, (value, value))
                    self._ranges[name] = (min(low, value), max(high, value))

    def row(self) -> Features:
        """Return the next."""
        shape = self._dice.choice(self._rows)
        return {name: self._value(name, value) for name, value in shape.items()}

    def _value(self, name: str, value: float | str | bool) -> float | str | bool:
        if name == "text":
            return " ".join(self._dice.choices(self._words, k=max(1, len(str(value).split()))))
        if isinstance(value, str | bool):
            return self._dice.choice(self._rows).get(name, value)
        return self._dice.uniform(*self._ranges[name])
