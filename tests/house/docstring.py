"""Docstrings: what is public is explained, and every test says the law it proves.

A method of a class may leave its docstring to the base or to the port that promises
it: a `Protocol` of the tree that documents a method of that name.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import Documented, Function, Source, sources


def undocumented(folder: Path) -> list[str]:
    """Public modules' functions, classes and their methods without a docstring."""
    tree = sources(folder)
    promised = _promised(tree)
    return [
        source.finding(node.lineno, f"{node.name} is public and has no docstring")
        for source in tree
        for node in _public(source, promised)
        if ast.get_docstring(node) is None
    ]


def speechless(folder: Path) -> list[str]:
    """Tests whose docstring does not begin with a sentence."""
    return [
        source.finding(function.lineno, f"{function.name} does not say the law it proves")
        for source in sources(folder)
        for function in source.functions()
        if function.name.startswith("test_") and not _speaks(function)
    ]


def _speaks(function: Function) -> bool:
    paragraph = (ast.get_docstring(function) or "").split("\n\n")[0].rstrip()
    return len(paragraph.split()) > 1 and paragraph.endswith((".", "?", "!"))


def _public(source: Source, promised: set[str]) -> Iterator[Documented]:
    for node in source.tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _own_methods(node, promised)


def _own_methods(node: ast.ClassDef, promised: set[str]) -> Iterator[Function]:
    for method in node.body:
        if not isinstance(method, Function) or method.name.startswith("_"):
            continue
        if method.name not in promised and not _is_setter(method):
            yield method


def _is_setter(method: Function) -> bool:
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr == "setter"
        for decorator in method.decorator_list
    )


def _promised(tree: list[Source]) -> set[str]:
    """Names of documented methods of ports and of classes that others inherit."""
    classes = [node for source in tree for node in source.classes()]
    bases = {_name(base) for node in classes for base in node.bases}
    return {
        method.name
        for node in classes
        if node.name in bases or "Protocol" in map(_name, node.bases)
        for method in node.body
        if isinstance(method, Function) and ast.get_docstring(method) is not None
    }


def _name(base: ast.expr) -> str:
    if isinstance(base, ast.Subscript):
        return _name(base.value)
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
