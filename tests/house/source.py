"""The source tree as house rules see it: files, their text, their syntax.

Every rule is a function from a folder to findings, each one line that begins with
`path:line:`; no findings means that the rule holds. So a test can run a rule on the
real tree and on a bad one that it made itself.
"""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "streamal"
CODE = tuple(ROOT / name for name in ("streamal", "tests", "benchmarks", "deploy"))

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef


class Source:
    """One Python file below a folder."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.name = path.relative_to(folder).as_posix()
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax; parsed once."""
        return ast.parse(self.text, self.name)

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def finding(self, line: int, text: str) -> str:
        """Say what is wrong where."""
        return f"{self.name}:{line}: {text}"


def sources(folder: Path) -> list[Source]:
    """Every Python file below a folder, in a fixed order."""
    return [Source(folder, path) for path in sorted(folder.rglob("*.py"))]


def imported(node: ast.AST) -> list[str]:
    """Modules that a statement may import: `from a import b` may import a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        parent = "." * node.level + (node.module or "")
        return [f"{parent}.{alias.name}" for alias in node.names]
    return []


def plant(folder: Path, name: str, text: str) -> Path:
    """Write a file into a made tree, its folders too; return the tree."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder
