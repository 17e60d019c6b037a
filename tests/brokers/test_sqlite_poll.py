"""Polls of the embedded broker: fair, exact, cheap, and awake when a signal comes."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from streamal.brokers.sqlite import SqliteBroker
from streamal.brokers.sqlite.feed import ROOM
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import BrokerError
from tests.contracts.site import gather, messages, put

Handler = Callable[[int, FrameType | None], None]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SqliteBroker]:
    """A broker with one topic of four partitions, twenty records in each."""
    broker = SqliteBroker(tmp_path / "log.db")
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


def test_a_poll_shares_its_limit(broker: SqliteBroker) -> None:
    """Partitions with news get equal parts of the limit."""
    consumer = broker.subscribe("group", "in", "member")
    records = consumer.poll(12, 0)
    assert Counter(record.partition for record in records) == dict.fromkeys(range(4), 3)


def test_a_part_that_is_not_used_goes_to_the_others(broker: SqliteBroker) -> None:
    """The limit is filled while there are records, wherever they are."""
    put(broker, messages("in", range(200), 2))
    assert len(broker.subscribe("group", "in", "member").poll(250, 0)) == 250


def test_no_partition_starves(broker: SqliteBroker) -> None:
    """With a limit below the number of partitions each gets its turn."""
    consumer = broker.subscribe("group", "in", "member")
    records = [record for _ in range(10) for record in consumer.poll(2, 0)]
    assert Counter(record.partition for record in records) == dict.fromkeys(range(4), 5)


def test_a_limit_below_one_polls_nothing(broker: SqliteBroker) -> None:
    """No limit means nothing, not everything."""
    reader = broker.reader({("in", 0): 0})
    assert (reader.poll(0, 0), reader.poll(-1, 0)) == ([], [])


def test_large_records_come_in_small_polls(broker: SqliteBroker) -> None:
    """A poll stops once it holds 32 MB, so that a backlog of large records fits in memory."""
    value = bytes(ROOM // 4)
    for partition in (0, 0, 0, 0, 0, 1):
        put(broker, [Outgoing("in", None, value, (), partition)])
    reader = broker.reader({("in", 0): 20, ("in", 1): 20})
    sizes = [len(reader.poll(500, 0)) for _ in range(3)]
    assert sizes == [4, 2, 0]


def test_lag_and_ends_are_exact(broker: SqliteBroker) -> None:
    """Offsets of a plain topic are dense, so that both count records."""
    consumer = broker.subscribe("group", "in", "member")
    records = gather(consumer, 80)
    assert consumer.lag() == dict.fromkeys(range(4), 20)
    broker.writer("w").commit([], consumer, {0: 15, 3: 20})
    assert consumer.lag() == {0: 5, 1: 20, 2: 20, 3: 0}
    assert broker.ends("in") == {0: (0, 20), 1: (0, 20), 2: (0, 20), 3: (0, 20)}
    assert sorted({record.offset for record in records}) == list(range(20))


def test_lag_of_a_compacted_topic_counts_rows(broker: SqliteBroker) -> None:
    """Replaced rows are not waited for."""
    consumer = broker.subscribe("group", "state", "member")
    put(broker, [Outgoing("state", key, b"v") for key in (b"a", b"b", b"a", b"a")])
    gather(consumer, 2)
    assert consumer.lag() == {0: 2}


def test_a_poll_without_news_reads_no_table(broker: SqliteBroker) -> None:
    """It asks whether another process has changed the file; our own commits need no more."""
    reader, consumer = broker.reader({("in", 0): 20}), broker.subscribe("group", "empty", "m")
    consumer.poll(1, 0)
    writer = broker.writer("w")
    statements: list[str] = []
    broker._log.database._connection.set_trace_callback(statements.append)
    assert reader.poll(10, 0) == consumer.poll(10, 0) == []
    assert statements == ["PRAGMA data_version"] * 2
    writer.commit(messages("empty", [1]))
    statements.clear()
    assert (reader.poll(10, 0), len(consumer.poll(10, 0))) == ([], 1)
    words = [statement.split()[:2] for statement in statements]
    assert words == [["PRAGMA", "data_version"]] * 2 + [["SELECT", "id,"]]


def test_a_hole_at_the_end_is_asked_for_once(broker: SqliteBroker) -> None:
    """Where the newest rows were removed again, a reader stands at the end after one look."""
    reader = broker.reader({("state", 0): 0})
    put(broker, [Outgoing("state", b"a", b"v"), Outgoing("state", b"a", None)])
    assert (reader.poll(10, 0), reader.positions()) == ([], {("state", 0): 2})


def test_a_signal_ends_a_wait(ring: Callable[[Handler], None], broker: SqliteBroker) -> None:
    """Once its handler has run, a poll that would wait for an hour returns."""
    rings: list[int] = []

    def handler(number: int, _: FrameType | None) -> None:
        rings.append(number)
        if len(rings) == 300:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise AssertionError("the poll slept on")

    reader = broker.reader({("empty", 0): 0})
    ring(handler)
    assert reader.poll(1, 3600) == []
    assert rings


def test_a_wait_leaves_the_bell_of_others_alone(broker: SqliteBroker) -> None:
    """An event loop's wakeup descriptor stays, and ours is gone after the wait."""
    reader = broker.reader({("empty", 0): 0})
    assert reader.poll(1, 0.001) == []
    bell, _ = broker._patience._ends()
    assert signal.set_wakeup_fd(bell) == -1
    assert reader.poll(1, 0.001) == []
    assert signal.set_wakeup_fd(-1) == bell


def test_a_closed_reader_and_consumer_say_so(broker: SqliteBroker) -> None:
    """Polled after their close they raise an error that nobody retries."""
    consumer, reader = broker.subscribe("group", "in", "m"), broker.reader({("in", 0): 0})
    for source in (consumer, reader):
        source.close()
        source.close()
        with pytest.raises(BrokerError, match="closed") as failure:
            source.poll(1, 0)
        assert not failure.value.retriable
