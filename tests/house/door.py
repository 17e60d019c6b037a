"""Doors finer than a floor: one library, or a part of one, and the files that may use it.

The contracts of import-linter look at floors. SQLite has to stay in the files that
are named after it, so that the broker beside it can be used without it. Bytes are made
in `wire`, and by those who play or tell the world outside: the lab, the pages and the command
line. What
unpickles runs foreign code, so nothing does (ADR 0001).
"""

import ast
from fnmatch import fnmatch
from pathlib import Path

from tests.house.source import imported, sources

ENCODERS = ("wire/*", "brokers/*", "lab/*", "serve/*", "cli/*")
DOORS = {
    "sqlite3": ("brokers/sqlite*",),
    "kafka": ("brokers/kafka*",),
    "confluent_kafka": ("brokers/kafka*",),
    "json": ENCODERS,
    "msgspec.json": ENCODERS,
    "msgspec.msgpack": ENCODERS,
    "pickle": (),
    "marshal": (),
    "shelve": (),
}


def trespassers(folder: Path) -> list[str]:
    """Uses of a library outside the files that are its door."""
    return [
        source.finding(getattr(node, "lineno", 1), f"uses {library}: {_door(library)}")
        for source in sources(folder)
        for node in ast.walk(source.tree)
        for library in DOORS
        if _uses(node, library) and not any(fnmatch(source.name, door) for door in DOORS[library])
    ]


def _uses(node: ast.AST, library: str) -> bool:
    names = imported(node)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        names = [f"{node.value.id}.{node.attr}"] if "." in library else []
    return any(name == library or name.startswith(f"{library}.") for name in names)


def _door(library: str) -> str:
    return f"only {', '.join(DOORS[library])} may" if DOORS[library] else "nothing may"
