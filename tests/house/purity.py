"""The core is pure: its imports and its calls are on a short list.

A clock, dice, the environment, files and logs come in as values or not at all; what
one process computes another must be able to compute again (ADR 0001). `hash` is on
the list of forbidden calls because Python salts it anew in every process.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import Source, imported, sources

THIRD_PARTY = frozenset({"msgspec", "numpy"})
STANDARD = frozenset(
    "__future__ abc array binascii bisect collections dataclasses difflib enum fractions "
    "functools hashlib heapq itertools math operator re statistics struct types typing".split()
)
OWN = ("streamal.core", "streamal.errors")
ENCODERS = frozenset(f"msgspec.{name}" for name in ("json", "msgpack", "toml", "yaml"))
CALLS = frozenset("__import__ breakpoint eval exec hash id input open print".split())


def impurities(folder: Path) -> list[str]:
    """Imports, names and calls by which a pure floor would reach the world."""
    return [finding for source in sources(folder) for finding in _impure(source)]


def _impure(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        for module in imported(node):
            if not _is_pure(module):
                yield source.finding(_line(node), f"imports {module}")
        if (name := _reached(node)) is not None:
            yield source.finding(_line(node), f"uses {name}")


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


def _is_pure(module: str) -> bool:
    if module.startswith("streamal"):
        return any(module == own or module.startswith(f"{own}.") for own in OWN)
    if _is_impure_part(module):
        return False
    return module.split(".", maxsplit=1)[0] in STANDARD | THIRD_PARTY


def _is_impure_part(module: str) -> bool:
    parts = module.split(".")
    return ".".join(parts[:2]) in ENCODERS | {"numpy.random", "np.random"}


def _reached(node: ast.AST) -> str | None:
    """A builtin that reaches the world, numpy's dice or msgspec's encoders, or None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id if node.func.id in CALLS else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        name = f"{node.value.id}.{node.attr}"
        return name if _is_impure_part(name) else None
    return None
