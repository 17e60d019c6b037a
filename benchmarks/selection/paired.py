"""Means of paired differences, with intervals."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from random import Random
from statistics import fmean

import msgspec

RESAMPLES = 2_000


class Interval(msgspec.Struct, frozen=True):
    """A mean and its 95 % interval, with the least of the streams."""

    mean: float
    low: float
    high: float
    least: float
    where: str

    def points(self) -> str:
        """Return it in points, as in a table.

        Examples
        --------
        >>> Interval(0.021, 0.013, 0.03, -0.004, "s").points()
        '+2.1 (+1.3 … +3.0)'
        """
        return f"{_points(self.mean)} ({_points(self.low)} … {_points(self.high)})"

    def worst(self) -> str:
        """Return the least stream and its name."""
        return f"{_points(self.least)} ({self.where})"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"


def paired(differences: Iterable[tuple[str, float]]) -> Interval:
    """Return the mean over streams of differences, each given with its stream.

    A stream counts once, however many seeds and models it was run with. The interval is
    a percentile bootstrap over the streams (2,000 resamples): what another choice of
    such streams might have shown.

    Examples
    --------
    >>> found = paired([("a", 0.1), ("a", 0.3), ("b", 0.0)])
    >>> found.mean, found.least, found.where
    (0.1, 0.0, 'b')
    """
    means = by_stream(differences)
    if not means:
        return Interval(0.0, 0.0, 0.0, 0.0, "none")
    values, dice = list(means.values()), Random(0)
    drawn = sorted(fmean(dice.choices(values, k=len(values))) for _ in range(RESAMPLES))
    worst = min(means, key=lambda name: means[name])
    low, high = drawn[RESAMPLES // 40], drawn[RESAMPLES - RESAMPLES // 40 - 1]
    return Interval(fmean(values), low, high, means[worst], worst)


def by_stream(differences: Iterable[tuple[str, float]]) -> Mapping[str, float]:
    """Return each stream's mean."""
    found: dict[str, list[float]] = defaultdict(list)
    for name, value in differences:
        found[name].append(value)
    return {name: fmean(values) for name, values in found.items()}
