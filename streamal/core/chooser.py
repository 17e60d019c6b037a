"""The policy `auto`: a conservative bandit over ways to choose, rewarded by uniform labels.

An arm is used for a period of labels. Its reward is by how much the model's log loss
fell on labels that were drawn uniformly: never that "the model was wrong", which rewards
asking about noise. The first arm is kept unless another is clearly better.
"""

from collections.abc import Sequence
from math import inf, sqrt

import msgspec

from streamal.core.draw import draw

PERIOD = 25
"""Labels for which an arm is used."""

HELD = 40
"""Uniform labels on which an arm is judged: the last ones before its period."""

EXPLORED = 0.1
"""Share of periods in which another arm than the first is tried, whatever it earned."""

CLEAR = 3.0
"""Standard errors by which another arm must be better than the first."""

FORGET = 0.97
"""Weight of a period after each further one: streams drift."""


class Record(msgspec.Struct):
    """What an arm has earned: decayed sums over its periods."""

    weight: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    periods: int = 0

    def add(self, reward: float) -> None:
        """Take in one period."""
        self.weight = self.weight * FORGET + 1.0
        self.total = self.total * FORGET + reward
        self.squares = self.squares * FORGET + reward * reward
        self.periods += 1

    @property
    def mean(self) -> float:
        """The mean fall of the log loss in a period; 0 before the first."""
        return self.total / self.weight if self.weight else 0.0

    @property
    def error(self) -> float:
        """The standard error of that mean; infinite before the third period."""
        if self.periods < 3:
            return inf
        variance = max(0.0, self.squares / self.weight - self.mean**2)
        return sqrt(variance / self.weight)


class Chooser:
    """Says which arm is used, and why.

    A fold over the rewards: whoever is told the same has the same arm.

    Parameters
    ----------
    arms
        Names, the one to stay with first.

    Examples
    --------
    >>> chooser = Chooser(["margin", "random"], seed=7)
    >>> chooser.arm, chooser.why
    ('margin', 'the first arm: no other is clearly better')
    """

    def __init__(self, arms: Sequence[str], seed: int) -> None:
        self._seed = seed
        self.records = {arm: Record() for arm in arms}
        self.period = 0
        self._first = arms[0]
        self.arm, self.why = self._chosen()

    def reward(self, fall: float) -> None:
        """End a period in which the log loss fell by so much; choose for the next."""
        self.records[self.arm].add(fall)
        self._next()

    def pass_period(self) -> None:
        """End a period for which there was nothing to judge it by."""
        self._next()

    def _next(self) -> None:
        self.period += 1
        self.arm, self.why = self._chosen()

    def _chosen(self) -> tuple[str, str]:
        arms = list(self.records)
        others = arms[1:]
        chance = draw(self._seed, "arm", str(self.period))
        if self.period and chance < EXPLORED:
            return others[int(chance / EXPLORED * len(others))], "tried, as one period in ten is"
        first = self.records[self._first]
        best = max(arms, key=lambda arm: self._lead(self.records[arm], first))
        lead = self._lead(self.records[best], first)
        if best == self._first or lead <= CLEAR:
            return self._first, "the first arm: no other is clearly better"
        return best, f"better than {self._first} by {lead:.1f} standard errors"

    @staticmethod
    def _lead(record: Record, first: Record) -> float:
        """Return by how many standard errors a record is ahead of the first arm's."""
        error = sqrt(record.error**2 + first.error**2)
        if record is first or error == inf:
            return 0.0
        gain = record.mean - first.mean
        return gain / error if error else (inf if gain > 0 else 0.0)
