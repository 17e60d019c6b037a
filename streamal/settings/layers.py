"""Layers of configuration: file, then environment, then command line; the last one wins.

Maps are merged key by key, anything else is replaced. A layer may also hold single items
of a list, as a map from index to item. Where an upper layer chooses another alternative
(the kind of a policy or broker, the kind of a limit, preset or factory) what belonged to
the old one goes with it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streamal.settings.budget import KINDS
from streamal.settings.problems import Problem
from streamal.settings.shape import Path, root

Tree = dict[str | int, object]


class Assignment(NamedTuple):
    """One value that a variable or an option sets; `source` is its name."""

    path: Path
    value: object
    source: str


class Merge:
    """Lays one tree over another; `problems` are items that would leave a hole in a list."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def over(self, base: object, over: object, path: Path = ()) -> object:
        """Return `base` with `over` laid on top; `path` is where both stand."""
        if not isinstance(over, Mapping):
            return over
        if over and all(isinstance(key, int) for key in over):
            return self._items(base, over, path)
        merged = _stays(_map(base), over, path)
        for key, value in over.items():
            merged[key] = self.over(merged.get(key), value, (*path, key))
        return merged

    def _items(self, base: object, over: Mapping[int, object], path: Path) -> list[object]:
        items = list(base) if isinstance(base, list | tuple) else []
        for index in sorted(over):
            if index > len(items):
                self.problems.append(_hole((*path, index), len(items)))
                continue
            old = items[index] if index < len(items) else None
            items[index : index + 1] = [self.over(old, over[index], (*path, index))]
        return items


def _hole(path: Path, length: int) -> Problem:
    return Problem(path, f"the next index of this list is {length}")


def layer(assignments: Iterable[Assignment]) -> Tree:
    """Return the tree that assignments make, single items as maps from index to item."""
    tree: Tree = {}
    for path, value, _ in sorted(assignments, key=lambda one: len(one.path)):
        _put(tree, path, value)
    return tree


def _put(tree: Tree, path: Path, value: object) -> None:
    """Put a value into a tree; what is no map on the way becomes one."""
    key, *rest = path
    if not rest:
        tree[key] = value
        return
    old = tree.get(key)
    tree[key] = below = _map(dict(enumerate(old)) if isinstance(old, list) else old)
    _put(below, tuple(rest), value)


def _map(value: object) -> Tree:
    return dict(value) if isinstance(value, Mapping) else {}


def _stays(base: Tree, over: Mapping[str | int, object], path: Path) -> Tree:
    """Return what is left of a map when something is laid over it."""
    if path[:1] == ("budget",) and len(path) == 2:
        return base if _same_limit(base, over) else {}
    if path == ("model",) and over.keys() & {"preset", "factory"}:
        return {key: base[key] for key in base if key not in {"preset", "factory"}}
    if "kind" in over and path in {("policy",), ("broker",)}:
        return _common(base, str(over["kind"]), path)
    return base


def _same_limit(base: Tree, over: Mapping[str | int, object]) -> bool:
    kinds = over.keys() & set(KINDS)
    return not kinds or bool(kinds & base.keys())


def _common(base: Tree, kind: str, path: Path) -> Tree:
    """Leave out what only goes with other kinds; nothing, where this kind is unknown."""
    known = root().at(path)
    others = set(known.names()) - set(known.kind(kind).names() or known.names())
    return {key: base[key] for key in base if key not in others}
