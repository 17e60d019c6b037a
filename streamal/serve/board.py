"""The numbers of all families that a worker has, by name."""

from streamal.serve.about import About
from streamal.serve.catalog import CATALOG
from streamal.serve.catalog.metric import Metric
from streamal.serve.series import Histogram, Labels, Series, Summary

Numbers = Series | Histogram | Summary


class Board:
    """Has a place for each family of the catalogue that belongs to the worker's roles.

    Examples
    --------
    >>> from streamal.serve.about import About
    >>> about = About(
    ...     instance="a", role="scorer", limits=("rate",), classes=(), uniform=0.15,
    ...     versions=("1", "3", "0"), config_hash="",
    ... )
    >>> board = Board(about)
    >>> board.add("candidates_total", (), 2)
    >>> board.series("candidates_total").values()
    {(): 2.0}
    """

    def __init__(self, about: About) -> None:
        self.numbers: dict[str, Numbers] = {
            metric.name: _numbers(metric, about.limits)
            for metric in CATALOG
            if _belongs(metric, about)
        }

    def series(self, name: str) -> Series:
        """Return a family of counters or gauges."""
        found = self.numbers[name]
        assert isinstance(found, Series)
        return found

    def histogram(self, name: str) -> Histogram:
        """Return a histogram."""
        found = self.numbers[name]
        assert isinstance(found, Histogram)
        return found

    def summary(self, name: str) -> Summary:
        """Return a summary."""
        found = self.numbers[name]
        assert isinstance(found, Summary)
        return found

    def add(self, name: str, labels: Labels, amount: float) -> None:
        """Count."""
        self.series(name).add(labels, amount)

    def set(self, name: str, labels: Labels, value: float) -> None:
        """Set one value of a gauge."""
        self.series(name).set(labels, value)


def _belongs(metric: Metric, about: About) -> bool:
    if metric.where == "worker":
        return True
    return about.scores if metric.where == "scorer" else about.arbitrates


def _numbers(metric: Metric, limits: tuple[str, ...]) -> Numbers:
    if metric.kind == "histogram":
        return Histogram(metric.edges)
    if metric.kind == "summary":
        return Summary(metric.children)
    return Series(_children(metric, limits))


def _children(metric: Metric, limits: tuple[str, ...]) -> tuple[Labels, ...]:
    """Return what exists from the start: all that is known of a counter, and no gauge."""
    if metric.kind == "gauge":
        return ()
    if metric.labels == ("limit",):
        return tuple((name,) for name in limits)
    return metric.children or (() if metric.labels else ((),))
