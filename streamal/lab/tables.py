"""Labelled and unlabelled tables in files: what `send`, `annotate` and `simulate` read.

A CSV (comma, semicolon or tab) or JSON lines, plain or gzipped, UTF-8, a row at a time:
a file of any length takes the same memory. A CSV is read twice, the first time for the
types of its columns; of standard input they are those of the first 1,000 rows.
``bundled:Shuttle`` in place of a file is a stream that river brings along.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Protocol

from streamal.errors import UsageError
from streamal.lab.csvtable import csv_stream, csv_table
from streamal.lab.jsontable import json_stream, json_table
from streamal.lab.lines import Stream, buffered, entered, file, first, opened
from streamal.lab.row import Plan, Row
from streamal.lab.streams import PREFIX, bundled_table

__all__ = ["Row", "Table", "open_table", "stem"]

STDIN = "-"
COMMAS = {".csv", ".tsv"}
JSON_LINES = {".jsonl", ".ndjson"}
ENDINGS = COMMAS | JSON_LINES | {".json", ".txt"}
NO_TYPES: Mapping[str, str] = MappingProxyType({})


class Table(Protocol):
    """Rows in the order of the file."""

    @property
    def name(self) -> str:
        """What the ids of its rows begin with."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Type of each feature (number, category, text), where the file says it once for all."""

    def count(self) -> int | None:
        """Return the number of rows; None where they have not all been seen."""

    def __iter__(self) -> Iterator[Row]:
        """Read from the first row; standard input only once."""


def open_table(
    path: str,
    *,
    label_column: str | None,
    id_column: str | None,
    types: Mapping[str, str] = NO_TYPES,
    stdin: BinaryIO | None = None,
    needs_features: bool = True,
) -> Table:
    """Open a file as a table.

    Parameters
    ----------
    path
        The file; ``-`` is standard input, ``bundled:NAME`` a stream of river.
    label_column, id_column
        Columns that are no features.
    types
        Types of features (number, category, text) that override what the file shows; a
        bundled stream has types of its own.
    stdin
        In place of the process's own.
    needs_features
        False for a file of labels: it may have no other column.

    Raises
    ------
    UsageError
        The file is missing, empty, cut off or of another kind, a column is missing or
        there twice. The message names the file and what would be right.
    """
    if label_column is not None and label_column == id_column:
        raise UsageError(f"{path}: column {label_column} cannot be both label and id")
    if path.startswith(PREFIX):
        return bundled_table(path, label_column, id_column)
    plan = Plan(path, stem(path), label_column, id_column, types, needs_features)
    if path == STDIN or Path(path).is_fifo():
        return _streamed(plan, stdin)
    with opened(path) as stream:
        is_json = _is_json(path, stream)
    return json_table(plan) if is_json else csv_table(plan)


def _streamed(plan: Plan, stdin: BinaryIO | None) -> Table:
    """Return a table that can be read only once: standard input, or a pipe with a name."""
    with ExitStack() as stack:
        is_stdin = plan.name == STDIN
        source = buffered(stdin or sys.stdin.buffer) if is_stdin else file(plan.name, stack)
        stream = entered(plan.name, source, stack)
        make = json_stream if _is_json(plan.name, stream) else csv_stream
        table = make(plan, stream, kept := ExitStack())
        kept.push(stack.pop_all())
    return table


def _is_json(path: str, stream: Stream) -> bool:
    """Tell by the file's ending; where it says nothing, by the first byte."""
    if (ending := _ending(path)) in COMMAS | JSON_LINES:
        return ending in JSON_LINES
    if (start := first(stream)) == b"[":
        raise UsageError(f"{path}: is a JSON array; write one object on each line")
    return start == b"{"


def _ending(path: str) -> str:
    return Path(path.removesuffix(".gz")).suffix.lower()


def stem(path: str) -> str:
    """Return what ids begin with: the file's name without its endings.

    Examples
    --------
    >>> stem("data/elec2.csv.gz"), stem("v1.2.jsonl"), stem("-")
    ('elec2', 'v1.2', 'stdin')
    """
    file = Path(path.removesuffix(".gz"))
    name = "stdin" if path == STDIN else file.stem if _ending(path) in ENDINGS else file.name
    # Names of files need not be text, ids must be.
    return name.encode(errors="surrogateescape").decode(errors="replace")
