"""Names in PromQL: of metrics and of their labels, against what the catalogue has.

Not a parser: it finds selectors and groupings, and looks their names up. Whether the
syntax is right and whether there is data, a real Prometheus says.
"""

import re
from collections.abc import Iterator

from streamal.serve.catalog import CATALOG

SCRAPED = frozenset({"job", "instance"})
"""Labels that every series has from Prometheus itself."""

OURS = {
    name: SCRAPED | {*metric.labels} | ({"le"} if name.endswith("_bucket") else set())
    for metric in CATALOG
    for name in metric.series
}
OTHERS = re.compile(r"up|process_\w+")
"""Metrics of Prometheus and of the process, which have no labels of ours."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"(?<![\w:.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(?!\s*\(|[\w:])")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_MADE = re.compile(r',\s*"(\w+)"\s*,\s*"[^"]*"\s*,\s*"(\w*)"\s*,\s*"[^"]*"\s*\)')
_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan", "atan2"})


def problems(expr: str, legend: str = "") -> list[str]:
    """Return what a query and the legend of its series name that does not exist.

    Examples
    --------
    >>> problems("sum by (route) (rate(streamal_decisions_total[5m]))", "{{route}}")
    []
    >>> problems("max by (rout) (streamal_readdy)")
    ['no metric is named streamal_readdy']
    """
    bare = _RANGE.sub("", _STRING.sub('""', expr))
    made = {name for name, _ in _MADE.findall(expr)}
    found = [*_unknown_metrics(bare), *_unknown_matchers(bare)]
    if not found:
        found = [*_unknown_groupings(bare, made), *_unknown_legends(bare, legend, made)]
        found += [*_missing(bare, {source for _, source in _MADE.findall(expr) if source})]
    return found


def metrics(expr: str) -> set[str]:
    """Return the metrics that a query names."""
    return {name for name, _ in _selectors(_RANGE.sub("", _STRING.sub('""', expr)))}


def _selectors(bare: str) -> Iterator[tuple[str, str]]:
    """Yield each metric of a query without strings and ranges, and its matchers."""
    for name, braces in _SELECTOR.findall(_GROUPING.sub(" ", bare)):
        if name.lower() not in _WORDS:
            yield name, braces


def _labels(metric: str) -> frozenset[str] | None:
    if OTHERS.fullmatch(metric):
        return SCRAPED
    found = OURS.get(metric)
    return None if found is None else frozenset(found)


def _unknown_metrics(bare: str) -> Iterator[str]:
    for name, _ in _selectors(bare):
        if _labels(name) is None:
            yield f"no metric is named {name}"


def _unknown_matchers(bare: str) -> Iterator[str]:
    for name, braces in _selectors(bare):
        for label in _MATCHER.findall(braces):
            if label not in (_labels(name) or {label}):
                yield f"{name} has no label {label}"


def _unknown_groupings(bare: str, made: set[str]) -> Iterator[str]:
    for match in _GROUPING.finditer(bare):
        wanted = {label for label in re.split(r"[\s,]+", match[2]) if label} - made
        yield from _missing(_argument(bare, match.end()), wanted)


def _argument(bare: str, start: int) -> str:
    """Return what the parentheses after a grouping hold; without them, the whole query."""
    rest = bare[start:].lstrip()
    depth = 0
    for at, character in enumerate(rest if rest.startswith("(") else ""):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return rest[: at + 1]
    return bare


def _missing(part: str, wanted: set[str]) -> Iterator[str]:
    for name, _ in _selectors(part):
        for label in sorted(wanted - (_labels(name) or wanted)):
            yield f"{name} has no label {label}"


def _unknown_legends(bare: str, legend: str, made: set[str]) -> Iterator[str]:
    known = made.union(*(_labels(name) or () for name, _ in _selectors(bare)))
    for label in re.findall(r"\{\{\s*(\w+)\s*\}\}", legend):
        if label not in known:
            yield f"no series of this query has the label {label} of the legend"
