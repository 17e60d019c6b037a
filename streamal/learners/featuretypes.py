"""The law of feature types: what a feature's first learned example was, it stays."""

from collections.abc import Mapping, Sequence
from math import isfinite
from sys import float_info

from streamal.learners.kinds import CATEGORY, NUMBER, TEXT
from streamal.learners.table import FEW, Table, tables

Cell = float | str | bool | None
Raw = Mapping[str, Cell]
Refused = tuple[str, str]

STRING = "string"
DECLARABLE = {NUMBER: NUMBER, CATEGORY: STRING, TEXT: STRING}
_KINDS: dict[type, str] = {float: NUMBER, int: NUMBER, bool: NUMBER, str: STRING}
_NUMBERS = {float, bool}
_STRINGS = {str}
_LARGEST = float_info.max


class FeatureTypes:
    """Holds the type of each feature, number (booleans too) or string.

    Parameters
    ----------
    declared
        Name to ``number``, ``category`` or ``text``: held from the start.

    Examples
    --------
    >>> types = FeatureTypes({})
    >>> types.hold({"age": 41})
    >>> types.refuse({"age": "old"})
    ('type_changed', "feature 'age' is a number since its first learned example, not a string")
    >>> types.refuse({"age": None, "new": "anything"})
    """

    __slots__ = ("_declared", "_held")

    def __init__(self, declared: Mapping[str, str]) -> None:
        self._declared = dict(declared)
        self._held = {name: DECLARABLE[kind] for name, kind in declared.items()}

    def refuse(self, features: Raw) -> Refused | None:
        """Return (reason, message) where the law is broken, else None.

        Reasons: ``type_changed``, ``not_finite``, ``not_a_value`` (a list or an object).
        None stands for an absent feature and breaks nothing.
        """
        held = self._held
        for name, value in features.items():
            # The common cases first and inline: this runs for every feature of every sample.
            # x - x is 0 for each finite float and NaN for the others.
            if value.__class__ is float:
                if held.get(name) is NUMBER and value - value == 0.0:
                    continue
            elif value.__class__ is str and held.get(name) is STRING:
                continue
            broken = self._check(name, value)
            if broken is not None:
                return broken
        return None

    def refusals(self, rows: Sequence[Raw]) -> list[Refused | None]:
        """Return per row what `refuse` says of it; quicker for many rows of the same names."""
        if len(rows) < FEW:
            return [self.refuse(row) for row in rows]
        found, alone = tables(rows)
        for table in found:
            if not self._is_lawful(table):
                alone += table.places
        refused: list[Refused | None] = [None] * len(rows)
        for place in alone:
            refused[place] = self.refuse(rows[place])
        return refused

    def hold(self, features: Raw) -> None:
        """Hold the types of a learned example from now on."""
        held = self._held
        for name, value in features.items():
            if name not in held and value is not None:
                held[name] = _kind(value) or STRING

    def _is_lawful(self, table: Table[Cell]) -> bool:
        """Return whether all cells are common cases; where not, `refuse` tells."""
        held = map(self._held.get, table.names)
        return all(map(_suit, held, table.columns()))

    def _check(self, name: str, value: object) -> Refused | None:
        if value is None:
            return None
        kind = _kind(value)
        if kind is None:
            return "not_a_value", _not_a_value(name, value)
        if self._held.get(name, kind) is not kind:
            return "type_changed", self._changed(name, kind)
        if kind is NUMBER and not _finite(value):
            return "not_finite", f"feature {name!r} is {_shown(value)}; a finite number is needed"
        return None

    def _changed(self, name: str, kind: str) -> str:
        declared = self._declared.get(name)
        if declared is not None:
            return f"feature {name!r} is declared as {declared}, so it cannot be a {kind}"
        first = self._held[name]
        return f"feature {name!r} is a {first} since its first learned example, not a {kind}"


def _suit(held: str | None, cells: tuple[Cell, ...]) -> bool:
    types = set(map(type, cells))
    if types <= _NUMBERS:
        # Where a sum is finite all of its numbers are.
        return held is not STRING and isfinite(sum(cells))  # type: ignore[arg-type]
    return types == _STRINGS and held is not NUMBER


def _kind(value: object) -> str | None:
    kind = _KINDS.get(value.__class__)
    if kind is not None:
        return kind
    return next((kind for base, kind in _KINDS.items() if isinstance(value, base)), None)


def _finite(value: object) -> bool:
    # Comparing, not converting: float() raises on an integer beyond the largest float.
    return -_LARGEST <= value <= _LARGEST  # type: ignore[operator]


def _shown(value: object) -> str:
    return str(value) if isinstance(value, float) else "an integer beyond the largest float"


def _not_a_value(name: str, value: object) -> str:
    found = type(value).__name__
    return f"feature {name!r} is a {found}; a number, a string, a boolean or null is needed"
