"""The file that `streamal init` writes: every key, its default and what it is for."""

from collections.abc import Iterator, Mapping

from streamal.settings.budget import KINDS
from streamal.settings.configuration import Settings
from streamal.settings.keys import Key, keys, sections
from streamal.settings.layers import Assignment, Tree, layer
from streamal.settings.shape import Shape, root
from streamal.settings.yaml_text import flow

SCHEMA_FILE = "streamal.schema.json"
"""Where the template looks for the JSON Schema: beside itself."""

HEAD = f"""\
# yaml-language-server: $schema={SCHEMA_FILE}
#
# The configuration of streamal. What is set here is the default, so any line can go;
# what is commented out is off, or belongs to another choice. `streamal validate` checks
# the file.
"""


def template() -> str:
    """Return a commented ``streamal.yaml`` that says what goes without saying."""
    return "\n".join([HEAD, *map(_section, sections())])


def _section(name: str) -> str:
    lines = _budget() if name == "budget" else _lines(keys(name), depth=2)
    return "\n".join([f"# {sections()[name]}", f"{name}:", *lines, ""])


def _lines(section: list[Key], depth: int) -> Iterator[str]:
    """Yield the keys of a section; the first one below an inner map opens it."""
    inside = ""
    for key in section:
        if key.is_inner:
            continue  # the example of the whole map says it
        name = key.path[depth - 1]
        if len(key.path) > depth and name != inside:
            inside = name
            yield f"{'  ' * (depth - 1)}{_off(key)}{name}:"
        yield from _line(key)


def _line(key: Key) -> Iterator[str]:
    indent = "  " * (len(key.path) - 1)
    off = _off(key)
    value = _ordered(key.example, root().at(key.path)) if off else key.default
    yield f"{indent}# {_comment(key)}"
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{indent}{off}{key.path[-1]}:"
        yield from (f"{indent}{off}- {flow(item)}" for item in value)
    else:
        yield f"{indent}{off}{key.path[-1]}: {flow(value)}"


def _ordered(value: object, shape: Shape) -> object:
    """Return an example with the keys of its maps as they are told; a schema has them sorted."""
    item = shape.child(0)
    if item is not None and isinstance(value, list):
        return [_ordered(one, item) for one in value]
    if isinstance(value, Mapping) and shape.names():
        return {name: value[name] for name in shape.names() if name in value}
    return value


def _off(key: Key) -> str:
    """Return what makes a comment of a key that is off, or unknown to the default kind."""
    usual = root().at(key.path[:1]).default
    kind = usual.get("kind") if isinstance(usual, Mapping) else None
    is_off = not key.default and bool(key.example)
    return "# " if is_off or (key.kinds and kind not in key.kinds) else ""


def _comment(key: Key) -> str:
    choices = f" {key.expected.replace('one', 'One', 1)}." if key.expected[:6] == "one of" else ""
    kinds = f" With kind {' or '.join(key.kinds)}." if key.kinds else ""
    return f"{key.meaning}{choices}{kinds}"


def _budget() -> Iterator[str]:
    """Yield the default limits, then one of each other kind as a comment."""
    used = [limit.model_dump(mode="json") for limit in Settings().budget]
    yield from (f"  - {flow(limit)}" for limit in used)
    others = [kind for kind in KINDS if not any(kind in limit for limit in used)]
    yield from (f"  # - {flow(_sample(kind))}" for kind in others)


def _sample(kind: str) -> Tree:
    """Return a limit of a kind with the examples of its keys."""
    known = sorted(
        (key for key in keys("budget") if kind in key.kinds), key=lambda key: key.path[1] != kind
    )
    return layer(Assignment(key.path[1:], key.example, "") for key in known)
