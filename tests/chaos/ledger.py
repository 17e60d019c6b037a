"""An own recount of the budget, in exact arithmetic, at every step of the ledger."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from tests.chaos.facts import Facts
from tests.crash.count import stepping
from tests.crash.facts import Fact, Said

UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000}


class Account:
    """What one limit was charged, net of refunds."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._window = settings.get("window")
        self._every = _milliseconds(self._window["every"]) if self._window else 1
        self._count = settings.get("count")
        self._rate = Fraction(str(settings.get("rate", 0)))
        self._burst = Fraction(settings.get("burst", 20))
        self._charged: dict[int, int] = defaultdict(int)
        self._charges: dict[str, int] = {}

    def _now(self, time: int) -> int:
        return time // self._every if self._window else 0

    def charge(self, name: str, time: int) -> None:
        """Charge a request."""
        self._charges[name] = self._now(time)
        self._charged[self._now(time)] += 1

    def refund(self, name: str, time: int) -> None:
        """Give a charge back, while the window lasts that it was charged in."""
        if self._charges[name] == self._now(time):
            self._charged[self._now(time)] -= 1

    def charged(self, time: int) -> int:
        """Return what is charged in the window of this moment."""
        return self._charged[self._now(time)]

    def allowed(self, n: int) -> Fraction:
        """Return the hard line after so many samples."""
        if self._window:
            return Fraction(self._window["count"])
        if self._count is not None:
            return Fraction(self._count)
        return self._burst + self._rate * n


class Recount:
    """Folds requests and updates in the order of the ledger's steps.

    Attributes
    ----------
    overspent
        Steps that charged more than a limit allowed, by the recount or by the stamp.
    odd
        Where a stamp says otherwise than the recount.
    """

    def __init__(self, facts: Facts, budget: Sequence[dict[str, Any]]) -> None:
        self._accounts = [Account(one) for one in budget]
        self._offsets, self._seen = samples_seen(facts)
        self._refunded: set[str] = set()
        self._last = 0
        self.overspent: list[str] = []
        self.odd: list[str] = []
        self.spent: list[tuple[int, int, float]] = []
        for fact in stepping(facts):  # type: ignore[arg-type]  # the same attributes
            self._step(fact)

    def _step(self, fact: Fact) -> None:
        stamp = fact.said["ledger"]
        time, n = stamp["time"], self._n(stamp["candidates"])
        charges = self._fold(fact, time)
        found = [(one.charged(time), one.allowed(n)) for one in self._accounts]
        stamped = [(one["charged"], one["allowed"]) for one in stamp["limits"]]
        if charges and any(charged > allowed for charged, allowed in (*found, *stamped)):
            self.overspent.append(f"{fact.at}: {_plain(found)} recounted, {stamped} stamped")
        if stamp["n"] != n or _plain(found) != _rounded(stamped):
            self.odd.append(f"{fact.at}: {stamp} says otherwise than {_plain(found)} at {n}")
        if time < self._last:
            self.odd.append(f"{fact.at}: the clock ran back from {self._last} to {time}")
        self._last = time
        self.spent.append((n, found[0][0], float(found[0][1])))

    def _n(self, candidates: int) -> int:
        return self._seen[bisect_right(self._offsets, candidates)]

    def _fold(self, fact: Fact, time: int) -> bool:
        """Take in a step; return whether it charged."""
        said: Said = fact.said
        name = str(said.get("request_id"))
        if fact.at.startswith("label-requests/"):
            return self._charge(name, time)
        if said["kind"] == "closed" and said["refunded"] and name not in self._refunded:
            self._refunded.add(name)
            for one in self._accounts:
                one.refund(name, time)
        if said["kind"] == "example" and name in self._refunded:
            self._refunded.discard(name)
            return self._charge(name, time)
        return False

    def _charge(self, name: str, time: int) -> bool:
        for one in self._accounts:
            one.charge(name, time)
        return True


def samples_seen(facts: Facts) -> tuple[list[int], list[int]]:
    """Return the offsets of `candidates`, and how many samples were seen before each."""
    seen: dict[str, int] = {}
    counts = [0]
    for fact in facts.candidates:
        for partition, count in fact.said["seen"].items():
            seen[partition] = max(count, seen.get(partition, 0))
        counts.append(sum(seen.values()))
    return [int(fact.at.rpartition("/")[2]) for fact in facts.candidates], counts


def _plain(found: list[tuple[int, Fraction]]) -> list[tuple[float, float]]:
    return _rounded([(charged, float(allowed)) for charged, allowed in found])


def _rounded(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(float(charged), round(allowed, 6)) for charged, allowed in pairs]


def _milliseconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def lines(recount: Recount) -> Iterator[str]:
    """Yield all that is wrong."""
    yield from recount.overspent
    yield from recount.odd
