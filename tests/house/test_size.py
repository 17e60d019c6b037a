"""Small files, small functions."""

from pathlib import Path

import pytest

from tests.house.size import MEDIAN_LINES, long_files, long_functions, median_length
from tests.house.source import CODE, PACKAGE, plant

SHORT = "def short() -> int:\n    return 1\n"
PROMISE = 'def promise() -> int:\n    """Return it."""\n'


def _function(lines: int, docstring: str = "") -> str:
    return "def f() -> None:\n" + docstring + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize("folder", CODE, ids=lambda folder: folder.name)
def test_files_are_short(folder: Path) -> None:
    """No file has more than 300 lines."""
    assert long_files(folder) == []


@pytest.mark.parametrize("folder", CODE, ids=lambda folder: folder.name)
def test_functions_are_short(folder: Path) -> None:
    """No function has more than 40 lines."""
    assert long_functions(folder) == []


def test_the_function_in_the_middle_is_very_short() -> None:
    """Half of the package's functions have at most 8 lines."""
    assert median_length(PACKAGE) <= MEDIAN_LINES


def test_a_file_of_301_lines_is_found(tmp_path: Path) -> None:
    """The rule on files allows 300 lines and names the file at 301."""
    plant(tmp_path, "good.py", "x = 1\n" * 300)
    plant(tmp_path, "deep/bad.py", "x = 1\n" * 301)
    assert long_files(tmp_path) == [
        "deep/bad.py:301: 301 lines, at most 300: split it by noun",
    ]


def test_a_function_of_41_lines_is_found(tmp_path: Path) -> None:
    """The rule on functions allows 40 lines, sees methods, and names file and line."""
    plant(tmp_path, "good.py", _function(40))
    nested = "class C:\n" + "".join(f"    {line}\n" for line in _function(41).splitlines())
    plant(tmp_path, "bad.py", nested)
    assert long_functions(tmp_path) == ["bad.py:2: f has 41 lines, at most 40"]


def test_a_docstring_costs_no_lines(tmp_path: Path) -> None:
    """A function may be explained at length: its docstring does not count."""
    explained = _function(40, '    """One.\n\n    Two.\n    """\n')
    assert long_functions(plant(tmp_path, "good.py", explained)) == []


def test_the_median_is_that_of_functions_with_code(tmp_path: Path) -> None:
    """Promises of a port do not make the middle function shorter than it is."""
    assert median_length(tmp_path) == 0
    plant(tmp_path, "a.py", PROMISE * 9 + SHORT + _function(11) + _function(12))
    assert median_length(tmp_path) == 11
