"""The arbiter's role: candidates and labels in, requests and updates out.

The steps of a turn, in order:

1. poll `candidates`, then `labels` from where the ledger row says;
2. fold each record; what is of no use becomes a dead letter;
3. end the batch: tell the pace where it moved;
4. apply the examples to this process's replica, and note what the learner raised; write what
   they gave cause for: an alarm, a fresh model that takes over;
5. commit outputs, rows and offsets in one transaction.
"""

from collections.abc import Iterator

import msgspec

from streamal.brokers.port import Broker, Partitions, Reader
from streamal.core.arbiter import Arbiter, Output
from streamal.core.log import Outgoing, Record
from streamal.core.pool import is_full, turns
from streamal.core.records import Candidate, Progress, Source
from streamal.core.updates import UPDATE_TYPES, Example
from streamal.errors import Poison
from streamal.runtime.buried import Buried
from streamal.runtime.commit import Committer
from streamal.runtime.news import tell
from streamal.runtime.observer import Disposed
from streamal.runtime.plan import ARBITERS, MAX_BATCH, Plan
from streamal.runtime.restore import Follower, restore_arbiter
from streamal.runtime.stages import Stages
from streamal.runtime.waiting import Waiting
from streamal.wire.labels import decode_answer
from streamal.wire.records import RecordEncoder, decode_candidate
from streamal.wire.topics import CANDIDATES, LABELS


