"""All that the log says of one sample."""

from typing import Literal

import msgspec

from streamal.core.records import Decision, Features, Request, Source
from streamal.lab.laws.facts import Proposed, Told
from streamal.wire.dead import DeadLetter

MOST = 50
"""How many samples of one id are explained; older ones can be named by their places."""

State = Literal[
    "request",
    "auto_label",
    "abstain",
    "candidate",
    "dead_letter",
    "undecided",
    "unsolicited",
    "gone",
    "lost",
]

Kind = Literal["sample", "answer", "record"]
"""What lies at a case's place: a sample as a rule; an answer that names none; another record."""

What = Literal[
    "asked_again",
    "voted",
    "learned",
    "corrected",
    "not_learned",
    "closed",
    "refused",
    "not_taken_in",
]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a sample, or to its request, later.

    Parameters
    ----------
    what
        `voted`: one of several annotators answered, which decided nothing; `not_learned`: the
        model raised; `closed`: ended with an `outcome` that is no
        label; `refused`: an answer became a dead letter.
    at
        Where the record lies that says so.
    step
        The ledger's, where it made one: the order of what happened at one time.
    answer
        Where the answer lies in `labels` that led to it.
    replayed_at
        When the dead letter of a refused answer was sent again.
    """

    happened_at: int
    what: What
    at: str
    answer: str | None = None
    request_id: str | None = None
    label: str | None = None
    outcome: str | None = None
    annotator: str | None = None
    version: int | None = None
    step: int | None = None
    refunded: bool | None = None
    expires_at: int | None = None
    message: str | None = None
    replayed_at: int | None = None


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A score, or the rule, tried once more: does it agree with the record?

    `arm_why` is why policy `auto` took the utility in the way that it did.
    """

    state: Literal["agrees", "differs", "not checkable"]
    why: str | None = None
    model_version: int | None = None
    label: str | None = None
    probabilities: dict[str, float] | None = None
    confidence: float | None = None
    utility: float | None = None
    arm_why: str | None = None


class Case(msgspec.Struct, kw_only=True):
    """One sample and what became of it.

    `appended_at` and `features` are known while the sample is kept; `unusable` is what
    is wrong with one that does not decode.
    """

    source: Source
    sample_id: str | None = None
    appended_at: int | None = None
    features: Features | None = None
    unusable: str | None = None
    told: Told | None = None
    decision: Decision | None = None
    proposed: Proposed | None = None
    is_waiting: bool = False
    letter: DeadLetter | None = None
    letter_at: str | None = None
    replayed_at: int | None = None
    others: list[str] = msgspec.field(default_factory=list)
    events: list[Event] = msgspec.field(default_factory=list)
    time: int = 0
    kind: Kind = "sample"
    state: State = "gone"
    score: Again | None = None
    rule: Again | None = None

    @property
    def scored(self) -> Told | Proposed | None:
        """The score that was written: the decision's, or a waiting candidate's."""
        return self.told or (self.proposed if self.is_waiting else None)

    @property
    def known_features(self) -> Features | None:
        """The sample's features; a request keeps them where the sample is gone."""
        if self.features is not None or self.request is None:
            return self.features
        return self.request.features

    @property
    def request(self) -> Request | None:
        """The request, where it was asked."""
        return self.decision if isinstance(self.decision, Request) else None


class Cases:
    """The cases that are meant, by place; the newest, where one id stands for too many."""

    def __init__(self) -> None:
        self._by_place: dict[str, Case] = {}
        self.older = 0

    def find(self, place: str | None) -> Case | None:
        """Return the case of a place, if there is one."""
        return self._by_place.get(place or "")

    def open(self, source: Source, sample_id: str | None, time: int) -> Case:
        """Return the case of a place, a new one if need be."""
        case = self._by_place.get(source.text)
        if case is None:
            case = self._by_place[source.text] = Case(source=source, time=time)
            self._drop()
        case.sample_id = case.sample_id or sample_id
        return case

    def _drop(self) -> None:
        if len(self._by_place) <= 2 * MOST:
            return
        self.older += len(self._by_place) - MOST
        self._by_place = {case.source.text: case for case in self.newest()}

    def newest(self) -> list[Case]:
        """Return them, newest first."""
        cases = sorted(self._by_place.values(), key=_age, reverse=True)
        return cases[:MOST]

    def __len__(self) -> int:
        return len(self._by_place)


def _age(case: Case) -> tuple[int, int, int]:
    return case.time, case.source.partition, case.source.offset
