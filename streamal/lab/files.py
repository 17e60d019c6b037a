"""Writing the curated data set: JSONL, CSV or Parquet, by the file's ending."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from streamal.errors import UsageError

Line = dict[str, Any]
META = ("sample_id", "label", "by", "weight", "reason", "model_version", "annotator", "split")


def check(path: Path) -> None:
    """Refuse a path that cannot be written, before the work for it is done.

    Raises
    ------
    UsageError
        The ending is none that is known, or there is no folder to write to.
    """
    if path.suffix not in _WRITERS:
        raise UsageError(f"{path}: ends in none of {', '.join(_WRITERS)}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} is not there; make it first")


def write(path: Path, lines: Sequence[Line]) -> None:
    """Write the lines in the format of the path's ending, all of them or no file.

    Raises
    ------
    UsageError
        It cannot be written, or Parquet's library is not installed.
    """
    check(path)
    with replacing(path) as beside:
        _WRITERS[path.suffix](beside, lines)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside this one, which takes its place when all went well.

    Raises
    ------
    UsageError
        The operating system refused to write; says why.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        yield beside
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        beside.unlink(missing_ok=True)


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
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError(
            f"{path}: Parquet needs pyarrow: pip install 'streamal[parquet]'"
        ) from None
    head, rows = flat(lines)
    columns = [_column(pa, [row[i] for row in rows]) for i in range(len(head))]
    pq.write_table(pa.table(columns, names=head), path)


def _column(pa: ModuleType, values: list[object]) -> object:
    """Return a column; one of mixed types is text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


_WRITERS: dict[str, Callable[[Path, Sequence[Line]], None]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
