"""Types of a CSV's columns, and what turns their cells into values.

A column is of numbers when each cell that is not missing is a finite number. Empty
cells are missing everywhere; beside numbers so are `nan`, `NA` and `null`, in any case.
A column named `text` that is not of numbers is text, all others are categories.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

import msgspec

from streamal.lab.row import Value

MISSING = frozenset({"", "nan", "na", "null"})
CHUNK = 1000
"""Rows that are looked at together: one call per column and chunk, not per cell."""

_FLOATS = list[float]
Convert = Callable[[str], Value | None]


class Column(NamedTuple):
    """A column's type; `is_plain` when every cell is known to be a number as it stands."""

    name: str
    kind: str
    is_plain: bool = False

    @property
    def convert(self) -> Convert:
        """What makes a value of a cell, None of a missing one; may raise `ValueError`."""
        if self.kind != "number":
            return _word
        return float if self.is_plain else number


def number(cell: str) -> float | None:
    """Return the finite number that a cell holds, None where it is missing.

    Raises `ValueError` for anything else.

    Examples
    --------
    >>> number("1e3"), number(" NA ")
    (1000.0, None)
    """
    if is_missing(cell):
        return None
    value = float(cell)
    if not isfinite(value) or "_" in cell:
        raise ValueError(f"{cell!r} is no finite number")
    return value


def floats(cells: Sequence[str]) -> list[float]:
    """Return cells that are all known to be numbers.

    msgspec reads JSON's way to write numbers in half the time of `float`, which is for the
    others, such as ``+1`` and ``.5``. Raises `ValueError` when one is no number after all.
    """
    try:
        return msgspec.convert(cells, _FLOATS, strict=False)
    except msgspec.ValidationError:
        return [float(cell) for cell in cells]


def is_missing(cell: str) -> bool:
    """Is there nothing in a cell of numbers?"""
    return cell.strip().lower() in MISSING


def _word(cell: str) -> str | None:
    return cell or None


class Typing:
    """Watches cells go by and tells the columns' types.

    Parameters
    ----------
    names
        Of the feature columns, in order.
    types
        Types that are given and not found out.
    """

    def __init__(self, names: Sequence[str], types: Mapping[str, str]) -> None:
        self._names = names
        self._types = types
        self._numeric = [types.get(name, "number") == "number" for name in names]
        self._plain = [True] * len(names)
        self._seen = [False] * len(names)

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Look at some rows of cells."""
        for place, cells in enumerate(zip(*rows, strict=True)):
            if self._numeric[place]:
                self._look(place, cells)

    def _look(self, place: int, cells: Sequence[str]) -> None:
        """Take a whole column at once where that works, else cell by cell."""
        if _all_numbers(cells):
            self._seen[place] = True
            return
        self._plain[place] = False
        for cell in cells:
            if is_missing(cell):
                continue
            self._seen[place] = True
            if not _is_number(cell) and self._names[place] not in self._types:
                self._numeric[place] = False
                return

    def columns(self) -> list[Column]:
        """Return the types as far as they are known."""
        return [self._column(place, name) for place, name in enumerate(self._names)]

    def _column(self, place: int, name: str) -> Column:
        kind = self._types.get(name)
        if kind is None and self._numeric[place] and self._seen[place]:
            kind = "number"
        plain = self._plain[place] and self._seen[place]
        return Column(name, kind or ("text" if name == "text" else "category"), plain)


def _all_numbers(cells: Sequence[str]) -> bool:
    """Is each cell a finite number? A sum is finite only if all of them are."""
    try:
        return isfinite(sum(floats(cells))) and "_" not in "".join(cells)
    except ValueError:
        return False


def _is_number(cell: str) -> bool:
    try:
        return number(cell) is not None
    except ValueError:
        return False
