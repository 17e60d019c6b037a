"""The guard against junk: a logistic model of what people reject."""

from collections.abc import Sequence
from math import exp, sqrt

import numpy as np

from streamal.core.surroundings.layout import Floats

RATE = 0.5
"""Of AdaGrad's steps (Duchi, Hazan, Singer, "Adaptive Subgradient Methods", JMLR 2011)."""

PRIOR = -2.0
"""Log-odds of junk before anything is known."""

POWER = 3
"""Of the probability of no junk. Measured: 2 leaves a tenth more junk, 6 costs a point."""

LIKELY = 0.5
"""Where junk is more probable than this it is silenced."""

SILENT = 1e-6
"""The factor of the silenced; only the uniform floor reaches them, and their order stays."""

_BEYOND = 30.0

Evidence = Sequence[Floats]
"""Columns of n numbers, in the order of the weights."""


class Guard:
    """Learns from each answer whether its sample was junk.

    Examples
    --------
    >>> guard = Guard(1)
    >>> for _ in range(20):
    ...     guard.learn([np.array([1.0])], is_junk=True)
    ...     guard.learn([np.array([-1.0])], is_junk=False)
    >>> [round(factor, 3) for factor in guard.factors([np.array([-1.0, 0.0])])]
    [0.866, 0.199]
    """

    def __init__(self, width: int) -> None:
        self._weights = [PRIOR] + [0.0] * width
        self._squares = [0.0] * (width + 1)

    def learn(self, evidence: Evidence, is_junk: bool) -> None:
        """Take in the evidence on one sample, as it was before the answer."""
        error = self._chances(evidence)[0] - float(is_junk)
        for at, value in enumerate((1.0, *(float(column[0]) for column in evidence))):
            step = error * value
            if step:
                self._squares[at] += step * step
                self._weights[at] -= RATE * step / sqrt(self._squares[at])

    def factors(self, evidence: Evidence) -> list[float]:
        """Return for each sample the `POWER` of the probability that it is no junk.

        Where junk is likely it is `SILENT` as well.
        """
        return [
            (1.0 - chance) ** POWER * (SILENT if chance > LIKELY else 1.0)
            for chance in self._chances(evidence)
        ]

    def _chances(self, evidence: Evidence) -> list[float]:
        total = np.full(len(evidence[0]), self._weights[0])
        for weight, column in zip(self._weights[1:], evidence, strict=True):
            total += weight * column
        return [1.0 / (1.0 + exp(min(max(-x, -_BEYOND), _BEYOND))) for x in total.tolist()]
