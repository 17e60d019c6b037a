"""What is wrong with a configuration, in plain words, one line each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from streamal.core.nearest import hint
from streamal.settings.shape import Node, Path, Shape, root
from streamal.settings.yaml_text import flow

LONGEST = 60
"""Characters of a value that are shown."""


class Problem(NamedTuple):
    """One thing that is wrong, and where; `key` names an unknown key below `path`."""

    path: Path
    text: str
    key: str | None = None

    @property
    def is_missing(self) -> bool:
        """Is it wrong that there is nothing?"""
        return self.text.startswith("is missing")

    @property
    def is_unknown(self) -> bool:
        """Is it a key that nobody knows?"""
        return self.text.startswith("unknown key")


def problems(error: ValidationError, tree: object) -> list[Problem]:
    """Return what pydantic found in a tree, without what only follows from something else."""
    found = dict.fromkeys(_problem(detail, tree) for detail in error.errors(include_url=False))
    return [problem for problem in found if not _follows(problem, found)]


def written(path: Path) -> str:
    """Return a path as people write it.

    Examples
    --------
    >>> written(("budget", 0, "rate"))
    'budget[0].rate'
    """
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(parts).removeprefix(".")


def shown(value: object) -> str:
    """Return a value for a message, cut where it is long.

    Examples
    --------
    >>> shown(2.0), shown("x"), shown(None), shown([1, "a"])
    ('2.0', "'x'", 'null', '[1, a]')
    """
    text = repr(value) if isinstance(value, str) else _flowed(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _flowed(value: object) -> str:
    is_plain = value is None or isinstance(value, bool | int | float | list | dict)
    return flow(value) if is_plain else repr(value)


def _problem(detail: ErrorDetails, tree: object) -> Problem:
    if detail["type"] == "extra_forbidden":
        return _unknown(detail["loc"], tree)
    path, shape = _place(detail["loc"], tree)
    value = _value(tree, path)
    if detail["type"] == "no_such_kind" and isinstance(value, Mapping):
        return _no_such_kind(path, value, shape, detail["msg"])
    if detail["type"] == "literal_error" and path[-1:] == ("kind",):
        return _unknown_kind(path[:-1], value, root().at(path[:-1]))
    return Problem(path, _text(detail, _safe(value, shape), shape.expected()))


def _safe(value: object, shape: Shape) -> str:
    """Return a value for a message; only of what sort it is, where it may hold a secret."""
    return _sort(value) if shape.holds_secret else shown(value)


def _sort(value: object) -> str:
    sorts = {
        dict: "a map",
        list: "a list",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return "null" if value is None else sorts.get(type(value), "text")


def _text(detail: ErrorDetails, value: str, expected: str) -> str:
    """Say it; what our own validators raise is said as it is."""
    if detail["type"] == "missing":
        return f"is missing, must be {expected}"
    if detail["type"] == "too_short":
        return _too_short(detail["ctx"]["min_length"])
    if detail["type"] == "value_error":
        text = str(detail["ctx"]["error"])
        return f"is {value}, {text}" if text.startswith("must ") else text
    return f"is {value}, must be {expected}"


def _place(place: Sequence[str | int], tree: object) -> tuple[Path, Shape]:
    """Return how far an error's place is a path, and the shape there.

    Pydantic puts tags and the names of choices in between; a tag narrows the shape.
    """
    path: Path = ()
    shape = root()
    for part in place:
        below = shape.child(part)
        if below is not None and (part in shape.names() or _holds(_value(tree, path), part)):
            path, shape = (*path, part), below
        elif isinstance(part, str) and part.startswith("<"):
            shape = shape.kind(part[1:-1])
    return path, shape


def _holds(value: object, key: str | int) -> bool:
    return isinstance(key, int) or (isinstance(value, Mapping) and key in value)


def _unknown(place: Sequence[str | int], tree: object) -> Problem:
    """A key that is known to another choice is told so; else its nearest neighbour."""
    path, shape = _place(place[:-1], tree)
    key = str(place[-1])
    if kinds := root().at(path).kinds_with(key):
        return Problem(path, f"only goes with {' or '.join(kinds)}", key)
    return Problem(path, f"unknown key; {hint(key, shape.names(), 'keys')}", key)


def _no_such_kind(path: Path, value: Node, shape: Shape, said: str) -> Problem:
    """A `kind` that is unknown; where choices have none, what they said of themselves."""
    return (
        _unknown_kind(path, value.get("kind"), shape)
        if "kind" in shape.names()
        else Problem(path, said)
    )


def _unknown_kind(path: Path, kind: object, shape: Shape) -> Problem:
    known = hint(str(kind), shape.kinds(), "kinds")
    return Problem((*path, "kind"), f"is {shown(kind)}, unknown; {known}")


def _too_short(least: int) -> str:
    return f"must have at least {least} item{'s' if least > 1 else ''}"


def _value(tree: object, path: Path) -> object:
    """Return what a tree holds at a path; None where it holds nothing."""
    for key in path:
        if isinstance(tree, Mapping):
            tree = tree.get(key)
        elif isinstance(tree, list | tuple) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree


def _follows(problem: Problem, found: Iterable[Problem]) -> bool:
    """Is it told already, by a wrong kind beside it or by what is wrong below it?"""
    return any(_beside(other.path, problem) or _below(other.path, problem) for other in found)


def _beside(path: Path, problem: Problem) -> bool:
    """Is `path` a kind in the same section?"""
    return (
        path[-1:] == ("kind",)
        and path != problem.path
        and path[:-1] == problem.path[: len(path) - 1]
    )


def _below(path: Path, problem: Problem) -> bool:
    return (
        problem.key is None
        and len(path) > len(problem.path)
        and path[: len(problem.path)] == problem.path
    )
