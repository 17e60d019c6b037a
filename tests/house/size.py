"""Sizes: of files, of functions, and of the function in the middle.

A function is as long as its lines from `def` to its end, less its docstring;
decorators do not count, blank lines and comments do. A function that is only a
docstring is the promise of a port and no code: the median leaves it out.
"""

import ast
from pathlib import Path
from statistics import median

from tests.house.source import Function, Source, sources

FILE_LINES = 300
FUNCTION_LINES = 40
MEDIAN_LINES = 8


def long_files(folder: Path) -> list[str]:
    """Files of more than 300 lines."""
    return [
        source.finding(FILE_LINES + 1, f"{lines} lines, at most {FILE_LINES}: split it by noun")
        for source in sources(folder)
        if (lines := len(source.text.splitlines())) > FILE_LINES
    ]


def long_functions(folder: Path) -> list[str]:
    """Functions of more than 40 lines."""
    return [
        _too_long(source, function)
        for source in sources(folder)
        for function in source.functions()
        if length(function) > FUNCTION_LINES
    ]


def _too_long(source: Source, function: Function) -> str:
    text = f"{function.name} has {length(function)} lines, at most {FUNCTION_LINES}"
    return source.finding(function.lineno, text)


def median_length(folder: Path) -> float:
    """Lines of the function in the middle; 0 where there are none."""
    lengths = [
        length(function)
        for source in sources(folder)
        for function in source.functions()
        if not _is_promise(function)
    ]
    return median(lengths) if lengths else 0.0


def length(function: Function) -> int:
    """Lines from `def` to the end, less the docstring."""
    end = function.end_lineno or function.lineno
    return end - function.lineno + 1 - _docstring_lines(function)


def _docstring_lines(function: Function) -> int:
    if ast.get_docstring(function) is None:
        return 0
    docstring = function.body[0]
    return (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1


def _is_promise(function: Function) -> bool:
    return len(function.body) == 1 and ast.get_docstring(function) is not None
