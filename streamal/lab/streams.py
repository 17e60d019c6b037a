"""Bundled streams as tables."""

from collections.abc import Iterator

from streamal.core.classes import canonical
from streamal.lab.row import Row
from streamal.learners import bundled


class BundledTable:
    """A stream that river brings along, row by row.

    Examples
    --------
    >>> next(iter(BundledTable("Bananas"))).id
    'bananas-0'
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __iter__(self) -> Iterator[Row]:
        stem = self.name.lower()
        for number, (features, label) in enumerate(bundled.stream(self.name)):
            yield Row(number, f"{stem}-{number}", features, canonical(label))

    def count(self) -> int:
        """Return how many rows there are."""
        return bundled.size(self.name)
