"""The dashboard as Grafana reads it, and what is wrong with it by looking alone."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.prometheus import promql

PATH = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "streamal.json"

Board = dict[str, Any]

_LABEL_VALUES = re.compile(r"label_values\((.*), (\w+)\)")
_VARIABLE = re.compile(r"\$\{?(?!__)([a-z]\w*)")
"""A use of a variable; those that begin with two underscores are Grafana's own."""


class Query(NamedTuple):
    """One query of one panel."""

    title: str
    expr: str
    legend: str
    kind: str


def committed() -> Board:
    """Return the dashboard of the tree."""
    board: Board = json.loads(PATH.read_text(encoding="utf-8"))
    return board


def panels(board: Board) -> list[dict[str, Any]]:
    """Return its panels, without the titles of rows."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(board: Board) -> list[Query]:
    """Return every query of every panel."""
    return [
        Query(panel["title"], target["expr"], target.get("legendFormat", ""), panel["type"])
        for panel in panels(board)
        for target in panel["targets"]
    ]


def problems(board: Board) -> list[str]:
    """Return what is wrong, each with the panel's title."""
    names = [
        f"{query.title}: {problem}"
        for query in queries(board)
        for problem in promql.problems(query.expr, query.legend.removeprefix("__auto"))
    ]
    return [*names, *_variables(board), *_silent(board), *_double(board)]


def _variables(board: Board) -> Iterator[str]:
    """Find variables that nobody defines, and those that ask for what does not exist."""
    defined = {variable["name"]: variable for variable in board["templating"]["list"]}
    for name, variable in defined.items():
        for inner, label in _LABEL_VALUES.findall(variable["query"]):
            told = promql.problems(f"sum by ({label}) ({inner})")
            yield from (f"variable {name}: {problem}" for problem in told)
    for panel in board["panels"]:
        used = {*_VARIABLE.findall(json.dumps(panel))} - {*defined}
        yield from (f"{panel['title']}: no variable is named {name}" for name in sorted(used))


def _silent(board: Board) -> Iterator[str]:
    for panel in panels(board):
        defaults = panel["fieldConfig"]["defaults"]
        if not defaults.get("unit"):
            yield f"{panel['title']}: no unit"
        if not defaults.get("noValue"):
            yield f"{panel['title']}: nothing is said where there is no data"
        if "**Normal:**" not in panel.get("description", ""):
            yield f"{panel['title']}: no description of what is normal"
        if not panel.get("links"):
            yield f"{panel['title']}: no link to what to do"


def _double(board: Board) -> Iterator[str]:
    """Find numbers and titles that are used twice, those of rows too."""
    numbers = Counter(f"number {panel['id']}" for panel in board["panels"])
    titles = Counter(panel["title"] for panel in board["panels"])
    yield from (f"{what}: used twice" for what, times in (numbers + titles).items() if times > 1)
