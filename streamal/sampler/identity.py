"""What samples are called: texts, and whole numbers as they are written."""

from collections.abc import Iterable
from math import isnan
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from streamal.errors import Poison, Unusable
from streamal.sampler.text import plain_text, whole_text
from streamal.wire.diagnosis import misplaced_id

Id: TypeAlias = str | int | np.integer[Any]
"""An id: 17 is the same as ``"17"``."""


def is_id(given: object) -> TypeGuard[Id]:
    """Is it a text or a whole number? A boolean is none.

    Examples
    --------
    >>> is_id("a"), is_id(0), is_id(np.int64(3)), is_id(True), is_id(1.5)
    (True, True, True, False, False)
    """
    return isinstance(given, str | int | np.integer) and not isinstance(given, bool)


def id_text(given: object) -> str:
    """Return an id as the text that it is known by.

    Raises
    ------
    Unusable
        It is neither a string nor a whole number, or empty, or no text.

    Examples
    --------
    >>> id_text("order-17"), id_text(17), id_text(np.int64(0))
    ('order-17', '17', '0')
    """
    if not is_id(given):
        kind = type(given).__name__
        raise Unusable(
            "wrong_type", f"id {given!r:.60} is a {kind}; a string or an integer is needed"
        )
    if given == "":
        raise Unusable("invalid", "an id is empty; leave it out, and the sample's place is its id")
    return plain_text("id", given) if isinstance(given, str) else whole_text(int(given))


def annotator_text(given: object) -> str | None:
    """Return whose a label is, as a text; None where nobody says it.

    Raises
    ------
    Unusable
        It is neither a string nor a whole number, or no text.

    Examples
    --------
    >>> annotator_text("ann"), annotator_text(5), annotator_text(None)
    ('ann', '5', None)
    """
    if given is None:
        return None
    if not is_id(given):
        kind = type(given).__name__
        raise Unusable(
            "wrong_type", f"annotator {given!r:.60} is a {kind}; a string or an integer is needed"
        )
    return plain_text("annotator", given) if isinstance(given, str) else whole_text(int(given))


def id_texts(given: Iterable[object] | None, count: int) -> list[str | None]:
    """Return the ids of so many samples; None leaves one without.

    Raises
    ------
    Unusable
        They are not as many, or one of them is no id, and which.
    """
    if given is None:
        return [None] * count
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise Unusable("invalid", f"ids is {given!r:.60}; a list of {count} ids is needed")
    ids = list(given)
    if len(ids) != count:
        raise Unusable("invalid", f"there are {len(ids)} ids for {count} samples")
    return [None if one is None else _at(place, one) for place, one in enumerate(ids)]


def id_in(name: str, value: object) -> str | None:
    """Return the id that a sample's field holds, as the service reads it; None without one.

    Raises
    ------
    Unusable
        It holds something else.

    Examples
    --------
    >>> id_in("id", "a"), id_in("id", 17), id_in("id", 1.5), id_in("id", None)
    ('a', '17', '1.5', None)
    """
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        wrong: Poison = misplaced_id(name)
        raise Unusable(wrong.reason, str(wrong))
    if isinstance(value, str):
        return plain_text(f"field {name!r}", value)
    return whole_text(value) if isinstance(value, int) else str(value)


def _at(place: int, given: object) -> str:
    try:
        return id_text(given)
    except Unusable as error:
        raise Unusable(error.reason, f"sample {place}: {error}") from None
