"""The ranks of a partition's samples, folded again from the utilities in the log."""

from collections import defaultdict
from collections.abc import Iterator

from streamal.core import policies
from streamal.core.policies import Policy, policy
from streamal.lab.laws.facts import Proposed, Told
from streamal.lab.laws.log import Log
from streamal.wire.topics import SAMPLES

FOLDED = ("rank", "auto", "pool", "fixed", "random")
"""Policies whose opinion depends on the log alone; the others know the pace of the moment."""

Routed = Told | Proposed


class Ranks:
    """Weighs each sample again, with the policy as it is configured now.

    A policy remembers at most `window` samples. So after a sample that is not known any
    more, and at the beginning of a partition whose beginning is gone, as many pass
    before ranks are compared again.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._spec, self._seed = log.plan.scorer.policy, log.plan.scorer.seed
        self._routed: dict[int, dict[int, Routed]] = defaultdict(dict)
        self._dead: set[tuple[int, int]] = set()
        self._compared = 0
        self._left_out = 0
        self._collect()

    def _collect(self) -> None:
        name = self._log.scan.name(SAMPLES)
        scored: list[Routed] = [*self._log.told, *self._log.waiting.values()]
        for one in scored:
            if one.source.topic == name:
                self._routed[one.source.partition].setdefault(one.source.offset, one)
        for letter in self._log.letters:
            if letter.original.topic == name:
                self._dead.add((letter.original.partition, letter.original.offset))

    def again(self, partition: int) -> Iterator[tuple[Routed, float]]:
        """Yield each sample whose rank is known again, with that rank."""
        if self._spec.kind not in FOLDED:
            return
        oldest, _ = self._log.scan.ends[SAMPLES][partition]
        fold, awaited = self._fresh(), self._spec.window if oldest else 0
        for one in self._samples(partition):
            if one is None:
                fold, awaited = self._fresh(), self._spec.window
                continue
            rank = fold.weigh(_view(one)).rank
            if awaited:
                awaited -= 1
                self._left_out += 1
            else:
                self._compared += 1
                yield one, rank

    def _fresh(self) -> Policy:
        return policy(self._spec, self._seed)

    def _samples(self, partition: int) -> Iterator[Routed | None]:
        """Yield what was routed, in order; None for what is not known."""
        routed = self._routed[partition]
        passed = self._log.look.before.scored.get(partition, max(routed, default=-1) + 1)
        for offset in self._log.samples[partition].offsets:
            if offset >= passed:
                return
            one = routed.get(offset)
            if one is not None:
                yield one if self._log.has_our_seed(one.version) else None
            elif (partition, offset) not in self._dead:
                yield None

    def notes(self) -> Iterator[str]:
        """Say how many ranks were compared, and why others were not."""
        if self._spec.kind not in FOLDED:
            yield f"ranks of policy {self._spec.kind} depend on the pace of the moment"
            return
        yield f"{self._compared} ranks"
        if self._left_out:
            yield f"{self._left_out} ranks among samples that are gone were not compared"


def _view(one: Routed) -> policies.Scored:
    return policies.Scored(
        source=one.source.text,
        utility=one.utility,
        confidence=one.confidence,
        cold=one.is_cold if isinstance(one, Proposed) else not one.row,
        affordable=True,
        pace=1.0,
        arm=one.arm,
    )
