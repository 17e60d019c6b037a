"""A consumer of one topic and a second topic to write to: the smallest stage there is."""

import time
from typing import NamedTuple

from streamal.brokers.port import Broker, Consumer
from streamal.core.log import Record
from streamal.errors import Fenced
from tests.contracts.site import PATIENCE, Site, Witness, gather, make_topic, messages, put, unique


class Pipe(NamedTuple):
    """A group's consumer of `source`, where three records wait; `sink` is empty."""

    broker: Broker
    source: str
    sink: str
    group: str
    consumer: Consumer
    witness: Witness


def lay(broker: Broker) -> Pipe:
    """Lay a new pipe."""
    source, sink, group, witness = (
        make_topic(broker),
        make_topic(broker),
        unique("group"),
        Witness(),
    )
    put(broker, messages(source, range(3)))
    return Pipe(
        broker, source, sink, group, broker.subscribe(group, source, "member", witness), witness
    )


class Takeover(NamedTuple):
    """A pipe that has polled its records and lost its group to `newer`, who has them too."""

    pipe: Pipe
    records: list[Record]
    newer: Consumer


def take_over(site: Site) -> Takeover:
    """Let a member poll, and another connection take its group."""
    pipe = lay(site.connect())
    records = gather(pipe.consumer, 3)
    site.lose(pipe.group)
    newer = site.connect().subscribe(pipe.group, pipe.source, "member")
    assert gather(newer, 3) == records
    return Takeover(pipe, records, newer)


def must_be_fenced(consumer: Consumer) -> None:
    """Poll until `Fenced` comes; any record fails."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            assert consumer.poll(1, 0.1) == []
        except Fenced:
            return
    raise AssertionError("the older member was never fenced")
