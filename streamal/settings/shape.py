"""What may stand where in a configuration, read from its JSON Schema.

One description serves names (did you mean), wording (what would be right), values from
the environment (text or YAML) and the pages: the schema that pydantic derives.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from streamal.settings.configuration import Settings
from streamal.settings.duration import Duration

Path = tuple[str | int, ...]
Node = Mapping[str, Any]

DIALECT = GenerateJsonSchema.schema_dialect


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that only repeat a key."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def encode_default(self, dft: object) -> object:
        """Write defaults as people do; pydantic would show the inside of a duration."""
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", by_alias=True)
        return str(dft) if isinstance(dft, Duration) else super().encode_default(dft)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the configuration."""
    made = Settings.model_json_schema(schema_generator=_Untitled)
    return {"$schema": DIALECT, **made, "title": "streamal.yaml"}


class Shape:
    """All that may stand at one place: one schema or several to choose from.

    Examples
    --------
    >>> root().at(("policy", "window")).expected()
    'a whole number, at least 1'
    """

    def __init__(self, nodes: Sequence[Node], root: Node) -> None:
        self._root = root
        self._nodes = nodes
        self.choices = [choice for node in nodes for choice in self._flat(node)]

    def _flat(self, node: Node) -> Iterator[Node]:
        """Yield the schemas without references and choices."""
        below = [*node.get("anyOf", ()), *node.get("oneOf", ())]
        if "$ref" in node:
            below.append(self._root["$defs"][node["$ref"].rpartition("/")[2]])
        if below and "title" not in node:
            for part in below:
                yield from self._flat(part)
        else:
            yield node

    def names(self) -> list[str]:
        """Return the keys that have a meaning here."""
        return list(dict.fromkeys(name for node in self.choices for name in _keys(node)))

    def child(self, key: str | int) -> "Shape | None":
        """Return what may stand below a key or index; None where nothing may."""
        below = [found for node in self.choices for found in _below(node, key)]
        return Shape(below, self._root) if below else None

    def at(self, path: Path) -> "Shape":
        """Return what may stand at a path. Raises `KeyError` where nothing may."""
        shape = self
        for key in path:
            below = shape.child(key)
            if below is None:
                raise KeyError(path)
            shape = below
        return shape

    def kind(self, name: str) -> "Shape":
        """Return only the choice of that kind, such as ``fixed`` of a policy."""
        return Shape([node for node in self.choices if kind_of(node) == name], self._root)

    def kinds(self) -> list[str]:
        """Return the kinds to choose from."""
        return [kind for node in self.choices if (kind := kind_of(node))]

    def kinds_with(self, key: str) -> list[str]:
        """Return the kinds that know a key."""
        return [kind for node in self.choices if key in _keys(node) and (kind := kind_of(node))]

    @property
    def is_list(self) -> bool:
        """May a list stand here?"""
        return any(node.get("type") == "array" for node in self.choices)

    @property
    def is_section(self) -> bool:
        """Must a map of known keys stand here?"""
        return all("properties" in node for node in self.choices)

    @property
    def is_text(self) -> bool:
        """Is text the only value that can stand here, null aside?"""
        return {node.get("type") for node in self.choices} - {"null"} == {"string"}

    @property
    def is_secret(self) -> bool:
        """Must what stands here not be shown?"""
        return any(node.get("writeOnly", False) for node in self.choices)

    @property
    def holds_secret(self) -> bool:
        """May a secret stand here, or somewhere below?"""
        return self.is_secret or any(self.at((name,)).holds_secret for name in self.names())

    @property
    def takes_null(self) -> bool:
        """May null stand here?"""
        return any(node.get("type") == "null" for node in self.choices)

    @property
    def meaning(self) -> str:
        """What it is for, in a sentence."""
        told = (node for node in (*self._nodes, *self.choices) if "description" in node)
        return str(next(told)["description"])

    @property
    def is_required(self) -> bool:
        """Is there no value to fall back on?"""
        return not any("default" in node for node in self._nodes)

    @property
    def default(self) -> object:
        """The value where none is given; None too where one is needed."""
        return next((node["default"] for node in self._nodes if "default" in node), None)

    @property
    def example(self) -> object:
        """A value to begin with."""
        given = (node["examples"][0] for node in self._nodes if "examples" in node)
        return next(given, self.default)

    def expected(self) -> str:
        """Return in words what would be right."""
        return " or ".join(self._words())

    def _words(self) -> Iterator[str]:
        """Yield a phrase for each choice; fixed values of all of them in one, null last."""
        free = [node for node in self.choices if not _fixed(node) and node.get("type") != "null"]
        yield from dict.fromkeys(self._phrase(node) for node in free)
        if fixed := [value for node in self.choices for value in _fixed(node)]:
            yield _listed(fixed)
        if self.takes_null:
            yield "null"

    def _phrase(self, node: Node) -> str:
        each = node.get("items", node.get("additionalProperties"))
        if not isinstance(each, Mapping):
            return _plain(node)
        noun, part = ("list", "item") if "items" in node else ("map", "value")
        words = Shape([each], self._root).expected()
        return f"a {noun}" if words == "a map" else f"a {noun} (each {part}: {words})"


@cache
def root() -> Shape:
    """Return the shape of the whole configuration."""
    whole = schema()
    return Shape([whole], whole)


def kind_of(node: Node) -> str | None:
    """Return what tells a choice from its neighbours: its `kind`, or the key it needs."""
    kind = node.get("properties", {}).get("kind", {}).get("const")
    needed = node.get("required", [None])[0]
    return str(kind or needed) if kind or needed else None


def _keys(node: Node) -> list[str]:
    return list(node.get("properties", {}))


def _below(node: Node, key: str | int) -> list[Node]:
    if isinstance(key, int):
        return [node["items"]] if "items" in node else []
    if key in _keys(node):
        return [node["properties"][key]]
    extra = node.get("additionalProperties")
    return [extra] if isinstance(extra, Mapping) else []


def _fixed(node: Node) -> list[object]:
    return [*node.get("enum", ()), *([node["const"]] if "const" in node else [])]


def _listed(fixed: Iterable[object]) -> str:
    """Return fixed values as words; false and capitals only are other ways to write one."""
    every = dict.fromkeys('"*"' if value == "*" else str(value) for value in fixed if value)
    words = [word for word in every if word == word.lower() or word.lower() not in every]
    return ("one of " if len(words) > 1 else "") + ", ".join(words)


def _plain(node: Node) -> str:
    kind = str(node.get("type", ""))
    if "title" in node and kind != "object":
        return f"a {node['title']}"
    if node.get("writeOnly"):
        return "text (secret)"
    if kind in {"number", "integer"}:
        return _number(node)
    return {"boolean": "true or false", "string": "text", "array": "a list"}.get(kind, "a map")


def _number(node: Node) -> str:
    noun = "a whole number" if node["type"] == "integer" else "a number"
    low, above, high = (node.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if high is not None:
        start = f"between {low if above is None else above} and {high}"
        noun = "a whole number " if node["type"] == "integer" else ""
        return noun + start + ("" if above is None else f" (not {above})")
    if above is not None:
        return f"{noun} above {above}"
    return noun if low is None else f"{noun}, at least {low}"
