"""Where the log under test lives, and short ways to fill and read it."""

import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from streamal.brokers.port import Broker, Consumer, Partitions
from streamal.core.log import Outgoing, Record, TopicSpec

PATIENCE = 30.0
"""Seconds within which a committed record must have arrived."""

START = 1_700_000_000_000
_numbers = itertools.count()


class Source(Protocol):
    """A consumer or a reader."""

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """Return up to `limit` new records."""


class Site(ABC):
    """One log, to which tests connect again and again.

    Names are unique, so that all tests may share one log; nothing assumes that offsets
    are dense, nor that what is written is there at once: `gather` waits for it.
    """

    largest = 10_000_000
    """Bytes of the largest value that must pass."""

    lasting = True
    """Whether the log is still there once every connection is closed."""

    def __init__(self) -> None:
        self.now = START
        self._brokers: list[Broker] = []

    @abstractmethod
    def open(self) -> Broker:
        """Open a connection as a new process would; in memory there is only one."""

    def lose(self, group: str) -> None:
        """Make the holder of `group` lose it as soon as another member subscribes."""
        del group  # in most logs it does so anyway

    def connect(self) -> Broker:
        """Open a connection that `close` closes."""
        broker = self.open()
        self._brokers.append(broker)
        return broker

    def clock(self) -> int:
        """Milliseconds since the epoch, for brokers that ask us."""
        return self.now

    def beside(self, work: Callable[[Broker], None]) -> Callable[[], None]:
        """Let `work` go on beside the test, with its own connection; call the result to join."""
        failures: list[BaseException] = []
        thread = threading.Thread(target=_attempt, args=(self.open, work, failures))
        thread.start()

        def join() -> None:
            thread.join(PATIENCE)
            assert (failures, thread.is_alive()) == ([], False)

        return join

    def close(self) -> None:
        """Close every connection."""
        for broker in self._brokers:
            broker.close()


def _attempt(
    connect: Callable[[], Broker], work: Callable[[Broker], None], failures: list[BaseException]
) -> None:
    try:
        broker = connect()
        work(broker)
        broker.close()
    except BaseException as error:  # noqa: BLE001 - the test's thread reports it
        failures.append(error)


class Witness:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Partitions]] = []

    def assigned(self, partitions: Partitions) -> None:
        self.seen.append(("assigned", partitions))

    def revoked(self, partitions: Partitions) -> None:
        self.seen.append(("revoked", partitions))


def unique(word: str) -> str:
    """Return a name that no other test has."""
    return f"{word}-{time.time_ns()}-{next(_numbers)}"


def make_topic(broker: Broker, partitions: int = 1, *, compacted: bool = False) -> str:
    """Create a topic of our own."""
    spec = TopicSpec(unique("topic"), partitions, compacted)
    assert broker.create([spec]) == [spec.name]
    return spec.name


def put(broker: Broker, outputs: Sequence[Outgoing]) -> None:
    """Write one batch with a writer of its own."""
    writer = broker.writer(unique("sender"))
    writer.commit(outputs)
    writer.close()


def messages(topic: str, values: Iterable[int], partition: int = 0) -> list[Outgoing]:
    """Numbered records."""
    return [Outgoing(topic, b"k", b"%d" % value, (), partition) for value in values]


def numbers(records: Iterable[Record]) -> list[int]:
    """The numbers of numbered records."""
    return [int(record.value or b"-1") for record in records]


def arrive(source: Source, limit: int, patience: float = PATIENCE) -> list[Record]:
    """Poll once the first of what must come, and fail when nothing does in time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := source.poll(limit, 0.5):
            return found
    raise AssertionError(f"nothing came within {patience} s")


def gather(source: Source, count: int, limit: int = 100) -> list[Record]:
    """Poll until `count` records have come; more than that, or fewer in time, fails."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        found += source.poll(limit, 0.5)
    assert len(found) == count
    return found


def gather_until(source: Source, last: Callable[[Record], bool]) -> list[Record]:
    """Poll until a record for which `last` holds; it is the last one returned."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for record in source.poll(2, 0.5):
            found.append(record)
            if last(record):
                return found
    raise AssertionError(f"it did not come after {found}")


def read(broker: Broker, topic: str, count: int, partitions: int = 1) -> list[Record]:
    """Read `count` records of a topic from its beginning."""
    reader = broker.reader({(topic, partition): 0 for partition in range(partitions)})
    found = gather(reader, count)
    reader.close()
    return found


def join(consumer: Consumer) -> None:
    """Poll nothing out of an empty topic until the group has given us partitions."""
    deadline = time.monotonic() + PATIENCE
    while not consumer.assignment and time.monotonic() < deadline:
        assert consumer.poll(1, 0.1) == []
    assert consumer.assignment


def after(records: Iterable[Record]) -> dict[int, int]:
    """The next offset to read by partition, once these were read."""
    return {record.partition: record.offset + 1 for record in records}
