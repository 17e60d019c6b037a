"""How the arbiter stands, as plain values: for `status`, for the page of that name."""

from typing import Any

import msgspec

from streamal.core.estimate import Estimate
from streamal.core.journal import ArbiterState
from streamal.core.ledger import Ledger
from streamal.core.ratios import RatioState, ratio


def budget(ledger: Ledger) -> dict[str, dict[str, float]]:
    """Return what each limit has charged and allows, by the limit's name."""
    return {
        name: {
            "charged": limit.account.charged,
            "allowed": limit.allowed(),
            "remaining": limit.allowed() - limit.account.charged,
            "refused": limit.account.refused,
        }
        for name, limit in zip(ledger.names, ledger.limits, strict=True)
    }


def query_ratio(state: ArbiterState) -> float | None:
    """Return the labels asked for per sample, None before the first sample."""
    if not state.n:
        return None
    asked = sum(count for key, count in state.routes.items() if key.startswith("request/"))
    return asked / state.n


def estimate(state: ArbiterState) -> dict[str, Any]:
    """Return the accuracy as known now: its bounds, by class, and of auto-labels.

    A class has its precision (of what was predicted so, what is) and its recall (of what
    is so, what was predicted).
    """
    known = Estimate(state.estimate)
    classes, unit = state.estimate.classes, known.unit()
    labels = {**classes.predicted, **classes.true}
    frequent = sorted(labels, key=lambda label: -_labels(classes.true, label))
    by_class = {
        label: {
            "precision": _share(classes.predicted.get(label), unit),
            "recall": _share(classes.true.get(label), unit),
        }
        for label in frequent
    }
    auto, right = _share(classes.auto, unit), classes.auto.right
    audits = {"agree": right, "disagree": classes.auto.labels - right}
    return {
        **msgspec.structs.asdict(known.bounds()),
        "classes": by_class,
        "auto_label": {"precision": auto, "audits": audits},
    }


def _labels(groups: dict[str, RatioState], label: str) -> int:
    return groups[label].labels if label in groups else 0


def _share(sums: RatioState | None, unit: float) -> dict[str, float] | None:
    """Return a weighted share with its pointwise interval."""
    found = None if sums is None else ratio(sums, unit)
    return None if found is None else found._asdict()


def annotators(state: ArbiterState) -> dict[str, dict[str, int]]:
    """Return what is known of each annotator, by name; ``*`` is everyone else."""
    return {name: msgspec.structs.asdict(one) for name, one in sorted(state.annotators.items())}


def drift(state: ArbiterState) -> dict[str, Any]:
    """Return the alarms by detector, the last one, and what became of fresh models."""
    return msgspec.structs.asdict(state.drift)


def stop(state: ArbiterState) -> dict[str, Any] | None:
    """Return the rule that stopped asking, since when, and what it saw; None while none has."""
    found = state.stop
    if found.rule is None:
        return None
    return {"rule": found.rule, "since": found.began, "samples": found.n, "saw": dict(found.saw)}


def standing(state: ArbiterState, ledger: Ledger) -> dict[str, Any]:
    """Return all that the arbiter's state tells but the requests."""
    return {
        "budget": budget(ledger),
        "query_ratio": query_ratio(state),
        "pace": state.ledger.pace,
        "labels": dict(sorted(state.answers.items())),
        "annotators": annotators(state),
        "model_version": state.version,
        "classes": list(state.classes),
        "estimate": estimate(state),
        "drift": drift(state),
        "stop": stop(state),
    }


NOTHING: dict[str, Any] = {
    "budget": {},
    "query_ratio": None,
    "pace": None,
    "labels": {},
    "annotators": {},
    "model_version": 0,
    "classes": [],
    "estimate": None,
    "drift": None,
    "stop": None,
}
"""The same where no arbiter has ever been."""
