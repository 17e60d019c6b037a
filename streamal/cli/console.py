"""Where words go: data to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

import typer

from streamal.cli.streams import told


class Tell(Protocol):
    """Told how far long work has come."""

    def __call__(self, done: int) -> None:
        """So much is done."""


def say(text: str) -> None:
    """Print words for people to stderr."""
    told(sys.stderr, text + "\n")


def mute(text: str) -> None:
    """Say nothing."""
    del text


def print_text(text: str) -> None:
    """Print to stdout; a reader that has gone away, as `head` does, ends the command well."""
    if not told(sys.stdout, text + "\n"):
        raise typer.Exit(0)


def print_json(document: object) -> None:
    """Print one JSON document to stdout."""
    print_text(json.dumps(document, ensure_ascii=False, allow_nan=False))


def print_line(document: object) -> None:
    """Print one JSON document on one line to stdout."""
    print_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def print_table(title: str, rows: Sequence[tuple[str, ...]], head: Sequence[str] = ()) -> None:
    """Print a table to stdout; without a head the first column is a list of names."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, show_header=bool(head), box=box.SIMPLE, title_justify="left")
    for i in range(max((len(row) for row in rows), default=len(head))):
        style = "bold" if i == 0 else None
        table.add_column(head[i] if i < len(head) else "", style=style, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # as it is: an id may look like markup
    console = Console()
    with console.capture() as drawn:
        console.print(table)
    print_text(drawn.get().rstrip("\n"))


def pairs(document: Mapping[str, object], prefix: str = "") -> list[tuple[str, ...]]:
    """Return nested values as rows of (dotted name, text)."""
    rows: list[tuple[str, ...]] = []
    for name, value in document.items():
        if isinstance(value, Mapping) and value:
            rows.extend(pairs(value, f"{prefix}{name}."))
        else:
            rows.append((prefix + name, shown(_dated(name, value))))
    return rows


def _dated(name: str, value: object) -> object:
    """Return milliseconds since the epoch as a date where the name says that they are."""
    if not name.endswith("_at") or not isinstance(value, int):
        return value
    return date(value)


def clean(text: str) -> str:
    r"""Return a text that cannot do anything to a terminal: ids and labels are anybody's.

    Examples
    --------
    >>> clean("mail-1"), clean("a" + chr(27) + "[2J")
    ('mail-1', 'a\\x1b[2J')
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def date(time: int, timespec: str = "seconds") -> str:
    """Return milliseconds since the epoch as a date, or as they are where no year holds them.

    Examples
    --------
    >>> date(0), date(10**18)
    ('1970-01-01T00:00:00+00:00', '1000000000000000000 ms')
    """
    try:
        return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec=timespec)
    except (ValueError, OverflowError, OSError):
        return f"{time} ms"


def shown(value: object) -> str:
    """Return a value as a person reads it.

    Examples
    --------
    >>> shown(0.87654321), shown(None), shown(1234567)
    ('0.8765', '–', '1,234,567')
    """
    if value is None or value in ({}, []):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@contextmanager
def progress(what: str, total: int | None, hidden: bool = False) -> Iterator[Tell]:
    """Show a bar on stderr while long work goes on, if a person is watching."""
    if hidden or not sys.stderr.isatty():
        yield _tell_nobody
        return
    with _bar(what, total) as tell:
        yield tell


def _tell_nobody(done: int) -> None:
    pass


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
