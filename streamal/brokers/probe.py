"""A probe: told where a commit is, so that tests can stop or kill it there."""

from collections.abc import Callable

Probe = Callable[[str], None]
"""Gets ``commit.begin``, ``commit.mid`` (all is checked, nothing visible) or ``commit.end``."""


def no_probe(point: str) -> None:
    """Tell nobody."""