class Arbitration:
    """The one spender, while this worker holds the partition of `candidates`."""

    def __init__(self, broker: Broker, plan: Plan, follower: Follower, stages: Stages) -> None:
        self._broker = broker
        self._plan = plan
        self._follower = follower
        self._replica = follower.replica
        self._stages = stages
        self._encoder = RecordEncoder(plan.topics, plan.instance)
        self._labels: Reader | None = None
        self._committer: Committer | None = None
        self._next = 0
        self._pending: list[Output] = []
        self._policy = plan.arbiter.policy
        self._waiting = Waiting()
        self.arbiter: Arbiter | None = None
        self.consumer = broker.subscribe(
            plan.group_prefix + ARBITERS, plan.topics[CANDIDATES], plan.instance, self
        )

    def assigned(self, partitions: Partitions) -> None:
        """Become the arbiter: fence whoever was, then restore what it has written.

        Raises
        ------
        ConfigMismatch
            It recorded another model than ours, since we looked.
        """
        writer = self._broker.writer(f"{self._plan.group_prefix}arbiter")
        self._catch_up()
        if not self._plan.apply:
            self._replica.check()
        self._committer = Committer(writer, self.consumer, "arbiter", self._plan)
        self.arbiter = restore_arbiter(self._broker, self._plan)
        self._next = self.consumer.committed().get(0, 0)
        topic = self._plan.topics[LABELS]
        taken = {int(p): offset + 1 for p, offset in self.arbiter.state.labels.items()}
        count = self._broker.partitions()[topic]
        self._labels = self._broker.reader({(topic, p): taken.get(p, 0) for p in range(count)})
        self._pending = self._begin(self.arbiter)
        self._plan.observer.holds(CANDIDATES, 1)
        self._plan.observer.presides(self.arbiter)

    def _catch_up(self) -> None:
        """Learn what the last arbiter wrote until it was fenced."""
        before = self._replica.examples
        self._follower.restore()
        self._tell_learned(before)

    def _tell_learned(self, before: int) -> None:
        replica = self._replica
        self._plan.observer.learned(replica.version, replica.examples - before)

    def _begin(self, arbiter: Arbiter) -> list[Output]:
        """Record the model's configuration and the budget, where they are new."""
        plan, now = self._plan, self._plan.clock()
        out: list[Output] = []
        if not self._replica.is_recorded():
            out.append(arbiter.configure(plan.model_config, plan.library, now))
        out.extend(arbiter.start(now))
        return out

    def revoked(self, partitions: Partitions) -> None:
        """Stop being the arbiter."""
        if self._labels is not None:
            self._labels.close()
        if self._committer is not None:
            self._committer.close()
        self.arbiter = self._committer = self._labels = None
        self._waiting = Waiting()
        self._plan.observer.holds(CANDIDATES, 0)
        self._plan.observer.abdicated()

    def turn(self, timeout: float) -> int:
        """Take in what has come on both topics; return how many records."""
        return self._take(self.consumer.poll(MAX_BATCH, timeout), self._poll_labels())

    def turn_candidates(self) -> int:
        """Take in candidates only."""
        return self._take(self.consumer.poll(MAX_BATCH, 0), [])

    def turn_waiting(self) -> int:
        """Decide the candidates that wait for others; return how many records that were."""
        arbiter, count = self.arbiter, len(self._waiting.block.candidates)
        if arbiter is not None and count:
            buried: list[Buried] = []
            self._end(arbiter, self._close(arbiter, self._plan.clock(), buried), buried)
        return count

    def turn_labels(self) -> int:
        """Take in labels only."""
        return self._take([], self._poll_labels())

    def _poll_labels(self) -> list[Record]:
        return [] if self._labels is None else self._labels.poll(MAX_BATCH, 0)

    def _take(self, candidates: list[Record], labels: list[Record]) -> int:
        self._stages.start()
        arbiter = self.arbiter
        if arbiter is None:
            return 0
        buried: list[Buried] = []
        before = self._next
        out, self._pending = self._pending, []
        for record in candidates:
            out.extend(self._candidate(arbiter, record, buried))
        out.extend(self._overdue(arbiter, buried))
        for record in labels:
            out.extend(self._label(arbiter, record, buried))
        if not candidates and not labels:
            out.extend(self._idle(arbiter, buried))
        if out or labels or self._next != before:
            self._end(arbiter, out, buried)
        return len(candidates) + len(labels)

    def _end(self, arbiter: Arbiter, out: list[Output], buried: list[Buried]) -> None:
        """End a batch, commit it, and tell of it."""
        out.extend(arbiter.finish(self._replica.compared()))
        self._stages.lap("arbiter.decide")
        before = self._replica.examples
        self._commit(arbiter, out, buried)
        self._plan.observer.disposed(arbiter, Disposed(out, buried))
        if self._plan.time_of is None:  # a simulation has its report
            tell(out)
        self._tell_learned(before)

    def _candidate(self, arbiter: Arbiter, record: Record, buried: list[Buried]) -> list[Output]:
        found = _decoded(record)
        if self._policy.kind == "pool":
            return self._gather(arbiter, found, record, buried)
        self._next = record.offset + 1
        if isinstance(found, Buried):
            buried.append(found)
            return []
        if isinstance(found, Candidate):
            return arbiter.candidate(found, record.offset, record.timestamp)
        return arbiter.progress(found, record.offset, record.timestamp)

    def _gather(
        self,
        arbiter: Arbiter,
        found: Candidate | Progress | Buried,
        record: Record,
        buried: list[Buried],
    ) -> list[Output]:
        """Let a record wait for more; time passes for open requests meanwhile."""
        time = record.timestamp
        out = self._before(arbiter, time, buried)
        self._waiting.take(found, record)
        if arbiter.book.is_due(time):
            out.extend(arbiter.tick(time))
        if is_full(self._waiting.block, arbiter.ledger, arbiter.state, self._policy):
            out.extend(self._close(arbiter, self._waiting.block.time, buried))
        return out

    def _before(self, arbiter: Arbiter, time: int, buried: list[Buried]) -> list[Output]:
        """Close the block before a time that ends what a window affords it."""
        waiting = self._waiting
        if waiting.block.candidates and turns(arbiter.ledger, time):
            return self._close(arbiter, waiting.block.time, buried)
        return []

    def _overdue(self, arbiter: Arbiter, buried: list[Buried]) -> list[Output]:
        now = self._plan.clock()
        if self._waiting.is_overdue(now, self._policy.wait_ms):
            return self._close(arbiter, now, buried)
        return []

    def _close(self, arbiter: Arbiter, time: int, buried: list[Buried]) -> list[Output]:
        """Pass what waits: decide all of it, with what was buried in between."""
        waiting, self._waiting = self._waiting, Waiting()
        if waiting.next is None:
            return []
        self._next = waiting.next
        buried.extend(waiting.buried)
        return arbiter.block(waiting.block, time)

    def _label(self, arbiter: Arbiter, record: Record, buried: list[Buried]) -> list[Output]:
        at = Source(record.topic, record.partition, record.offset)
        out = self._before(arbiter, record.timestamp, buried)
        try:
            answer = decode_answer(record.value)
        except Poison as poison:
            buried.append(Buried(record, "label", poison, record.timestamp))
            return out + arbiter.refuse_label(poison.reason, at, record.timestamp)
        out.extend(arbiter.pass_label(at, record.timestamp))
        try:
            out.extend(arbiter.label(answer, at))
        except Poison as poison:
            buried.append(Buried(record, "label", poison, record.timestamp))
        return out

    def _idle(self, arbiter: Arbiter, buried: list[Buried]) -> list[Output]:
        """Nothing came: let the wall clock end what is due."""
        due, now = arbiter.book.next_due(), self._plan.clock()
        if due is None or due >= now:
            return []
        return [*self._before(arbiter, now, buried), *arbiter.tick(now)]

    def _commit(self, arbiter: Arbiter, out: list[Output], buried: list[Buried]) -> None:
        assert self._committer is not None
        before = self._replica.version
        outputs = [self._encoder.encode(self._learned(record)) for record in out]
        arisen = arbiter.auditor.arise(self._replica.arisen(before), arbiter.journal)
        outputs += [self._encoder.encode(self._learned(record)) for record in arisen]
        out.extend(arisen)
        self._stages.lap("arbiter.encode")
        rows = list(self._rows(arbiter))
        self._stages.lap("arbiter.rows")
        outputs += [one.letter(self._plan.topics) for one in buried]
        self._committer.commit(outputs, rows, {0: self._next})
        self._stages.lap("arbiter.commit")

    def _learned(self, record: Output) -> Output:
        """Apply an update to the replica; an example carries what the learner raised."""
        if not isinstance(record, UPDATE_TYPES):
            return record
        self._stages.lap("arbiter.encode")
        error = self._replica.apply(record)
        self._stages.lap("arbiter.learn")
        if error is not None and isinstance(record, Example):
            return msgspec.structs.replace(record, error=error[:1000])
        return record

    def _rows(self, arbiter: Arbiter) -> Iterator[Outgoing]:
        yield self._encoder.ledger_row(arbiter.state)
        for request_id, row in arbiter.book.take_changed().items():
            yield self._encoder.request_row(request_id, row)
        for answer_id, time in arbiter.memory.take_changed().items():
            yield self._encoder.answer_row(answer_id, time)

    def lag(self) -> dict[tuple[str, int], int]:
        """Return how many candidates and labels wait, for each partition."""
        found = {(CANDIDATES, p): lag for p, lag in self.consumer.lag().items()}
        if self._labels is not None:
            ends = self._broker.ends(self._plan.topics[LABELS])
            for (_, partition), place in self._labels.positions().items():
                found[LABELS, partition] = max(0, ends[partition][1] - place)
        return found

    def close(self, leave: bool) -> None:
        """Close the consumer, and leave the group or keep the place in it."""
        self.consumer.close(leave)


def _decoded(record: Record) -> Candidate | Progress | Buried:
    try:
        return decode_candidate(record.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Buried(record, "candidates", Poison("invalid", str(error)), record.timestamp)
