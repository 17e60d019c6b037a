"""Reads docs/wire.md: the tables of fields, and the examples."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "wire.md"

_HEADING = re.compile(r"^###? (.+)$")
_FIELD = re.compile(r"^\| `(\w+)` \|")
_BEGIN = re.compile(r"^```json (\w+)$")


class Example(NamedTuple):
    """One fenced example: what it is, where it stands, and its text."""

    kind: str
    line: int
    text: str


def _lines() -> list[str]:
    return PAGE.read_text(encoding="utf-8").splitlines()


def headings() -> list[str]:
    """The page's headings."""
    return [match[1] for line in _lines() if (match := _HEADING.match(line))]


def fields(heading: str) -> list[str]:
    """The first column of the tables under a heading."""
    found, is_there = [], False
    for line in _lines():
        if match := _HEADING.match(line):
            is_there = match[1] == heading
        elif is_there and (match := _FIELD.match(line)):
            found.append(match[1])
    return found


def examples() -> Iterator[Example]:
    """The examples, in order."""
    kind, begun, lines = "", 0, list[str]()
    for number, line in enumerate(_lines(), start=1):
        if match := _BEGIN.match(line):
            kind, begun, lines = match[1], number, []
        elif kind and line == "```":
            yield Example(kind, begun, "\n".join(lines))
            kind = ""
        elif kind:
            lines.append(line)
