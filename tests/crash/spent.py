"""An own recount of the budget, in exact arithmetic, at every step of the ledger."""

from collections.abc import Iterator
from fractions import Fraction

from tests.crash.count import stepping
from tests.crash.facts import Fact, Facts


class Spent:
    """What is charged, net of refunds, as the records tell it.

    Parameters
    ----------
    rate, burst, count
        The two limits: `burst + rate * n` and `count`.
    """

    def __init__(self, facts: Facts, rate: str, burst: int, count: int) -> None:
        self._rate, self._burst, self._count = Fraction(rate), burst, count
        self._facts = facts
        self._samples = _samples(facts)
        self._refunded: set[str] = set()
        self.charged = 0

    def findings(self) -> Iterator[str]:
        """Yield where more was charged than allowed, or the stamp says otherwise."""
        for fact in stepping(self._facts):
            stamp = fact.said["ledger"]
            charges = self._fold(fact)
            n = self._samples[stamp["candidates"] + 1]
            allowed = (self._burst + self._rate * n, Fraction(self._count))
            if charges and self.charged > min(allowed):
                yield f"{fact.at}: {self.charged} charged, {float(min(allowed))} allowed"
            if not _agrees(stamp, n, self.charged, allowed):
                yield f"{fact.at}: the stamp {stamp} says otherwise than {self.charged} of {n}"

    def _fold(self, fact: Fact) -> bool:
        """Take in a step; return whether it charged."""
        said = fact.said
        name = str(said.get("request_id"))
        if fact.at.startswith("label-requests/"):
            self.charged += 1
            return True
        if said["kind"] == "closed" and said["refunded"] and name not in self._refunded:
            self._refunded.add(name)
            self.charged -= 1
        if said["kind"] == "example" and name in self._refunded:
            self._refunded.discard(name)
            self.charged += 1
            return True
        return False


def _samples(facts: Facts) -> list[int]:
    """Return how many samples were seen before each record of `candidates`, and at the end."""
    seen: dict[str, int] = {}
    counts = [0]
    for fact in facts.candidates:
        for partition, count in fact.said["seen"].items():
            seen[partition] = max(count, seen.get(partition, 0))
        counts.append(sum(seen.values()))
    return counts


def _agrees(stamp: dict[str, object], n: int, charged: int, allowed: tuple[Fraction, ...]) -> bool:
    expected = [{"charged": float(charged), "allowed": round(float(one), 6)} for one in allowed]
    limits = stamp["limits"]
    assert isinstance(limits, list)
    found = [{**limit, "allowed": round(limit["allowed"], 6)} for limit in limits]
    return stamp["n"] == n and found == expected
