"""Did you mean: the nearest of the names that exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the known name that looks most like this one; None if none does.

    Examples
    --------
    >>> nearest("polcy", ["broker", "policy"]), nearest("LABEL", ["label"]), nearest("x", ["y"])
    ('policy', 'label', None)
    """
    folded = {known.casefold(): known for known in names}
    found = get_close_matches(name.casefold(), folded, n=1)
    return folded[found[0]] if found else None


def hint(name: str, names: Iterable[str], noun: str = "names") -> str:
    """Return a clause for an error about an unknown name: the nearest one, or all of them.

    Examples
    --------
    >>> hint("polcy", ["broker", "policy"]), hint("x", ["broker", "policy"], "keys")
    ('did you mean policy?', 'known keys: broker, policy')
    """
    known = list(names)
    close = nearest(name, known)
    return f"did you mean {close}?" if close else f"known {noun}: {', '.join(known)}"
