"""An auditor that believes nobody: it recounts the budget from what was written.

It folds the records of `candidates` into n, sums up the requests in exact arithmetic,
and compares both with what the arbiter stamped on each request.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from streamal.core.limits import LimitSpec
from streamal.core.records import Candidate, Progress, Request, Stamp
from streamal.core.updates import Pace


def exact(number: float) -> Fraction:
    """Return the decimal that somebody wrote, not the double that it became."""
    return Fraction(str(number))


class Recount:
    """Counts samples and charges; no refunds, everyone at the dearest price."""

    def __init__(self, specs: Sequence[LimitSpec]) -> None:
        self._specs = list(specs)
        self._seen: dict[str, int] = {}
        self._windows: list[Counter[int]] = [Counter() for _ in specs]
        self.requests = 0
        self.excess = Fraction(-1)
        self.step = 0

    @property
    def n(self) -> int:
        """Samples seen: the largest count of each partition, summed up."""
        return sum(self._seen.values())

    def see(self, record: Candidate | Progress) -> None:
        """Take in what a record of `candidates` tells of how far scorers have come."""
        for partition, seen in record.seen.items():
            self._seen[partition] = max(seen, self._seen.get(partition, 0))

    def charge(self, request: Request) -> None:
        """Take in a request: note the excess, and that its stamp tells the truth."""
        self.requests += 1
        for i, spec in enumerate(self._specs):
            if spec.kind == "window":
                self._windows[i][request.created_at // spec.every_ms] += 1
        over = [self._charged(i, request.created_at) - self._hard(i) for i in range(self._count)]
        self.excess = max(self.excess, *over)
        assert isinstance(request.ledger, Stamp)
        self.stamped(request.ledger)
        self.compared(request.ledger, request.created_at)

    def pace(self, pace: Pace) -> None:
        """Take in a pace, which is a step of the ledger too."""
        self.stamped(pace.ledger)

    def stamped(self, stamp: Stamp) -> None:
        """Check that steps have no gaps and that n is what was seen."""
        self.step += 1
        assert (stamp.step, stamp.n) == (self.step, self.n)

    def compared(self, stamp: Stamp, time: int) -> None:
        """Check that the stamp charges what was charged, and allows no more than it may."""
        for i, state in enumerate(stamp.limits):
            assert round(state.charged, 6) == round(float(self._charged(i, time)), 6)
            assert round(state.allowed, 6) == round(float(self._hard(i)), 6)

    @property
    def _count(self) -> int:
        return len(self._specs)

    def _charged(self, i: int, time: int) -> Fraction:
        spec = self._specs[i]
        if spec.kind == "window":
            return Fraction(self._windows[i][time // spec.every_ms])
        price = exact(max(spec.prices.values())) if spec.kind == "cost" else Fraction(1)
        return self.requests * price

    def _hard(self, i: int) -> Fraction:
        spec = self._specs[i]
        if spec.kind == "rate":
            return exact(spec.burst) + exact(spec.amount) * self.n
        return exact(spec.amount)


def allowed(spec: LimitSpec, samples: int) -> int:
    """Return how many labels a limit allows in all, one sample a second from 0 on."""
    if spec.kind == "rate":
        return min(samples, int(exact(spec.burst) + exact(spec.amount) * samples))
    if spec.kind == "window":
        return int(spec.amount) * -(-samples * 1000 // spec.every_ms)
    if spec.kind == "cost":
        return int(exact(spec.amount) / exact(max(spec.prices.values())))
    return int(spec.amount)
