"""How a benchmark prints: where and when it ran, and tables in Markdown."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version


def machine() -> str:
    """Return one line: date, cores, Python, river."""
    today = datetime.now(UTC).date().isoformat()
    return (
        f"{today}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"river {version('river')}\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table.

    Examples
    --------
    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [head, *rows]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    text.insert(1, "|" + "---|" * len(head))
    return "\n".join(text)
