"""Members of one group on a real broker, polled in turn by the one thread of a test."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from kafka import TopicPartition

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.brokers.kafka.broker import refuse_gap
from streamal.brokers.kafka.client import Gap
from streamal.brokers.kafka.consumer import KafkaGroupConsumer
from streamal.brokers.kafka.python import PythonClient
from streamal.brokers.kafka.python.consumer import PythonConsumer
from streamal.brokers.kafka.watchdog import Watchdog, die
from streamal.brokers.port import Consumer
from streamal.core.log import Record
from tests.contracts.site import PATIENCE, Site, Witness
from tests.kafka.client import admin


@dataclass
class Member:
    """One consumer, what it was told and what it was given."""

    consumer: Consumer
    witness: Witness
    records: list[Record] = field(default_factory=list)
    timeout: float = 0.05

    def poll(self, limit: int = 100) -> None:
        """Take what is there."""
        self.records += self.consumer.poll(limit, self.timeout)


def enlist(site: Site, group: str, topic: str, name: str) -> Member:
    """Let a member join with a connection of its own."""
    witness = Witness()
    return Member(site.connect().subscribe(group, topic, name, witness), witness)


def wait(seen: Callable[[], bool], what: str, *members: Member, limit: int = 100) -> None:
    """Poll the members in turn until something is seen."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        for member in members:
            member.poll(limit)


def held(member: Member) -> frozenset[int]:
    """The partitions that a member holds."""
    return member.consumer.assignment


def share(members: Sequence[Member], partitions: int, limit: int = 100) -> None:
    """Poll until each holds a part of the partitions, and all are held."""
    want = frozenset(range(partitions))

    def is_shared() -> bool:
        parts = [held(member) for member in members]
        return (
            all(parts) and sum(map(len, parts)) == partitions and frozenset().union(*parts) == want
        )

    wait(is_shared, "every member holds a part", *members, limit=limit)


class Opened:
    """A consumer of kafka-python, and within reach what the rules are kept from."""

    def __init__(self, options: KafkaOptions, broker: KafkaBroker, group: str, topic: str) -> None:
        self.raw: PythonConsumer = PythonClient(options, Watchdog(20.0, die)).consumer(
            group, topic, None
        )
        self.witness = Witness()
        self.consumer = member(self.raw, broker, group, topic, self.witness)

    def state(self) -> str:
        """What the client says of its place in the group."""
        return str(self.raw.membership().state)  # type: ignore[attr-defined]


def member(
    raw: PythonConsumer,
    broker: KafkaBroker,
    group: str,
    topic: str,
    witness: Witness,
    gap: Gap = refuse_gap,
) -> KafkaGroupConsumer:
    """Make a group's consumer of a client's."""
    return KafkaGroupConsumer(raw, group, topic, witness, broker.ends, gap, stay)


def stay(name: str) -> None:
    """Tell nobody that a member has gone; a dynamic one does so by itself."""


def drop_records(servers: Sequence[str], topic: str, before: int) -> None:
    """Drop a topic's records before an offset, as retention does."""
    with closing(admin(servers)) as client:
        client.delete_records({TopicPartition(topic, 0): before})
