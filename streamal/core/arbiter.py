"""The arbiter's state machine: the one spender. Candidates and labels in, records out.

It applies the scorers' rule again at the share that the budget affords at that instant,
so what is proposed generously is disposed exactly.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from streamal.core.annotators import Annotators
from streamal.core.answers import Answers
from streamal.core.auditor import Auditor, Noted
from streamal.core.controller import Verdict, held_back, wanted
from streamal.core.estimate import Bounds, EstimateState, bin_of
from streamal.core.gain import Compared
from streamal.core.journal import ArbiterSpec, ArbiterState, Journal
from streamal.core.ledger import Ledger, LedgerState, rebased
from streamal.core.pool import Block, means, verdicts
from streamal.core.quotas import Quotas
from streamal.core.records import Answer, Candidate, Decision, Progress, Request, Source
from streamal.core.requests import AnswerMemory, RequestBook, RequestRow
from streamal.core.restraint import Ruling, restraint_of
from streamal.core.rulings import Rulings
from streamal.core.stopping import resting, resting_share
from streamal.core.updates import Budget, ModelConfig, Pace, Update

Output = Request | Decision | Update


class Arbiter:
    """Grants or refuses candidates, and settles what is answered.

    Parameters
    ----------
    spec
        What it is configured with.
    state
        The saved ledger row; None begins anew.
    rows
        The saved request rows.
    answers
        The remembered ids of unsolicited answers, with the time of each.
    """

    def __init__(
        self,
        spec: ArbiterSpec,
        state: ArbiterState | None = None,
        rows: Sequence[RequestRow] = (),
        answers: Mapping[str, int] | None = None,
    ) -> None:
        self.spec = spec
        self.state = state or ArbiterState(LedgerState([], []), EstimateState(horizon=spec.horizon))
        self.book = RequestBook(spec.remember_ms, spec.thinning)
        self.quotas = Quotas(spec.quotas, self.state.quotas)
        for row in sorted(rows, key=lambda row: row.step):
            self.book.restore(row)
        self.memory = AnswerMemory(spec.remember_ms)
        for answer_id, at in sorted((answers or {}).items(), key=lambda item: item[1]):
            self.memory.restore(answer_id, at)
        self._renew()

    def _renew(self) -> None:
        """Build what works on the state; the budget may have been replaced."""
        ledger = self.state.ledger
        self.ledger = Ledger(ledger.specs, ledger, self.spec.per_request)
        self.journal = Journal(self.state, self.ledger)
        self.auditor = Auditor(self.spec, self.state, self.ledger)
        self.answers = Answers(
            self.spec,
            self.book,
            self.ledger,
            self.auditor,
            self.journal,
            self.memory,
            Annotators(self.state.annotators),
        )
        self._rulings = Rulings(self.spec, self.state, self.journal)

    def configure(self, model: dict[str, object], library: str, time: int) -> ModelConfig:
        """Record what the model is made of."""
        version = self.journal.next_version()
        return ModelConfig(version=version, model=model, library=library, written_at=time)

    def start(self, time: int) -> list[Output]:
        """Put the configuration in force: a record where the budget is another.

        Intake that waits for a `max_ahead` that is no more goes on.
        """
        out: list[Output] = []
        if self.state.ledger.specs != self.spec.limits:
            out.append(self._put_in_force(time))
        if self.auditor.stopper.lifted() is not None:
            self._advance(time)
            out.extend(self.auditor.lift(self.journal))
        out.extend([*self.auditor.restate(self.journal), *self.auditor.stop(self.journal)])
        if self.state.hold and not self._hold():
            out.extend(self.finish())
        return out

    def _put_in_force(self, time: int) -> Budget:
        self.state.ledger = rebased(self.state.ledger, self.spec.limits)
        self._renew()
        self._advance(time)
        return Budget(
            version=self.journal.next_version(),
            limits=self.spec.limits,
            created_at=self.state.ledger.time,
            ledger=self.journal.step(self.ledger.share()),
        )

    def candidate(self, candidate: Candidate, offset: int, time: int) -> list[Output]:
        """Grant one candidate, or send it its other way."""
        out = self.tick(time)
        self.state.candidates = offset
        self._see(candidate.seen, candidate.bins)
        self._advance(time)
        share, coin = min(candidate.cap, self.ledger.share()), self.auditor.coin(candidate)
        uniform = self.spec.policy.uniform
        if self._rests(candidate):
            verdict, share = self._rest(candidate, coin)
        else:
            rank, draw, want = candidate.rank, candidate.draw, candidate.want
            verdict = wanted(rank, draw, share, uniform, want, coin, candidate.pace)
        out.append(self._dispose(candidate, verdict, share))
        return out

    def _rests(self, candidate: Candidate) -> bool:
        return self.auditor.stopper.rests(candidate.model_version)

    def _rest(self, candidate: Candidate, coin: float) -> tuple[Verdict, float]:
        """Apply the rule of after a stop, whatever the policy is."""
        share = min(candidate.cap, self.ledger.share(), resting_share(self.ledger))
        return resting(candidate.draw, share, coin), share

    def block(self, block: Block, time: int) -> list[Output]:
        """Grant the best candidates of a block, and send the others their other way."""
        out, told = self.tick(time), block.told(self.state)
        self.state.candidates = block.last
        self._see(block.seen, block.bins)
        self._advance(time)
        labels = means(self.ledger, self.state.n, time).labels
        coins = [self.auditor.coin(candidate) for candidate in block.candidates]
        found = verdicts(block.candidates, coins, labels, told, self.spec.policy)
        for candidate, coin, (verdict, share) in zip(block.candidates, coins, found, strict=True):
            if self._rests(candidate):
                verdict, share = self._rest(candidate, coin)  # noqa: PLW2901
            out.append(self._dispose(candidate, verdict, share))
        return out

    def _dispose(self, candidate: Candidate, verdict: Verdict, share: float) -> Request | Decision:
        rests, draw, want = self._rests(candidate), candidate.draw, candidate.want
        uniform = 1.0 if rests else self.spec.policy.uniform
        restraint = None
        if verdict.wanted:
            features, label, n = candidate.features, candidate.label, self.state.n
            restraint = restraint_of(features, label, self.spec.pending, self.book, self.quotas, n)
        if restraint is not None:
            coin = self.auditor.coin(candidate)
            pace = 0.0 if rests else candidate.pace
            verdict = held_back(restraint, draw, share, uniform, want, coin, pace)
        ruling = Ruling(verdict, share, restraint, rests)
        refusing = self.ledger.refusing() if verdict.wanted else []
        if verdict.wanted and not refusing:
            return self._grant(candidate, ruling)
        return self._fall_back(candidate, ruling, refusing)

    def progress(self, progress: Progress, offset: int, time: int) -> list[Output]:
        """Take in how far a scorer has come."""
        out = self.tick(time)
        self.state.candidates = offset
        self._see(progress.seen, progress.bins)
        self._advance(time)
        return out

    def label(self, answer: Answer, at: Source) -> list[Output]:
        """Learn, settle or refuse one answer; `pass_label` comes first.

        Raises
        ------
        Poison
            The answer is of no use, and why; nothing was spent or settled.
        """
        return list(self.answers.take(answer, at))

    def refuse_label(self, reason: str, at: Source, time: int) -> list[Output]:
        """Pass a record of `labels` that is no answer."""
        self.journal.count_answer(reason)
        return self.pass_label(at, time)

    def pass_label(self, at: Source, time: int) -> list[Output]:
        """Note that a record of `labels` was read, and let time pass to it."""
        out = self.tick(time)
        self.state.labels[str(at.partition)] = at.offset
        return out

    def tick(self, time: int) -> list[Output]:
        """Let time pass: requests whose time is over end, closed ones are forgotten."""
        out: list[Output] = []
        if self.book.is_due(time):
            for row in self.book.due(time):
                self._advance(row.asked.expires_at)
                out.append(self.answers.end(row, "expired", None, None))
            self.book.forget(time)
        self.memory.forget(time)
        self._advance(time)
        return out

    def finish(self, compared: Compared = Compared()) -> list[Output]:  # noqa: B008 - frozen
        """End a batch: tell the pace where it moved, or where intake is to pause or go on.

        And what the auditor found: an alarm, other terms of auto-labels, a stop or its end.
        """
        self.auditor.stopper.told(compared)
        out: list[Output] = [*self.auditor.lift(self.journal)]
        hold = self._hold()
        pace = self.ledger.moved(resting_share(self.ledger) if self.is_stopped else 1.0)
        if pace is not None or hold != self.state.hold:
            self.state.hold = hold
            out.append(self._pace(hold))
        return [*out, *self.auditor.news(self.journal)]

    def _pace(self, hold: bool) -> Pace:
        return Pace(
            version=self.journal.next_version(),
            pace=self.ledger.state.pace or 0.0,
            hold=hold,
            created_at=self.state.ledger.time,
            ledger=self.journal.step(self.ledger.share()),
        )

    @property
    def is_stopped(self) -> bool:
        """Is nothing asked but audits?"""
        return self.auditor.stopper.is_stopped

    def bounds(self) -> Bounds:
        """Return the weighted accuracy as known now."""
        return self.auditor.estimate.bounds()

    def _hold(self) -> bool:
        oldest = self.book.oldest()
        ahead = self.spec.max_ahead
        return ahead is not None and oldest is not None and self.state.ledger.n - oldest.n >= ahead

    def _advance(self, time: int) -> None:
        self.ledger.advance(self.state.n, time)

    def _see(self, seen: Mapping[str, int], bins: Mapping[str, list[int]]) -> None:
        """Count samples; those that were routed without us join the estimate."""
        state = self.state
        for partition, count in seen.items():
            before = state.seen.get(partition, 0)
            if count > before:
                state.seen[partition] = count
                state.n += count - before
                self._pass_by(partition, bins[partition])

    def _pass_by(self, partition: str, bins: list[int]) -> None:
        known = self.state.bins.get(partition)
        for at, count in enumerate(bins):
            before = known[at] if known else 0
            if count != before:
                self.auditor.pass_by(at, count - before)
        self.state.bins[partition] = bins

    def _grant(self, candidate: Candidate, ruling: Ruling) -> Request:
        return self._ask(candidate, ruling, self.auditor.ask(candidate, ruling.verdict))

    def choose(self, candidate: Candidate) -> Request:
        """Ask about a sample that was chosen among a pool; the ledger must consent already.

        Nothing was drawn, and what was chosen for being hard says nothing of the others:
        the accuracy estimate does not count it.
        """
        ruling = Ruling(Verdict(wanted=True, explored=False, propensity=1.0), self.ledger.share())
        return self._ask(candidate, ruling, Noted())

    def _ask(self, candidate: Candidate, ruling: Ruling, noted: Noted) -> Request:
        charges = self.ledger.reserve()
        self.quotas.add(candidate.features, candidate.label)
        asked = self._rulings.request(candidate, ruling)
        if self.spec.per_request > 1:
            several, agreement = self.spec.per_request, self.spec.agreement
            asked = replace(asked, annotators=several, agreement=agreement)
        self.book.add(RequestRow(asked=asked, charges=charges, n=self.state.n, **noted._asdict()))
        return asked

    def _fall_back(self, candidate: Candidate, ruling: Ruling, refusing: list[str]) -> Decision:
        self.auditor.pass_by(bin_of(candidate.confidence), 1)
        if refusing:
            self.ledger.refused(refusing)
        withdrawn = self.auditor.is_withdrawn(candidate)
        return self._rulings.other_way(candidate, ruling, bool(refusing), withdrawn)
