"""What laws need of each record, and no more: small values without features.

A log of some 100,000 decisions has to fit; features are read a second time where a
prediction is made again.
"""

from collections.abc import Hashable, Sequence
from typing import Any, TypeVar, cast

import msgspec

from streamal.core.limits import LimitSpec
from streamal.core.log import Record
from streamal.core.records import Candidate, Decision, Request, Source, Stamp
from streamal.core.updates import Budget, Closed, Drift, Example, Stamped, Takeover, Vote
from streamal.lab.laws.kinds import KINDS, Kind

Kept = TypeVar("Kept", bound=Hashable)

TAKEN, DROPPED = "taken", "dropped"
"""What becomes of a fresh model."""


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
    modifiers: tuple[tuple[str, float], ...] = ()
    arm: str | None = None
    certificate: int | None = None

    @property
    def score(self) -> tuple[object, ...]:
        """All that the model and the policy said."""
        said = (self.version, self.label, self.classes, self.row, self.confidence, self.utility)
        return *said, self.modifiers, self.arm


class Told(Scored, frozen=True, gc=False, kw_only=True):
    """A decision; `balance` where an arbiter wrote it, `request_id` where it asks."""

    route: str
    threshold: float
    propensity: float
    balance: Balance | None
    request_id: str | None = None
    held_back: str | None = None

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
    coin: float = 0.0
    audited_from: float = 0.0
    pace: float = 0.0


class Step(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A transition of the ledger.

    `answer` is the label that led to it; `version` is 0 for a request; `text` is the
    label of an example or a vote, and the outcome of a closed record or a vote without a
    label. `annotators` and `agreement` are what a request wants, `votes` what an example says.
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
    annotators: int = 1
    agreement: float | None = None
    votes: tuple[tuple[str, int], ...] = ()


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
    annotator: str | None = None


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


def _items(modifiers: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(modifiers.items()) if modifiers else ()


class Facts:
    """Makes facts of records; words and lists that come again and again are kept once."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Hashable] = {}
        self._labels: tuple[tuple[str, int], ...] = ()

    def _once(self, value: Kept) -> Kept:
        return cast("Kept", self._kept.setdefault(value, value))

    def _source(self, source: Source) -> Source:
        return Source(self._once(source.topic), source.partition, source.offset)

    def told(self, record: Record, decision: Decision, route: str) -> Told:
        """Return the fact of a decision; its topic says the route."""
        bar, stamp = decision.auto_label_threshold, decision.ledger
        earned = decision.certificate
        return Told(
            at=source_of(record),
            source=self._source(decision.source),
            version=decision.model_version,
            label=self._once(decision.label),
            classes=self._once(tuple(decision.probabilities)),
            row=tuple(decision.probabilities.values()),
            confidence=decision.confidence,
            utility=decision.utility,
            rank=decision.rank,
            reason=self._once(decision.reason),
            bar=None if isinstance(bar, msgspec.UnsetType) else self._once(bar),
            route=route,
            threshold=decision.threshold,
            propensity=decision.propensity,
            balance=None if isinstance(stamp, msgspec.UnsetType) else self.balance(stamp),
            request_id=decision.request_id if isinstance(decision, Request) else None,
            modifiers=_items(decision.modifiers),
            arm=self._once(decision.arm),
            held_back=self._once(decision.held_back),
            certificate=None if isinstance(earned, msgspec.UnsetType) else earned,
        )

    def proposed(self, record: Record, candidate: Candidate) -> Proposed:
        """Return the fact of a candidate."""
        return Proposed(
            at=source_of(record),
            source=self._source(candidate.source),
            version=candidate.model_version,
            label=self._once(candidate.label),
            classes=self._once(tuple(candidate.probabilities)),
            row=tuple(candidate.probabilities.values()),
            confidence=candidate.confidence,
            utility=candidate.utility,
            rank=candidate.rank,
            reason=self._once(candidate.reason),
            bar=candidate.auto_label_threshold,
            route=candidate.route,
            draw=candidate.draw,
            cap=candidate.cap,
            is_cold=candidate.cold_start,
            want=candidate.want,
            threshold=candidate.threshold,
            modifiers=_items(candidate.modifiers),
            arm=self._once(candidate.arm),
            certificate=candidate.certificate,
            coin=candidate.coin,
            audited_from=candidate.audited_from,
            pace=candidate.pace,
        )

    def balance(self, stamp: Stamp) -> Balance:
        """Return a stamp as a small value; what its labels say seldom changes."""
        labels = tuple(sorted(stamp.labels.items()))
        if labels != self._labels:
            self._labels = labels
        return Balance(
            stamp.step,
            stamp.candidates,
            stamp.n,
            stamp.time,
            stamp.share,
            tuple([one.charged for one in stamp.limits]),
            tuple([one.allowed for one in stamp.limits]),
            self._labels,
        )

    def step(self, record: Record, update: Stamped) -> Step:
        """Return the step that an update is."""
        details: dict[str, Any] = {}
        if isinstance(update, Example):
            details = _answered(update, update.label) | {"corrects": update.corrects}
            details |= {"votes": tuple(update.votes.items()), "refunded": update.refunded}
        elif isinstance(update, Vote):
            details = _answered(update, update.label or update.outcome)
            details |= {"refunded": update.refunded}
        elif isinstance(update, Closed):
            details = _answered(update, update.outcome) | {"refunded": update.refunded}
        elif isinstance(update, Budget):
            details = {"limits": update.limits}
        elif isinstance(update, Drift):
            details = {"text": update.detector}
        elif isinstance(update, Takeover):
            details = {"text": TAKEN if update.taken else DROPPED}
        stamped, kind = self.balance(update.ledger), KINDS[type(update)]
        at = source_of(record)
        return Step(at=at, kind=kind, balance=stamped, version=update.version, **details)


def _answered(update: Example | Vote | Closed, text: str) -> dict[str, Any]:
    return {
        "request_id": update.request_id,
        "answer": update.answer,
        "annotator": update.annotator,
        "text": text,
    }


def asked(told: Told, stamped: Balance, request: Request) -> Step:
    """Return the step that a request is."""
    return Step(
        at=told.at,
        kind="request",
        balance=stamped,
        request_id=told.request_id,
        annotators=request.annotators,
        agreement=request.agreement,
    )
