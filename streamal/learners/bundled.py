"""The labelled streams that river brings along: for demos and tests, nothing to fetch."""

from collections.abc import Iterator
from typing import Any

from streamal.errors import UsageError

NAMES = ("Bananas", "ImageSegments", "Phishing", "Shuttle")

Labelled = tuple[dict[str, Any], object]


def stream(name: str) -> Iterator[Labelled]:
    """Yield (features, label) of a bundled stream, in its own order.

    Raises
    ------
    UsageError
        There is no stream of that name.
    """
    if name not in NAMES:
        raise UsageError(f"no bundled stream {name!r}; there are {', '.join(NAMES)}")
    from river import datasets

    return iter(getattr(datasets, name)())


def size(name: str) -> int:
    """Return how many samples a bundled stream has."""
    from river import datasets

    count: int = getattr(datasets, name)().n_samples
    return count
