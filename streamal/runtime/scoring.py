"""The scorer's role: poll, decode, predict, route, encode, commit.

The steps of a turn, in order:

1. poll what has come, and decode it once;
2. predict, then route each sample or bury it, then encode: a stage at a time;
3. tell how far the partitions have come;
4. commit outputs, partition rows and input offsets in one transaction.
"""

from collections.abc import Iterable, Iterator

import msgspec

from streamal.brokers.port import Broker, Partitions
from streamal.core.log import Outgoing, Record
from streamal.core.records import Candidate, Decision, Progress
from streamal.core.scorer import Scorer
from streamal.runtime.buried import Buried
from streamal.runtime.commit import Committer
from streamal.runtime.intake import Guess, Intake, Lost
from streamal.runtime.observer import Scored
from streamal.runtime.plan import SCORERS, Plan
from streamal.runtime.replica import Replica
from streamal.runtime.restore import restore_partitions
from streamal.runtime.stages import Stages
from streamal.wire.records import RecordEncoder
from streamal.wire.samples import SampleDecoder
from streamal.wire.topics import SAMPLES

Routed = Candidate | Decision


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
        self.consumer = broker.subscribe(
            plan.group_prefix + SCORERS, plan.topics[SAMPLES], plan.instance, self
        )
        writer = broker.writer(f"{plan.group_prefix}scorer-{plan.instance}")
        self._committer = Committer(writer, self.consumer, "scorer", plan)

    def assigned(self, partitions: Partitions) -> None:
        """Take partitions over where their last commit left them.

        Asking for the committed offsets comes first: the answer waits until no transaction
        on these partitions is pending, so their rows in `state` are settled too.
        """
        self.consumer.committed()
        states = restore_partitions(self._broker, self._plan, sorted(partitions))
        for partition, state in states.items():
            self._scorer.restore(partition, state)
        self._plan.observer.holds(SAMPLES, len(self.consumer.assignment))

    def revoked(self, partitions: Partitions) -> None:
        """Give partitions up, and what was polled of them."""
        for partition in partitions:
            self._scorer.drop(partition)
        self._intake.drop(partitions)
        self._plan.observer.holds(SAMPLES, len(self.consumer.assignment))

    def is_held(self) -> bool:
        """Is nothing decided for now?

        Not before the model's configuration is recorded, nor while the arbiter holds
        intake back.
        """
        return self._replica.hold or not self._replica.version

    def turn(self, limit: int, timeout: float) -> int:
        """Decide up to `limit` samples; return how many records were dealt with."""
        if self.is_held():
            self.consumer.poll(0, 0)
            return 0
        self._stages.start()
        self._poll(limit, timeout)
        batch = Scored()
        outputs, offsets = self._decide_some(limit, batch)
        if offsets:
            self._commit(outputs, offsets)
            self._plan.observer.scored(batch)
        return len(batch.arrived)

    def _poll(self, limit: int, timeout: float) -> None:
        if len(self._intake):
            return
        records = self.consumer.poll(limit, timeout)
        self._stages.lap("scorer.poll")
        self._intake.put(records)
        self._stages.lap("scorer.decode")

    def _decide_some(self, limit: int, batch: Scored) -> tuple[list[Outgoing], dict[int, int]]:
        """Decide what has come, a stage at a time; a candidate may end the batch."""
        intake, stages, encode = self._intake, self._stages, self._encoder.encode
        arrived = batch.arrived
        outputs: list[Outgoing] = []
        offsets: dict[int, int] = {}
        ended = False
        while len(intake) and len(arrived) < limit and not ended:
            if intake.is_stale():
                intake.guess(limit - len(arrived))
                stages.lap("scorer.predict")
            routed, buried = self._route(intake.ready(limit - len(arrived)))
            ended = self._plan.stop_at_candidate and _proposes(routed)
            taken = intake.take(len(routed) + len(buried))
            offsets.update((record.partition, record.offset + 1) for record in taken)
            arrived += [record.timestamp for record in taken]
            stages.lap("scorer.decide")
            outputs += [one.letter(self._plan.topics) for one in buried]
            outputs += map(encode, routed)
            batch.routed += routed
            batch.buried += buried
            stages.lap("scorer.encode")
        return outputs, offsets

    def _route(self, ready: Iterable[tuple[Record, Guess]]) -> tuple[list[Routed], list[Buried]]:
        """Route samples and bury what is none, up to the first candidate if that ends a batch."""
        replica, plan, route = self._replica, self._plan, self._scorer.route
        situation = replica.situation()
        time_of, stops, time = plan.time_of, plan.stop_at_candidate, plan.clock()
        routed: list[Routed] = []
        buried: list[Buried] = []
        for record, guess in ready:
            if time_of is not None:
                time = time_of(record.offset)
            if isinstance(guess, Lost):
                buried.append(Buried(record, guess.stage, guess.poison, time))
                continue
            routed.append(route(*guess, situation, time))
            if stops and _proposes(routed):
                break
        return routed, buried

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

    def close(self, leave: bool) -> None:
        """Close the consumer, and leave the group or keep the place in it.

        What was polled and not decided comes again.
        """
        self._intake.clear()
        self.consumer.close(leave)
        self._committer.close()


def _proposes(routed: list[Routed]) -> bool:
    """Does it end with a candidate?"""
    return bool(routed) and isinstance(routed[-1], Candidate)
