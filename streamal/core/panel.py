"""Answers to a request that several annotators are asked: it stays open until all answered.

| request | answer | what happens |
|---|---|---|
| any | without an annotator's name | refused: `invalid` |
| open | an annotator's first, of any kind | settled, or refunded where its outcome is: a vote |
| not all answered | the same annotator, otherwise | replaces the vote; charged if it was refunded |
| any | the same annotator, the same | refused: `duplicate` |
| open | the last that is wanted | a label that reaches the agreement is learned |
| | | an outcome that does ends the request; else it has `disagreed` |
| expired | a label of one who was missing | taken, when the budget pays: again if refunded |
| decided | another annotator | refused: `late` |
| decided | the same annotator, another label, or retracted | decided again, for no charge |
| | | another label: a correction; none: `retracted`; the same: a vote |
"""

from streamal.core.annotators import Annotators
from streamal.core.auditor import Auditor
from streamal.core.ballots import Ballot, Verdict, verdict
from streamal.core.endings import Endings
from streamal.core.journal import ArbiterSpec, Journal
from streamal.core.ledger import Charges, Ledger
from streamal.core.records import Answer, Request, Source
from streamal.core.requests import RequestRow
from streamal.core.updates import Closed, Example, Vote
from streamal.errors import Poison

Output = Request | Vote | Closed | Example


class Panel:
    """Takes the answers of several annotators; shares what the arbiter's answers share."""

    def __init__(
        self,
        spec: ArbiterSpec,
        ledger: Ledger,
        auditor: Auditor,
        journal: Journal,
        annotators: Annotators,
        endings: Endings,
    ) -> None:
        self._refund = spec.refund
        self._ledger = ledger
        self._auditor = auditor
        self._journal = journal
        self._annotators = annotators
        self._endings = endings

    def take(self, row: RequestRow, answer: Answer, at: Source) -> list[Output]:
        """Return what an answer leads to.

        Raises
        ------
        Poison
            The answer is of no use; nothing changed.
        """
        name = answer.annotator
        if not name:
            raise Poison(
                "invalid",
                f"{_named(row)} is asked of {row.asked.annotators} annotators: an answer needs "
                "the name of its `annotator`, or one person could answer for all",
            )
        is_decided, is_new = row.unanswered == 0, name not in row.ballots
        row.ballots[name] = self._ballot(row, answer, name)
        if is_new and answer.outcome == "labelled":
            self._annotators.compare(row, name, answer.label)
        if row.unanswered:
            return [self._endings.vote(row, answer, at)]
        found = _verdict(row)
        if is_decided:
            return [self._again(row, answer, at, found)]
        return self._decide(row, answer, at, found)

    def _ballot(self, row: RequestRow, answer: Answer, name: str) -> Ballot:
        """Return what an annotator says now, paid for."""
        before = row.ballots.get(name)
        if before is None:
            return self._first(row, answer, name)
        outcome = _outcome(answer)
        if (outcome, answer.label) == (before.outcome, before.label):
            raise Poison("duplicate", f"{name} has said so of {_named(row)} already")
        if row.outcome is not None and answer.outcome not in ("labelled", "retracted"):
            raise self._is_late(row, answer)
        if not before.refunded or outcome in self._refund:
            return Ballot(
                outcome=outcome,
                label=answer.label,
                charges=before.charges,
                refunded=before.refunded,
            )
        charges = self._ledger.settle(self._charged_anew(row), name)
        return Ballot(outcome=outcome, label=answer.label, charges=charges)

    def _first(self, row: RequestRow, answer: Answer, name: str) -> Ballot:
        """Return an annotator's first answer, settled or refunded."""
        if row.unanswered == 0:
            raise Poison("late", f"{_named(row)} has the answers of all its annotators already")
        if row.outcome is not None and answer.outcome != "labelled":
            raise self._is_late(row, answer)
        charges, outcome = self._slot(row, name), _outcome(answer)
        refunded = outcome in self._refund
        if refunded:
            self._ledger.refund(charges)
        else:
            charges = self._ledger.settle(charges, name)
        return Ballot(outcome=outcome, label=answer.label, charges=charges, refunded=refunded)

    def _slot(self, row: RequestRow, name: str) -> Charges:
        """Return what was reserved for an answer; after the end see that it can be paid."""
        if row.outcome is None:
            return row.charges
        if row.refunded:
            return self._charged_anew(row)
        if not self._ledger.affords_settling(row.charges, name):
            raise Poison(
                "late",
                f"{_named(row)} was {row.outcome} and settled, and the budget cannot pay the "
                f"rest of the price of {name}",
            )
        return row.charges

    def _charged_anew(self, row: RequestRow) -> Charges:
        if self._ledger.refusing(1):
            raise Poison(
                "late", f"an answer to {_named(row)} was refunded, and the budget cannot charge it"
            )
        return self._ledger.reserve(1)

    def _is_late(self, row: RequestRow, answer: Answer) -> Poison:
        return Poison(
            "late",
            f"{_named(row)} has ended already ({row.outcome}); {answer.outcome!r} changes nothing",
        )

    def _decide(self, row: RequestRow, answer: Answer, at: Source, found: Verdict) -> list[Output]:
        """End a request by the last answer that was wanted."""
        was_open, asked = row.outcome is None, row.asked
        if found.label is not None:
            return [self._learn(row, answer, at, found.label)]
        out: list[Output] = [self._close(row, answer, at, found.outcome)]
        if found.outcome == "skipped" and was_open:
            out.extend(self._endings.ask_again(row, asked))
        return out

    def _again(self, row: RequestRow, answer: Answer, at: Source, found: Verdict) -> Output:
        """Decide again, where one of those who decided says something else."""
        holds = row.outcome == "labelled"
        if found.label is not None and not (holds and found.label == row.label):
            return self._learn(row, answer, at, found.label)
        if holds and found.label is None:
            return self._close(row, answer, at, "retracted")
        return self._endings.vote(row, answer, at)

    def _learn(self, row: RequestRow, answer: Answer, at: Source, label: str) -> Example:
        corrects = row.label is not None
        if not corrects:
            self._auditor.answer(row, label)
            self._annotators.decide(row, label)
        return self._endings.learn(row, label, answer, at, corrects)

    def _close(self, row: RequestRow, answer: Answer, at: Source, outcome: str) -> Closed:
        self._journal.count_answer(outcome)
        name = answer.annotator or ""
        refunded = row.ballots[name].refunded
        return self._endings.close(row, outcome, at, name, refunded)


def _named(row: RequestRow) -> str:
    return f"request {row.asked.request_id}"


def _outcome(answer: Answer) -> str:
    """Return what an answer counts as: who takes an answer back says nothing any more."""
    return "skipped" if answer.outcome == "retracted" else answer.outcome


def _verdict(row: RequestRow) -> Verdict:
    said = ((one.outcome, one.label) for one in row.ballots.values())
    return verdict(said, row.asked.agreement or 0.0)
