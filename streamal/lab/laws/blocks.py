"""What was decided together: the blocks of a pool, told by the stamps that decisions share."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from streamal.core.controller import Verdict, wanted
from streamal.core.policies import PolicySpec
from streamal.core.pool import is_informed, order
from streamal.core.records import Candidate, Source
from streamal.lab.laws.facts import Proposed, Told


class Blocks:
    """The blocks of a log.

    Each record of `candidates` belongs to the first block that ends with it or after it.

    Parameters
    ----------
    told
        All decisions; those of an arbiter count.
    policy
        As configured now.
    """

    def __init__(self, told: Sequence[Told], policy: PolicySpec) -> None:
        sources: dict[int, set[Source]] = defaultdict(set)
        for one in told:
            if one.balance is not None and not one.is_again:
                sources[one.balance.candidates].add(one.source)
        self._ends = sorted(sources)
        self._shared = {end for end, found in sources.items() if len(found) > 1}
        self._policy = policy
        self._end = -1
        self._waiting: list[tuple[Candidate, Told]] = []
        self._counted = self._unlike = 0

    @property
    def is_pooled(self) -> bool:
        """May decisions have waited for others?"""
        return self._policy.kind == "pool" or bool(self._shared)

    def end(self, offset: int) -> int:
        """Return where the block of a candidate ends; its own offset where there is none."""
        place = bisect_left(self._ends, offset) if self.is_pooled else len(self._ends)
        return self._ends[place] if place < len(self._ends) else offset

    def rules(self, end: int) -> tuple[bool, ...]:
        """Return whether a decision was made as one of a block, the likelier answer first."""
        if end in self._shared:
            return (True,)
        if not self.is_pooled:
            return (False,)
        return (True, False) if self._policy.kind == "pool" else (False, True)

    def take(self, candidate: Candidate, told: Told, end: int) -> None:
        """Take in a decision of a block, in the order of `candidates`."""
        if end != self._end:
            self._flush()
            self._end = end
        if end in self._shared:
            self._waiting.append((candidate, told))

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._counted += 1
            self._unlike += not _is_best([one for one, _ in waiting], waiting, self._policy)

    def notes(self) -> Iterator[str]:
        """Say how many blocks there were, and whether they chose as they would now."""
        self._flush()
        if not self._counted:
            return
        now = f"as configured now (diversity {self._policy.diversity})"
        if self._unlike:
            yield f"{self._unlike} of {self._counted} blocks are not the best {now}"
        else:
            yield f"{self._counted} blocks, each the best of those that waited, {now}"


def _is_best(
    candidates: Sequence[Candidate], waiting: Sequence[tuple[Candidate, Told]], policy: PolicySpec
) -> bool:
    """Were the best of a block chosen, but for those that were held back or refused?"""
    chosen = [_is_chosen(told) for _, told in waiting]
    passed = [told.held_back is not None or told.propensity == 0 for _, told in waiting]
    left = sum(chosen)
    for i in order(candidates, len(candidates), policy):
        if not left:
            break
        if chosen[i]:
            left -= 1
        elif not passed[i]:
            return False
    return not left


def _is_chosen(told: Told) -> bool:
    return told.route == "request" and told.reason not in ("exploration", "audit")


def stated(
    told: Told, proposed: Proposed, share: float, uniform: float, coin: float, pace: float
) -> Verdict:
    """Return the verdict of a block's decision, as far as its own record tells.

    Whether it was among the best depends on the others, so it is believed where it could be:
    a request for another reason than its draw, or what was wanted and then refused.
    """
    drawn = wanted(1.0, proposed.draw, share, uniform, coin=coin, pace=pace)
    could = is_informed(proposed.rank, proposed.cap, uniform)
    refused = told.held_back is not None or (told.propensity == 0 < drawn.propensity)
    if could and (_is_chosen(told) or (told.route != "request" and refused)):
        return Verdict(wanted=True, explored=False, propensity=1.0)
    return drawn
