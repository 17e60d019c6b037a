"""The nouns on `updates`: one total order of all that the model and the budget become.

Each record has the next dense `version`; all but the configuration carry the ledger
at their step. See docs/wire.md.
"""

import msgspec

from streamal.core.limits import LimitSpec
from streamal.core.records import Features, Source, Stamp
from streamal.core.terms import Terms


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

    Of a request that several annotators answered, `label` is what they agreed on, `answer`
    and `annotator` those of the answer that decided it, whose charge was given back where
    `refunded` says so (it brought no label), and `votes` how many gave each label.
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
    votes: dict[str, int] = {}
    refunded: bool = False


class Vote(_Update, frozen=True, kw_only=True, tag="vote", omit_defaults=True):
    """An answer to a request of several annotators that decides nothing: others are missing.

    Or one that changes what its annotator said before, and not what was decided by all.
    `refunded` says whether its charge was given back, as that of an outcome may be.
    """

    request_id: str
    sample_id: str
    outcome: str
    answer: Source
    annotator: str
    created_at: int
    ledger: Stamp
    label: str | None = None
    refunded: bool = False


class Closed(_Update, frozen=True, kw_only=True, tag="closed", omit_defaults=True):
    """A request that ended without a label, or lost the one it had (`retracted`).

    `disagreed` is the outcome where several annotators answered and no label was agreed on.
    With several, `refunded` is of this answer's charge, and of one that `expired` of those
    of the answers that never came.

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


class Certificate(_Update, frozen=True, kw_only=True, tag="certificate", omit_defaults=True):
    """The terms of auto-labels from here on, and what speaks for them.

    Parameters
    ----------
    why
        ``began``, ``earned``, ``moved``, ``lost``, ``breaker``, ``drift`` or ``audits`` (where
        and how often audits are drawn, and nothing else).
    audits, errors
        Uniform labels at or above the bars that were evidence, and how many contradicted.
    lower
        The lower end of the precision's 95 % interval (Wilson) by these; None without bars.
    missing
        Audits without an error that would earn a certificate; None where there is one.
    """

    terms: Terms
    why: str
    created_at: int
    ledger: Stamp
    audits: int = 0
    errors: int = 0
    lower: float | None = None
    missing: int | None = None


class Drift(_Update, frozen=True, kw_only=True, tag="drift", omit_defaults=True):
    """The stream, or what its labels mean, has changed: a fresh model begins to learn.

    Parameters
    ----------
    detector
        Who says so; ``breaker`` where audits contradicted the certificate.
    saw
        What it saw, by name.
    fresh
        Whether a fresh model begins; False where one learns already, or none is wanted.
    """

    detector: str
    saw: dict[str, float]
    created_at: int
    ledger: Stamp
    fresh: bool = True


class Takeover(_Update, frozen=True, kw_only=True, tag="takeover", omit_defaults=True):
    """The model that began at an alarm replaces the one before, or is given up.

    Parameters
    ----------
    taken
        Whether it replaces; False: it was never better and is dropped.
    since
        The version of the alarm.
    labels
        Uniform labels on which the two were compared, and the log loss of each, a label.
    """

    taken: bool
    since: int
    labels: int
    loss: float
    fresh_loss: float
    created_at: int
    ledger: Stamp


class Stop(_Update, frozen=True, kw_only=True, tag="stop", omit_defaults=True):
    """From here on nothing is asked but audits.

    Parameters
    ----------
    rule
        ``accuracy``, ``budget``, ``deadline`` or ``no_gain``; None where the configuration
        was changed and asking goes on.
    saw
        What the rule saw, by name.
    """

    rule: str | None
    saw: dict[str, float]
    created_at: int
    ledger: Stamp


Stamped = Example | Vote | Closed | Pace | Budget | Certificate | Drift | Takeover | Stop

Update = ModelConfig | Stamped

UPDATE_TYPES = (
    ModelConfig,
    Example,
    Vote,
    Closed,
    Pace,
    Budget,
    Certificate,
    Drift,
    Takeover,
    Stop,
)
