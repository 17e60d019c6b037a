"""What the preset `linear` makes of features: of a row, and of many rows' columns."""

from collections.abc import Mapping, Sequence

import numpy as np

from streamal.learners.adapter import Encoded
from streamal.learners.kinds import CATEGORY, NUMBER, TEXT, Kinds, category, words
from streamal.learners.port import Features, Value
from streamal.learners.scale import LARGEST, Scale
from streamal.learners.softmax import Column, Floats, Numbers, Ones
from streamal.learners.table import Table

# SoftmaxRegression has no intercept of its own; no name of a feature is likely to be this.
INTERCEPT = "\0"

# numpy's kinds of what it made of numbers and booleans alone: float, boolean, integers.
_NUMERIC = "fbiu"

Values = tuple[Value, ...]


class LinearEncoder:
    """Standardised numbers, a 1 per category's value, a 1 per word."""

    __slots__ = ("_kinds", "_scale")

    def __init__(self, types: Mapping[str, str]) -> None:
        self._kinds = Kinds(types)
        self._scale = Scale()

    def learn(self, features: Features) -> None:
        """Take the numbers into the scale."""
        of = self._kinds.of
        for name, value in features.items():
            if of(name, value) == NUMBER:
                self._scale.learn(name, value)  # type: ignore[arg-type]

    def encode(self, features: Features) -> Encoded:
        """Return name (or name and value) to a number within `LARGEST` of 0."""
        ready = self._scale.ready
        encoded: Encoded = {INTERCEPT: 1.0}
        for name, value in features.items():
            cell = ready.get(name)
            if cell is None or value.__class__ is str:
                self._add_words(encoded, name, value)
                continue
            scaled = (value - cell[0]) * cell[1]  # type: ignore[operator]
            encoded[name] = scaled if -LARGEST <= scaled <= LARGEST else _clipped(value, cell[0])
        return encoded

    def columns(self, table: Table[Value]) -> list[Column] | None:
        """Return what `encode` says of each row, or None where only `encode` can tell."""
        columns: list[Column] = [Numbers(INTERCEPT, np.ones(len(table.rows)))]
        with np.errstate(over="ignore"):
            for name, values in zip(table.names, table.columns(), strict=True):
                column = self._column(name, values)
                if column is None:
                    return None
                columns.append(column)
        return None if _may_clash(table.names, columns) else columns

    def _column(self, name: str, values: Values) -> Column | None:
        cell = self._scale.ready.get(name)
        if cell is not None and values[0].__class__ is not str:
            raw = np.array(values)
            return Numbers(name, _scaled(raw, *cell)) if raw.dtype.kind in _NUMERIC else None
        if len(set(map(type, values))) > 1:
            return None
        kind = self._kinds.of(name, values[0])
        if kind == CATEGORY:
            return Ones([f"{name}={value}" for value in map(category, values)])
        # A number that has no scale yet adds nothing; words are for `encode`.
        return Numbers(name, np.zeros(len(values))) if kind == NUMBER else None

    def _add_words(self, encoded: Encoded, name: str, value: float | str | bool) -> None:
        kind = self._kinds.of(name, value)
        if kind == CATEGORY:
            encoded[f"{name}={category(value)}"] = 1.0
        elif kind == TEXT:
            for word in words(value):
                encoded[f"{name}:{word}"] = 1.0


def _clipped(value: object, mean: float) -> float:
    return LARGEST if value > mean else -LARGEST  # type: ignore[operator]


def _scaled(raw: Floats, mean: float, factor: float) -> Floats:
    scaled = (raw - mean) * factor
    # A number wins against NaN here, so that it ends where `_clipped` puts it.
    return np.fmin(np.fmax(scaled, -LARGEST), LARGEST)


def _may_clash(names: Sequence[str], columns: Sequence[Column]) -> bool:
    """Return whether one feature may replace another: `a` with ``b=c``, and `a=b` with ``c``."""
    has_ones = any(isinstance(column, Ones) for column in columns)
    return INTERCEPT in names or (has_ones and any("=" in name for name in names))
