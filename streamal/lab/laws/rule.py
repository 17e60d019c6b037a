"""The rule of docs/budget.md, applied again to one decision as it was recorded."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple, cast

from streamal.core.controller import GENEROSITY, Verdict, floor, held_back, wanted
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec, reason_of
from streamal.core.records import Restraint
from streamal.core.stopping import resting
from streamal.lab.laws.blocks import stated
from streamal.lab.laws.course import Course
from streamal.lab.laws.facts import Balance, Proposed, Told
from streamal.lab.laws.way import Way, misled, way

NEAR = 1e-9


def refuses(limits: Sequence[LimitSpec], balance: Balance, labels: int = 1) -> bool:
    """Did a limit refuse so many more labels at a stamp? Where none is known, one may have."""
    if not limits:
        return True
    pairs = zip(limits, balance.charged, balance.allowed, strict=False)
    return any(_is_full(spec, charged, allowed, labels) for spec, charged, allowed in pairs)


def _is_full(spec: LimitSpec, charged: float, allowed: float, labels: int) -> bool:
    if spec.kind == "cost":
        return round(charged + labels * spec.dearest, 9) > spec.amount
    return charged + labels > allowed


class Ruled(NamedTuple):
    """Under what a candidate was judged.

    Parameters
    ----------
    uniform
        The uniform part of the share.
    coins
        What the audits' coin may have been: while those saved up are spent it is 0, and the
        log does not tell how many are.
    is_pooled
        Whether it was judged as one of a block.
    rests
        Whether a stop had left audits only.
    pace
        What its scorer had been told: uniform draws go by it.
    """

    balance: Balance
    uniform: float
    coins: tuple[float, ...]
    is_pooled: bool
    rests: bool
    pace: float


class Rule:
    """Judges what arbiters and scorers wrote.

    The exploration may have been configured otherwise when a decision was made; its
    threshold, (1 - ε)·share, tells what it was then, and all else has to fit.

    Parameters
    ----------
    policy
        As configured now.
    course
        What `updates` said of auto-labels and stops.
    """

    def __init__(self, policy: PolicySpec, course: Course) -> None:
        self._policy = policy
        self._course = course
        self.uniforms = [policy.uniform]

    def arbitrated(
        self,
        told: Told,
        balance: Balance,
        proposed: Proposed,
        limits: Sequence[LimitSpec],
        is_pooled: bool = False,
    ) -> str | None:
        """Return what is wrong with an arbiter's decision on a candidate, alone or in a block."""
        if told.score != proposed.score or told.rank != proposed.rank:
            return f"it does not say what its candidate says, {proposed.at.text}"
        if balance.share > proposed.cap:
            return f"share {balance.share} is above the candidate's cap {proposed.cap}"
        rests = self._course.rests(proposed.version, balance.step) is not None
        own = 0.0 if rests else proposed.threshold
        uniform = self._uniform(told.threshold, balance.share, own)
        if uniform is None:
            return f"threshold {told.threshold} does not follow from share {balance.share}"
        coins = (proposed.coin, 0.0) if proposed.coin else (0.0,)
        uniform = 1.0 if rests else uniform
        ruled = Ruled(balance, uniform, coins, is_pooled and not rests, rests, proposed.pace)
        found = [
            self._judged(told, proposed, ruled, one, limits)
            for one in _verdicts(told, proposed, ruled)
        ]
        return found[0] if all(found) else None

    def _judged(
        self,
        told: Told,
        proposed: Proposed,
        ruled: Ruled,
        verdict: Verdict | None,
        limits: Sequence[LimitSpec],
    ) -> str | None:
        if verdict is None:
            return f"it was held back ({told.held_back}), but the rule did not want it"
        if told.route == "request":
            return self._asked(told, proposed, verdict, ruled.rests)
        withdrawn = self._is_withdrawn(proposed, ruled.balance.step)
        is_refused = refuses(limits, ruled.balance, self._course.labels)
        return _not_asked(told, proposed, verdict, is_refused, withdrawn)

    def _is_withdrawn(self, proposed: Proposed, step: int) -> bool:
        """Was the certificate that a scorer relied on taken back before a step?"""
        now = self._course.in_force(step)
        if now is None or now.why == "began" or proposed.route != "auto_label":
            return False
        return proposed.confidence < now.terms.bar(proposed.label)

    def _uniform(self, threshold: float, share: float, own: float | None) -> float | None:
        """Return the uniform part of the share that a threshold tells, None if it tells none."""
        if own is not None:
            return self._policy.uniform if threshold == own else None
        for known in self.uniforms:
            if threshold == (1.0 - known) * share:
                return known
        found = round(1.0 - threshold / share, 6) if share > 0 else -1.0
        if not 0 <= found <= 1 or threshold != (1.0 - found) * share:
            return None
        self.uniforms.append(found)
        return found

    def _asked(self, told: Told, proposed: Proposed, verdict: Verdict, rests: bool) -> str | None:
        if not verdict.wanted:
            return "it was asked, but the rule does not want it"
        kind, audited = self._policy.kind if proposed.want is not None else "", verdict.audited
        reason = reason_of(kind, proposed.arm, verdict.explored, proposed.is_cold, audited or rests)
        return _unlike(told, reason, verdict.propensity)

    def proposed(self, proposed: Proposed) -> str | None:
        """Return in what a candidate does not say what was told up to its version."""
        pace = self._course.pace(proposed.version)
        if pace is not None and proposed.pace != min(1.0, pace):
            return f"pace {proposed.pace}; at its version scorers were told {pace}"
        return misled(proposed, self._way(proposed))

    def _way(self, scored: Told | Proposed) -> Way | None:
        return way(self._course.terms(scored.version), scored)

    def scored(self, told: Told, draw: float) -> str | None:
        """Return what is wrong with a scorer's own decision: it must not have been wanted."""
        other = self._way(told)
        why = misled(told, other)
        if why:
            return why
        coin = 0.0 if other is None else other.coin
        if all(abs(one - told.propensity) > NEAR for one in self._chances(told, coin)):
            return f"propensity {told.propensity} does not follow from threshold {told.threshold}"
        if told.rank < told.threshold or draw < told.propensity:
            return f"the rule wants it (rank {told.rank}, draw {draw}), but it was not proposed"
        return None

    def _chances(self, told: Told, coin: float) -> Iterator[float]:
        """Yield what a scorer's propensity may be, with the coin of its audits."""
        if self._course.stop(told.version) is not None:
            pace = self._course.pace(told.version)
            cap = min(1.0, GENEROSITY * (pace or 0.0))
            yield told.propensity if pace is None else resting(0.0, cap, coin).propensity
            return
        pace = self._course.pace(told.version)
        for uniform in self.uniforms:
            if uniform >= 1.0 or pace is None:
                yield told.propensity
                continue
            cap = told.threshold / (1.0 - uniform)
            explores = floor(max(cap, min(1.0, pace)), uniform)
            yield explores + (1.0 - explores) * coin


