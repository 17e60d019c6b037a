"""A file of JSON lines as a table: flat objects, or samples with their envelope.

An envelope is an object with an object called ``features``; a flat object's ``id`` and
``time`` are the sample's, as they are for the service. What nothing is taken out of goes
through as it is; what cannot be read goes through as it is too, so that the service
gives it its one dead letter.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import chain, count
from typing import NamedTuple

import msgspec

from streamal.core.classes import canonical
from streamal.core.nearest import hint
from streamal.errors import UsageError
from streamal.lab.columns import CHUNK, number
from streamal.lab.lines import Stream, bare, lines, once, opened, whole
from streamal.lab.row import Plan, Row, Value, label_of

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
"""What msgspec and conversions raise for a line that is no sample."""

OWN = ("id", "time")
"""What a flat object holds beside its features, for the service as for us."""

Object = dict[str, object]
_Features = dict[str, Value | None]
_decode = msgspec.json.Decoder().decode


class JsonTable:
    """The rows of JSON lines; may be read again and again, unless it is standard input."""

    columns: Mapping[str, str] = {}

    def __init__(self, plan: Plan, source: Callable[[], Iterator[bytes]], rows: int | None) -> None:
        self.name = plan.stem
        self._plan = plan
        self._source = source
        self._rows = rows

    def count(self) -> int | None:
        """Return the number of rows; None where they have not all been seen."""
        return self._rows

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, count(), self._source())

    def _row(self, number: int, line: bytes) -> Row:
        try:
            parts = _parts(line)
        except UNREADABLE:
            return Row(number, self._plan.row_id(None, number), {}, raw=line)
        return _row(self._plan, number, line, parts)


def json_table(plan: Plan) -> JsonTable:
    """Return the table of a file whose lines are counted and seen to have labels.

    Raises
    ------
    UsageError
        When no line has the label or id column, and for a file that is damaged.
    """
    search = _Search(plan)
    with opened(plan.name) as stream:
        rows = sum(map(search.see, _lines(plan, stream)))
    search.check()
    return JsonTable(plan, partial(_again, plan), rows)


def json_stream(plan: Plan, stream: Stream, stack: ExitStack) -> JsonTable:
    """Return the table of a stream, read only as far as needed to see label and id.

    An endless stream must not wait for its thousandth line, so the first one that has
    them is enough; none in 1,000 lines is an error.
    """
    search = _Search(plan)
    rest = _lines(plan, stream)
    head: list[bytes] = []
    while search.wanted and len(head) < CHUNK and (line := next(rest, None)) is not None:
        head.append(line)
        search.see(line)
    search.check()
    return JsonTable(plan, once(plan.name, chain(head, rest), stack), None)


def _lines(plan: Plan, stream: Stream) -> Iterator[bytes]:
    """Yield the lines that hold something, without their ends."""
    return whole(plan.name, (bare(line) for line in lines(stream) if line.strip()))


def _again(plan: Plan) -> Iterator[bytes]:
    with opened(plan.name) as stream:
        yield from _lines(plan, stream)


class _Search:
    """Looks for the named columns until a line has them."""

    def __init__(self, plan: Plan) -> None:
        self.wanted = {name for name in (plan.label_column, plan.id_column) if name}
        self._names: dict[str, None] = {}
        self._file = plan.name

    def see(self, line: bytes) -> bool:
        """Look at one line; always true, so that lines can be counted on the way."""
        if self.wanted:
            here = _names(line)
            self.wanted -= here.keys()
            self._names |= here
        return True

    def check(self) -> None:
        """Raise `UsageError` for a column that no line has."""
        for name in sorted(self.wanted):
            near = hint(name, self._names, "names")
            raise UsageError(f"{self._file}: no line has {name}; {near}")


def _names(line: bytes) -> dict[str, None]:
    """Return the names in a line; none for one that cannot be read."""
    try:
        parts = _parts(line)
    except UNREADABLE:
        return {}
    return dict.fromkeys([*parts.features, *parts.around])


class _Parts(NamedTuple):
    """A line's object: its features, and what is around them in an envelope."""

    features: Object
    around: Object

    def take(self, name: str | None) -> object:
        """Take a field out, from around the features first."""
        if name is None:
            return None
        return self.around.pop(name) if name in self.around else self.features.pop(name, None)


def _parts(line: bytes) -> _Parts:
    """Return a line's parts. Raises one of `UNREADABLE` where it is no object."""
    found = _decode(line)
    if not isinstance(found, dict):
        raise ValueError("no object")
    features = found.get("features")
    if not isinstance(features, dict):
        return _Parts(found, {key: found.pop(key) for key in OWN if key in found})
    del found["features"]
    return _Parts(features, found)


def _row(plan: Plan, number: int, line: bytes, parts: _Parts) -> Row:
    """Return the row of an object; one with bad features goes on without its label."""
    label = plan.label_column and parts.take(plan.label_column)
    own_id = plan.row_id(parts.take(plan.id_column or "id"), number)
    if plan.label_column is None and plan.id_column is None:
        return Row(number, own_id, {}, raw=line)
    try:
        features, named = _features(parts.features, plan.types), label_of(label)
    except UNREADABLE:
        return Row(number, own_id, {}, raw=_without(line, plan.label_column))
    around = parts.around
    return Row(number, own_id, features, named, None, around.get("payload"), around.get("time"))


def _without(line: bytes, name: str | None) -> bytes:
    """Return a line that the service is to judge, without the label that it must not see."""
    found = _decode(line)
    for fields in (found, found.get("features")):
        if isinstance(fields, dict):
            fields.pop(name, None)
    return msgspec.json.encode(found)


def _features(found: Object, types: Mapping[str, str]) -> dict[str, Value]:
    """Return the features of an object, whole numbers as floats, without nulls.

    Raises one of `UNREADABLE` for a nested one, and one that its type does not fit.
    """
    features = msgspec.convert(found, _Features)
    for name in types.keys() & features.keys():
        features[name] = _typed(features[name], types[name])
    return {name: value for name, value in features.items() if value is not None}


def _typed(value: Value | None, kind: str) -> Value | None:
    """Return a value as the type that is asked for."""
    if value is None:
        return None
    if kind == "number":
        return number(value) if isinstance(value, str) else value
    return canonical(value)
