"""What an answer leads to, as the record that is written: learned, voted, ended, asked again."""

from msgspec.structs import replace

from streamal.core.ballots import tally
from streamal.core.journal import ArbiterSpec, Journal
from streamal.core.ledger import Ledger
from streamal.core.records import Answer, Request, Source
from streamal.core.requests import RequestBook, RequestRow
from streamal.core.updates import Closed, Example, Vote


class Endings:
    """Writes what becomes of requests; shares the arbiter's book, ledger and journal."""

    def __init__(
        self, spec: ArbiterSpec, book: RequestBook, ledger: Ledger, journal: Journal
    ) -> None:
        self._spec = spec
        self._book = book
        self._ledger = ledger
        self._journal = journal

    def learn(
        self, row: RequestRow, label: str, answer: Answer, at: Source, corrects: bool
    ) -> Example:
        """Write that a label is learned; the request is closed with it."""
        asked, ballot = row.asked, row.ballots.get(answer.annotator or "")
        row.label, row.annotator = label, answer.annotator
        self._book.close(row, "labelled", self._ledger.state.time)
        self._journal.count_answer("corrected" if corrects else "learned")
        self._journal.know(label)
        return Example(
            version=self._journal.next_version(),
            sample_id=asked.sample_id,
            source=asked.source,
            features=asked.features,
            label=label,
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
            votes=tally(row.ballots),
            refunded=ballot is not None and ballot.refunded,
        )

    def vote(self, row: RequestRow, answer: Answer, at: Source) -> Vote:
        """Write that an answer was taken, and that it decides nothing."""
        ballot, name = row.ballots[answer.annotator or ""], answer.annotator or ""
        self._book.touch(row)
        self._journal.count_answer("voted")
        return Vote(
            version=self._journal.next_version(),
            request_id=row.asked.request_id,
            sample_id=row.asked.sample_id,
            outcome=ballot.outcome,
            answer=at,
            annotator=name,
            created_at=self._ledger.state.time,
            ledger=self._journal.step(self._ledger.share()),
            label=ballot.label,
            refunded=ballot.refunded,
        )

    def close(
        self,
        row: RequestRow,
        outcome: str,
        at: Source | None,
        annotator: str | None,
        refunded: bool,
    ) -> Closed:
        """Write that a request ends without a label, or loses the one it had."""
        self._book.close(row, outcome, self._ledger.state.time)
        return Closed(
            version=self._journal.next_version(),
            request_id=row.asked.request_id,
            sample_id=row.asked.sample_id,
            outcome=outcome,
            refunded=refunded,
            created_at=self._ledger.state.time,
            ledger=self._journal.step(self._ledger.share()),
            answer=at,
            annotator=annotator,
            features=row.asked.features if outcome == "rejected" else None,
        )

    def ask_again(self, row: RequestRow, asked: Request) -> list[Request]:
        """Ask once more, under a new id and new charges, where limit and budget afford it.

        After a stop only what was drawn uniformly is asked again.

        Parameters
        ----------
        asked
            The request as it was before it was closed, with payload and probabilities.
        """
        if row.attempt > self._spec.ask_again:
            return []
        if self._journal.is_stopped and row.drawn_from is None:
            return []
        refusing = self._ledger.refusing(asked.annotators)
        if refusing:
            self._ledger.refused(refusing)
            return []
        charges, attempt = self._ledger.reserve(asked.annotators), row.attempt + 1
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
                drawn_from=row.drawn_from,
                in_force=row.in_force,
                n=self._ledger.state.n,
                attempt=attempt,
            )
        )
        self._journal.count_route("request", again.reason)
        return [again]
