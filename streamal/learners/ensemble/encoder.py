"""From features to columns of numbers, tokens of categories and words."""

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise

import numpy as np

from streamal.learners.ensemble.batch import ABSENT, FIRST, UNKNOWN, Batch, Text
from streamal.learners.ensemble.exact import Floats, Integers, Whole
from streamal.learners.ensemble.standard import Standard
from streamal.learners.kinds import CATEGORY, NUMBER, Kinds, category, number, words
from streamal.learners.port import Features, Value
from streamal.learners.table import Table, tables

# More names of numbers, or of categories, than this are not read: every member keeps a column
# of each, and sums of so many whole numbers stay exact.
WIDEST = 1024

_LARGEST = number(float("inf"))
_NUMERIC = {float, int, bool}
Cells = Sequence[Value]


class Encoder:
    """Knows the names, values and words of the learned examples.

    Parameters
    ----------
    types
        Declared kinds of features.
    """

    __slots__ = ("_categories", "_kinds", "_numbers", "_scale", "_texts", "_values", "tokens")

    def __init__(self, types: Mapping[str, str]) -> None:
        self._kinds = Kinds(types)
        self._scale = Standard()
        self._numbers: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._texts: dict[str, None] = {}
        self._values: dict[str, dict[str, int]] = {}
        self.tokens = FIRST

    def learn(self, features: Features) -> Batch:
        """Take in the names, the values and the scale of one example; return it as a batch."""
        for name, value in features.items():
            kind = self._kinds.of(name, value)
            if kind == NUMBER:
                _register(self._numbers, name)
            elif kind == CATEGORY:
                _register(self._categories, name)
                self._take(name, [category(value)])
            else:
                self._texts.setdefault(name)
                self._take(name, _terms(words(value)))
        raw, tokens = self._cells([features])
        self._scale.learn(raw[0])
        return self._batch(raw, tokens, [features])

    def encode(self, rows: Sequence[Features]) -> Batch:
        """Return the rows; changes nothing."""
        return self._batch(*self._cells(rows), rows)

    def _batch(self, raw: Floats, tokens: Integers, rows: Sequence[Features]) -> Batch:
        texts = [self._text(row) for row in rows] if self._texts else []
        return Batch(raw, self._scale.steps(raw), tokens, texts)

    def steps(self, raw: Floats) -> Whole:
        """Return numbers that were kept standardised as of now."""
        return self._scale.steps(raw)

    def _take(self, name: str, values: Sequence[str]) -> None:
        known = self._values.setdefault(name, {})
        for value in values:
            if value not in known:
                known[value] = self.tokens
                self.tokens += 1

    def _text(self, row: Features) -> Text:
        found: list[list[int]] = [[], []]
        for name in self._texts:
            value = row.get(name)
            if value is not None and self._kinds.of(name, value) not in (NUMBER, CATEGORY):
                known, read = self._values[name], words(value)
                for tokens, terms in zip(found, (read, _terms(read)), strict=True):
                    tokens += [known[term] for term in terms if term in known]
        return Text(*(np.array(tokens, dtype=np.int64) for tokens in found))

    def _cells(self, rows: Sequence[Features]) -> tuple[Floats, Integers]:
        raw = np.full((len(rows), len(self._numbers)), np.nan)
        tokens = np.full((len(rows), len(self._categories)), ABSENT, dtype=np.int64)
        found, alone = tables(rows)
        for table in found:
            if self._fill_all(raw, table):
                continue
            for name, cells in zip(table.names, table.columns(), strict=True):
                if not self._fill(raw, tokens, table.places, name, cells):
                    for place, value in zip(table.places, cells, strict=True):
                        self._put(raw, tokens, place, name, value)
        for place in alone:
            for name, value in rows[place].items():
                self._put(raw, tokens, place, name, value)
        return raw, tokens

    def _fill_all(self, raw: Floats, table: Table[Value]) -> bool:
        """Put rows of nothing but known numbers; return False where there is something else."""
        columns = [self._numbers.get(name, -1) for name in table.names]
        cells = [*chain.from_iterable([row.values() for row in table.rows])]
        kinds = map(self._kinds.of, table.names, table.rows[0].values())
        if min(columns, default=-1) < 0 or not set(map(type, cells)) <= _NUMERIC:
            return False
        if set(kinds) != {NUMBER}:
            return False
        try:
            array = np.array(cells, dtype=np.float64).reshape(-1, len(columns))
        except OverflowError:
            return False
        raw[np.array(table.places)[:, np.newaxis], columns] = _bounded(array)
        return True

    def _fill(
        self, raw: Floats, tokens: Integers, places: Sequence[int], name: str, cells: Cells
    ) -> bool:
        """Put many rows' cells of one name; return False where they must be put one by one."""
        types, kind = set(map(type, cells)), self._kinds.of(name, cells[0])
        if types <= _NUMERIC and kind == NUMBER:
            column = self._numbers.get(name)
            if column is not None:
                try:
                    array = np.array(cells, dtype=np.float64)
                except OverflowError:
                    return False
                raw[places, column] = _bounded(array)
        elif types == {str} and kind == CATEGORY:
            column = self._categories.get(name)
            if column is not None:
                of = self._values[name].get
                tokens[places, column] = [of(cell, UNKNOWN) for cell in map(str, cells)]
        else:
            return False
        return True

    def _put(self, raw: Floats, tokens: Integers, place: int, name: str, value: Value) -> None:
        kind = self._kinds.of(name, value)
        if kind == NUMBER:
            column = self._numbers.get(name)
            if column is not None:
                raw[place, column] = number(value)  # type: ignore[arg-type]
        elif kind == CATEGORY:
            column = self._categories.get(name)
            if column is not None:
                tokens[place, column] = self._values[name].get(category(value), UNKNOWN)


def _bounded(array: Floats) -> Floats:
    return np.minimum(np.maximum(array, -_LARGEST), _LARGEST)


def _register(columns: dict[str, int], name: str) -> None:
    if len(columns) < WIDEST:
        columns.setdefault(name, len(columns))


def _terms(read: Sequence[str]) -> list[str]:
    """Return the words and the pairs of neighbours, each once, in the order of the first."""
    pairs = [f"{one} {two}" for one, two in pairwise(read)]
    return list(dict.fromkeys([*read, *pairs]))
