"""The kind of a feature: number, category or text, and what each is read as."""

import re
from collections.abc import Mapping

from streamal.core.classes import canonical

NUMBER = "number"
CATEGORY = "category"
TEXT = "text"
KINDS = (NUMBER, CATEGORY, TEXT)

# The square of a number must stay finite, and a sum of many squares too.
_LARGEST = 1e100
_WORD = re.compile(r"\w+")


class Kinds:
    """Tells the kind of a feature by declaration, else by name and value.

    Parameters
    ----------
    declared
        Name to ``number``, ``category`` or ``text``.

    Examples
    --------
    >>> kinds = Kinds({"zip": "category"})
    >>> kinds.of("zip", 8001), kinds.of("age", 41), kinds.of("text", "hello"), kinds.of("job", "it")
    ('category', 'number', 'text', 'category')
    """

    __slots__ = ("declared",)

    def __init__(self, declared: Mapping[str, str]) -> None:
        self.declared = dict(declared)

    def of(self, name: str, value: float | str | bool) -> str:
        """Return the kind; a string is never a number, whatever is declared."""
        words = isinstance(value, str)
        declared = self.declared.get(name)
        if declared is not None and not (words and declared == NUMBER):
            return declared
        if not words:
            return NUMBER
        return TEXT if name == TEXT else CATEGORY


def number(value: float | bool) -> float:
    """Return a float whose square is finite; NaN becomes 0.

    >>> number(True), number(1e308), number(-(10**400))
    (1.0, 1e+100, -1e+100)
    """
    if -_LARGEST <= value <= _LARGEST:
        return float(value)
    if value > 0:
        return _LARGEST
    return -_LARGEST if value < 0 else 0.0


def category(value: float | str | bool) -> str:
    """Return the name of a category's value; 3 and 3.0 are one.

    >>> category(3.0), category("red"), category(True)
    ('3', 'red', 'true')
    """
    return value if isinstance(value, str) else canonical(value)


def words(value: object) -> list[str]:
    """Return the words of a text in order, in lower case.

    >>> words("Free entry, FREE!")
    ['free', 'entry', 'free']
    """
    return _WORD.findall(str(value).lower())
