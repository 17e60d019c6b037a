"""A case as plain values: what `--json` prints, and what the lines for people are made of."""

from collections.abc import Sequence
from math import inf
from typing import Any

import msgspec

from streamal.core.ledger import names
from streamal.core.limits import LimitSpec
from streamal.core.records import Decision
from streamal.lab.explain.case import Again, Case, Event
from streamal.lab.laws.facts import Balance, Proposed, Told

Document = dict[str, Any]


def document(case: Case, why: str, limits: Sequence[LimitSpec], chance: float | None) -> Document:
    """Return all that is known of a case; what is not known is null."""
    told, request = case.told, case.request
    return {
        "sample_id": case.sample_id,
        "source": case.source.text,
        "kind": case.kind,
        "state": case.state,
        "why": why,
        "appended_at": case.appended_at,
        "kept": case.appended_at is not None if case.kind == "sample" else None,
        "features": None if request is None else request.features,
        "decision": _decision(told, case.decision) if told and case.decision else None,
        "candidate": _candidate(case.proposed) if case.proposed else None,
        "draw": chance,
        "ledger": _ledger(told.balance, limits) if told and told.balance else None,
        "request": _request(case),
        "score": _plain(case.score),
        "rule": _plain(case.rule),
        "dead_letter": _letter(case),
        "also_decided": case.others,
        "events": [_event(one) for one in sorted(case.events, key=_order)],
    }


def _decision(told: Told, decision: Decision) -> Document:
    return {
        "at": told.at.text,
        "by": "scorer" if told.balance is None else "arbiter",
        "decided_at": decision.decided_at,
        "route": told.route,
        "reason": told.reason,
        "label": told.label,
        "probabilities": dict(decision.probabilities),
        "confidence": told.confidence,
        "utility": told.utility,
        "rank": told.rank,
        "threshold": told.threshold,
        "propensity": told.propensity,
        "auto_label_threshold": told.bar,
        "certificate": told.certificate,
        "model_version": told.version,
        "modifiers": dict(told.modifiers),
        "arm": told.arm,
        "held_back": told.held_back,
    }


def _candidate(proposed: Proposed) -> Document:
    return {
        "at": proposed.at.text,
        "label": proposed.label,
        "confidence": proposed.confidence,
        "utility": proposed.utility,
        "rank": proposed.rank,
        "draw": proposed.draw,
        "cap": proposed.cap,
        "route": proposed.route,
        "reason": proposed.reason,
        "auto_label_threshold": proposed.bar,
        "certificate": proposed.certificate,
        "coin": proposed.coin,
        "audited_from": proposed.audited_from,
        "model_version": proposed.version,
        "modifiers": dict(proposed.modifiers),
        "arm": proposed.arm,
    }


def _ledger(balance: Balance, limits: Sequence[LimitSpec]) -> Document:
    known = names(limits) if len(limits) == len(balance.charged) else []
    shown = known or [f"limit {i + 1}" for i in range(len(balance.charged))]
    return {
        "step": balance.step,
        "candidates": balance.candidates,
        "n": balance.n,
        "ledger_at": balance.time,
        "share": balance.share,
        "limits": [
            {"limit": name, "charged": charged, "allowed": allowed}
            for name, charged, allowed in zip(shown, balance.charged, balance.allowed, strict=False)
        ],
    }


def _request(case: Case) -> Document | None:
    """Return the newest request, and where it stands: its own last event decides."""
    if case.request is None:
        return None
    events = sorted(case.events, key=_order)
    again = [one for one in events if one.what == "asked_again"]
    newest = again[-1] if again else case.request
    ended = [one for one in events if one.version and one.what != "voted"]
    ends = [one for one in ended if one.request_id == newest.request_id]
    last = ends[-1] if ends else None
    return {
        "request_id": newest.request_id,
        "attempts": 1 + len(again),
        "expires_at": newest.expires_at,
        "state": "open" if last is None else last.outcome or last.what,
        "label": None if last is None else last.label,
        "version": None if last is None else last.version,
    }


def _letter(case: Case) -> Document | None:
    letter = case.letter
    if letter is None:
        return None
    return {
        "at": case.letter_at,
        "stage": letter.stage,
        "reason": letter.reason,
        "message": letter.message,
        "buried_at": letter.time,
        "by_version": letter.version,
        "replayed_at": case.replayed_at,
    }


def _order(event: Event) -> tuple[int, float]:
    """By time; within one by the ledger's steps, and then what took none."""
    return event.happened_at, inf if event.step is None else event.step


def _event(event: Event) -> Document:
    return {
        name: value for name, value in msgspec.structs.asdict(event).items() if value is not None
    }


def _plain(again: Again | None) -> Document | None:
    if again is None:
        return None
    return {
        name: value for name, value in msgspec.structs.asdict(again).items() if value is not None
    }
