"""The service in memory, with a clock that tests turn, and short ways to feed and read it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from streamal.app import plan_of
from streamal.brokers.memory import MemoryBroker
from streamal.brokers.port import Broker
from streamal.core.log import Outgoing, Record
from streamal.core.records import Decision, Request
from streamal.core.updates import Update
from streamal.runtime.plan import Plan
from streamal.runtime.worker import Worker
from streamal.settings import Settings
from streamal.wire.dead import DeadLetter, about
from streamal.wire.records import decode_decision, decode_request, decode_update
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    DEAD_LETTERS,
    LABELS,
    LOGICAL,
    REQUESTS,
    SAMPLES,
    UPDATES,
)
from tests.runtime import tiny

START = 1_700_000_000_000
OUTPUTS = tuple(name for name in LOGICAL if name not in {SAMPLES, LABELS})


class Clock:
    """Milliseconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def pass_by(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now += milliseconds


def made_plan(clock: Clock, **sections: Any) -> Plan:  # noqa: ANN401 - a section's tree
    """Return the plan of a configuration, with the tiny learner in place of its model."""
    settings = Settings.model_validate(sections)
    return replace(plan_of(settings, {}), model=tiny.model, clock=clock)


class Service:
    """A log in memory and a worker over it.

    Parameters
    ----------
    sections
        Of the configuration.
    """

    def __init__(self, **sections: Any) -> None:  # noqa: ANN401 - a section's tree
        self.clock = Clock()
        self.plan = made_plan(self.clock, **sections)
        self.broker: Broker = MemoryBroker(self.clock, keep=LOGICAL)
        self.broker.create(self.plan.topics.specs())
        self._sender = self.broker.writer("tests")
        self.sent = 0
        self.worker = self.started()

    def started(self, **changes: Any) -> Worker:  # noqa: ANN401 - fields of a plan
        """Return a started worker of its own."""
        worker = Worker(self.broker, replace(self.plan, **changes))
        worker.start()
        return worker

    def restart(self, **changes: Any) -> None:  # noqa: ANN401 - fields of a plan
        """Close the worker and start another, which restores what was committed."""
        self.worker.close()
        self.worker = self.started(**changes)

    def put(self, topic: str, *values: bytes | None, partition: int = 0) -> None:
        """Write raw values to a topic."""
        self._sender.commit([Outgoing(topic, b"k", value, (), partition) for value in values])

    def send(self, *features: Mapping[str, object]) -> None:
        """Send samples; their ids are s0, s1 and so on."""
        first, self.sent = self.sent, self.sent + len(features)
        rows = [{"id": f"s{first + i}", "features": one} for i, one in enumerate(features)]
        self.put(SAMPLES, *(json.dumps(row).encode() for row in rows))

    def answer(self, **fields: object) -> None:
        """Write one answer."""
        self.put(LABELS, json.dumps(fields).encode())

    def turn(self, times: int = 3) -> int:
        """Give the worker some turns; return how many records it dealt with."""
        return sum(self.worker.turn(0) for _ in range(times))

    def records(self, topic: str) -> list[Record]:
        """Return all records of a topic, partition by partition."""
        return [
            record
            for partition in range(self.broker.partitions()[topic])
            for record in self._read(topic, partition)
        ]

    def _read(self, topic: str, partition: int) -> Iterable[Record]:
        reader = self.broker.reader({(topic, partition): 0})
        while found := reader.poll(500, 0):
            yield from found
        reader.close()

    def requests(self) -> list[Request]:
        """Return what was asked."""
        return [decode_request(one.value or b"") for one in self.records(REQUESTS)]

    def decisions(self) -> list[Decision]:
        """Return every decision, in the order of the samples."""
        found = [
            decode_decision(record.value or b"")
            for topic in (REQUESTS, AUTO_LABELS, ABSTAINED)
            for record in self.records(topic)
        ]
        return sorted(found, key=lambda one: (one.source.partition, one.source.offset))

    def updates(self) -> list[Update]:
        """Return what was learned and changed."""
        return [decode_update(record.value or b"") for record in self.records(UPDATES)]

    def dead(self) -> list[DeadLetter]:
        """Return what the dead letters say."""
        return [about(record) for record in self.records(DEAD_LETTERS)]

    def outputs(self) -> list[Record]:
        """Return every record of every topic that the service writes."""
        return [record for topic in OUTPUTS for record in self.records(topic)]

    def answer_all(self, noise: int = 0) -> None:
        """Answer every open request with the sign of x; the first `noise` ones wrongly."""
        known = {update.request_id for update in self.updates() if hasattr(update, "request_id")}
        left = [one for one in self.requests() if one.request_id not in known]
        for place, request in enumerate(left):
            is_up = (float(request.features["x"] or 0) > 0) != (place < noise)
            self.answer(request_id=request.request_id, label="up" if is_up else "down")


def numbers(count: int, first: int = 0) -> list[dict[str, object]]:
    """Return features whose `x` goes up and down in a fixed, uneven way."""
    return [{"x": ((i * 37) % 101 - 50) / 10} for i in range(first, first + count)]
