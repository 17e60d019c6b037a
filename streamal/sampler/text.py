"""Texts that people hand in: only those that can be written down, as plain strings."""

from typing import TypeGuard

from streamal.errors import Unusable

WIDEST = 60
"""Characters of something that was handed in by mistake that a message repeats."""


def plain_text(what: str, text: str) -> str:
    """Return a text as a `str`, whatever class of strings it had.

    Raises
    ------
    Unusable
        It holds half of a surrogate pair, which no UTF-8 has.

    Examples
    --------
    >>> plain_text("an id", "größe")
    'größe'
    """
    if not is_text(text):
        raise Unusable(
            "invalid",
            f"{what}: {excerpt(text)} holds half of a surrogate pair, which is no text; a string "
            "that can be written as UTF-8 is needed",
        )
    return str.__str__(text)


def is_text(text: object) -> TypeGuard[str]:
    """Is it a string that can be written as UTF-8?

    Examples
    --------
    >>> is_text("é"), is_text(chr(0xD800)), is_text(5)
    (True, False, False)
    """
    if not isinstance(text, str):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def excerpt(text: str) -> str:
    r"""Return a text for a message: its two ends where it is long, and only what can be shown.

    Examples
    --------
    >>> excerpt("model.json"), len(excerpt("x" * 5000))
    ('model.json', 60)
    >>> excerpt("a" + chr(0))
    "'a\\x00'"
    """
    shown = text if text and text.isprintable() else repr(text)
    half = WIDEST // 2 - 2
    return shown if len(shown) <= WIDEST else f"{shown[:half]} ...{shown[-half:]}"


def whole_text(number: int) -> str:
    """Return a whole number as it is written.

    Raises
    ------
    Unusable
        It has thousands of digits, more than Python writes.
    """
    try:
        return str(number)
    except ValueError:
        raise Unusable("invalid", "a number of thousands of digits cannot be an id") from None
