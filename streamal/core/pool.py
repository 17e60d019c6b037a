"""The pool: candidates wait, and every so often the best that also differ are asked.

A block is what came on `candidates` since the last one was closed, and it is closed as a
whole: some of its candidates are granted, all others go their other way. So whoever waits
has not passed the arbiter yet, and nothing has to be remembered for it.
"""

from collections.abc import Sequence, Set
from math import floor as whole
from typing import NamedTuple

import msgspec

from streamal.core.controller import Verdict, wanted
from streamal.core.draw import rest_of
from streamal.core.gower import spread
from streamal.core.journal import ArbiterState
from streamal.core.ledger import Ledger
from streamal.core.limits import Limit, limit
from streamal.core.policies import PolicySpec
from streamal.core.records import Candidate, Progress

GROWTH = 40
"""An eager block is at most one in so many of the labels asked so far: early labels teach
most, and a block of them would all be chosen by a model that knows next to nothing."""

MANY = 2**63 - 1
"""More labels than anybody will ask for."""

_ROUNDING = 1e-6
"""Prices divide: 0.3 buys three labels at 0.1."""


class Block:
    """Records of `candidates` that wait, in the order of the log.

    Parameters
    ----------
    since
        The time of the first candidate; None while there is none.
    last, time
        Offset and time of the last record.
    """

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.seen: dict[str, int] = {}
        self.bins: dict[str, list[int]] = {}
        self.since: int | None = None
        self.last = -1
        self.time = 0

    def take(self, record: Candidate | Progress, offset: int, time: int) -> None:
        """Take in one record; what it tells of its partitions includes all before."""
        self.seen.update(record.seen)
        self.bins.update(record.bins)
        self.last, self.time = offset, max(self.time, time)
        if isinstance(record, Candidate):
            self.candidates.append(record)
            self.since = time if self.since is None else self.since

    def told(self, state: ArbiterState) -> int:
        """Return of how many samples it tells that were not seen before."""
        return sum(max(0, count - state.seen.get(p, 0)) for p, count in self.seen.items())


class Means(NamedTuple):
    """What a budget affords.

    Parameters
    ----------
    labels
        Of so many requests now: the least by which a limit's planned line is ahead of its charges.
    left
        So many at most, however long one waits.
    """

    labels: int
    left: int


def means(ledger: Ledger, n: int, time: int) -> Means:
    """Return what a ledger affords once it has come to n samples and a time.

    Examples
    --------
    >>> from streamal.core.limits import LimitSpec
    >>> ledger = Ledger([LimitSpec("rate", 0.1, burst=5), LimitSpec("count", 12, over=50)])
    >>> means(ledger, n=20, time=0)
    Means(labels=7, left=12)
    """
    found = [_means(one, n, max(time, ledger.state.time)) for one in ledger.limits]
    labels, left = (min(counts) for counts in zip(*found, (MANY, MANY), strict=True))
    return Means(max(0, labels), max(0, left))


def _means(one: Limit, n: int, time: int) -> tuple[int, int]:
    """Look ahead on a copy: the limit itself moves when a block is closed."""
    ahead, each = limit(one.spec, msgspec.structs.replace(one.account)), one.per_request
    ahead.advance(n, time)
    line, charged, _ = ahead.planned()
    labels = whole((line - charged + _ROUNDING) / each)
    if one.spec.kind == "rate":
        return labels, MANY
    total = one.spec.amount / (one.spec.dearest if one.spec.kind == "cost" else 1.0)
    return labels, whole((total - charged + _ROUNDING) / each)


def is_full(block: Block, ledger: Ledger, state: ArbiterState, spec: PolicySpec) -> bool:
    """Return whether a block is to be closed: nothing waits, or nothing is worth waiting for.

    What the budget affords is then a block of labels, or one for each sample, or all that
    there will be; or, where the policy is eager, the best come in a rush.
    """
    if not block.candidates or len(block.candidates) >= spec.pool:
        return True
    told = block.told(state)
    labels, left = means(ledger, state.n + told, block.time)
    # A burst has labels to spare for each sample; one that was left over is none.
    if labels >= min(spec.block, left, 2 * told):
        return True
    return spec.eager and labels > 0 and _is_urgent(block, labels, ledger, state, spec)


def _is_urgent(
    block: Block, labels: int, ledger: Ledger, state: ArbiterState, spec: PolicySpec
) -> bool:
    """Is waiting dear? Early on, and where the best come as they do when the model is off.

    The best are those that `rank` would ask at the plan's pace: as many as labels, in the
    long run. Half of that at once is worth more now than a choice among more later.
    """
    asked = sum(count for way, count in state.routes.items() if way.startswith("request/"))
    share = (1.0 - spec.uniform) * ledger.slope()
    best = sum(one.rank < share for one in block.candidates)
    return labels >= asked // GROWTH or 2 * best > labels


def turns(ledger: Ledger, time: int) -> bool:
    """Return whether a window of the budget ends before a time."""
    return any(
        one.spec.kind == "window" and 0 <= one.account.window < time // one.spec.every_ms
        for one in ledger.limits
    )


def verdicts(
    candidates: Sequence[Candidate],
    coins: Sequence[float],
    labels: int,
    told: int,
    spec: PolicySpec,
) -> list[tuple[Verdict, float]]:
    """Return a verdict for each candidate of a block, and the share that it was judged at.

    Uniform draws come first, as ever; the rest of the labels goes down the order of the
    best. Who would be among them without its own draw counts as one of them, so the
    propensity of all others is that of the draws alone.

    Parameters
    ----------
    coins
        The probability of an audit, for each candidate.
    """
    shares = [min(one.cap, labels / max(told, labels, 1)) for one in candidates]
    draws = [
        wanted(1.0, one.draw, share, spec.uniform, coin=coin, pace=one.pace)
        for one, share, coin in zip(candidates, shares, coins, strict=True)
    ]
    drawn = {i for i, verdict in enumerate(draws) if verdict.wanted}
    best = _best(order(candidates, labels, spec), drawn, labels)
    found = (_CHOSEN if i in best else verdict for i, verdict in enumerate(draws))
    return list(zip(found, shares, strict=True))


def _best(ordered: Sequence[int], drawn: Set[int], labels: int) -> set[int]:
    free = labels - len(drawn)
    best: set[int] = set()
    for i in ordered:
        free -= i not in drawn
        if free < 0:
            break
        best.add(i)
    return best


_CHOSEN = Verdict(wanted=True, explored=False, propensity=1.0)


def is_informed(rank: float, cap: float, uniform: float) -> bool:
    """Was it proposed for its rank? What a draw alone proposed is never one of the best."""
    return rank < (1.0 - uniform) * cap


def order(candidates: Sequence[Candidate], depth: int, spec: PolicySpec) -> list[int]:
    """Return the places of the best candidates that also differ, best first.

    A deeper order begins with the same places.
    """
    places = [i for i, one in enumerate(candidates) if is_informed(one.rank, one.cap, spec.uniform)]
    places.sort(key=lambda i: (-candidates[i].utility, -rest_of(candidates[i].draw), i))
    if spec.diversity == 0:
        return places[:depth]
    rows = [candidates[i].features for i in places]
    return [places[i] for i in spread(rows, depth, spec.diversity)]
