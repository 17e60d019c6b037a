"""Recounts the budget from what was written, apart from the ledger and in exact arithmetic."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from streamal.core.limits import LimitSpec


def exact(number: float) -> Fraction:
    """Return a configured number as the decimal that was written, not as its double."""
    return Fraction(repr(number))


class Recount:
    """Charges of every limit, recounted.

    Examples
    --------
    >>> recount = Recount([LimitSpec("rate", 0.1, burst=1)])
    >>> recount.charge(n=1, time=0)
    >>> recount.excess(n=1, time=0)
    Fraction(-1, 10)
    """

    def __init__(self, specs: Sequence[LimitSpec]) -> None:
        self._specs = list(specs)
        self._labels = 0
        self._money = [Fraction(0) for _ in specs]
        self._windows: list[Counter[int]] = [Counter() for _ in specs]

    def charge(self, n: int, time: int) -> None:
        """Count one request at n samples and a time in milliseconds."""
        self._labels += 1
        for i, spec in enumerate(self._specs):
            if spec.kind == "window":
                self._windows[i][time // spec.every_ms] += 1
            if spec.kind == "cost":
                self._money[i] += exact(spec.dearest)

    def excess(self, n: int, time: int) -> Fraction:
        """Return how far the tightest limit is overspent; at most 0 where all hold."""
        return max(
            self._charged(i, time) - self._hard(spec, n) for i, spec in enumerate(self._specs)
        )

    def _charged(self, i: int, time: int) -> Fraction:
        spec = self._specs[i]
        if spec.kind == "window":
            return Fraction(self._windows[i][time // spec.every_ms])
        return self._money[i] if spec.kind == "cost" else Fraction(self._labels)

    @staticmethod
    def _hard(spec: LimitSpec, n: int) -> Fraction:
        amount = exact(spec.amount)
        return exact(spec.burst) + amount * n if spec.kind == "rate" else amount
