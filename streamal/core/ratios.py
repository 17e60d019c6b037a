"""Shares among labels that were asked with unequal chances: of a class, of auto-labels.

Hájek's ratio: a label that was asked with probability p counts 1/p, above and below the
line. Its variance is that of the ratio's linearisation (Särndal, Swensson and Wretman,
"Model Assisted Survey Sampling", 1992, section 5.6), its interval that of Agresti and
Coull (The American Statistician, 1998): two more labels of each kind, of the usual
weight, so that a few draws without an error do not show that there are none.
"""

from math import sqrt
from typing import NamedTuple

import msgspec

CLASSES = 50
"""So many classes are told apart, the first that come; what comes later is `OTHER`."""

OTHER = "other"

Z = 1.96

MORE = Z * Z / 2.0
"""Labels of each kind that the interval counts more."""


class RatioState(msgspec.Struct, omit_defaults=True):
    """Sums over the labels of one group: weights 1/p, and (1 - p)/p² for the variance.

    `drawn` is the weight of those with p below 1.
    """

    hits: float = 0.0
    misses: float = 0.0
    hit_spread: float = 0.0
    miss_spread: float = 0.0
    drawn: float = 0.0
    labels: int = 0
    right: int = 0


class ClassesState(msgspec.Struct, omit_defaults=True):
    """By predicted class, by true class, and of what would have been auto-labels."""

    predicted: dict[str, RatioState] = {}
    true: dict[str, RatioState] = {}
    auto: RatioState = msgspec.field(default_factory=RatioState)


class Ratio(NamedTuple):
    """A share with its pointwise 95 % interval in [0, 1], and how many labels tell it."""

    point: float
    lower: float
    upper: float
    labels: int


def take(state: RatioState, propensity: float, right: bool) -> None:
    """Take in a label that was asked with such a probability."""
    weight = 1.0 / propensity
    spread = (1.0 - propensity) * weight * weight
    if right:
        state.hits += weight
        state.hit_spread += spread
    else:
        state.misses += weight
        state.miss_spread += spread
    if propensity < 1.0:
        state.drawn += weight
    state.labels += 1
    state.right += right


def ratio(state: RatioState, unit: float) -> Ratio | None:
    """Return the weighted share of hits; None without a label.

    Parameters
    ----------
    unit
        For how many samples a drawn label stands, of whatever group.

    Examples
    --------
    >>> state = RatioState()
    >>> for right in (True, True, True, False):
    ...     take(state, 1.0, right)
    >>> take(state, 0.25, right=True)
    >>> round(ratio(state, unit=4.0).point, 3)
    0.875
    """
    total = state.hits + state.misses
    if not total:
        return None
    point = state.hits / total
    spread = state.hit_spread + state.miss_spread
    one = max(unit, spread / state.drawn if state.drawn else 0.0)
    total, more = total + 2.0 * MORE * one, MORE * one * one
    middle = (state.hits + MORE * one) / total
    above, below = state.hit_spread + more, state.miss_spread + more
    half = Z * sqrt(above * (1.0 - middle) ** 2 + below * middle**2) / total
    ends = min(point, max(0.0, middle - half)), max(point, min(1.0, middle + half))
    return Ratio(point, *ends, state.labels)


def group(groups: dict[str, RatioState], label: str) -> RatioState:
    """Return the sums of a class, or of all that came too late to have their own.

    Examples
    --------
    >>> groups = {}
    >>> group(groups, "spam").labels, list(groups)
    (0, ['spam'])
    """
    if label not in groups and len(groups) >= CLASSES:
        label = OTHER
    return groups.setdefault(label, RatioState())
