"""Labels as people give them: what each answer does to a request, the ledger, the model.

| request | answer | what happens |
|---|---|---|
| open | a label | settled, learned |
| open | skipped, unknown, rejected, retracted | settled, or refunded where configured |
| ended without a label | a label | learned, when the budget can charge it: again if refunded |
| labelled | the same label | refused: `duplicate` |
| labelled | another label | a correction: learned |
| labelled | retracted | noted: exports drop it |
| anything else | | refused: `late`, `duplicate`, `unmatched`, `unsolicited` or `invalid` |
"""

from msgspec.structs import replace

from streamal.core.estimate import Estimate
from streamal.core.journal import ArbiterSpec, Journal
from streamal.core.ledger import Ledger
from streamal.core.records import Answer, Request, Source
from streamal.core.requests import AnswerMemory, RequestBook, RequestRow
from streamal.core.updates import Closed, Example
from streamal.errors import Poison

Output = Request | Closed | Example

UNCOUNTED = -1
"""The bin of a request that the accuracy estimate leaves out."""


class Answers:
    """Settles answers; shares the arbiter's book, ledger, estimate and journal."""

    def __init__(
        self,
        spec: ArbiterSpec,
        book: RequestBook,
        ledger: Ledger,
        estimate: Estimate,
        journal: Journal,
        memory: AnswerMemory,
    ) -> None:
        self._spec = spec
        self._book = book
        self._ledger = ledger
        self._estimate = estimate
        self._journal = journal
        self._memory = memory

    def take(self, answer: Answer, at: Source) -> list[Output]:
        """Return what an answer leads to.

        Raises
        ------
        Poison
            The answer is of no use; nothing changed but the count of its reason.
        """
        try:
            return self._take(answer, at)
        except Poison as poison:
            self._journal.count_answer(poison.reason)
            raise

    def _take(self, answer: Answer, at: Source) -> list[Output]:
        self._check(answer)
        row = self._book.find(answer.request_id, answer.sample_id)
        if row is None:
            return [self._unasked(answer, at)]
        if answer.outcome != "labelled":
            return self._without_label(row, answer, at)
        return [self._labelled(row, answer, at)]

    def _check(self, answer: Answer) -> None:
        """Refuse a class that was never declared."""
        declared = self._spec.classes
        if answer.outcome == "labelled" and declared and answer.label not in declared:
            raise Poison(
                "invalid",
                f"label {answer.label!r} is none of the declared classes {', '.join(declared)}",
            )

    def _labelled(self, row: RequestRow, answer: Answer, at: Source) -> Example:
        if row.label is not None:
            return self._correct(row, answer, at)
        if row.outcome is not None:
            self._charge_again(row, answer)
        row.charges = self._ledger.settle(row.charges, answer.annotator)
        self._note_accuracy(row, answer)
        return self._learn(row, answer, at, corrects=False)

    def _charge_again(self, row: RequestRow, answer: Answer) -> None:
        """See that a label after the end is paid for: again, or the rest of its price."""
        ledger, request_id = self._ledger, row.asked.request_id
        if row.refunded and ledger.refusing():
            raise Poison(
                "late",
                f"request {request_id} was {row.outcome} and refunded, and the budget "
                "cannot charge it again",
            )
        if row.refunded:
            row.charges, row.refunded = ledger.reserve(), False
        elif not ledger.affords_settling(row.charges, answer.annotator):
            raise Poison(
                "late",
                f"request {request_id} was {row.outcome} and settled, and the budget cannot "
                f"pay the rest of the price of {answer.annotator or 'nobody named'}",
            )

    def _correct(self, row: RequestRow, answer: Answer, at: Source) -> Example:
        if answer.label == row.label and row.outcome != "retracted":
            raise Poison(
                "duplicate",
                f"request {row.asked.request_id} already has the label {row.label!r}",
            )
        return self._learn(row, answer, at, corrects=True)

    def _learn(self, row: RequestRow, answer: Answer, at: Source, corrects: bool) -> Example:
        asked = row.asked
        row.label, row.annotator = answer.label or "", answer.annotator
        self._book.close(row, "labelled", self._ledger.state.time)
        self._journal.count_answer("corrected" if corrects else "learned")
        self._journal.know(row.label)
        return Example(
            version=self._journal.next_version(),
            sample_id=asked.sample_id,
            source=asked.source,
            features=asked.features,
            label=row.label,
            answer=at,
            created_at=self._ledger.state.time,
            ledger=self._journal.step(self._ledger.share()),
            request_id=asked.request_id,
            reason=asked.reason,
            propensity=asked.propensity,
            model_version=asked.model_version,
            predicted=asked.label,
            annotator=answer.annotator,
            corrects=corrects,
        )

    def _note_accuracy(self, row: RequestRow, answer: Answer) -> None:
        if row.bin == UNCOUNTED:
            return
        asked = row.asked
        right = answer.label == asked.label
        self._estimate.answer(row.bin, row.guess, asked.propensity, right)

    def _without_label(self, row: RequestRow, answer: Answer, at: Source) -> list[Output]:
        if row.outcome is None:
            return self._end_open(row, answer, at)
        if answer.outcome == "retracted" and row.outcome == "labelled":
            return [self._retract(row, answer, at)]
        reason = "duplicate" if answer.outcome == row.outcome else "late"
        raise Poison(
            reason,
            f"request {row.asked.request_id} has ended already ({row.outcome}); "
            f"{answer.outcome!r} changes nothing",
        )

    def _end_open(self, row: RequestRow, answer: Answer, at: Source) -> list[Output]:
        outcome = "skipped" if answer.outcome == "retracted" else answer.outcome
        self._journal.count_answer(answer.outcome)
        asked = row.asked
        out: list[Output] = [self.end(row, outcome, at, answer.annotator)]
        if outcome == "skipped" and row.attempt <= self._spec.ask_again:
            out.extend(self._ask_again(row, asked))
        return out

    def end(
        self, row: RequestRow, outcome: str, at: Source | None, annotator: str | None
    ) -> Closed:
        """End an open request without a label."""
        row.refunded = outcome in self._spec.refund
        if row.refunded:
            self._ledger.refund(row.charges)
        elif at is not None:
            row.charges = self._ledger.settle(row.charges, annotator)
        return self._closed(row, outcome, at, annotator)

    def _retract(self, row: RequestRow, answer: Answer, at: Source) -> Closed:
        self._journal.count_answer("retracted")
        return self._closed(row, "retracted", at, answer.annotator)

    def _closed(
        self, row: RequestRow, outcome: str, at: Source | None, annotator: str | None
    ) -> Closed:
        self._book.close(row, outcome, self._ledger.state.time)
        return Closed(
            version=self._journal.next_version(),
            request_id=row.asked.request_id,
            sample_id=row.asked.sample_id,
            outcome=outcome,
            refunded=row.refunded,
            created_at=self._ledger.state.time,
            ledger=self._journal.step(self._ledger.share()),
            answer=at,
            annotator=annotator,
            features=row.asked.features if outcome == "rejected" else None,
        )

    def _ask_again(self, row: RequestRow, asked: Request) -> list[Output]:
        """Ask once more, under a new id and a new charge, where the budget affords it."""
        refusing = self._ledger.refusing()
        if refusing:
            self._ledger.refused(refusing)
            return []
        charges, attempt = self._ledger.reserve(), row.attempt + 1
        time, share = self._ledger.state.time, self._ledger.share()
        again = replace(
            asked,
            request_id=f"{asked.source.text}#{attempt}",
            created_at=time,
            decided_at=time,
            expires_at=time + self._spec.expire_ms,
            ledger=self._journal.step(share),
        )
        self._book.add(
            RequestRow(
                asked=again,
                charges=charges,
                bin=row.bin,
                guess=row.guess,
                n=self._ledger.state.n,
                attempt=attempt,
            )
        )
        self._journal.count_route("request", again.reason)
        return [again]

    def _unasked(self, answer: Answer, at: Source) -> Example:
        """Learn a label that nobody asked for, where that is allowed."""
        self._check_unasked(answer)
        answer_id = answer.answer_id or at.text
        if not self._memory.add(answer_id, self._ledger.state.time):
            raise Poison("duplicate", f"answer {answer_id!r} was taken in before")
        self._journal.count_answer("learned")
        self._journal.know(answer.label or "")
        return Example(
            version=self._journal.next_version(),
            sample_id=answer.sample_id or answer_id,
            source=at,
            features=answer.features or {},
            label=answer.label or "",
            answer=at,
            created_at=self._ledger.state.time,
            ledger=self._journal.step(self._ledger.share()),
            annotator=answer.annotator,
        )

    def _check_unasked(self, answer: Answer) -> None:
        name = f"request {answer.request_id!r}"
        if answer.request_id is None:
            name = f"a request for sample {answer.sample_id!r}"
        if not self._spec.unsolicited:
            raise Poison("unmatched", f"{name} is not known: never made, or forgotten by now")
        if answer.request_id is not None:
            raise Poison("unmatched", f"{name} is not known; an unsolicited label names none")
        if answer.outcome != "labelled" or not answer.features:
            raise Poison("unsolicited", "a label that nobody asked for needs a label and features")
