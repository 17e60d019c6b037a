"""Is this sample wanted, and with what propensity: one rule, used by both roles.

The rule and its constants are in docs/budget.md (the control law).
"""

from math import exp
from typing import NamedTuple

GENEROSITY = 3
"""m: a scorer proposes so many times what is affordable."""

LEAST = 0.12
"""A scorer proposes at least this share, where anything is affordable: at low rates the
best of a lull would otherwise not be proposed until the next pace."""


class Verdict(NamedTuple):
    """Whether a sample is wanted, why, and with what probability it was."""

    wanted: bool
    explored: bool
    propensity: float


def floor(share: float, exploration: float) -> float:
    """Return f(q), the probability of a uniform draw at share q.

    Examples
    --------
    >>> floor(1.0, 0.15)
    1.0
    >>> round(floor(0.1, 0.15), 4)
    0.0164
    """
    if share >= 1.0:
        return 1.0
    return exploration * share / (1.0 - (1.0 - exploration) * share)


def wanted(
    rank: float, draw: float, share: float, exploration: float, want: float | None = None
) -> Verdict:
    """Apply the rule at a share.

    Parameters
    ----------
    rank
        Share of recent samples above this one; 0 = the best.
    draw
        The sample's keyed number for the purpose ``ask``.
    share
        What part of the samples may be asked, q.
    exploration
        The part of q that is uniform, ε; 1 asks at random.
    want
        For policies other than rank: the probability with which they want it.
    """
    uniform = floor(share, exploration)
    hit = rank < (1.0 - exploration) * share
    explored = not hit and draw < uniform
    if want is not None and exploration < 1.0:
        propensity = want + (1.0 - want) * uniform if share > 0 else 0.0
    else:
        propensity = 1.0 if hit else uniform
    return Verdict(hit or explored, explored, propensity)


class Bucket:
    """Shapes a partition's proposals; it spends nothing.

    Examples
    --------
    >>> bucket = Bucket()
    >>> bucket.fill(pace=1.0)
    1.0
    """

    __slots__ = ("level",)

    def __init__(self, level: float = 5.0 * GENEROSITY) -> None:
        self.level = level

    def fill(self, pace: float) -> float:
        """Take in one sample's allowance; return the cap on its share."""
        ask = min(1.0, max(GENEROSITY * pace, LEAST)) if pace > 0 else 0.0
        self.level = min(10.0 * GENEROSITY, self.level + ask)
        return 1.0 if ask == 1.0 else min(1.0, ask * _tilt(self.level))

    def take(self) -> None:
        """Pay for one candidate."""
        self.level = max(-10.0 * GENEROSITY, self.level - 1.0)


def _tilt(level: float) -> float:
    half = 5.0 * GENEROSITY
    return exp(1.5 * (level - half) / half)
