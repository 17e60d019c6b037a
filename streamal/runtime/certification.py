"""What is known of a certificate, as plain values: for `status`, for the page of that name."""

from typing import Any

from msgspec.structs import astuple, replace

from streamal.core.certifier import Certifier, Finding
from streamal.core.estimate import Estimate
from streamal.core.journal import ArbiterState
from streamal.core.ratios import Ratio, ratio
from streamal.core.target import TargetSpec


def finding(state: ArbiterState, target: TargetSpec) -> Finding:
    """Return what the uniform labels of a state are evidence of now.

    The last `Certificate` record tells of the moment that it was written. Under a promise that
    no arbiter has made yet it is judged anew; nothing of the state is changed.
    """
    known = state.certifier
    if known.told and (known.target, known.strict) == (target.precision, target.strict):
        return Finding(known.terms, "", *astuple(known.proof))
    copy = replace(state.certifier, told=False)
    found = Certifier(target, copy, state.classes).due(0.0, 0)
    assert found is not None, "who has told nothing yet has something to tell"
    return found


def precision(state: ArbiterState) -> Ratio | None:
    """Return the precision of what was, or would have been, labelled automatically.

    It is of all since the beginning, by the uniform labels among them; None without one.
    """
    return ratio(state.estimate.classes.auto, Estimate(state.estimate).unit())


def certificate(
    state: ArbiterState, target: TargetSpec | None, found: Finding | None = None
) -> dict[str, Any] | None:
    """Return how the promise stands; None where none is made.

    Parameters
    ----------
    target
        What is promised, as configured.
    found
        Of `finding`, where that is known already.
    """
    if target is None:
        return None
    terms, found = state.certifier.terms, found or finding(state, target)
    known = precision(state)
    return {
        "target": target.precision,
        "strict": target.strict,
        "certified": bool(terms.bars),
        "thresholds": dict(terms.bars),
        "since": terms.certificate,
        "audits": found.audits,
        "errors": found.errors,
        "lower_bound": found.lower,
        "missing": None if terms.bars else found.missing,
        "audited_from": dict(terms.audited),
        "coin": terms.coin,
        "precision": None if known is None else known._asdict(),
        "trips": state.drift.alarms.get("breaker", 0),
    }
