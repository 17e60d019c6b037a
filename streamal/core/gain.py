"""Do further labels help? The model beside the one that it was half of its labels ago.

A learning curve taken at its end, on the same labels: each label is tried on both models
before the newer one learns it, and the difference counts. Pairs need far fewer labels
than the curve itself, whose every point is as noisy as a coin; and where a stream
changes, the older model falls behind, so that labels are seen to help although the
curve is level.
"""

from collections.abc import Collection
from math import inf, sqrt
from typing import NamedTuple

import msgspec

WORTH = 0.03
"""The least gain of interest, in probability of the right class, on what is asked about."""

LABELS = 100
"""No look at fewer labels: a model that has just begun may stand still for a while."""

EVERY = 10
"""Labels between two looks."""

HELD = 3
"""Looks in a row that must find nothing."""

LONGEST = 500
"""Labels by which the older model is behind at most."""

FLAT, SURE = 1.0, 1.64
"""Standard errors: within FLAT of zero, and by SURE below what would be of interest."""

FEWEST, MOST = 20, 50
"""Of the labels after a stop so many of the last ones say whether labels help again."""

AGAIN = 2.0
"""Standard errors above zero where labels help again."""


class GainSpec(msgspec.Struct, frozen=True):
    """When further labels are no gain.

    Parameters
    ----------
    labels
        Labels before the first look.
    worth
        The least gain that would be of interest.
    """

    labels: int = LABELS
    worth: float = WORTH


class Gain(msgspec.Struct, frozen=True):
    """What further labels were worth, on those that the older model has not learned.

    Parameters
    ----------
    mean
        By how much more probability the newer model gave to the right class.
    error
        The standard error of that.
    compared
        Labels on which the two were compared.
    labels
        Labels in all.
    """

    mean: float
    error: float
    compared: int
    labels: int

    @property
    def is_flat(self) -> bool:
        """Cannot it be told from zero?"""
        return self.mean <= FLAT * self.error

    @property
    def upper(self) -> float:
        """The upper end of its one-sided 95 % interval."""
        return self.mean + SURE * self.error

    def is_again(self) -> bool:
        """Do labels help after all?"""
        return self.compared >= FEWEST and self.mean > AGAIN * self.error


class Compared(NamedTuple):
    """What the two models say: that further labels are no gain, or, after a stop, are again."""

    flat: Gain | None = None
    again: Gain | None = None


def gain_of(differences: Collection[float], labels: int) -> Gain:
    """Return the gain that differences show.

    Examples
    --------
    >>> gain_of([0.25, 0.75], labels=60)
    Gain(mean=0.5, error=0.25, compared=2, labels=60)
    """
    n = len(differences)
    if n < 2:
        return Gain(0.0, inf, n, labels)
    mean = sum(differences) / n
    spread = sum((one - mean) ** 2 for one in differences) / (n - 1)
    return Gain(mean, sqrt(spread / n), n, labels)


def lag_of(labels: int) -> int:
    """Return by how many labels the older model is behind: half of them.

    Examples
    --------
    >>> lag_of(10), lag_of(200), lag_of(10_000)
    (10, 100, 500)
    """
    return min(max(25, labels // 2), labels, LONGEST)
