"""Asking about a row of a pool: a request that no share held back, only the limits."""

from streamal.core.answers import UNCOUNTED
from streamal.core.arbiter import Arbiter
from streamal.core.policies import reason_of
from streamal.core.prediction import Prediction
from streamal.core.records import NO_PAYLOAD, Features, Request, Source
from streamal.core.requests import RequestRow
from streamal.core.scorer import Situation


def granted(
    arbiter: Arbiter,
    situation: Situation,
    source: Source,
    features: Features,
    seen: Prediction,
    rank: float,
    worth: float,
) -> Request:
    """Reserve a label for a row and return the request; the ledger must consent already.

    Nothing is drawn, and a row that was chosen for being hard says nothing of the others:
    the accuracy estimate does not count it.
    """
    charges = arbiter.ledger.reserve()
    asked = _request(arbiter, situation, source, features, seen, rank, worth)
    row = RequestRow(asked=asked, charges=charges, bin=UNCOUNTED, guess=0.0, n=arbiter.state.n)
    arbiter.book.add(row)
    arbiter.quotas.add(features, seen.label)
    arbiter.journal.count_route("request", asked.reason)
    return asked


def _request(
    arbiter: Arbiter,
    situation: Situation,
    source: Source,
    features: Features,
    seen: Prediction,
    rank: float,
    worth: float,
) -> Request:
    time = arbiter.state.ledger.time
    return Request(
        sample_id=source.text,
        route="request",
        reason=reason_of(arbiter.spec.policy.kind, seen.arm, False, seen.is_cold),
        label=seen.label,
        probabilities=seen.named(situation.classes),
        confidence=seen.confidence,
        utility=worth,
        rank=rank,
        threshold=1.0,
        propensity=1.0,
        model_version=situation.version,
        decided_at=time,
        source=source,
        ledger=arbiter.journal.step(arbiter.ledger.share()),
        modifiers=seen.modifiers,
        arm=seen.arm,
        request_id=source.text,
        features=features,
        payload=NO_PAYLOAD,
        classes=list(arbiter.state.classes),
        created_at=time,
        expires_at=time + arbiter.spec.expire_ms,
    )
