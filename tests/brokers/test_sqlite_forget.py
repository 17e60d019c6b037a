"""What the embedded broker lets go, and what it never does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streamal.brokers.port import Broker
from streamal.brokers.sqlite import SqliteBroker
from streamal.brokers.sqlite.passed import ROUND
from streamal.brokers.sqlite.retention import STEP
from streamal.core.log import Outgoing, TopicSpec
from tests.brokers.site import FileSite, MemorySite
from tests.contracts.site import START, Site, gather, messages, numbers, put

DAY = 86_400_000
SPECS = (TopicSpec("day", 2, retention_ms=DAY), TopicSpec("ever"))


@pytest.fixture(params=["file", "memory"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A log in a file, and one in memory."""
    site = FileSite(tmp_path / "log.db") if request.param == "file" else MemorySite()
    yield site
    site.close()


@pytest.fixture
def memory() -> Iterator[SqliteBroker]:
    """A broker in memory."""
    broker = SqliteBroker(":memory:", keep=["kept"])
    broker.create(SPECS)
    yield broker
    broker.close()


def test_forget_drops_what_is_older_than_its_topic_keeps(site: Site) -> None:
    """By the broker's clock, to the millisecond; topics without retention keep everything."""
    broker = site.connect()
    broker.create(SPECS)
    for hours in (0, 12):
        site.now = START + hours * DAY // 24
        put(broker, [*messages("day", [hours], 1), *messages("ever", [hours])])
    site.now = START + DAY
    broker.forget()
    assert broker.ends("day")[1] == (0, 2)
    site.now += 1
    broker.forget()
    assert broker.ends("day")[1] == (1, 2)
    assert broker.ends("ever") == {0: (0, 2)}


def test_offsets_outlive_their_records(site: Site) -> None:
    """With every record gone the next one still gets a new offset, after a restart too."""
    broker = site.connect()
    broker.create(SPECS)
    put(broker, messages("day", range(3)))
    site.now += 2 * DAY
    broker.forget()
    assert broker.ends("day")[0] == (3, 3)
    again = site.connect()
    put(again, messages("day", [3]))
    assert [record.offset for record in gather(again.reader({("day", 0): 0}), 1)] == [3]


def test_a_consumer_goes_on_after_what_was_dropped(site: Site) -> None:
    """Committed offsets below the oldest record are no obstacle, and its lag stays exact."""
    broker = site.connect()
    broker.create(SPECS)
    consumer = broker.subscribe("group", "day", "member")
    put(broker, messages("day", range(3)))
    assert consumer.poll(1, 0) != []
    site.now += 2 * DAY
    put(broker, messages("day", [3, 4]))
    broker.forget()
    assert consumer.lag() == {0: 2, 1: 0}
    consumer.rewind()
    assert numbers(gather(consumer, 2)) == [3, 4]


def test_forget_does_a_bounded_amount_of_work(site: Site) -> None:
    """One call drops a thousand records of a partition, the next calls the rest."""
    broker = site.connect()
    broker.create(SPECS)
    put(broker, messages("day", range(STEP + 1)))
    site.now += 2 * DAY
    oldest = []
    for _ in range(2):
        broker.forget()
        oldest.append(broker.ends("day")[0][0])
    assert oldest == [STEP, STEP + 1]


def test_compacted_topics_may_have_retention_too(site: Site) -> None:
    """Then rows go that were not renewed in time."""
    broker = site.connect()
    broker.create([TopicSpec("rows", 1, compacted=True, retention_ms=DAY)])
    put(broker, [Outgoing("rows", key, b"1") for key in (b"a", b"b")])
    site.now += 2 * DAY
    put(broker, [Outgoing("rows", b"b", b"2")])
    broker.forget()
    assert [record.key for record in gather(broker.reader({("rows", 0): 0}), 1)] == [b"b"]


def test_a_file_keeps_what_was_read(tmp_path: Path) -> None:
    """Others may read it: only retention lets go of a file's records."""
    broker = SqliteBroker(tmp_path / "log.db")
    broker.create(SPECS)
    reader = broker.reader({("ever", 0): 0})
    put(broker, messages("ever", range(2 * ROUND)))
    gather(reader, 2 * ROUND, limit=5000)
    for _ in range(3):
        broker.forget()
    assert broker.ends("ever")[0][0] == 0
    broker.close()


def test_memory_stays_flat(memory: SqliteBroker) -> None:
    """While all keep up, no more than a few rounds of records are there at any time."""
    reader = memory.reader({("ever", 0): 0})
    consumer, writer = memory.subscribe("group", "ever", "member"), memory.writer("w")
    most = 0
    for _ in range(40):
        put(memory, messages("ever", range(1000)))
        records = gather(consumer, 1000, limit=1000)
        writer.commit([], consumer, {0: records[-1].offset + 1})
        gather(reader, 1000, limit=1000)
        most = max(most, _held(memory))
    assert most <= 3 * ROUND


def test_a_group_holds_what_it_did_not_commit(memory: SqliteBroker) -> None:
    """Polled is not passed, and a group whose consumer is closed still counts."""
    reader = memory.reader({("ever", 0): 0})
    consumer = memory.subscribe("group", "ever", "member")
    put(memory, messages("ever", range(100)))
    gather(consumer, 100)
    gather(reader, 100)
    memory.writer("w").commit([], consumer, {0: 10})
    consumer.close()
    for _ in range(3):
        memory.forget()
    assert memory.ends("ever") == {0: (10, 100)}


def test_a_reader_holds_what_it_read_since_the_last_round(memory: SqliteBroker) -> None:
    """What was just read may not be committed yet, and be asked for again."""
    reader = memory.reader({("ever", 0): 0})
    put(memory, messages("ever", range(100)))
    gather(reader, 100, limit=60)
    memory.forget()
    assert _held(memory) == 100
    memory.forget()
    assert _held(memory) == 0


def test_the_slowest_reader_counts(memory: SqliteBroker) -> None:
    """A record goes when the last of them has passed it; a closed one is not waited for."""
    fast = memory.reader({("ever", 0): 0})
    slow, gone = (memory.reader({("ever", 0): 0}) for _ in range(2))
    put(memory, messages("ever", range(100)))
    gather(fast, 100)
    gather(slow, 40, limit=40)
    gone.close()
    for _ in range(2):
        memory.forget()
    assert memory.ends("ever") == {0: (40, 100)}


def test_what_nobody_reads_is_kept(memory: SqliteBroker) -> None:
    """Neither a topic without readers, nor a compacted one, nor one that is to be kept."""
    names = ("unread", "kept", "state")
    memory.create([TopicSpec(name, 1, compacted=name == "state") for name in names])
    for name in names:
        put(memory, [Outgoing(name, b"%d" % number, b"") for number in range(9)])
    reader = memory.reader({("kept", 0): 0, ("state", 0): 0})
    gather(reader, 18)
    for _ in range(3):
        memory.forget()
    assert [memory.ends(name)[0] for name in names] == [(0, 9)] * 3


def _held(broker: Broker) -> int:
    oldest, after = broker.ends("ever")[0]
    return after - oldest
