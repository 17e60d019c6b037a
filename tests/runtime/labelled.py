"""Examples as an arbiter writes them, for tests of what folds them."""

from streamal.core.records import Features, Source, Stamp
from streamal.core.updates import Drift, Example, Takeover

STAMP = Stamp(1, 0, {}, 0, 0, 0.1, [])


def example(
    version: int,
    right: bool = True,
    propensity: float = 0.02,
    reason: str = "exploration",
    features: Features | None = None,
    label: str = "up",
) -> Example:
    """Return an example whose label contradicts the model, or not."""
    at = Source("samples", 0, version)
    return Example(
        version=version,
        sample_id=f"s{version}",
        source=at,
        features=features or {"x": 1.0},
        label=label,
        answer=at,
        created_at=0,
        ledger=STAMP,
        request_id=at.text,
        reason=reason,
        propensity=propensity,
        predicted=label if right else "other",
    )


def drift(version: int, fresh: bool = True) -> Drift:
    """Return an alarm."""
    return Drift(version=version, detector="x", saw={}, created_at=0, ledger=STAMP, fresh=fresh)


def takeover(version: int, since: int, taken: bool = True) -> Takeover:
    """Return what becomes of a fresh model."""
    return Takeover(
        version=version,
        taken=taken,
        since=since,
        labels=9,
        loss=1.0,
        fresh_loss=0.5,
        created_at=0,
        ledger=STAMP,
    )
