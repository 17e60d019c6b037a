"""A CSV file as a table: types over the whole file first, then row by row."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain, count, islice
from operator import itemgetter
from typing import NamedTuple

from streamal.core.nearest import hint
from streamal.errors import UsageError
from streamal.lab.columns import CHUNK, Column, Typing, floats
from streamal.lab.lines import Stream, bare, lines, once, opened, whole
from streamal.lab.row import Plan, Row, Value
from streamal.lab.separated import Record, delimiter_of, names_of, records, split

Features = dict[str, Value]
Pick = Callable[[Sequence[str]], Sequence[str]]


class Header(NamedTuple):
    """Names of all columns, and where label, id and features are."""

    delimiter: str
    names: list[str]
    label: int | None
    id: int | None

    @property
    def places(self) -> list[int]:
        """Where the features are."""
        return [at for at in range(len(self.names)) if at not in {self.label, self.id}]

    @property
    def features(self) -> list[str]:
        """The names of the features."""
        return [self.names[at] for at in self.places]

    def pick(self) -> Pick:
        """Return what takes the cells of the features out of a record's."""
        places = self.places
        first, last = (places[0], places[-1]) if places else (0, -1)
        is_one_piece = last - first + 1 == len(places)
        return itemgetter(slice(first, last + 1)) if is_one_piece else itemgetter(*places)


class CsvTable:
    """The rows of a CSV; may be read again and again, unless it is standard input."""

    def __init__(
        self,
        plan: Plan,
        header: Header,
        columns: Sequence[Column],
        source: Callable[[], Iterator[Record]],
        rows: int | None,
    ) -> None:
        self.name = plan.stem
        self.columns: Mapping[str, str] = {column.name: column.kind for column in columns}
        self._plan = plan
        self._header = header
        self._features = _reading(header, columns)
        self._source = source
        self._rows = rows

    def count(self) -> int | None:
        """Return the number of rows; None where they have not all been seen."""
        return self._rows

    def __iter__(self) -> Iterator[Row]:
        return map(self._read, count(), self._source())

    def _read(self, number: int, record: Record) -> Row:
        """Return a row; the cells of a label and an id are canonical as they are."""
        cells, at = record.cells, self._header
        own_id = f"{self.name}-{number}"
        if cells is None:
            return Row(number, own_id, {}, raw=record.raw)
        label = None if at.label is None else cells[at.label] or None
        given = own_id if at.id is None else cells[at.id] or own_id
        try:
            return Row(number, given, self._features(cells), label)
        except ValueError:
            return Row(number, own_id, {}, raw=record.raw)


def csv_table(plan: Plan) -> CsvTable:
    """Return the table of a file, its columns typed over all of its rows.

    Raises
    ------
    UsageError
        For a header that cannot be used, and a file that is cut off or damaged.
    """
    with opened(plan.name) as stream:
        header, rest = _begin(plan, stream)
        typing = Typing(header.features, plan.types)
        rows = _typed(header, rest, typing)
    return CsvTable(plan, header, typing.columns(), partial(_again, plan), rows)


def csv_stream(plan: Plan, stream: Stream, stack: ExitStack) -> CsvTable:
    """Return the table of a stream, its columns typed over the first 1,000 rows."""
    header, rest = _begin(plan, stream)
    typing = Typing(header.features, plan.types)
    head = list(islice(rest, CHUNK))
    _typed(header, iter(head), typing)
    columns = [column._replace(is_plain=False) for column in typing.columns()]
    return CsvTable(plan, header, columns, once(plan.name, chain(head, rest), stack), None)


def _again(plan: Plan) -> Iterator[Record]:
    with opened(plan.name) as stream:
        yield from _begin(plan, stream)[1]


def _begin(plan: Plan, stream: Stream) -> tuple[Header, Iterator[Record]]:
    """Return the header and the records below it."""
    below = lines(stream)
    header = _header(plan, next((line for line in below if line.strip()), b""))
    return header, whole(plan.name, records(below, header.delimiter, len(header.names)))


def _header(plan: Plan, line: bytes) -> Header:
    try:
        text = bare(line).decode()
        delimiter = delimiter_of(text)
        names = names_of(split(text, delimiter))
    except (ValueError, csv.Error) as error:
        raise UsageError(f"{plan.name}: the header cannot be used: {error}") from None
    label, own = (_place(plan, names, name) for name in (plan.label_column, plan.id_column))
    header = Header(delimiter, names, label, own)
    if plan.needs_features and not header.places:
        raise UsageError(f"{plan.name}: no column is left for features")
    return header


def _place(plan: Plan, names: Sequence[str], name: str | None) -> int | None:
    if name is None:
        return None
    if name not in names:
        raise UsageError(f"{plan.name}: no column {name}; {hint(name, names, 'columns')}")
    return names.index(name)


def _typed(header: Header, rest: Iterator[Record], typing: Typing) -> int:
    """Show all rows to `typing`, some at a time; return how many there are."""
    rows = 0
    pick = header.pick()
    while chunk := list(islice(rest, CHUNK)):
        typing.add([pick(record.cells) for record in chunk if record.cells is not None])
        rows += len(chunk)
    return rows


def _reading(header: Header, columns: Sequence[Column]) -> Callable[[Sequence[str]], Features]:
    """Return what makes features of a record's cells, the fastest way that is right."""
    pick, names = header.pick(), header.features
    converts = [column.convert for column in columns]

    def numbers(cells: Sequence[str]) -> Features:
        return dict(zip(names, floats(pick(cells)), strict=True))

    def values(cells: Sequence[str]) -> Features:
        return {
            name: value
            for name, convert, cell in zip(names, converts, pick(cells), strict=True)
            if (value := convert(cell)) is not None
        }

    are_plain = all(column.kind == "number" and column.is_plain for column in columns)
    return numbers if are_plain else values
