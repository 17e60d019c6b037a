"""Polls of the broker in memory: fair, exact, and awake when a signal comes."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import BrokerError
from tests.contracts.site import Source, gather, messages, numbers, put

Handler = Callable[[int, FrameType | None], None]
OPEN: dict[str, Callable[[MemoryBroker], Source]] = {
    "reader": lambda broker: broker.reader({("empty", 0): 0}),
    "consumer": lambda broker: broker.subscribe("group", "empty", "member"),
}


@pytest.fixture
def broker() -> Iterator[MemoryBroker]:
    """A broker with one topic of four partitions, twenty records in each."""
    broker = MemoryBroker()
    broker.create([TopicSpec("in", 4), TopicSpec("empty"), TopicSpec("state", 1, compacted=True)])
    for partition in range(4):
        put(broker, messages("in", range(20), partition))
    yield broker
    broker.close()


@pytest.fixture
def ring() -> Iterator[Callable[[Handler], None]]:
    """Sets a handler for an alarm that comes every few milliseconds."""
    before = signal.getsignal(signal.SIGALRM)

    def ring(handler: Handler) -> None:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)

    yield ring
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_poll_shares_its_limit(broker: MemoryBroker) -> None:
    """Partitions with news get equal parts of the limit."""
    records = broker.subscribe("group", "in", "member").poll(12, 0)
    assert Counter(record.partition for record in records) == dict.fromkeys(range(4), 3)


def test_a_part_that_is_not_used_goes_to_the_others(broker: MemoryBroker) -> None:
    """The limit is filled while there are records, wherever they are, and never passed."""
    put(broker, messages("in", range(200), 2))
    consumer = broker.subscribe("group", "in", "member")
    assert [len(consumer.poll(250, 0)) for _ in range(3)] == [250, 30, 0]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_partition_starves(broker: MemoryBroker, limit: int) -> None:
    """With a limit below the number of partitions each gets its turn."""
    consumer = broker.subscribe("group", "in", "member")
    records = [record for _ in range(12) for record in consumer.poll(limit, 0)]
    assert Counter(record.partition for record in records) == dict.fromkeys(range(4), 3 * limit)


def test_a_limit_below_one_polls_nothing(broker: MemoryBroker) -> None:
    """No limit means nothing, not everything."""
    reader = broker.reader({("in", 0): 0})
    assert (reader.poll(0, 0), reader.poll(-1, 0)) == ([], [])
    assert len(reader.poll(100, 0)) == 20


def test_lag_and_ends_are_exact(broker: MemoryBroker) -> None:
    """Offsets of a plain topic are dense, so that both count records."""
    consumer = broker.subscribe("group", "in", "member")
    records = gather(consumer, 80)
    assert consumer.lag() == dict.fromkeys(range(4), 20)
    broker.writer("w").commit([], consumer, {0: 15, 3: 20})
    assert consumer.lag() == {0: 5, 1: 20, 2: 20, 3: 0}
    assert broker.ends("in") == dict.fromkeys(range(4), (0, 20))
    assert sorted({record.offset for record in records}) == list(range(20))


def test_lag_of_a_compacted_topic_counts_rows(broker: MemoryBroker) -> None:
    """Replaced rows are not waited for."""
    consumer = broker.subscribe("group", "state", "member")
    put(broker, messages("state", range(5)))
    gather(consumer, 1)
    assert consumer.lag() == {0: 1}


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_compacted_topic_is_read_in_parts(broker: MemoryBroker, limit: int) -> None:
    """Whatever the limit: each row once, in order, and what is renewed between comes anew."""
    put(broker, [Outgoing("state", b"%d" % row, b"%d" % row) for row in range(10)])
    reader = broker.reader({("state", 0): 0})
    first = reader.poll(limit, 0)
    put(broker, [Outgoing("state", b"4", b"40"), Outgoing("state", b"5", None)])
    rows = [row for row in range(10) if row < limit or row not in {4, 5}]
    rest = gather(reader, len(rows) + 1 - len(first), limit)
    assert numbers(first + rest) == [*rows, 40]
    assert reader.poll(limit, 0) == []


def test_a_hole_at_the_end_is_asked_for_once(broker: MemoryBroker) -> None:
    """Where the newest rows were removed again, a reader stands at the end after one look."""
    reader = broker.reader({("state", 0): 0})
    put(broker, [Outgoing("state", b"a", b"v"), Outgoing("state", b"a", None)])
    assert (reader.poll(10, 0), reader.positions()) == ([], {("state", 0): 2})


def test_a_reader_may_begin_after_the_end(broker: MemoryBroker) -> None:
    """It waits there for the records that are to come."""
    reader = broker.reader({("in", 0): 22})
    put(broker, messages("in", [20, 21]))
    assert reader.poll(10, 0) == []
    put(broker, messages("in", [22]))
    assert numbers(reader.poll(10, 0)) == [22]


@pytest.mark.parametrize("open_source", OPEN.values(), ids=OPEN)
def test_a_signal_ends_a_wait(
    ring: Callable[[Handler], None],
    broker: MemoryBroker,
    open_source: Callable[[MemoryBroker], Source],
) -> None:
    """Once its handler has run, a poll that would wait for an hour returns."""
    rings: list[int] = []

    def handler(number: int, _: FrameType | None) -> None:
        rings.append(number)
        if len(rings) == 300:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise AssertionError("the poll slept on")

    source = open_source(broker)
    ring(handler)
    assert source.poll(1, 3600) == []
    assert rings


def test_a_close_leaves_no_bell_behind(broker: MemoryBroker) -> None:
    """What a wait listens to is released with the broker."""
    assert broker.reader({("empty", 0): 0}).poll(1, 0.001) == []
    descriptors = broker._patience._ends()
    broker.close()
    for descriptor in descriptors:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_a_closed_reader_and_consumer_say_so(broker: MemoryBroker) -> None:
    """Polled after their close they raise an error that nobody retries."""
    consumer, reader = broker.subscribe("group", "in", "m"), broker.reader({("in", 0): 0})
    for source in (consumer, reader):
        source.poll(1, 0)
        source.close()
        source.close()
        with pytest.raises(BrokerError, match="closed") as failure:
            source.poll(1, 0)
        assert not failure.value.retriable
