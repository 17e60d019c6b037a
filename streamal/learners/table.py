"""The rows of a batch that have the same names, to be read column by column."""

from collections.abc import Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

Cell = TypeVar("Cell")

# Fewer rows are quicker one by one. Measured on ten numbers: twenty are even.
FEW = 20


class Table(NamedTuple, Generic[Cell]):
    """Rows that have the same names in the same order.

    Attributes
    ----------
    names
        The names.
    places
        Where in the batch the rows are.
    rows
        The rows, at least `FEW`.
    """

    names: tuple[str, ...]
    places: list[int]
    rows: list[Mapping[str, Cell]]

    def columns(self) -> list[tuple[Cell, ...]]:
        """Return per name one cell of each row."""
        return list(zip(*[row.values() for row in self.rows], strict=True))


def tables(rows: Sequence[Mapping[str, Cell]]) -> tuple[list[Table[Cell]], list[int]]:
    """Return a table per order of names that `FEW` rows or more have, and the others' places.

    Examples
    --------
    >>> found, others = tables([{"x": 1.0, "y": 2.0}] * FEW + [{"y": 3.0}])
    >>> [table.names for table in found], found[0].columns()[1][:3], others
    ([('x', 'y')], (2.0, 2.0, 2.0), [20])
    """
    found: dict[tuple[str, ...], list[int]] = {}
    for place, names in enumerate(map(tuple, rows)):
        found.setdefault(names, []).append(place)
    large = [
        Table(names, places, [rows[place] for place in places])
        for names, places in found.items()
        if len(places) >= FEW
    ]
    return large, [place for places in found.values() if len(places) < FEW for place in places]
