"""A row of a pool as a candidate: chosen already, among all that lay there."""

from streamal.core.prediction import Prediction
from streamal.core.records import Candidate, Features, Source
from streamal.core.scorer import Situation


def chosen(
    situation: Situation,
    source: Source,
    features: Features,
    seen: Prediction,
    rank: float,
    worth: float,
    time: int,
) -> Candidate:
    """Return what a scorer would propose; nothing is drawn, and no share is to hold it back."""
    return Candidate(
        sample_id=source.text,
        source=source,
        seen={},
        bins={},
        rank=rank,
        draw=0.0,
        cap=1.0,
        utility=worth,
        label=seen.label,
        probabilities=seen.named(situation.classes),
        confidence=seen.confidence,
        cold_start=seen.is_cold,
        model_version=situation.version,
        route="abstain",
        reason="not_informative",
        features=features,
        created_at=time,
        threshold=1.0,
        modifiers=seen.modifiers,
        arm=seen.arm,
    )
