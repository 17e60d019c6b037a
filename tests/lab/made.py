"""Made files for tests of tables."""

import gzip
import io
from pathlib import Path
from typing import BinaryIO

from streamal.lab.tables import Row, Table, open_table


def made(folder: Path, data: str | bytes, name: str = "made.csv") -> str:
    """Write a file, gzipped where its name says so, and return its path."""
    content = data.encode() if isinstance(data, str) else data
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return str(path)


def table(path: str, label: str | None = None, own_id: str | None = None, **types: str) -> Table:
    """Open a table."""
    return open_table(path, label_column=label, id_column=own_id, types=types)


def piped(data: str | bytes, label: str | None = None, **types: str) -> Table:
    """Open standard input as a table."""
    content = data.encode() if isinstance(data, str) else data
    stdin: BinaryIO = io.BytesIO(content)
    return open_table("-", label_column=label, id_column=None, types=types, stdin=stdin)


def raws(rows: list[Row]) -> list[tuple[int, bytes]]:
    """Return number and bytes of the rows that could not be read."""
    return [(row.number, row.raw) for row in rows if row.raw is not None]
