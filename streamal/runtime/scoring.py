"""The scorer's role: poll, decode, predict, route, encode, commit.

The steps of a turn, in order:

1. poll what has come, and decode it once;
2. for each sample: refuse it (a dead letter), or predict and route it;
3. tell how far the partitions have come;
4. commit outputs, partition rows and input offsets in one transaction.
"""

from collections.abc import Iterator

import msgspec

from streamal.brokers.port import Broker, Partitions
from streamal.core.log import Outgoing
from streamal.core.records import Candidate, Progress
from streamal.core.scorer import Scorer, Situation
from streamal.runtime.commit import Committer
from streamal.runtime.intake import Intake, Item
from streamal.runtime.plan import SCORERS, Plan
from streamal.runtime.replica import Replica
from streamal.runtime.restore import restore_partition
from streamal.runtime.stages import Stages
from streamal.wire.dead import dead_letter
from streamal.wire.records import RecordEncoder
from streamal.wire.samples import SampleDecoder
from streamal.wire.topics import SAMPLES


class Scoring:
    """One worker's share of the samples."""

    def __init__(self, broker: Broker, plan: Plan, replica: Replica, stages: Stages) -> None:
        self._broker = broker
        self._plan = plan
        self._replica = replica
        self._stages = stages
        self._scorer = Scorer(plan.scorer)
        self._encoder = RecordEncoder(plan.topics, plan.instance)
        self._intake = Intake(SampleDecoder(plan.mapping), replica, plan.lookahead)
        self._consumer = broker.subscribe(
            plan.group_prefix + SCORERS, plan.topics[SAMPLES], plan.instance, self
        )
        writer = broker.writer(f"{plan.group_prefix}scorer-{plan.instance}")
        self._committer = Committer(writer, self._consumer, "scorer", plan.faults)

    def assigned(self, partitions: Partitions) -> None:
        """Take partitions over where their last commit left them."""
        for partition in sorted(partitions):
            state = restore_partition(self._broker, self._plan, partition)
            self._scorer.restore(partition, state)

    def revoked(self, partitions: Partitions) -> None:
        """Give partitions up, and what was polled of them."""
        for partition in partitions:
            self._scorer.drop(partition)
        self._intake.drop(partitions)

    def is_held(self) -> bool:
        """Is nothing decided for now?

        Not before the model's configuration is recorded, nor while the arbiter holds
        intake back.
        """
        return self._replica.hold or not self._replica.version

    def turn(self, limit: int, timeout: float) -> int:
        """Decide up to `limit` samples; return how many records were dealt with."""
        if self.is_held():
            return 0
        self._stages.start()
        self._poll(limit, timeout)
        outputs: list[Outgoing] = []
        offsets: dict[int, int] = {}
        done = self._decide_some(limit, outputs, offsets)
        if done:
            self._commit(outputs, offsets)
        return done

    def _poll(self, limit: int, timeout: float) -> None:
        if len(self._intake):
            return
        records = self._consumer.poll(limit, timeout)
        self._stages.lap("scorer.poll")
        self._intake.put(records)
        self._stages.lap("scorer.decode")

    def _decide_some(self, limit: int, outputs: list[Outgoing], offsets: dict[int, int]) -> int:
        intake, stages, replica = self._intake, self._stages, self._replica
        situation = Situation(replica.model.classes, replica.version, replica.pace)
        done = 0
        while len(intake) and done < limit:
            if intake.is_stale():
                intake.guess(limit - done)
                stages.lap("scorer.predict")
            item = intake.take()
            done += 1
            offsets[item.record.partition] = item.record.offset + 1
            if self._decide(item, situation, outputs) and self._plan.stop_at_candidate:
                break
        return done

    def _decide(self, item: Item, situation: Situation, outputs: list[Outgoing]) -> bool:
        """Route one sample or bury it; return whether it became a candidate."""
        time = self._time(item.record.offset)
        if item.sample is None or item.guess is None:
            outputs.append(self._bury(item, time))
            return False
        routed = self._scorer.route(item.sample, item.guess, situation, time)
        self._stages.lap("scorer.decide")
        outputs.append(self._encoder.encode(routed))
        self._stages.lap("scorer.encode")
        return isinstance(routed, Candidate)

    def _time(self, offset: int) -> int:
        return self._plan.clock() if self._plan.time_of is None else self._plan.time_of(offset)

    def _bury(self, item: Item, time: int) -> Outgoing:
        assert item.poison is not None
        return dead_letter(self._plan.topics, item.record, item.stage, item.poison, time)

    def _commit(self, outputs: list[Outgoing], offsets: dict[int, int]) -> None:
        progress = self._progress()
        if progress is not None:
            outputs.append(self._encoder.encode(progress))
        rows = list(self._rows())
        self._stages.lap("scorer.encode")
        self._committer.commit(outputs, rows, offsets)
        self._stages.lap("scorer.commit")

    def _progress(self) -> Progress | None:
        progress = self._scorer.progress()
        digest = self._replica.digest_due()
        if digest is None:
            return progress
        if progress is None:
            return Progress(seen={}, bins={}, digest=digest)
        return msgspec.structs.replace(progress, digest=digest)

    def _rows(self) -> Iterator[Outgoing]:
        for partition, state in self._scorer.save().items():
            yield self._encoder.partition_row(partition, state)

    def close(self) -> None:
        """Leave the group; what was polled and not decided comes again."""
        self._intake.clear()
        self._consumer.close()
