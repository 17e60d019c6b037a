"""Names in the expressions of rules, against what there is: metrics, labels, and their values.

No parser: promtool says whether the syntax is right. What promtool cannot know is that
`streamal_redy` or `result="faild"` never exists, so that an alert on it never fires.
"""

import re
from collections.abc import Iterator, Mapping, Set

import msgspec

from streamal.serve.catalog import CATALOG
from streamal.serve.catalog.known import FOLLOWED
from streamal.serve.catalog.metric import Metric

SCRAPED = frozenset({"job", "instance"})
"""Labels that Prometheus itself gives to every series."""

OTHERS = ("up", "process_start_time_seconds", "process_resident_memory_bytes")
"""Metrics that are not of the catalogue: of Prometheus, and of the client library."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r'(?<![\w:.])([a-zA-Z_:][\w:]*)\b(?!\s*\()\s*(?:\{((?:"[^"]*"|[^}"])*)\})?')
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan"})


class Series(msgspec.Struct, frozen=True):
    """What a metric has: its labels, and for some of them every value there is."""

    labels: Set[str]
    values: Mapping[str, Set[str]] = {}


def catalogue() -> dict[str, Series]:
    """Return every series of the catalogue, and the few others that rules may use."""
    ours = {name: _series(metric, name) for metric in CATALOG for name in metric.series}
    return ours | dict.fromkeys(OTHERS, Series(SCRAPED))


def _series(metric: Metric, name: str) -> Series:
    values = {
        label: {child[at] for child in metric.children} for at, label in enumerate(metric.labels)
    }
    if "topic" in values:
        values["topic"] |= {*FOLLOWED}
    bucket = {"le"} if name.endswith("_bucket") else set()
    return Series(SCRAPED | {*metric.labels} | bucket, {k: v for k, v in values.items() if v})


def recorded(name: str) -> Series:
    """Return the series of a recording rule: its name says what labels are left.

    Examples
    --------
    >>> sorted(recorded("job_limit:streamal_budget_limit:max").labels)
    ['job', 'limit']
    """
    return Series(frozenset(name.partition(":")[0].split("_")))


def problems(expr: str, known: Mapping[str, Series]) -> list[str]:
    """Return what an expression names that does not exist.

    Examples
    --------
    >>> problems('sum by (job) (rate(streamal_commits_total{result="ok"}[5m]))', catalogue())
    []
    >>> problems('streamal_commits_total{result="okay"}', catalogue())
    ['streamal_commits_total has no result="okay"']
    """
    found = [problem for name, braces in _selectors(expr) for problem in _of(name, braces, known)]
    there = frozenset[str]().union(
        *(known[name].labels for name, _ in _selectors(expr) if name in known)
    )
    for match in _GROUPING.finditer(_STRING.sub('""', expr)):
        wanted = set(re.findall(r"\w+", match[1]))
        found += [f"no metric here has the label {label}" for label in sorted(wanted - there)]
    return found


def metrics(expr: str) -> set[str]:
    """Return the metrics that an expression names."""
    return {name for name, _ in _selectors(expr)}


def selectors(expr: str) -> set[str]:
    """Return what an expression selects, each a query of its own.

    Examples
    --------
    >>> selectors('max by (job) (up{job="streamal"}) == 0')
    {'up{job="streamal"}'}
    """
    return {f"{name}{{{braces}}}" for name, braces in _selectors(expr)}


def _selectors(expr: str) -> Iterator[tuple[str, str]]:
    bare = re.sub(r"\[[^\]]*\]", "", _GROUPING.sub(" ", expr))
    for name, braces in _SELECTOR.findall(bare):
        if name.lower() not in _WORDS:
            yield name, braces


def _of(name: str, braces: str, known: Mapping[str, Series]) -> Iterator[str]:
    if name not in known:
        yield f"no metric is named {name}"
        return
    series = known[name]
    for label, operator, value in _MATCHER.findall(braces):
        if label not in series.labels:
            yield f"{name} has no label {label}"
        elif not _matches(operator, value, series.values.get(label)):
            yield f'{name} has no {label}{operator}"{value}"'


def _matches(operator: str, value: str, there: Set[str] | None) -> bool:
    """Does each alternative of a matcher meet a value? Unknown where values are free."""
    if there is None:
        return True
    wanted = value.split("|") if "~" in operator else [re.escape(value)]
    return all(any(re.fullmatch(one, each) for each in there) for one in wanted)
