"""The arbiter's state machine: the one spender. Candidates and labels in, records out.

It applies the scorers' rule again at the share that the budget affords at that instant,
so what is proposed generously is disposed exactly.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from streamal.core.answers import UNCOUNTED, Answers
from streamal.core.controller import Verdict, held_back, wanted
from streamal.core.estimate import Bounds, Estimate, EstimateState, bin_of
from streamal.core.journal import ArbiterSpec, ArbiterState, Journal
from streamal.core.ledger import Ledger, LedgerState, rebased
from streamal.core.policies import reason_of
from streamal.core.pool import Block, means, verdicts
from streamal.core.quotas import Quotas
from streamal.core.records import Answer, Candidate, Decision, Progress, Request, Source
from streamal.core.requests import AnswerMemory, RequestBook, RequestRow
from streamal.core.restraint import Ruling, restraint_of
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
        self.estimate = Estimate(self.state.estimate)
        self._renew()

    def _renew(self) -> None:
        """Build what works on the state; the budget may have been replaced."""
        self.ledger = Ledger(self.state.ledger.specs, self.state.ledger)
        self.journal = Journal(self.state, self.ledger)
        self.answers = Answers(
            self.spec, self.book, self.ledger, self.estimate, self.journal, self.memory
        )

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
        share = min(candidate.cap, self.ledger.share())
        uniform = self.spec.policy.uniform
        verdict = wanted(candidate.rank, candidate.draw, share, uniform, candidate.want)
        out.append(self._dispose(candidate, verdict, share))
        return out

    def block(self, block: Block, time: int) -> list[Output]:
        """Grant the best candidates of a block, and send the others their other way."""
        out, told = self.tick(time), block.told(self.state)
        self.state.candidates = block.last
        self._see(block.seen, block.bins)
        self._advance(time)
        labels = means(self.ledger, self.state.n, time).labels
        found = verdicts(block.candidates, labels, told, self.spec.policy)
        for candidate, (verdict, share) in zip(block.candidates, found, strict=True):
            out.append(self._dispose(candidate, verdict, share))
        return out

    def _dispose(self, candidate: Candidate, verdict: Verdict, share: float) -> Request | Decision:
        uniform, draw, want = self.spec.policy.uniform, candidate.draw, candidate.want
        restraint = None
        if verdict.wanted:
            features, label, n = candidate.features, candidate.label, self.state.n
            restraint = restraint_of(features, label, self.spec.pending, self.book, self.quotas, n)
        if restraint is not None:
            verdict = held_back(restraint, draw, share, uniform, want)
        ruling = Ruling(verdict, share, restraint)
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

    def finish(self) -> list[Output]:
        """End a batch: tell the pace where it moved, or where intake is to pause or go on."""
        hold = self._hold()
        pace = self.ledger.moved()
        if pace is None and hold == self.state.hold:
            return []
        self.state.hold = hold
        return [
            Pace(
                version=self.journal.next_version(),
                pace=self.ledger.state.pace or 0.0,
                hold=hold,
                created_at=self.state.ledger.time,
                ledger=self.journal.step(self.ledger.share()),
            )
        ]

    def bounds(self) -> Bounds:
        """Return the weighted accuracy as known now."""
        return self.estimate.bounds()

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
                self.estimate.pass_by(at, count - before)
        self.state.bins[partition] = bins

    def _grant(self, candidate: Candidate, ruling: Ruling) -> Request:
        verdict = ruling.verdict
        at = bin_of(candidate.confidence)
        guess = self.estimate.ask(at, verdict.propensity, verdict.explored)
        return self._ask(candidate, ruling, at, guess)

    def choose(self, candidate: Candidate) -> Request:
        """Ask about a sample that was chosen among a pool; the ledger must consent already.

        Nothing was drawn, and what was chosen for being hard says nothing of the others:
        the accuracy estimate does not count it.
        """
        ruling = Ruling(Verdict(wanted=True, explored=False, propensity=1.0), self.ledger.share())
        return self._ask(candidate, ruling, UNCOUNTED, 0.0)

    def _ask(self, candidate: Candidate, ruling: Ruling, at: int, guess: float) -> Request:
        charges = self.ledger.reserve()
        self.quotas.add(candidate.features, candidate.label)
        asked = self._request(candidate, ruling)
        self.book.add(RequestRow(asked=asked, charges=charges, bin=at, guess=guess, n=self.state.n))
        self.journal.count_route("request", asked.reason)
        return asked

    def _request(self, candidate: Candidate, ruling: Ruling) -> Request:
        time, explored = self.state.ledger.time, ruling.verdict.explored
        kind = self.spec.policy.kind
        return Request(
            **self._common(candidate, ruling),
            route="request",
            reason=reason_of(kind, candidate.arm, explored, candidate.cold_start),
            propensity=ruling.verdict.propensity,
            ledger=self.journal.step(ruling.share),
            request_id=candidate.source.text,
            features=candidate.features,
            payload=candidate.payload,
            classes=list(self.state.classes),
            created_at=time,
            expires_at=time + self.spec.expire_ms,
        )

    def _fall_back(self, candidate: Candidate, ruling: Ruling, refusing: list[str]) -> Decision:
        """Write the candidate's other route unchanged; a refusal is its reason to abstain."""
        self.estimate.pass_by(bin_of(candidate.confidence), 1)
        if refusing:
            self.ledger.refused(refusing)
        abstains = candidate.route == "abstain"
        reason = "budget" if refusing and abstains else candidate.reason
        self.journal.count_route(candidate.route, reason)
        bar = candidate.auto_label_threshold
        return Decision(
            **self._common(candidate, ruling),
            route=candidate.route,
            reason=reason,
            propensity=0.0 if refusing else ruling.verdict.propensity,
            auto_label_threshold=UNSET if abstains or bar is None else bar,
            certificate=UNSET if abstains else None,
            ledger=self.journal.stamp(ruling.share),
        )

    def _common(self, candidate: Candidate, ruling: Ruling) -> dict[str, Any]:
        """Return what every decision says of a candidate."""
        own = candidate.threshold
        return {
            "sample_id": candidate.sample_id,
            "label": candidate.label,
            "probabilities": candidate.probabilities,
            "confidence": candidate.confidence,
            "utility": candidate.utility,
            "rank": candidate.rank,
            "threshold": (1.0 - self.spec.policy.uniform) * ruling.share if own is None else own,
            "model_version": candidate.model_version,
            "decided_at": self.state.ledger.time,
            "source": candidate.source,
            "modifiers": candidate.modifiers,
            "arm": candidate.arm,
            "held_back": ruling.restraint,
        }
