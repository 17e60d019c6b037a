"""A copy of a whole log that can be changed, record by record, and poured out again."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from itertools import groupby
from typing import Any

import msgspec
from msgspec.structs import replace

from streamal.brokers.memory import MemoryBroker
from streamal.brokers.port import Broker
from streamal.core.log import Outgoing, Record, TopicSpec
from streamal.runtime.plan import ARBITERS, SCORERS, Plan
from streamal.wire.dead import about
from streamal.wire.topics import CANDIDATES, LOGICAL, SAMPLES

Json = dict[str, Any]
Pick = Callable[[Json], bool]
Edit = Callable[[Json], None]

GROUPS = {SCORERS: SAMPLES, ARBITERS: CANDIDATES}
TICK = 10_000_000_000


def any_of_them(value: Json) -> bool:
    """Pick the first record there is."""
    del value
    return True


class Copy:
    """All records of a log and its groups' offsets.

    A record is picked by what its JSON says: the first that fits, after `skip` others.
    Methods that change one return where it will lie.
    """

    def __init__(self, broker: Broker, plan: Plan) -> None:
        self.plan = plan
        self.lanes: dict[tuple[str, int], list[Record]] = {}
        self.committed: dict[str, dict[int, int]] = {}
        for logical in LOGICAL:
            for partition in broker.ends(plan.topics[logical]):
                lane = (plan.topics[logical], partition)
                self.lanes[lane] = _all(broker, lane)
        for group, logical in GROUPS.items():
            self.committed[group] = broker.committed(group, plan.topics[logical])

    def twin(self) -> "Copy":
        """Return a copy of this copy, to be changed."""
        twin = copy(self)
        twin.lanes = {lane: list(records) for lane, records in self.lanes.items()}
        twin.committed = {group: dict(offsets) for group, offsets in self.committed.items()}
        return twin

    def said(self, topic: str) -> list[Json]:
        """Return the JSON of all records in partition 0 of a topic."""
        return [json(record) for record in self.lanes[topic, 0]]

    def find(self, topic: str, pick: Pick = any_of_them, skip: int = 0) -> int:
        """Return the place of a record in partition 0 of a topic."""
        places = [at for at, one in enumerate(self.lanes[topic, 0]) if pick(json(one))]
        return places[skip]

    def change(self, topic: str, edit: Edit, pick: Pick = any_of_them, skip: int = 0) -> str:
        """Change the JSON of a record."""
        at = self.find(topic, pick, skip)
        self.lanes[topic, 0][at] = _edited(self.lanes[topic, 0][at], edit)
        return f"{topic}/0/{at}"

    def rewrite(self, topic: str, edit: Edit) -> None:
        """Change the JSON of all records in partition 0 of a topic."""
        self.lanes[topic, 0] = [_edited(record, edit) for record in self.lanes[topic, 0]]

    def drop(self, topic: str, pick: Pick = any_of_them, skip: int = 0) -> Json:
        """Drop a record; those after it move up. Returns what it said."""
        return json(self.lanes[topic, 0].pop(self.find(topic, pick, skip)))

    def repeat(self, topic: str, pick: Pick = any_of_them, skip: int = 0) -> str:
        """Append a record once more."""
        lane = self.lanes[topic, 0]
        lane.append(lane[self.find(topic, pick, skip)])
        return f"{topic}/0/{len(lane) - 1}"

    def swap(self, topic: str, pick: Pick = any_of_them, skip: int = 0) -> str:
        """Let a record change places with the next one; return the later place."""
        lane, at = self.lanes[topic, 0], self.find(topic, pick, skip)
        lane[at], lane[at + 1] = lane[at + 1], lane[at]
        return f"{topic}/0/{at + 1}"

    def scribble(self, topic: str, pick: Pick = any_of_them, skip: int = 0) -> str:
        """Make a record unreadable."""
        at = self.find(topic, pick, skip)
        self.lanes[topic, 0][at] = replace(self.lanes[topic, 0][at], value=b'{"half')
        return f"{topic}/0/{at}"

    def letter(self, stage: str, skip: int = 0) -> int:
        """Return the place of a dead letter of a stage."""
        lane = self.lanes["dead-letters", 0]
        return [at for at, one in enumerate(lane) if about(one).stage == stage][skip]

    def pour(self, forget: Mapping[str, int] | None = None) -> MemoryBroker:
        """Return a new broker with these records.

        `forget` names topics whose first so many records retention has dropped.
        """
        clock = _Clock()
        broker = MemoryBroker(clock=clock, keep=LOGICAL)
        broker.create(self._specs(forget or {}))
        writer = broker.writer("copy")
        for (topic, partition), records in self.lanes.items():
            dropped = (forget or {}).get(topic, 0)
            old, young = records[:dropped], records[dropped:]
            clock.shift = 0
            _write(writer.commit, clock, partition, old)
            clock.shift = TICK * bool(forget)
            _write(writer.commit, clock, partition, young)
        self._commit(broker)
        _expire(broker, clock, forget or {})
        return broker

    def _specs(self, forget: Mapping[str, int]) -> Iterable[TopicSpec]:
        for spec in self.plan.topics.specs():
            yield replace(spec, retention_ms=TICK // 2 if spec.name in forget else None)

    def _commit(self, broker: MemoryBroker) -> None:
        writer = broker.writer("places")
        for group, logical in GROUPS.items():
            consumer = broker.subscribe(group, self.plan.topics[logical], "copy")
            consumer.poll(0, 0)
            writer.commit([], consumer, self.committed[group])
            consumer.close()


def _edited(record: Record, edit: Edit) -> Record:
    value = json(record)
    edit(value)
    return replace(record, value=msgspec.json.encode(value))


class _Clock:
    def __init__(self) -> None:
        self.now = self.shift = 0

    def __call__(self) -> int:
        return self.now + self.shift


def _write(
    commit: Callable[[list[Outgoing]], None], clock: _Clock, partition: int, records: list[Record]
) -> None:
    for time, group in groupby(records, lambda record: record.timestamp):
        clock.now = time
        commit([Outgoing(r.topic, r.key, r.value, r.headers, partition) for r in group])


def _expire(broker: MemoryBroker, clock: _Clock, forget: Mapping[str, int]) -> None:
    clock.now, clock.shift = 0, TICK
    for _ in range(10 * bool(forget)):
        broker.forget()


def _all(broker: Broker, lane: tuple[str, int]) -> list[Record]:
    reader = broker.reader({lane: 0})
    records: list[Record] = []
    while batch := reader.poll(500, 0):
        records.extend(batch)
    reader.close()
    return records


def json(record: Record) -> Json:
    """Return the JSON of a record; nothing where there is none."""
    try:
        value = msgspec.json.decode(record.value or b"null")
    except msgspec.DecodeError:
        return {}
    return value if isinstance(value, dict) else {}
