"""Bundled streams as tables: ``bundled:Shuttle`` where a file could stand."""

from collections.abc import Iterator, Mapping

from streamal.core.classes import canonical
from streamal.errors import UsageError
from streamal.lab.row import Row
from streamal.learners import bundled

PREFIX = "bundled:"
LABEL = "label"
"""What the label column of every bundled stream is called."""


class BundledTable:
    """A stream that river brings along, row by row.

    Examples
    --------
    >>> next(iter(BundledTable("Bananas"))).id
    'Bananas-0'
    """

    columns: Mapping[str, str] = {}

    def __init__(self, name: str) -> None:
        self.name = name

    def __iter__(self) -> Iterator[Row]:
        for number, (features, label) in enumerate(bundled.stream(self.name)):
            yield Row(number, f"{self.name}-{number}", features, canonical(label))

    def count(self) -> int:
        """Return how many rows there are."""
        return bundled.size(self.name)


def bundled_table(path: str, label_column: str | None, id_column: str | None) -> BundledTable:
    """Open ``bundled:NAME``; its label column is `LABEL`, and it has no id column.

    Raises
    ------
    UsageError
        There is no stream of that name, or it has no such column.

    Examples
    --------
    >>> bundled_table("bundled:Shuttle", "label", None).count()
    49097
    """
    name = path.removeprefix(PREFIX)
    if name not in bundled.NAMES:
        raise UsageError(f"{path}: no such stream; there are {', '.join(bundled.NAMES)}")
    if label_column not in {None, LABEL}:
        raise UsageError(f"{path}: no column {label_column}; its label column is {LABEL}")
    if id_column is not None:
        raise UsageError(f"{path}: has no id column; its ids are {name}-0, {name}-1, …")
    return BundledTable(name)
