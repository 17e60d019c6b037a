"""What the broker in memory lets go, and what it never does."""

import gc
from collections.abc import Iterator

import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.brokers.memory.lane import STEP
from streamal.brokers.memory.passed import ROUND
from streamal.brokers.port import Broker, Reader
from streamal.core.log import Outgoing, TopicSpec
from tests.brokers.memory import MemorySite
from tests.contracts.site import START, gather, messages, numbers, put

DAY = 86_400_000
SPECS = (TopicSpec("day", 2, retention_ms=DAY), TopicSpec("ever"))


@pytest.fixture
def site() -> Iterator[MemorySite]:
    """A broker with a topic that is kept for a day, and one that is kept for ever."""
    site = MemorySite()
    site.broker.create(SPECS)
    yield site
    site.close()


@pytest.fixture
def broker(site: MemorySite) -> Broker:
    """The broker of `site`."""
    return site.connect()


@pytest.fixture
def reader(broker: Broker) -> Reader:
    """A reader of the topic that is kept for ever."""
    return broker.reader({("ever", 0): 0})


def test_forget_drops_what_is_older_than_its_topic_keeps(site: MemorySite) -> None:
    """By the broker's clock, to the millisecond; topics without retention keep everything."""
    broker = site.connect()
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


def test_offsets_outlive_their_records(site: MemorySite, broker: Broker) -> None:
    """With every record gone the next one still gets a new offset."""
    put(broker, messages("day", range(3)))
    site.now += 2 * DAY
    broker.forget()
    assert broker.ends("day")[0] == (3, 3)
    put(broker, messages("day", [3]))
    assert [record.offset for record in gather(broker.reader({("day", 0): 0}), 1)] == [3]


def test_a_consumer_goes_on_after_what_was_dropped(site: MemorySite, broker: Broker) -> None:
    """Committed offsets below the oldest record are no obstacle, and its lag stays exact."""
    consumer = broker.subscribe("group", "day", "member")
    put(broker, messages("day", range(3)))
    assert consumer.poll(1, 0) != []
    site.now += 2 * DAY
    put(broker, messages("day", [3, 4]))
    broker.forget()
    assert consumer.lag() == {0: 2, 1: 0}
    consumer.rewind()
    assert numbers(gather(consumer, 2)) == [3, 4]


def test_forget_does_a_bounded_amount_of_work(site: MemorySite, broker: Broker) -> None:
    """One call drops some thousand records of a partition, the next calls the rest."""
    put(broker, messages("day", range(STEP + 1)))
    site.now += 2 * DAY
    oldest = []
    for _ in range(2):
        broker.forget()
        oldest.append(broker.ends("day")[0][0])
    assert oldest == [STEP, STEP + 1]


def test_compacted_topics_may_have_retention_too(site: MemorySite, broker: Broker) -> None:
    """Then rows go that were not renewed in time, also from the sight of who reads in parts."""
    broker.create([TopicSpec("rows", 1, compacted=True, retention_ms=DAY)])
    put(broker, [Outgoing("rows", key, b"1") for key in (b"a", b"b", b"c")])
    site.now += DAY
    put(broker, [Outgoing("rows", key, b"2") for key in (b"b", b"d")])
    reader = broker.reader({("rows", 0): 0})
    broker.forget()
    assert [record.key for record in reader.poll(1, 0)] == [b"a"]
    site.now += 1
    broker.forget()
    assert [record.key for record in gather(reader, 2, limit=1)] == [b"b", b"d"]
    assert broker.ends("rows") == {0: (3, 5)}


def test_memory_stays_flat(broker: Broker, reader: Reader) -> None:
    """While all keep up, no more than a few rounds of records are there at any time."""
    consumer, writer = broker.subscribe("group", "ever", "member"), broker.writer("w")
    most = 0
    for _ in range(200):
        put(broker, messages("ever", range(1000)))
        records = gather(consumer, 1000, limit=1000)
        writer.commit([], consumer, {0: records[-1].offset + 1})
        gather(reader, 1000, limit=1000)
        most = max(most, _held(broker))
    assert 0 < most <= 3 * ROUND


def test_rounds_are_far_apart(broker: Broker, reader: Reader) -> None:
    """After a round nothing is dropped until as much again is written."""
    put(broker, messages("ever", range(ROUND)))
    gather(reader, ROUND, limit=ROUND)
    for number in range(3):
        put(broker, messages("ever", [number]))
    assert _held(broker) == ROUND + 3


