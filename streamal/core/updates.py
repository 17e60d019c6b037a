"""The nouns on `updates`: one total order of all that the model and the budget become.

Each record has the next dense `version`; all but the configuration carry the ledger
at their step. See docs/wire.md.
"""

import msgspec

from streamal.core.limits import LimitSpec
from streamal.core.records import Features, Source, Stamp


class _Update(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    version: int


class ModelConfig(_Update, frozen=True, kw_only=True, tag="config"):
    """What the model is made of; a process that is configured otherwise must not go on.

    Parameters
    ----------
    model
        Preset or factory, declared classes, seed, declared feature types.
    library
        The version of the learning library that wrote it.
    """

    model: dict[str, object]
    library: str
    written_at: int


class Example(_Update, frozen=True, kw_only=True, tag="example", omit_defaults=True):
    """A labelled example, learned by everyone.

    `error` is what the learner raised: everyone made the same attempt, nobody learned
    it. `corrects` marks a second, different answer to one request. What only a request
    has (its id, reason, propensity) is absent from a label that nobody asked for.
    """

    sample_id: str
    source: Source
    features: Features
    label: str
    answer: Source
    created_at: int
    ledger: Stamp
    request_id: str | None = None
    reason: str | None = None
    propensity: float | None = None
    model_version: int | None = None
    predicted: str | None = None
    annotator: str | None = None
    weight: float = 1.0
    corrects: bool = False
    error: str | None = None


class Closed(_Update, frozen=True, kw_only=True, tag="closed", omit_defaults=True):
    """A request that ended without a label, or lost the one it had (`retracted`).

    `features` are those of a sample that a person rejected as a bad item: everyone
    learns what such items look like.
    """

    request_id: str
    sample_id: str
    outcome: str
    refunded: bool
    created_at: int
    ledger: Stamp
    answer: Source | None = None
    annotator: str | None = None
    features: Features | None = None


class Pace(_Update, frozen=True, kw_only=True, tag="pace"):
    """What part of the samples the budget affords; `hold` pauses intake."""

    pace: float
    hold: bool
    created_at: int
    ledger: Stamp


class Budget(_Update, frozen=True, kw_only=True, tag="budget"):
    """The limits in force from here on, and from where each counts."""

    limits: list[LimitSpec]
    created_at: int
    ledger: Stamp


Update = ModelConfig | Example | Closed | Pace | Budget

UPDATE_TYPES = (ModelConfig, Example, Closed, Pace, Budget)
