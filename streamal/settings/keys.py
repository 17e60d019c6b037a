"""Every key of the configuration, for the pages and the template."""

from collections.abc import Iterator
from typing import NamedTuple

from streamal.settings.shape import Shape, root


class Key(NamedTuple):
    """One key: where it is, what it takes, what it is when left out, what it is for.

    `kinds` are those of the choices that know it, where not all do. `is_inner` says that it
    is in a map that may be left out as a whole, or in a list's items (`[]` in the path).
    """

    path: tuple[str, ...]
    expected: str
    default: object
    example: object
    is_required: bool
    meaning: str
    kinds: tuple[str, ...] = ()
    is_inner: bool = False

    @property
    def name(self) -> str:
        """The path as it is written, without its section."""
        return ".".join(self.path[1:])


def sections() -> dict[str, str]:
    """Return the sections with what each is for."""
    return {name: root().at((name,)).meaning for name in root().names()}


def keys(section: str) -> list[Key]:
    """Return the keys of a section, those of maps within it too.

    Examples
    --------
    >>> [key.name for key in keys("http")]
    ['host', 'port']
    """
    shape = root().at((section,))
    return list(_keys(shape.child(0) or shape, (section,), ()))


def _keys(shape: Shape, above: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[Key]:
    for name in shape.names():
        below = shape.at((name,))
        some = kinds or _some(shape, name)
        if below.is_section:
            yield from _keys(below, (*above, name), some)
        else:
            yield _key(below, (*above, name), some)
            inner = _keys(*_inside(below, (*above, name)), some)
            yield from (key._replace(is_inner=True) for key in inner)


def _inside(shape: Shape, path: tuple[str, ...]) -> tuple[Shape, tuple[str, ...]]:
    """Return what the items of a list are and their path; any other shape as it is."""
    item = shape.child(0)
    return (shape, path) if item is None else (item, (*path[:-1], f"{path[-1]}[]"))


def _some(shape: Shape, name: str) -> tuple[str, ...]:
    """Return the kinds that know a key, where not all of them do."""
    kinds = shape.kinds_with(name)
    return tuple(kinds) if 0 < len(kinds) < len(shape.choices) else ()


def _key(shape: Shape, path: tuple[str, ...], kinds: tuple[str, ...]) -> Key:
    return Key(
        path=path,
        expected=shape.expected(),
        default=shape.default,
        example=shape.example,
        is_required=shape.is_required,
        meaning=shape.meaning,
        kinds=kinds,
    )
