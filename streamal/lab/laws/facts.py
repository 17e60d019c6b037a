"""What laws need of each record, and no more: small values without features.

A log of some 100,000 decisions has to fit; features are read a second time where a
prediction is made again.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from streamal.core.limits import LimitSpec
from streamal.core.log import Record
from streamal.core.records import Candidate, Decision, Request, Source, Stamp
from streamal.core.updates import Budget, Closed, Example, Pace

Kind = Literal["request", "example", "closed", "pace", "budget"]


class Balance(msgspec.Struct, frozen=True, gc=False):
    """A ledger's stamp; see `Stamp`."""

    step: int
    candidates: int
    n: int
    time: int
    share: float
    charged: tuple[float, ...]
    allowed: tuple[float, ...]
    labels: tuple[tuple[str, int], ...]


class Scored(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a decision and a candidate both say of a sample."""

    at: Source
    source: Source
    version: int
    label: str | None
    classes: tuple[str, ...]
    row: tuple[float, ...]
    confidence: float
    utility: float
    rank: float
    reason: str
    bar: float | None

    @property
    def score(self) -> tuple[object, ...]:
        """All that the model and the policy said."""
        return self.version, self.label, self.classes, self.row, self.confidence, self.utility


class Told(Scored, frozen=True, gc=False, kw_only=True):
    """A decision; `balance` where an arbiter wrote it, `request_id` where it asks."""

    route: str
    threshold: float
    propensity: float
    balance: Balance | None
    request_id: str | None = None

    @property
    def is_again(self) -> bool:
        """Does it ask once more about a sample that was asked before?"""
        return self.request_id is not None and attempt(self.request_id)[1] > 1


class Proposed(Scored, frozen=True, gc=False, kw_only=True):
    """A candidate."""

    route: str
    draw: float
    cap: float
    is_cold: bool
    want: float | None
    threshold: float | None


class Step(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A transition of the ledger.

    `answer` is the label that led to it; `version` is 0 for a request; `text` is the
    label of an example and the outcome of a closed record.
    """

    at: Source
    kind: Kind
    balance: Balance
    version: int = 0
    request_id: str | None = None
    answer: Source | None = None
    annotator: str | None = None
    text: str = ""
    corrects: bool = False
    refunded: bool = False
    limits: Sequence[LimitSpec] = ()


class Letter(msgspec.Struct, frozen=True, gc=False):
    """A dead letter, and where its original lies."""

    at: Source
    original: Source
    stage: str


class Said(msgspec.Struct, frozen=True, gc=False):
    """A record of `labels`: a label or another outcome; neither where it is no answer."""

    offset: int
    timestamp: int
    label: str | None
    outcome: str | None


def source_of(record: Record) -> Source:
    """Return where a record lies."""
    return Source(record.topic, record.partition, record.offset)


def attempt(request_id: str) -> tuple[str, int]:
    """Return what a request id says: the sample's source and which attempt it is.

    Examples
    --------
    >>> attempt("samples/0/7"), attempt("samples/0/7#2")
    (('samples/0/7', 1), ('samples/0/7', 2))
    """
    source, mark, number = request_id.rpartition("#")
    return (source, int(number)) if mark and number.isdecimal() else (request_id, 1)


def balance(stamp: Stamp) -> Balance:
    """Return a stamp as a small value."""
    return Balance(
        stamp.step,
        stamp.candidates,
        stamp.n,
        stamp.time,
        stamp.share,
        tuple([one.charged for one in stamp.limits]),
        tuple([one.allowed for one in stamp.limits]),
        tuple(sorted(stamp.labels.items())),
    )


class Facts:
    """Makes facts of records; equal lists of classes are kept once."""

    def __init__(self) -> None:
        self._classes: dict[tuple[str, ...], tuple[str, ...]] = {}

    def _names(self, probabilities: dict[str, float]) -> tuple[str, ...]:
        names = tuple(probabilities)
        return self._classes.setdefault(names, names)

    def told(self, record: Record, decision: Decision, route: str) -> Told:
        """Return the fact of a decision; its topic says the route."""
        bar, stamp = decision.auto_label_threshold, decision.ledger
        return Told(
            at=source_of(record),
            source=decision.source,
            version=decision.model_version,
            label=decision.label,
            classes=self._names(decision.probabilities),
            row=tuple(decision.probabilities.values()),
            confidence=decision.confidence,
            utility=decision.utility,
            rank=decision.rank,
            reason=decision.reason,
            bar=None if isinstance(bar, msgspec.UnsetType) else bar,
            route=route,
            threshold=decision.threshold,
            propensity=decision.propensity,
            balance=None if isinstance(stamp, msgspec.UnsetType) else balance(stamp),
            request_id=decision.request_id if isinstance(decision, Request) else None,
        )

    def proposed(self, record: Record, candidate: Candidate) -> Proposed:
        """Return the fact of a candidate."""
        return Proposed(
            at=source_of(record),
            source=candidate.source,
            version=candidate.model_version,
            label=candidate.label,
            classes=self._names(candidate.probabilities),
            row=tuple(candidate.probabilities.values()),
            confidence=candidate.confidence,
            utility=candidate.utility,
            rank=candidate.rank,
            reason=candidate.reason,
            bar=candidate.auto_label_threshold,
            route=candidate.route,
            draw=candidate.draw,
            cap=candidate.cap,
            is_cold=candidate.cold_start,
            want=candidate.want,
            threshold=candidate.threshold,
        )


def asked(told: Told, stamped: Balance) -> Step:
    """Return the step that a request is."""
    return Step(at=told.at, kind="request", balance=stamped, request_id=told.request_id)


def step(record: Record, update: Example | Closed | Pace | Budget) -> Step:
    """Return the step that an update is."""
    at, stamped = source_of(record), balance(update.ledger)
    if isinstance(update, Example):
        return Step(
            at=at,
            kind="example",
            balance=stamped,
            version=update.version,
            request_id=update.request_id,
            answer=update.answer,
            annotator=update.annotator,
            text=update.label,
            corrects=update.corrects,
        )
    if isinstance(update, Closed):
        return Step(
            at=at,
            kind="closed",
            balance=stamped,
            version=update.version,
            request_id=update.request_id,
            answer=update.answer,
            annotator=update.annotator,
            text=update.outcome,
            refunded=update.refunded,
        )
    if isinstance(update, Budget):
        return Step(
            at=at, kind="budget", balance=stamped, version=update.version, limits=update.limits
        )
    return Step(at=at, kind="pace", balance=stamped, version=update.version)
