"""All records of a site's topics, read raw: nothing of the service decodes them."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from streamal.brokers.port import Broker
from streamal.core.log import Record

Said = dict[str, Any]

ERROR = "streamal-error-"


class Fact(NamedTuple):
    """One record: where it lies, `topic/partition/offset`, and what it says."""

    at: str
    said: Said
    raw: bytes


class Facts:
    """The records of each topic in their order.

    Parameters
    ----------
    broker
        Read from the oldest record of each topic to the end.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.partitions = broker.partitions()
        self.samples = self._places("samples")
        self.labels = {record.source: record.value or b"" for record in self._read("labels")}
        self.candidates = self._facts("candidates")
        self.requests = self._facts("label-requests")
        self.updates = self._facts("updates")
        self.decisions = [*self._facts("auto-labels"), *self._facts("abstained")]
        self.buried = [_buried(record) for record in self._read("dead-letters")]
        self.state = {
            (record.partition, (record.key or b"").decode()): json.loads(record.value or b"null")
            for record in self._read("state")
        }

    def _places(self, topic: str) -> list[str]:
        return [record.source for record in self._read(topic)]

    def _facts(self, topic: str) -> list[Fact]:
        return [
            Fact(record.source, json.loads(record.value or b"null"), record.value or b"")
            for record in self._read(topic)
        ]

    def _read(self, topic: str) -> Iterator[Record]:
        starts = {(topic, partition): 0 for partition in range(self.partitions[topic])}
        reader = self._broker.reader(starts)
        while records := reader.poll(500, 0):
            yield from records
        reader.close()


def _buried(record: Record) -> tuple[str, str]:
    """Return where the record of a dead letter lay, and the reason of its end."""
    said = {name.removeprefix(ERROR): value.decode() for name, value in record.headers}
    return f"{said['topic']}/{said['partition']}/{said['offset']}", said["reason"]


def place(source: Said) -> str:
    """Return a source as one word."""
    return f"{source['topic']}/{source['partition']}/{source['offset']}"