def test_a_group_holds_what_it_did_not_commit(broker: Broker, reader: Reader) -> None:
    """Polled is not passed, and a group whose consumer is closed still counts."""
    consumer = broker.subscribe("group", "ever", "member")
    put(broker, messages("ever", range(100)))
    gather(consumer, 100)
    gather(reader, 100)
    broker.writer("w").commit([], consumer, {0: 10})
    consumer.close()
    _forget_all(broker)
    assert broker.ends("ever") == {0: (10, 100)}


def test_a_consumer_can_always_rewind(broker: Broker) -> None:
    """However much has come since, what it did not commit is there, and nothing before it."""
    consumer = broker.subscribe("group", "ever", "member")
    put(broker, messages("ever", range(3 * ROUND)))
    gather(consumer, 3 * ROUND, limit=ROUND)
    broker.writer("w").commit(messages("ever", range(ROUND)), consumer, {0: 5})
    assert broker.ends("ever")[0][0] == 5
    consumer.rewind()
    assert consumer.poll(1, 0)[0].offset == 5


def test_the_slowest_group_counts(broker: Broker) -> None:
    """A record goes when every group that ever subscribed has committed it."""
    fast, slow = (broker.subscribe(group, "ever", "member") for group in ("fast", "slow"))
    put(broker, messages("ever", range(100)))
    for consumer, offset in ((fast, 90), (slow, 20)):
        consumer.poll(1, 0)
        broker.writer("w").commit([], consumer, {0: offset})
    _forget_all(broker)
    assert broker.ends("ever") == {0: (20, 100)}


def test_a_reader_holds_what_it_read_since_the_last_round(broker: Broker, reader: Reader) -> None:
    """What was just read may not be committed yet, and be asked for again."""
    put(broker, messages("ever", range(100)))
    gather(reader, 100, limit=60)
    broker.forget()
    assert _held(broker) == 100
    broker.forget()
    assert _held(broker) == 0


def test_the_slowest_reader_counts(broker: Broker, reader: Reader) -> None:
    """A record goes when the last of them has passed it; a closed one is not waited for."""
    slow, gone = (broker.reader({("ever", 0): 0}) for _ in range(2))
    put(broker, messages("ever", range(100)))
    gather(reader, 100)
    gather(slow, 40, limit=40)
    gone.close()
    _forget_all(broker)
    assert broker.ends("ever") == {0: (40, 100)}


def test_a_reader_that_nobody_has_any_more_is_not_waited_for(
    broker: Broker, reader: Reader
) -> None:
    """One that was let go without a close holds nothing back."""
    broker.reader({("ever", 0): 0})
    gc.collect()
    put(broker, messages("ever", range(100)))
    gather(reader, 100)
    _forget_all(broker)
    assert _held(broker) == 0


def test_what_nobody_reads_is_kept() -> None:
    """Neither a topic without readers goes, nor a compacted one, nor one that is to be kept."""
    broker = MemoryBroker(keep=["kept"])
    names = ("unread", "kept", "state")
    broker.create([TopicSpec(name, 1, compacted=name == "state") for name in names])
    for name in names:
        put(broker, [Outgoing(name, b"%d" % number, b"") for number in range(9)])
    reader = broker.reader({("kept", 0): 0, ("state", 0): 0})
    gather(reader, 18)
    _forget_all(broker)
    assert [broker.ends(name)[0] for name in names] == [(0, 9)] * 3


def test_what_is_left_when_all_readers_are_gone_is_kept(broker: Broker, reader: Reader) -> None:
    """With its last reader closed a partition is kept for the next one."""
    put(broker, messages("ever", range(100)))
    gather(reader, 100)
    reader.close()
    _forget_all(broker)
    assert len(gather(broker.reader({("ever", 0): 0}), 100)) == 100


def test_an_offset_beyond_the_end_drops_what_there_is(broker: Broker) -> None:
    """No more than that: the next record gets the next offset and stays."""
    consumer = broker.subscribe("group", "ever", "member")
    put(broker, messages("ever", range(3)))
    consumer.poll(1, 0)
    broker.writer("w").commit([], consumer, {0: 4})
    _forget_all(broker)
    assert broker.ends("ever") == {0: (3, 3)}
    put(broker, messages("ever", [3, 4]))
    consumer.rewind()
    assert numbers(consumer.poll(9, 0)) == [4]


def _forget_all(broker: Broker) -> None:
    """Three rounds: more than what was read one round ago could need."""
    for _ in range(3):
        broker.forget()


def _held(broker: Broker) -> int:
    oldest, after = broker.ends("ever")[0]
    return after - oldest
