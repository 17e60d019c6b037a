"""One row of a table, and what is said of all of them."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from streamal.core.classes import canonical

Value = float | str | bool


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row.

    Parameters
    ----------
    number
        From 0, rows that cannot be read included, blank lines not.
    id
        The sample's id: of the id column, else ``<file stem>-<number>``.
    features
        Without label and id; what is missing is absent. Empty where `raw` is given.
    label
        The canonical label, or None.
    raw
        The bytes to send as they are: of a row that cannot be read, so that it costs one
        dead letter, and of a JSON line that nothing is taken out of.
    payload, time
        As a JSON line had them.
    """

    number: int
    id: str
    features: dict[str, Value]
    label: str | None = None
    raw: bytes | None = None
    payload: object = None
    time: object = None


class Plan(NamedTuple):
    """What to take out of the rows of a file, and what to call them.

    Parameters
    ----------
    name
        The file, for errors.
    stem
        What ids begin with.
    label_column, id_column
        Columns that are no features.
    types
        Types of features by name that override what the file shows.
    needs_features
        False for a file of labels: it may have no other column.
    """

    name: str
    stem: str
    label_column: str | None = None
    id_column: str | None = None
    types: Mapping[str, str] = {}
    needs_features: bool = True

    def row_id(self, given: object, number: int) -> str:
        """Return the id of a row from what its id column holds."""
        is_named = given is not None and given != ""
        return str(given) if is_named else f"{self.stem}-{number}"


def label_of(value: object) -> str | None:
    """Return the canonical label; None where there is none. Raises `ValueError`."""
    return None if value is None or value == "" else canonical(value)
