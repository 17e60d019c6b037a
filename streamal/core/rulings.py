"""What an arbiter says of a candidate, as the record that it writes."""

from typing import Any

from msgspec import UNSET

from streamal.core.journal import ArbiterSpec, ArbiterState, Journal
from streamal.core.policies import reason_of
from streamal.core.records import Candidate, Decision, Request, Route
from streamal.core.restraint import Ruling


class Rulings:
    """Writes requests and decisions; shares the arbiter's state and journal."""

    def __init__(self, spec: ArbiterSpec, state: ArbiterState, journal: Journal) -> None:
        self._spec = spec
        self._state = state
        self._journal = journal

    def request(self, candidate: Candidate, ruling: Ruling) -> Request:
        """Write that a person is asked."""
        time, verdict = self._state.ledger.time, ruling.verdict
        kind, arm, cold = self._spec.policy.kind, candidate.arm, candidate.cold_start
        audited = verdict.audited or ruling.rests
        reason = reason_of(kind, arm, verdict.explored, cold, audited)
        self._journal.count_route("request", reason)
        return Request(
            **self._common(candidate, ruling),
            route="request",
            reason=reason,
            propensity=verdict.propensity,
            ledger=self._journal.step(ruling.share),
            request_id=candidate.source.text,
            features=candidate.features,
            payload=candidate.payload,
            classes=list(self._state.classes),
            created_at=time,
            expires_at=time + self._spec.expire_ms,
        )

    def other_way(
        self, candidate: Candidate, ruling: Ruling, refused: bool, withdrawn: bool
    ) -> Decision:
        """Write the candidate's other route unchanged.

        A refusal is its reason to abstain, and so is a certificate that was withdrawn.
        """
        labels = candidate.route == "auto_label" and not withdrawn
        reason = "uncertified" if withdrawn else candidate.reason
        if refused and not labels:
            reason = "budget"
        route: Route = "auto_label" if labels else "abstain"
        self._journal.count_route(route, reason)
        bar = candidate.auto_label_threshold
        return Decision(
            **self._common(candidate, ruling),
            route=route,
            reason=reason,
            propensity=0.0 if refused else ruling.verdict.propensity,
            auto_label_threshold=bar if labels and bar is not None else UNSET,
            certificate=candidate.certificate if labels else UNSET,
            ledger=self._journal.stamp(ruling.share),
        )

    def _common(self, candidate: Candidate, ruling: Ruling) -> dict[str, Any]:
        """Return what every decision says of a candidate."""
        own = 0.0 if ruling.rests else candidate.threshold
        return {
            "sample_id": candidate.sample_id,
            "label": candidate.label,
            "probabilities": candidate.probabilities,
            "confidence": candidate.confidence,
            "utility": candidate.utility,
            "rank": candidate.rank,
            "threshold": (1.0 - self._spec.policy.uniform) * ruling.share if own is None else own,
            "model_version": candidate.model_version,
            "decided_at": self._state.ledger.time,
            "source": candidate.source,
            "modifiers": candidate.modifiers,
            "arm": candidate.arm,
            "held_back": ruling.restraint,
        }
