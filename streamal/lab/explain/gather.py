"""Reads every topic that says what became of samples, each once, as a stream."""

from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from streamal.core.limits import LimitSpec
from streamal.core.log import Record
from streamal.core.records import Answer, Candidate, Decision, Request, Source, Stamp
from streamal.core.updates import Budget, Closed, Example, ModelConfig, Vote
from streamal.errors import Poison
from streamal.lab.explain.case import Case, Cases, Event, What
from streamal.lab.explain.lead import lead, named
from streamal.lab.explain.word import Word
from streamal.lab.laws.facts import attempt
from streamal.lab.laws.log import BROKEN, Log, Tell
from streamal.lab.laws.replay import updates
from streamal.wire.dead import DeadLetter, about
from streamal.wire.labels import decode_answer
from streamal.wire.records import decode_candidate, decode_decision, decode_request
from streamal.wire.samples import SampleDecoder
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    REQUESTS,
    UPDATES,
)

WAYS: dict[str, tuple[str, Callable[[bytes], Decision]]] = {
    REQUESTS: ("request", decode_request),
    AUTO_LABELS: ("auto_label", decode_decision),
    ABSTAINED: ("abstain", decode_decision),
}


class Gathering:
    """Fills cases with what is said of the samples that are meant, and keeps nothing else.

    Parameters
    ----------
    log
        Only its ends and places: nothing was read. It is given the configurations.
    """

    def __init__(self, log: Log, word: Word, tell: Tell) -> None:
        self.cases = Cases()
        self.budgets: list[tuple[int, list[LimitSpec]]] = []
        self._log = log
        self._word = word
        self._tell = tell
        self._decoder = SampleDecoder(log.plan.mapping)

    def run(self) -> None:
        """Read decisions first: what came before and after is matched by their places."""
        self._follow()
        for logical, (route, decode) in WAYS.items():
            for record in self._meant(logical):
                self._decided(record, decode(record.value or b""), route)
        for record in self._meant(CANDIDATES):
            self._proposed(record)
        for record in self._each(DEAD_LETTERS):
            self._lost(record)
        self._tell(f"reading {self._log.scan.name(UPDATES)}")
        for update, at in updates(self._log):
            self._log.course.take(update, at)
            if isinstance(update, ModelConfig):
                self._log.configs.append((update.version, update))
            elif isinstance(update, Budget):
                self.budgets.append((update.ledger.step, update.limits))
            elif isinstance(update, Example | Vote | Closed):
                self._ended(update, at)
        self._answers()

    def _follow(self) -> None:
        """Where the word is the place of a record of ours, mean the sample that it is about."""
        if self._word.place is not None:
            found = lead(self._log.scan, self._word.place)
            self._word.follow(found.places, found.sample_id)

    def _each(self, logical: str) -> Iterator[Record]:
        self._tell(f"reading {self._log.scan.name(logical)}")
        return self._log.scan.read(logical)

    def _meant(self, logical: str) -> Iterator[Record]:
        """Yield a topic's records that name what is meant; one that is broken does not."""
        for record in self._each(logical):
            try:
                found = named(record.value or b"")
            except BROKEN:
                continue
            if self._is_meant(found.id, found.place):
                yield record

    def _is_meant(self, sample_id: str | None, place: str | None) -> bool:
        return self._word.means(sample_id, place) or self.cases.find(place) is not None

    def _decided(self, record: Record, decision: Decision, route: str) -> None:
        told = self._log.facts.told(record, decision, route)
        case = self.cases.open(decision.source, decision.sample_id, decision.decided_at)
        if isinstance(decision, Request) and told.is_again:
            case.events.append(_asked_again(decision, record.source))
        elif case.told is not None:
            case.others.append(record.source)
        else:
            case.told, case.decision = told, decision

    def _proposed(self, record: Record) -> None:
        candidate = decode_candidate(record.value or b"")
        if not isinstance(candidate, Candidate):
            return
        is_taken = record.offset <= self._log.look.before.taken
        if self.cases.older and is_taken and self.cases.find(candidate.source.text) is None:
            return  # its decision was one too many
        case = self.cases.open(candidate.source, candidate.sample_id, candidate.created_at)
        case.proposed = self._log.facts.proposed(record, candidate)
        case.is_waiting = not is_taken and case.told is None

    def _lost(self, record: Record) -> None:
        """Take in a dead letter: of a sample, of a candidate, or of an answer."""
        try:
            said = about(record)
        except BROKEN:
            return
        original = Source(said.topic, said.partition, said.offset)
        is_answer = said.stage == "label"
        if is_answer and self._said(
            record, said.time, "refused", original.text, said.reason, said.message
        ):
            return  # told on the page of the sample that it names
        own = None if is_answer else self._id_of(record, said)
        if self._is_meant(own, original.text):
            case = self.cases.open(original, own, said.time)
            case.letter, case.letter_at = said, record.source

    def _id_of(self, record: Record, said: DeadLetter) -> str | None:
        """Return the id that a lost sample has: its own, or else its key."""
        as_sent = msgspec.structs.replace(
            record, topic=said.topic, partition=said.partition, offset=said.offset
        )
        try:
            return self._decoder.decode(as_sent).id
        except Poison:
            return record.key.decode(errors="replace") if record.key else None

    def _said(
        self,
        record: Record,
        time: int,
        what: What,
        answer: str,
        outcome: str | None = None,
        message: str | None = None,
    ) -> bool:
        """Note an answer that led to nothing, or to nothing yet; was there a case it names?"""
        try:
            given = decode_answer(record.value)
        except Poison:
            return False
        event = Event(
            happened_at=time,
            what=what,
            at=record.source,
            answer=answer,
            request_id=given.request_id,
            label=given.label,
            annotator=given.annotator,
            outcome=outcome,
            message=message,
        )
        cases = self._about(given)
        for case in cases:
            if all(one.answer != answer for one in case.events):
                case.events.append(event)
        return bool(cases)

    def _about(self, given: Answer) -> list[Case]:
        """Return the cases that an answer names: one by its request, or all of an id.

        Of an id those that were asked; where none was, that is what the refusal is about.
        """
        if given.request_id is not None:
            case = self.cases.find(attempt(given.request_id)[0])
            return [] if case is None else [case]
        if given.sample_id is None:
            return []
        cases = [one for one in self.cases.newest() if one.sample_id == given.sample_id]
        return [one for one in cases if one.request is not None] or cases

    def _ended(self, update: Example | Vote | Closed, at: Source) -> None:
        if update.request_id is not None:
            case = self.cases.find(attempt(update.request_id)[0])
        elif self._is_meant(update.sample_id, update.source.text):
            case = self.cases.open(update.source, update.sample_id, update.created_at)
        else:
            case = None
        if case is not None:
            case.events.append(_event(update, at))

    def _answers(self) -> None:
        """Look for answers that the arbiter has not taken in yet."""
        scan, before = self._log.scan, self._log.look.before
        self._tell(f"reading {scan.name(LABELS)}")
        for partition, (oldest, end) in scan.ends[LABELS].items():
            first = max(oldest, before.label(partition) + 1)
            for record in scan.span(LABELS, partition, first, end):
                self._said(record, record.timestamp, "not_taken_in", record.source)


def _asked_again(request: Request, at: str) -> Event:
    return Event(
        happened_at=request.created_at,
        what="asked_again",
        at=at,
        request_id=request.request_id,
        expires_at=request.expires_at,
        step=request.ledger.step if isinstance(request.ledger, Stamp) else None,
    )


def _event(update: Example | Vote | Closed, at: Source) -> Event:
    event = partial(
        Event,
        happened_at=update.created_at,
        at=at.text,
        answer=None if update.answer is None else update.answer.text,
        request_id=update.request_id,
        annotator=update.annotator,
        version=update.version,
        step=update.ledger.step,
    )
    if isinstance(update, Vote):
        outcome = None if update.label is not None else update.outcome
        refunded = update.refunded or None
        return event(what="voted", label=update.label, outcome=outcome, refunded=refunded)
    if isinstance(update, Closed):
        return event(what="closed", outcome=update.outcome, refunded=update.refunded)
    what: What = "corrected" if update.corrects else "learned"
    if update.error is not None:
        what = "not_learned"
    return event(what=what, label=update.label, message=update.error)