def _verdicts(told: Told, proposed: Proposed, ruled: Ruled) -> Iterator[Verdict | None]:
    """Yield what the rule may have said; None where it would hold back what it did not want."""
    if told.held_back is None:
        for coin in ruled.coins:
            yield _verdict(told, proposed, ruled, coin)
        return
    restraint = cast("Restraint", told.held_back)
    share, uniform = ruled.balance.share, ruled.uniform
    for coin, again in product(ruled.coins, repeat=2):
        if not _verdict(told, proposed, ruled, coin).wanted:
            yield None
            continue
        pace = 0.0 if ruled.rests else ruled.pace
        yield held_back(restraint, proposed.draw, share, uniform, proposed.want, again, pace)


def _verdict(told: Told, proposed: Proposed, ruled: Ruled, coin: float) -> Verdict:
    share, uniform = ruled.balance.share, ruled.uniform
    if ruled.rests:
        return resting(proposed.draw, share, coin)
    if ruled.is_pooled:
        return stated(told, proposed, share, uniform, coin, ruled.pace)
    return wanted(proposed.rank, proposed.draw, share, uniform, proposed.want, coin, ruled.pace)


def _not_asked(
    told: Told, proposed: Proposed, verdict: Verdict, is_refused: bool, withdrawn: bool
) -> str | None:
    route, bar, certificate = proposed.route, proposed.bar, proposed.certificate
    reason = proposed.reason
    if withdrawn:
        route, bar, certificate, reason = "abstain", None, None, "uncertified"
    if (told.route, told.bar, told.certificate) != (route, bar, certificate):
        why = ", since its certificate was withdrawn" if withdrawn else ""
        return f"its other way was {route}, by {proposed.at.text}{why}"
    if not verdict.wanted:
        return _unlike(told, reason, verdict.propensity)
    if not is_refused:
        return "the rule wants it and every limit affords it, but it was not asked"
    return _unlike(told, "budget" if told.route == "abstain" else reason, 0.0)


def _unlike(told: Told, reason: str, propensity: float) -> str | None:
    if told.reason != reason:
        return f"reason {told.reason}; by the rule it is {reason}"
    if told.propensity != propensity:
        return f"propensity {told.propensity}; by the rule it is {propensity}"
    return None
