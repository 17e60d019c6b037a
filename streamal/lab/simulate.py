"""The service over a file: the same runtime, in memory, in the order of arrival.

One partition; sample i comes at i seconds. A batch ends after each candidate, where a
label falls due, or after 64 samples. Then, in this order: the arbiter takes the
candidates, the annotator answers what is due, the arbiter takes the labels, the scorer
applies the updates. With delay N a label is learned before sample i + 1 + N. What
waits in a pool at the end is decided then.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import perf_counter

from msgspec.structs import replace

from streamal.brokers.port import Broker
from streamal.core.estimate import Bounds
from streamal.core.journal import ArbiterState
from streamal.core.log import Outgoing
from streamal.core.records import Request
from streamal.lab.annotator import Annotator, Habits
from streamal.lab.row import Row
from streamal.lab.scoreboard import Line, Scoreboard
from streamal.lab.send import row_record
from streamal.runtime.plan import Plan
from streamal.runtime.worker import Worker
from streamal.wire.topics import SAMPLES

MAX_BATCH = 64
SECOND = 1000


class Clock:
    """Time as the number of the sample that is being decided; never runs back."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        """Return milliseconds."""
        return self.now

    def arrive(self, offset: int) -> int:
        """Move to the arrival of a sample."""
        self.now = max(self.now, offset * SECOND)
        return self.now


class Simulation:
    """Feeds rows, lets both roles and the annotator take their turns, keeps the score.

    Parameters
    ----------
    broker
        In memory, its clock the one given.
    plan
        As for `run`; clock, batches and time are set here.
    rows
        Read lazily.
    delay
        Samples that pass before a label comes.
    write
        Gets one line for each row.
    tell
        Told how many rows are decided, after each batch.
    """

    def __init__(
        self,
        broker: Broker,
        clock: Clock,
        plan: Plan,
        rows: Iterable[Row],
        delay: int = 0,
        habits: Habits | None = None,
        write: Callable[[Line], None] | None = None,
        tell: Callable[[int], None] | None = None,
    ) -> None:
        self.plan = replace(
            plan, clock=clock, stop_at_candidate=True, lookahead=4, time_of=clock.arrive
        )
        self._clock = clock
        self._rows: Iterator[Row] = iter(rows)
        self._delay = delay
        self._tell = tell or _tell_nobody
        self._truth: dict[int, str] = {}
        self._fed = self.decided = 0
        broker.create(plan.topics.specs())
        self._feeder = broker.writer("feeder")
        self.worker = Worker(broker, self.plan)
        limits, each = plan.arbiter.limits, plan.arbiter.per_request
        people = habits or Habits(plan.scorer.seed, annotators=each)
        self.annotator = Annotator(broker, plan.topics, self._label, self._due, people)
        bar = plan.scorer.auto_label
        self.scores = Scoreboard(broker, plan.topics, self._take_label, limits, bar, write, each)
        self.seconds = 0.0

    def _label(self, request: Request) -> str | None:
        return self._truth.get(request.source.offset)

    def _due(self, request: Request) -> float:
        """Return when its label comes; a sample of a pool has waited until it was asked about."""
        waited = self.plan.arbiter.policy.kind == "pool"
        return (self.decided if waited else request.source.offset + 1) + self._delay

    def _take_label(self, row: int) -> str | None:
        return self._truth.pop(row, None)

    def run(self) -> None:
        """Decide every row."""
        began = perf_counter()
        self.worker.start()
        arbitration = self.worker.arbitration
        assert arbitration is not None
        arbitration.turn_candidates()
        while self._feed():
            self._turn()
        if arbitration.turn_waiting():
            self._answer(self.decided)
        self.seconds = perf_counter() - began

    def end(self) -> tuple[ArbiterState, Bounds]:
        """Leave the groups; return what the arbiter knows at the end."""
        assert self.worker.arbitration is not None
        arbiter = self.worker.arbitration.arbiter
        assert arbiter is not None
        self.worker.close()
        return arbiter.state, arbiter.bounds()

    def _feed(self) -> bool:
        """Keep the next samples at hand; return whether any is left to decide."""
        if self._fed == self.decided:
            batch = [self._sent(row) for row in islice(self._rows, MAX_BATCH)]
            if batch:
                self._feeder.commit(batch)
        return self._fed > self.decided

    def _sent(self, row: Row) -> Outgoing:
        if row.label is not None:
            self._truth[self._fed] = row.label
        self._fed += 1
        return row_record(self.plan.topics[SAMPLES], 0, row)

    def _turn(self) -> None:
        worker = self.worker
        assert worker.scoring is not None
        assert worker.arbitration is not None
        done = worker.scoring.turn(self._limit(), 0)
        self.decided += done
        worker.arbitration.turn_candidates()
        self._answer(self._now(done))
        self._tell(self.decided)

    def _answer(self, now: float) -> None:
        """Answer what is due, learn it, and keep the score."""
        worker = self.worker
        assert worker.arbitration is not None
        self.annotator.take()
        self.annotator.answer(now)
        worker.arbitration.turn_labels()
        worker.follow()
        self.scores.take(self.decided)

    def _limit(self) -> int:
        """Return how many samples may pass before the next label falls due."""
        due = self.annotator.next_due
        if due is None:
            return MAX_BATCH
        return max(1, min(MAX_BATCH, int(due) - self.decided))

    def _now(self, done: int) -> float:
        """Return how far answers have come: while intake is paused, time passes without it."""
        if done:
            return self.decided
        self._pass_time()
        return max(self.decided, self.annotator.next_due or 0)

    def _pass_time(self) -> None:
        assert self.worker.arbitration is not None
        assert self.worker.arbitration.arbiter is not None
        due = self.worker.arbitration.arbiter.book.next_due()
        if self.annotator.next_due is None and due is not None:
            self._clock.now = max(self._clock.now, due + 1)


def _tell_nobody(decided: int) -> None:
    """Show no progress."""
