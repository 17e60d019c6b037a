"""Is this sample wanted, and with what propensity: one rule, used by both roles.

The rule and its constants are in docs/budget.md (the control law).
"""

from math import exp

import msgspec

from streamal.core.records import Restraint

GENEROSITY = 3
"""m: a scorer proposes so many times what is affordable."""

LEAST = 0.12
"""A scorer proposes at least this share, where anything is affordable: at low rates the
best of a lull would otherwise not be proposed until the next pace."""

_HALF, _FULL = 5.0 * GENEROSITY, 10.0 * GENEROSITY


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """Whether a sample is wanted, why, and with what probability it was.

    `explored` and `audited` are the two uniform draws; at most one of them holds.
    """

    wanted: bool
    explored: bool
    propensity: float
    audited: bool = False

    @property
    def is_uniform(self) -> bool:
        """Was it drawn, and not chosen?"""
        return self.explored or self.audited


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
    rank: float,
    draw: float,
    share: float,
    exploration: float,
    want: float | None = None,
    coin: float = 0.0,
    pace: float = 0.0,
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
    coin
        The probability of an audit, for what the uniform draw passes over.
    pace
        The share that uniform draws go by at least: that of the ranks falls by powers of ten
        while labels are short, and so would the propensities. Nothing where all is drawn
        (ε = 1), and where nothing is affordable.
    """
    is_least = exploration < 1.0 and share > 0
    explores = floor(max(share, pace) if is_least else share, exploration)
    uniform = explores + (1.0 - explores) * coin if coin else explores
    hit = rank < (1.0 - exploration) * share
    drawn = not hit and draw < uniform
    if want is None or exploration >= 1.0:
        propensity = 1.0 if hit else uniform
    else:
        propensity = want + (1.0 - want) * uniform if share > 0 else uniform
    explored = drawn and draw < explores
    return Verdict(hit or drawn, explored, propensity, drawn and not explored)


def held_back(
    restraint: Restraint,
    draw: float,
    share: float,
    exploration: float,
    want: float | None = None,
    coin: float = 0.0,
    pace: float = 0.0,
) -> Verdict:
    """Apply the rule to a sample that is held back, because others like it were asked.

    A repeat is not asked at all. Otherwise only the wish is taken back, and the uniform
    draw stays: without it nobody could tell the accuracy there.
    """
    if restraint == "repeat":
        return Verdict(wanted=False, explored=False, propensity=0.0)
    return wanted(1.0, draw, share, exploration, None if want is None else 0.0, coin, pace)


class Bucket:
    """Shapes a partition's proposals; it spends nothing.

    Examples
    --------
    >>> bucket = Bucket()
    >>> bucket.fill(pace=1.0)
    1.0
    """

    __slots__ = ("level",)

    def __init__(self, level: float = _HALF) -> None:
        self.level = level

    def fill(self, pace: float) -> float:
        """Take in one sample's allowance; return the cap on its share."""
        ask = GENEROSITY * pace
        if ask < LEAST:
            ask = LEAST if pace > 0 else 0.0
        elif ask > 1.0:
            ask = 1.0
        level = self.level + ask
        self.level = level = level if level < _FULL else _FULL
        if ask == 1.0:
            return 1.0
        cap = ask * exp(1.5 * (level - _HALF) / _HALF)
        return cap if cap < 1.0 else 1.0

    def take(self) -> None:
        """Pay for one candidate."""
        self.level = max(-_FULL, self.level - 1.0)
