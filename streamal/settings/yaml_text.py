"""The one door to YAML: plain values as YAML 1.2 reads them.

PyYAML follows YAML 1.1, where the labels `yes` and `no` are booleans, `1:30` is 90,
`010` is 8 and `2024-01-01` is a date. Class labels and feature names must stay what
they look like, so only the core schema of YAML 1.2 (section 10.3) is resolved here:
null, true, false, decimal numbers. Keys are always text. A key twice in one map, and an
alias, are errors: the first hides a value, the second can make a file endless.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode

from streamal.errors import ConfigError


class _Reader(yaml.SafeLoader):
    """The safe loader with YAML 1.2 scalars."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, "aliases (*) are not read here; write it out", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = _key(key_node)
            if key in found:
                raise ConstructorError(None, None, f"{key} is here twice", key_node.start_mark)
            found[key] = self.construct_object(value_node, deep=deep)
        return found


def _key(node: Node) -> str:
    if not isinstance(node, ScalarNode):
        raise ConstructorError(None, None, "a key must be text", node.start_mark)
    return str(node.value)


class _Writer(yaml.SafeDumper):
    """The safe dumper, quoting what either version of YAML would not read as text."""


_NUMBER = "-+0123456789."
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9_]{0,99})", list(_NUMBER)),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9_]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list(_NUMBER)),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list(_NUMBER)),
):
    for _side in (_Reader, _Writer):
        _side.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
        )


def parse(text: str, name: str) -> object:
    """Return the plain value of a YAML document; None for an empty one.

    Raises
    ------
    ConfigError
        Naming `name`, line and column of what is no YAML.

    Examples
    --------
    >>> parse("{a: no, b: 1e3, 3: 010}", "x")
    {'a': 'no', 'b': 1000.0, '3': '010'}
    """
    try:
        return yaml.load(text, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{name}: {_place(mark)}: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise ConfigError(f"{name}: line {line}, column {column}: {error.reason}") from None


def _place(mark: yaml.Mark | None) -> str:
    return "somewhere" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"


def flow(value: object) -> str:
    """Return a plain value as one line of YAML.

    Examples
    --------
    >>> flow("*"), flow(["a", 1]), flow(None), flow({})
    ("'*'", '[a, 1]', 'null', '{}')
    """
    text = yaml.dump(
        value,
        Dumper=_Writer,
        default_flow_style=True,
        sort_keys=False,
        width=10_000,
        allow_unicode=True,
    )
    return str(text).removesuffix("\n").removesuffix("\n...")
