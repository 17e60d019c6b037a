"""Reads topics with librdkafka: nothing of the service stands between, nor decodes."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from confluent_kafka import (
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

TOPICS = (
    "samples",
    "label-requests",
    "labels",
    "auto-labels",
    "abstained",
    "dead-letters",
    "candidates",
    "updates",
    "state",
)

Config = dict[str, str | int | float | bool]

BATCH = 5_000
ANSWERED_WITHIN = 5
"""Seconds for the ends of partitions; then a client is asked again that may be lost."""

AGREED_WITHIN = 60.0
"""Seconds: the broker ends a transaction that nobody ends after 15 s and up to 10 more."""

SILENT_AFTER = 60.0
"""Seconds without a record, short of an end, after which reading has failed."""


class Entry(NamedTuple):
    """One record; `topic` is its logical name, `time` when the broker appended it (ms)."""

    topic: str
    partition: int
    offset: int
    time: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]

    @property
    def at(self) -> str:
        """Where it lies, as one word."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Log:
    """The topics of one run.

    Parameters
    ----------
    bootstrap
        ``host:port`` of every node.
    prefix
        Of the names of its topics.
    """

    def __init__(self, bootstrap: Sequence[str], prefix: str) -> None:
        self._servers: Config = {"bootstrap.servers": ",".join(bootstrap)}
        self._prefix = prefix

    def whole(self, topics: Iterable[str] = TOPICS) -> Iterator[Entry]:
        """Yield all committed records, once no transaction is open; then stop."""
        places = self.places(topics)
        self._settle(places)
        consumer = self.consumer(places, {"enable.partition.eof": True})
        try:
            yield from self._until_ends(consumer, len(places))
        finally:
            consumer.close()

    def _until_ends(self, consumer: Consumer, open_ends: int) -> Iterator[Entry]:
        heard = time.monotonic()
        while open_ends:
            for message in consumer.consume(BATCH, 0.5):
                error = message.error()
                if error is None:
                    heard = time.monotonic()
                    yield self.entry(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    open_ends -= 1
            if time.monotonic() > heard + SILENT_AFTER:
                raise TimeoutError(f"{open_ends} partitions of {self._prefix}* give nothing more")

    def places(self, topics: Iterable[str] = TOPICS) -> list[TopicPartition]:
        """Return the beginning of each partition."""
        client = AdminClient(self._servers)
        there = client.list_topics(timeout=30).topics
        names = [self._prefix + topic for topic in topics]
        return [TopicPartition(name, p, 0) for name in names for p in there[name].partitions]

    def consumer(self, places: list[TopicPartition], more: Config | None = None) -> Consumer:
        """Return a reader of committed records, which commits nothing; close it."""
        made = Consumer(
            {
                **self._servers,
                "group.id": f"{self._prefix}eyes",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "allow.auto.create.topics": False,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
                **(more or {}),
            }
        )
        made.assign(places)
        return made

    def entry(self, message: Message) -> Entry:
        """Return a message as an entry."""
        headers = dict(_headers(message))
        return Entry(
            (message.topic() or "").removeprefix(self._prefix),
            message.partition() or 0,
            message.offset() or 0,
            message.timestamp()[1],
            message.key(),
            message.value(),
            headers,
        )

    def _settle(self, places: list[TopicPartition]) -> None:
        """Wait until committed and uncommitted ends agree: hidden records look lost."""
        client = AdminClient(self._servers)
        deadline = time.monotonic() + AGREED_WITHIN
        while odd := _disagreeing(client, places):
            if time.monotonic() > deadline:
                raise TimeoutError(f"transactions are still open after a minute: {odd}")
            time.sleep(0.5)


def _headers(message: Message) -> Iterator[tuple[str, bytes]]:
    for name, value in message.headers() or ():  # type: ignore[str-unpack]  # never a string
        yield str(name), value if isinstance(value, bytes) else b""


def _disagreeing(client: AdminClient, places: list[TopicPartition]) -> dict[str, tuple[int, int]]:
    try:
        seen = _ends(client, places, IsolationLevel.READ_COMMITTED)
        there = _ends(client, places, IsolationLevel.READ_UNCOMMITTED)
    except KafkaException as error:
        return {str(error): (-1, -1)}
    return {name: (seen[name], there[name]) for name in there if seen[name] != there[name]}


def _ends(
    client: AdminClient, places: list[TopicPartition], level: IsolationLevel
) -> dict[str, int]:
    newest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # has no types
    latest = {TopicPartition(one.topic, one.partition): newest for one in places}
    found = client.list_offsets(latest, isolation_level=level, request_timeout=ANSWERED_WITHIN)
    return {f"{tp.topic}/{tp.partition}": one.result().offset for tp, one in found.items()}
