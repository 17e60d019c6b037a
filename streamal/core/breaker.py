"""Suspends auto-labelling when audits contradict it: a sequential test of three bets."""

from math import exp, fsum, log

STAKES = (0.15, 0.3, 0.6)
"""Parts of what may be lost that are bet on each audit."""

FIRES = 1000.0
"""The mean of the three fortunes at which it fires."""


class Breaker:
    """Bets that the precision has fallen below its target, and starts anew while it has not.

    A fortune never falls below where it began (Page's CUSUM, Biometrika 1954), so a long
    good time does not have to be lost first.

    Parameters
    ----------
    target
        The precision that was promised.
    fortunes
        Logarithms, as they were left; changed in place.

    Examples
    --------
    >>> breaker = Breaker(0.95, [0.0, 0.0, 0.0])
    >>> [breaker.take(right=False) for _ in range(6)].index(True)
    3
    """

    def __init__(self, target: float, fortunes: list[float]) -> None:
        self.target = target
        self.fortunes = fortunes
        self._bets = [stake / (1.0 - target) for stake in STAKES]

    def take(self, right: bool) -> bool:
        """Take in an audit of what would have been an auto-label; return whether it fires."""
        fortunes = self.fortunes
        for i, bet in enumerate(self._bets):
            fortunes[i] = max(0.0, fortunes[i]) + log(1.0 - bet * (right - self.target))
        return fsum(map(exp, fortunes)) / len(fortunes) >= FIRES

    def reset(self) -> None:
        """Begin anew."""
        self.fortunes[:] = [0.0] * len(STAKES)
