"""The nouns on the topics. Field order and names are the wire format (docs/wire.md).

Times are whole milliseconds since the epoch.
"""

from typing import Literal

import msgspec

Value = float | str | bool
Features = dict[str, Value | None]
Route = Literal["request", "auto_label", "abstain"]
Outcome = Literal["labelled", "skipped", "unknown", "rejected", "retracted", "expired"]

Restraint = Literal["repeat", "pending", "quota"]
"""Why a sample that was worth asking was not asked: others like it were."""

NO_PAYLOAD = msgspec.Raw(b"null")
"""Where nothing is shown to people. Not None: `Raw | None` decodes nothing but null."""


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where a record lies in the log."""

    topic: str
    partition: int
    offset: int

    @property
    def text(self) -> str:
        """``<topic>/<partition>/<offset>``: the deterministic id of all that follows."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Sample(msgspec.Struct, frozen=True):
    """One unlabelled example."""

    source: Source
    key: str
    id: str
    features: Features
    payload: msgspec.Raw | None = None


class LimitState(msgspec.Struct, frozen=True, gc=False):
    """What one limit had charged and allowed, net of refunds, after a step."""

    charged: float
    allowed: float


class Stamp(msgspec.Struct, frozen=True):
    """The ledger at one step of the arbiter.

    Parameters
    ----------
    step
        How many transitions the ledger has made, this one included.
    candidates
        Offset of the last record of `candidates` that was taken in; -1 for none.
    labels
        The same for each partition of `labels`.
    n
        Samples seen, over all partitions.
    time
        The ledger's clock.
    share
        What part of the samples the budget afforded at that instant.
    limits
        One entry for each limit, in the order of the budget.
    """

    step: int
    candidates: int
    labels: dict[str, int]
    n: int
    time: int
    share: float
    limits: list[LimitState]


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one sample.

    An auto-label has `auto_label_threshold` and `certificate` (the version of its record on
    `updates`, null for a configured threshold); what an arbiter wrote has `ledger`. Elsewhere
    those fields are absent.
    """

    sample_id: str
    route: Route
    reason: str
    label: str | None
    probabilities: dict[str, float]
    confidence: float
    utility: float
    rank: float
    threshold: float
    propensity: float
    model_version: int
    decided_at: int
    source: Source
    auto_label_threshold: float | msgspec.UnsetType = msgspec.UNSET
    certificate: int | msgspec.UnsetType | None = msgspec.UNSET
    ledger: Stamp | msgspec.UnsetType = msgspec.UNSET
    modifiers: dict[str, float] = {}
    arm: str | None = None
    held_back: Restraint | None = None


class Request(Decision, frozen=True, kw_only=True, omit_defaults=True):
    """A decision that asks a person, or several.

    `annotators` is how many different ones are to answer, and `agreement` the share of their
    answers that a label needs; None where one is asked.
    """

    request_id: str
    features: Features
    payload: msgspec.Raw
    classes: list[str]
    created_at: int
    expires_at: int
    annotators: int = 1
    agreement: float | None = None


class Candidate(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="candidate", omit_defaults=True
):
    """A sample that may be worth asking, on its way to the arbiter.

    `pace` is what the scorer was told: uniform draws go by it. `coin` is the probability
    with which it is audited, as all are that are as confident as `audited_from`. `seen` and
    `bins` are cumulative for each partition that the scorer touched since it last told:
    samples decided, and how many of them it routed itself for each bin of the score.
    """

    sample_id: str
    source: Source
    seen: dict[str, int]
    bins: dict[str, list[int]]
    rank: float
    draw: float
    cap: float
    utility: float
    label: str | None
    probabilities: dict[str, float]
    confidence: float
    cold_start: bool
    model_version: int
    route: Route
    reason: str
    features: Features
    created_at: int
    want: float | None = None
    threshold: float | None = None
    auto_label_threshold: float | None = None
    certificate: int | None = None
    coin: float = 0.0
    audited_from: float = 0.0
    pace: float = 0.0
    payload: msgspec.Raw = NO_PAYLOAD
    modifiers: dict[str, float] = {}
    arm: str | None = None


class Digest(msgspec.Struct, frozen=True):
    """A digest of the predictions on the first labelled samples, at one version."""

    version: int
    value: str


class Progress(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="progress", omit_defaults=True
):
    """How far a scorer has come: cumulative counts for each partition."""

    seen: dict[str, int]
    bins: dict[str, list[int]]
    digest: Digest | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an annotator said."""

    request_id: str | None = None
    sample_id: str | None = None
    label: str | None = None
    outcome: Outcome = "labelled"
    annotator: str | None = None
    answer_id: str | None = None
    answered_at: int | float | str | None = None
    features: Features | None = None
