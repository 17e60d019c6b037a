"""Every key of the configuration, for the pages and the template."""

from collections.abc import Iterator
from typing import NamedTuple

from streamal.settings.shape import Shape, root


class Key(NamedTuple):
    """One key: where it is, what it takes, what it is when left out, what it is for.

    `kinds` are those of the choices that know it, where not all do.
    """

    path: tuple[str, ...]
    expected: str
    default: object
    example: object
    is_required: bool
    meaning: str
    kinds: tuple[str, ...] = ()

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
