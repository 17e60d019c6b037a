"""Both roles at one desk: what a scorer proposes is disposed before the next sample.

The order of all that happens is that of a simulation whose answers come at once, so the
decisions are the same: a candidate goes to the arbiter as soon as it is proposed, and
after each 64 samples the arbiter hears how far they have come.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from msgspec.structs import replace

from streamal.core.arbiter import Arbiter, Output
from streamal.core.estimate import Bounds, Estimate
from streamal.core.prediction import BINS, Prediction
from streamal.core.reach import out_of_reach
from streamal.core.records import (
    Answer,
    Candidate,
    Decision,
    Features,
    Progress,
    Request,
    Sample,
    Source,
)
from streamal.core.requests import RequestRow
from streamal.core.restraint import restraint_of
from streamal.core.scorer import PartitionState, Scorer, Situation
from streamal.core.updates import UPDATE_TYPES, Closed, Example, Update, Vote
from streamal.errors import Poison, Unusable, UsageError
from streamal.learners.model import Refusal
from streamal.runtime.plan import Plan
from streamal.runtime.replica import Replica
from streamal.sampler.asking import chosen
from streamal.sampler.budget import Budget, budget_at
from streamal.sampler.clock import SampleClock, Time
from streamal.wire.saved import Counters, Saved

BATCH = 64
"""Samples after which the arbiter is told of them, as in a simulation."""

MANY = 1000
"""Changed rows that are held before they are let go."""

TOPIC = "samples"
"""What samples are called that have no topic: draws are the same as in a simulation."""


class Desk:
    """A scorer, an arbiter and a model, and the log of updates between them.

    Parameters
    ----------
    plan
        As of a worker.
    time
        Tells milliseconds.
    saved
        Go on from here; None begins.
    """

    def __init__(self, plan: Plan, time: Time, saved: Saved | None = None) -> None:
        self.plan = plan
        self._time = time
        self._counted = time if isinstance(time, SampleClock) else None
        counters = saved.counters if saved else Counters()
        self.decided, self._told = counters.decided, counters.told
        self._answers, self._pooled = counters.answers, counters.pooled
        self._move()
        self.row = saved.partition if saved else PartitionState()
        self._scorer = Scorer(plan.scorer)
        self._restore()
        self.replica = Replica(plan.model, plan.model_config, plan.library, plan.scorer)
        self.updates: list[Update] = []
        self.arbiter = Arbiter(
            plan.arbiter, saved.ledger if saved else None, saved.requests if saved else ()
        )
        self._situation = self._now()
        self._begin() if saved is None else self._replay(saved.updates)

    def _restore(self) -> None:
        try:
            self._scorer.restore(0, self.row)
        except ValueError as error:
            raise UsageError(
                f"saved sampler: is damaged: `partition.policy` cannot be read: {error}"
            ) from None

    def _begin(self) -> None:
        plan, time = self.plan, self._time()
        out: list[Output] = [self.arbiter.configure(plan.model_config, plan.library, time)]
        out += self.arbiter.start(time)
        self._take(out)

    def _replay(self, updates: Iterable[Update]) -> None:
        for update in updates:
            self.replica.apply(update)
            self.updates.append(update)
        self._situation = self._now()

    def _now(self) -> Situation:
        return self.replica.situation()

    def _move(self) -> None:
        """Let the clock that counts samples stand at the last one."""
        if self._counted is not None:
            self._counted.arrive(max(0, self.decided - 1))

    def judge(self, rows: Sequence[Features]) -> list[Prediction]:
        """Return what the model says of samples.

        Raises
        ------
        Unusable
            The model can not take one of them; with several, the message begins with its place.
        """
        for place, refused in enumerate(self.replica.model.refusals(rows)):
            if refused is not None:
                raise _refused(*refused, place, len(rows))
        found = self.replica.predict(rows)
        for place, judged in enumerate(found):
            if judged.__class__ is Refusal:
                raise _refused(judged.reason, judged.message, place, len(rows))
        return cast("list[Prediction]", found)

    def decide(self, features: Features, sample_id: str | None, seen: Prediction) -> Decision:
        """Decide on a sample: the scorer's proposal goes straight to the arbiter."""
        number = self.decided
        if self._counted is not None:
            self._counted.arrive(number)
        time, key = self._time(), f"{TOPIC}/0/{number}"
        self.decided = number + 1
        sample = Sample(
            Source(TOPIC, 0, number), key, key if sample_id is None else sample_id, features
        )
        routed = self._scorer.route(sample, seen, self._situation, time)
        if isinstance(routed, Candidate):
            return self._dispose(routed, time)
        if self.decided % BATCH == 0:
            self._tell(time)
        return routed

    def _dispose(self, candidate: Candidate, time: int) -> Decision:
        out = self.arbiter.candidate(candidate, self._told, time)
        self._told += 1
        decision = next(one for one in reversed(out) if isinstance(one, Decision))
        self._take(out)
        return decision

    def _tell(self, time: int) -> None:
        """Let the arbiter know of the samples that were no candidates."""
        progress = self._scorer.progress()
        if progress is not None:
            out = self.arbiter.progress(progress, self._told, time)
            self._told += 1
            self._take(out)

    def answer(self, answer: Answer) -> list[Output]:
        """Settle an answer; return what was written of it.

        Raises
        ------
        Poison
            The answer is of no use, and why.
        """
        at, time = Source("labels", 0, self._answers), self._time()
        self._answers += 1
        before = self.arbiter.pass_label(at, time)
        try:
            out = self.arbiter.label(answer, at)
        except Poison:
            self._take(before)
            raise
        return self._take([*before, *out])[len(before) :][: len(out)]

    def is_enough(self, features: Features, seen: Prediction) -> bool:
        """Were enough samples like this one asked about, as the settings count them?"""
        arbiter, label = self.arbiter, seen.label
        pending, n = arbiter.spec.pending, arbiter.state.n
        held = restraint_of(features, label, pending, arbiter.book, arbiter.quotas, n)
        return held is not None

    def ask(
        self, features: Features, seen: Prediction, rank: float, worth: float
    ) -> Request | None:
        """Ask about a row of a pool, where every limit allows it and no rule stopped; else None."""
        arbiter, time = self.arbiter, self._time()
        out = arbiter.tick(time)
        refusing = arbiter.ledger.refusing()
        if refusing or arbiter.is_stopped:
            arbiter.ledger.refused(refusing)
            self._take(out)
            return None
        self._pooled += 1
        counted = Progress(seen={"pool": self._pooled}, bins={"pool": [0] * BINS})
        out += arbiter.progress(counted, arbiter.state.candidates, time)
        source = Source("pool", 0, self._pooled - 1)
        picked = chosen(self._situation, source, features, seen, rank, worth, time)
        asked = arbiter.choose(picked)
        self._take(out)
        return asked

    def _take(self, out: list[Output]) -> list[Output]:
        """End a step as a batch ends, and apply what it wrote to the model."""
        out += self.arbiter.finish(self.replica.compared())
        before = self.replica.version
        found = [self._learned(one) for one in out]
        for one in self.arbiter.auditor.arise(self.replica.arisen(before), self.arbiter.journal):
            self._learned(one)
        if len(self.arbiter.book.changed) > MANY:  # nobody writes rows as they change
            self.arbiter.book.take_changed()
            self.arbiter.memory.take_changed()
        if self._situation.version != self.replica.version:
            self._situation = self._now()
        return found

    def _learned(self, record: Output) -> Output:
        """Apply an update; an example carries what the learner raised."""
        if not isinstance(record, UPDATE_TYPES):
            return record
        error = self.replica.apply(record)
        if error is not None and isinstance(record, Example):
            record = replace(record, error=error[:1000])
        self.updates.append(record)
        return record

    def budget(self) -> Budget:
        """Return the budget now, with the samples that the arbiter has not heard of yet."""
        state = self.arbiter.state
        unheard = self.row.seen - state.seen.get("0", 0)
        return budget_at(state.ledger, state.n + unheard, self._time())

    def estimate(self) -> Bounds:
        """Return the weighted accuracy now, with the samples that it has not heard of yet."""
        state = self.arbiter.state
        estimate = Estimate(replace(state.estimate))
        known = state.bins.get("0") or [0] * BINS
        n = state.n + self.row.seen - state.seen.get("0", 0)
        unseen = out_of_reach(self.arbiter.ledger, n)
        for at, (before, count) in enumerate(zip(known, self.row.bins, strict=True)):
            if count != before:
                estimate.pass_by(at, count - before, (count - before) * unseen)
        return estimate.bounds()

    def counters(self) -> Counters:
        """Return how far all has come."""
        return Counters(self.decided, self._told, self._answers, self._pooled)

    def partition(self) -> PartitionState:
        """Return the scorer's row as it is now."""
        self._scorer.save()
        return self.row

    def requests(self) -> list[RequestRow]:
        """Return all requests that are remembered, in the order in which they were made."""
        return list(self.arbiter.book.rows.values())


def _refused(reason: str, message: str, place: int, rows: int) -> Unusable:
    return Unusable(reason, f"sample {place}: {message}" if rows > 1 else message)


Settled = Example | Vote | Closed
"""What an answer comes to: an example that was learned, a vote, or a request that ended."""
