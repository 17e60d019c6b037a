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

A request that several annotators are asked is dealt with in `panel`.
"""

from streamal.core.annotators import Annotators
from streamal.core.auditor import Auditor
from streamal.core.endings import Endings
from streamal.core.journal import ArbiterSpec, Journal
from streamal.core.ledger import Ledger
from streamal.core.panel import Panel
from streamal.core.records import Answer, Request, Source
from streamal.core.requests import AnswerMemory, RequestBook, RequestRow
from streamal.core.updates import Closed, Example, Vote
from streamal.errors import Poison

Output = Request | Vote | Closed | Example


class Answers:
    """Settles answers; shares the arbiter's book, ledger, auditor and journal."""

    def __init__(
        self,
        spec: ArbiterSpec,
        book: RequestBook,
        ledger: Ledger,
        auditor: Auditor,
        journal: Journal,
        memory: AnswerMemory,
        annotators: Annotators,
    ) -> None:
        self._spec = spec
        self._book = book
        self._ledger = ledger
        self._auditor = auditor
        self._journal = journal
        self._memory = memory
        self._annotators = annotators
        self._endings = Endings(spec, book, ledger, journal)
        self._panel = Panel(spec, ledger, auditor, journal, annotators, self._endings)

    def take(self, answer: Answer, at: Source) -> list[Output]:
        """Return what an answer leads to.

        Raises
        ------
        Poison
            The answer is of no use; nothing changed but the count of its reason.
        """
        try:
            found = self._take(answer, at)
        except Poison as poison:
            self._journal.count_answer(poison.reason)
            raise
        self._annotators.answer(answer.annotator)
        return found

    def _take(self, answer: Answer, at: Source) -> list[Output]:
        self._check(answer)
        row = self._book.find(answer.request_id, answer.sample_id)
        if row is None:
            return [self._unasked(answer, at)]
        if row.asked.annotators > 1:
            return self._panel.take(row, answer, at)
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
        self._auditor.answer(row, answer.label)
        self._annotators.compare(row, answer.annotator, answer.label)
        return self._learn(row, answer, at, corrects=False)

    def _charge_again(self, row: RequestRow, answer: Answer) -> None:
        """See that a label after the end is paid for: again, or the rest of its price."""
        ledger, request_id = self._ledger, row.asked.request_id
        if row.refunded and ledger.refusing(1):
            raise Poison(
                "late",
                f"request {request_id} was {row.outcome} and refunded, and the budget "
                "cannot charge it again",
            )
        if row.refunded:
            row.charges, row.refunded = ledger.reserve(1), False
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
        if answer.annotator != row.annotator:
            self._annotators.compare(row, answer.annotator, answer.label)
        return self._learn(row, answer, at, corrects=True)

    def _learn(self, row: RequestRow, answer: Answer, at: Source, corrects: bool) -> Example:
        return self._endings.learn(row, answer.label or "", answer, at, corrects)

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
        if outcome == "skipped":
            out.extend(self._endings.ask_again(row, asked))
        return out

    def end(
        self, row: RequestRow, outcome: str, at: Source | None, annotator: str | None
    ) -> Closed:
        """End an open request without a label; what answers were given is settled already."""
        row.refunded = outcome in self._spec.refund
        if row.refunded:
            self._ledger.refund(row.charges, row.unanswered)
        elif at is not None:
            row.charges = self._ledger.settle(row.charges, annotator)
        return self._endings.close(row, outcome, at, annotator, row.refunded)

    def _retract(self, row: RequestRow, answer: Answer, at: Source) -> Closed:
        self._journal.count_answer("retracted")
        return self._endings.close(row, "retracted", at, answer.annotator, row.refunded)

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
