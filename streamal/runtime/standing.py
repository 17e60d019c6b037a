"""How the arbiter stands, as plain values: for `status`, for the page of that name."""

from typing import Any

import msgspec

from streamal.core.estimate import Estimate
from streamal.core.journal import ArbiterState
from streamal.core.ledger import Ledger


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


def estimate(state: ArbiterState) -> dict[str, float | None]:
    """Return the accuracy as known now, with its bounds."""
    return msgspec.structs.asdict(Estimate(state.estimate).bounds())


def standing(state: ArbiterState, ledger: Ledger) -> dict[str, Any]:
    """Return all that the arbiter's state tells but the requests."""
    return {
        "budget": budget(ledger),
        "query_ratio": query_ratio(state),
        "pace": state.ledger.pace,
        "labels": dict(sorted(state.answers.items())),
        "model_version": state.version,
        "classes": list(state.classes),
        "estimate": estimate(state),
    }


NOTHING: dict[str, Any] = {
    "budget": {},
    "query_ratio": None,
    "pace": None,
    "labels": {},
    "model_version": 0,
    "classes": [],
    "estimate": None,
}
"""The same where no arbiter has ever been."""
