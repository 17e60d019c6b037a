"""Since when uniform labels contradict the model more often than before: a fold over `updates`.

Errors are held against how often there were any among labels of a like propensity:
audits lie where the model is sure, and are drawn more or less often as the budget affords
it, so that their share in all uniform labels says nothing of drift, but moves the errors.
The rule has no settings, so replicas agree whatever watches at each of them.
"""

from collections import deque
from math import log, sqrt
from typing import NamedTuple

from streamal.core.drifting import is_drawn
from streamal.core.updates import Example

RECENT = 100
"""Uniform labels among which the least propensity is that of the floor."""

AUDITED = 2.0
"""A label that was so many times as likely to be drawn lies where audits are."""

TOLERANCE = 0.1
"""A rise of the errors that is none: Page's CUSUM (Biometrika 1954) begins anew below it."""

RECALLED = 300
"""Examples that are kept for a fresh model."""

LEAST_DEVIATION = 1.0 / 3.0
"""Where errors are rare one of them alone is no drift."""

USUAL, EVIDENCE = 0.02, 5.4
"""Part of the samples that uniform labels are where the usual evidence, in nats, is right."""

_PRIOR = (2.0, 0.5)
"""Labels and errors that each stratum begins with."""


class Seen(NamedTuple):
    """What a uniform label is, beside others.

    Parameters
    ----------
    wrong
        1 where it contradicts the model, else 0.
    excess
        The same less the part that did before.
    score
        The excess in standard deviations, for a test of sums; less where labels are many,
        for then they have more chances to look like drift.
    weight
        How likely labels of the floor are to be drawn, of how likely this one was.
    """

    wrong: float
    excess: float
    score: float
    weight: float


class Onset:
    """Keeps the last examples, and tells those that came since errors became more."""

    def __init__(self) -> None:
        self._likely: deque[float] = deque(maxlen=RECENT)
        self._kept: deque[Example] = deque(maxlen=RECALLED)
        self._since = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew, but for the examples."""
        self._strata = {False: list(_PRIOR), True: list(_PRIOR)}
        self._risen = 0.0

    def see(self, example: Example) -> Seen | None:
        """Take in an example; return what its label is, if it was drawn."""
        self._kept.append(example)
        if not is_drawn(example):
            return None
        p = example.propensity or 1.0
        self._likely.append(p)
        least = min(self._likely)
        stratum, wrong = (
            self._strata[p > AUDITED * least],
            float(example.predicted != example.label),
        )
        usual = stratum[1] / stratum[0]
        stratum[:] = stratum[0] + 1.0, stratum[1] + wrong
        self._risen = max(0.0, self._risen + wrong - usual - TOLERANCE)
        if not self._risen:
            self._since = example.version
        deviation = max(LEAST_DEVIATION, sqrt(usual * (1.0 - usual))) * _caution(least)
        return Seen(wrong, wrong - usual, (wrong - usual) / deviation, least / p)

    def recent(self) -> list[Example]:
        """Return the examples since errors became more, oldest first; none if they did not."""
        if not self._risen:
            return []
        return [one for one in self._kept if one.version > self._since]


def _caution(rate: float) -> float:
    """Return by how much a score shrinks so that false alarms are as rare for all samples.

    A sum that drifts downwards crosses a bar h by chance with probability exp(-2dh/v), for
    steps of mean -d and variance v, at each label (Siegmund, Sequential Analysis, 1985).
    """
    return sqrt(1.0 + log(max(1.0, rate / USUAL)) / EVIDENCE)
