"""The rule of docs/budget.md, applied again to one decision as it was recorded."""

from collections.abc import Sequence
from typing import cast

from streamal.core.controller import Verdict, floor, held_back, wanted
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec, reason_of
from streamal.core.records import Restraint
from streamal.lab.laws.blocks import stated
from streamal.lab.laws.facts import Balance, Proposed, Told

NEAR = 1e-9


def refuses(limits: Sequence[LimitSpec], balance: Balance) -> bool:
    """Did a limit refuse one more label at a stamp? Where none is known, one may have."""
    if not limits:
        return True
    pairs = zip(limits, balance.charged, balance.allowed, strict=False)
    return any(_is_full(spec, charged, allowed) for spec, charged, allowed in pairs)


def _is_full(spec: LimitSpec, charged: float, allowed: float) -> bool:
    if spec.kind == "cost":
        return round(charged + spec.dearest, 9) > spec.amount
    return charged + 1 > allowed


class Rule:
    """Judges what arbiters and scorers wrote.

    The exploration may have been configured otherwise when a decision was made; its
    threshold, (1 - ε)·share, tells what it was then, and all else has to fit.

    Parameters
    ----------
    policy
        As configured now.
    """

    def __init__(self, policy: PolicySpec) -> None:
        self._policy = policy
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
        uniform = self._uniform(told.threshold, balance.share, proposed.threshold)
        if uniform is None:
            return f"threshold {told.threshold} does not follow from share {balance.share}"
        verdict = wanted(proposed.rank, proposed.draw, balance.share, uniform, proposed.want)
        if is_pooled:
            verdict = stated(told, proposed, balance.share, uniform)
        if told.held_back is not None:
            if not verdict.wanted:
                return f"it was held back ({told.held_back}), but the rule did not want it"
            restraint = cast("Restraint", told.held_back)
            verdict = held_back(restraint, proposed.draw, balance.share, uniform, proposed.want)
        if told.route == "request":
            return self._asked(told, proposed, verdict)
        return _not_asked(told, proposed, verdict, refuses(limits, balance))

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

    def _asked(self, told: Told, proposed: Proposed, verdict: Verdict) -> str | None:
        if not verdict.wanted:
            return "it was asked, but the rule does not want it"
        kind = self._policy.kind if proposed.want is not None else ""
        reason = reason_of(kind, proposed.arm, verdict.explored, proposed.is_cold)
        return _unlike(told, reason, verdict.propensity)

    def scored(self, told: Told, draw: float) -> str | None:
        """Return what is wrong with a scorer's own decision: it must not have been wanted."""
        if all(abs(self._at_cap(told, u) - told.propensity) > NEAR for u in self.uniforms):
            return f"propensity {told.propensity} does not follow from threshold {told.threshold}"
        if told.rank < told.threshold or draw < told.propensity:
            return f"the rule wants it (rank {told.rank}, draw {draw}), but it was not proposed"
        return None

    @staticmethod
    def _at_cap(told: Told, uniform: float) -> float:
        """Return the propensity at the cap that a threshold tells."""
        if uniform >= 1.0:
            return told.propensity
        return floor(told.threshold / (1.0 - uniform), uniform)


def _not_asked(told: Told, proposed: Proposed, verdict: Verdict, is_refused: bool) -> str | None:
    if told.route != proposed.route or told.bar != proposed.bar:
        return f"its other way was {proposed.route}, by {proposed.at.text}"
    if not verdict.wanted:
        return _unlike(told, proposed.reason, verdict.propensity)
    if not is_refused:
        return "the rule wants it and every limit affords it, but it was not asked"
    return _unlike(told, "budget" if told.route == "abstain" else proposed.reason, 0.0)


def _unlike(told: Told, reason: str, propensity: float) -> str | None:
    if told.reason != reason:
        return f"reason {told.reason}; by the rule it is {reason}"
    if told.propensity != propensity:
        return f"propensity {told.propensity}; by the rule it is {propensity}"
    return None
