"""CSV as records of cells, such that no bad record takes a good one with it.

Read by Python's csv in strict mode: a quote that does not end where a cell ends is an
error and not silently part of a text, because a quote that is never closed would
otherwise swallow the rows below it. After such a record reading goes on at its second
line, if that line alone is a record.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterator, Sequence

import msgspec

from streamal.lab.lines import LIMIT, bare

DELIMITERS = (",", ";", "\t")


class Record(msgspec.Struct, gc=False):
    """One record: its lines, and its cells where they can be read."""

    lines: list[bytes]
    cells: list[str] | None

    @property
    def raw(self) -> bytes:
        """The record's bytes, without the last line's end."""
        return bare(b"".join(self.lines))


class _Source:
    """Feeds lines to a reader, notes which ones a record took, and takes some back."""

    def __init__(self, lines: Iterator[bytes], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._again: deque[bytes] = deque()
        self.taken: list[bytes] = []
        self.is_broken = False

    def reader(self) -> Iterator[list[str]]:
        """Return a reader of what is left."""
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        again = self._again
        while line := again.popleft() if again else next(self._lines, b""):
            self.taken.append(line)
            try:
                yield line.decode()
            except UnicodeDecodeError:
                self.is_broken = True
                yield line.decode(errors="replace")

    def put_back(self) -> None:
        """Take back all lines of the record but the first."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def records(lines: Iterator[bytes], delimiter: str, width: int) -> Iterator[Record]:
    """Yield the records of a CSV without its header; blank lines are none.

    Parameters
    ----------
    lines
        With their ends.
    delimiter
        What stands between cells.
    width
        How many cells a record has; one with more or fewer cannot be read.
    """
    csv.field_size_limit(LIMIT)
    source = _Source(lines, delimiter)
    reader = source.reader()
    while (cells := _next(reader, width)) is not None:
        if len(cells) == width and not source.is_broken:
            yield Record(source.taken, cells)
        elif cells:
            if len(cells) != width and _swallowed(source.taken, delimiter, width):
                source.put_back()
                reader = source.reader()
            yield Record(source.taken, None)
        source.taken = []
        source.is_broken = False


def _next(reader: Iterator[list[str]], width: int) -> list[str] | None:
    """Return a record's cells, of a wrong number if it cannot be read; None at the end."""
    try:
        return next(reader, None)
    except csv.Error:
        return [""] * (width + 1)


def _swallowed(lines: Sequence[bytes], delimiter: str, width: int) -> bool:
    """Did a quote that was never closed take more than its own line?"""
    return len(lines) > 1 and _stands_alone(lines[1], delimiter, width)


def _stands_alone(line: bytes, delimiter: str, width: int) -> bool:
    """Is a line a record by itself? Half of a quoted text has an odd number of quotes."""
    if line.count(b'"') % 2:
        return False
    try:
        return len(split(line.decode(), delimiter)) == width
    except (csv.Error, UnicodeDecodeError):
        return False


def split(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line. Raises `csv.Error`."""
    return next(csv.reader([line], delimiter=delimiter, strict=True), [])


def delimiter_of(header: str) -> str:
    """Return the delimiter that splits a header into most names; a comma if none does.

    Examples
    --------
    >>> delimiter_of("a;b,c;d"), delimiter_of("text")
    (';', ',')
    """
    return max(DELIMITERS, key=lambda delimiter: _width(header, delimiter))


def _width(header: str, delimiter: str) -> int:
    try:
        return len(split(header, delimiter))
    except csv.Error:
        return 0


def names_of(cells: Sequence[str]) -> list[str]:
    """Return a header's names, without blanks around them. Raises `ValueError`."""
    names = [cell.strip() for cell in cells]
    if "" in names:
        place = names.index("") + 1
        raise ValueError(f"column {place} has no name; name it, or leave an index column out")
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValueError(f"two columns are called {twice[0]}")
    return names
