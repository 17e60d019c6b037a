"""Writing the curated data set: JSONL, CSV or Parquet, by the file's ending."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from streamal.errors import UsageError

Line = dict[str, Any]
META = ("sample_id", "label", "by", "weight", "reason", "model_version", "annotator", "split")


def write(path: Path, lines: Sequence[Line]) -> None:
    """Write the lines in the format of the path's ending.

    Raises
    ------
    UsageError
        The ending is none of these, or Parquet's library is not installed.
    """
    writer = _WRITERS.get(path.suffix)
    if writer is None:
        raise UsageError(f"{path}: ends in none of {', '.join(_WRITERS)}")
    writer(path, lines)


def _jsonl(path: Path, lines: Sequence[Line]) -> None:
    with path.open("wb") as out:
        for line in lines:
            out.write(msgspec.json.encode(line) + b"\n")


def flat(lines: Sequence[Line]) -> tuple[list[str], list[list[object]]]:
    """Return header and rows with one column for each feature.

    A feature whose name is that of another column is called ``feature.<name>``.

    Examples
    --------
    >>> head, rows = flat([{"sample_id": "a", "label": "x", "features": {"f": 1}}])
    >>> head[0], head[-1], rows[0][0], rows[0][-1]
    ('sample_id', 'f', 'a', 1)
    """
    names = list(dict.fromkeys(name for line in lines for name in line["features"]))
    columns = [f"feature.{name}" if name in META else name for name in names]
    rows = [
        [*(line.get(one) for one in META), *(line["features"].get(name) for name in names)]
        for line in lines
    ]
    return [*META, *columns], rows


def _csv(path: Path, lines: Sequence[Line]) -> None:
    head, rows = flat(lines)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows(rows)


def _parquet(path: Path, lines: Sequence[Line]) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            f"{path}: Parquet needs pyarrow: pip install 'streamal[parquet]'"
        ) from None
    head, rows = flat(lines)
    columns = [_column(pyarrow, [row[i] for row in rows]) for i in range(len(head))]
    pyarrow.parquet.write_table(pyarrow.table(columns, names=head), path)


def _column(pyarrow: Any, values: list[object]) -> Any:
    """Return a column; one of mixed types is text."""
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.array([None if value is None else str(value) for value in values])


_WRITERS: dict[str, Callable[[Path, Sequence[Line]], None]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
