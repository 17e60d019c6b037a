"""The broker in memory keeps the contract, and a commit of it fails whole."""

from collections.abc import Iterator

import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import BrokerError, CommitFailed, Fenced, TopicMissing, UsageError
from tests.brokers.memory import MemorySite
from tests.contracts.broker import BrokerContract
from tests.contracts.site import START, Site, Witness, gather, messages, put, read

TOPICS = (TopicSpec("in"), TopicSpec("out", 2), TopicSpec("state", compacted=True))
BATCH = [Outgoing("in", b"k", b"1"), Outgoing("out", b"k", b"2"), Outgoing("state", b"k", b"3")]


class TestMemory(BrokerContract):
    """A log in memory, which one connection has for itself."""

    @pytest.fixture
    def site(self) -> Iterator[Site]:
        site = MemorySite()
        yield site
        site.close()


class Stop(BaseException):
    """Not an `Exception`: as an interrupt would be."""


class Probe:
    """Raises at one point of a commit, or at none."""

    def __init__(self) -> None:
        self.at = ""
        self.seen: list[str] = []

    def __call__(self, point: str) -> None:
        self.seen.append(point)
        if point == self.at:
            raise Stop


@pytest.fixture
def probe() -> Probe:
    """A probe that stops nothing yet."""
    return Probe()


@pytest.fixture
def broker(probe: Probe) -> MemoryBroker:
    """A broker with a topic to read, one to write and one to keep state in."""
    broker = MemoryBroker(lambda: START, probe)
    broker.create(TOPICS)
    return broker


def test_probes_tell_where_a_commit_is(broker: MemoryBroker, probe: Probe) -> None:
    """Each point once, in order."""
    broker.writer("w").commit(BATCH)
    assert probe.seen == ["commit.begin", "commit.mid", "commit.end"]


@pytest.mark.parametrize("point", ["commit.begin", "commit.mid"])
def test_an_interrupted_commit_leaves_nothing(
    broker: MemoryBroker, probe: Probe, point: str
) -> None:
    """Neither a record, nor a row, nor an offset; a new writer goes on without a hole."""
    consumer = broker.subscribe("group", "in", "member")
    consumer.poll(1, 0)
    probe.at = point
    with pytest.raises(Stop):
        broker.writer("w").commit(BATCH, consumer, {0: 7})
    probe.at = ""
    assert [broker.ends(topic.name)[0] for topic in TOPICS] == [(0, 0)] * 3
    assert broker.committed("group", "in") == {}
    broker.writer("w").commit(BATCH, consumer, {0: 7})
    assert [broker.ends(topic.name)[0] for topic in TOPICS] == [(0, 1)] * 3
    assert broker.committed("group", "in") == {0: 7}


def test_what_stops_after_the_end_is_committed(broker: MemoryBroker, probe: Probe) -> None:
    """At `commit.end` everything is visible, and nothing takes it back."""
    probe.at = "commit.end"
    with pytest.raises(Stop):
        broker.writer("w").commit(BATCH)
    assert [broker.ends(topic.name)[0] for topic in TOPICS] == [(0, 1)] * 3


def test_a_failed_writer_is_of_no_more_use(broker: MemoryBroker) -> None:
    """After any failure its next commit fails too, and says what to do."""
    writer = broker.writer("w")
    with pytest.raises(TopicMissing, match="in memory; did you mean 'in'"):
        writer.commit([Outgoing("inn", None, b"")])
    with pytest.raises(CommitFailed, match="'w' failed before: open a new writer"):
        writer.commit(BATCH)


def test_a_batch_is_refused_whatever_its_last_record(broker: MemoryBroker) -> None:
    """Everything is checked first: a thousand good records before a bad one leave nothing."""
    for bad in (Outgoing("out", None, b"", (), 2), Outgoing("out", None, b"", (), -1)):
        with pytest.raises(TopicMissing, match=r"'out' has partitions 0 to 1, not (2|-1)"):
            broker.writer("w").commit([*messages("in", range(1000)), bad])
    assert broker.ends("in") == {0: (0, 0)}


def test_a_compacted_topic_keeps_one_row_a_key(broker: MemoryBroker) -> None:
    """At once, also within a batch; offsets grow on, and a tombstone takes an offset too."""
    writer = broker.writer("w")
    for words in ("a1 b1 a2", "c1 b a", "c2"):
        rows = [(word[:1].encode(), word[1:].encode() or None) for word in words.split()]
        writer.commit([Outgoing("state", key, value) for key, value in rows])
    (record,) = read(broker, "state", 1)
    assert (record.offset, record.key, record.value) == (6, b"c", b"2")
    assert broker.ends("state") == {0: (6, 7)}
    writer.commit([Outgoing("state", b"c", None)])
    assert broker.ends("state") == {0: (8, 8)}


def test_a_compacted_topic_needs_keys(broker: MemoryBroker) -> None:
    """A record without a key is refused by name, and nobody tries it again."""
    with pytest.raises(BrokerError, match="'state' is compacted") as failure:
        broker.writer("w").commit([*BATCH, Outgoing("state", None, b"v")])
    assert not failure.value.retriable
    assert broker.ends("in") == {0: (0, 0)}


def test_offsets_need_their_own_consumer(broker: MemoryBroker) -> None:
    """Offsets without a consumer, or with that of another broker, are a mistake."""
    with pytest.raises(UsageError, match="with the consumer"):
        broker.writer("w").commit([], None, {0: 1})
    other = MemoryBroker()
    other.create(TOPICS)
    consumer = other.subscribe("group", "in", "member")
    consumer.poll(1, 0)
    with pytest.raises(UsageError, match="one broker object"):
        broker.writer("w").commit([], consumer, {0: 1})


def test_a_takeover_is_heard_of_at_the_next_poll(broker: MemoryBroker) -> None:
    """Not before: only a poll or a close of its own tells a listener."""
    witness = Witness()
    older = broker.subscribe("group", "in", "older", witness)
    older.poll(1, 0)
    broker.subscribe("group", "in", "newer")
    assert (older.assignment, len(witness.seen)) == (frozenset({0}), 1)
    with pytest.raises(Fenced, match="taken group 'group' over"):
        older.poll(1, 0)
    assert (older.assignment, witness.seen[1:]) == (frozenset(), [("revoked", frozenset({0}))])


def test_one_that_was_taken_over_before_it_joined_hears_nothing(broker: MemoryBroker) -> None:
    """It is fenced at its first poll, and was never assigned anything."""
    witness = Witness()
    older = broker.subscribe("group", "in", "older", witness)
    broker.subscribe("group", "in", "newer")
    with pytest.raises(Fenced):
        older.poll(1, 0)
    assert witness.seen == []


def test_a_group_is_taken_over_with_all_its_topics(broker: MemoryBroker) -> None:
    """One member holds a group, whatever topic it reads."""
    older = broker.subscribe("group", "in", "older")
    broker.subscribe("group", "out", "newer")
    with pytest.raises(Fenced):
        older.poll(1, 0)


def test_rewind_before_the_first_poll_does_nothing(broker: MemoryBroker) -> None:
    """There is nothing to go back from; the first poll begins as ever."""
    broker.writer("w").commit(BATCH)
    consumer = broker.subscribe("group", "in", "member")
    consumer.rewind()
    assert consumer.committed() == {}
    assert len(gather(consumer, 1)) == 1


def test_a_topic_needs_a_partition(broker: MemoryBroker) -> None:
    """The message names the topic; nothing of the call is created."""
    with pytest.raises(UsageError, match="'bad' needs at least 1 partition"):
        broker.create([TopicSpec("good"), TopicSpec("bad", 0)])
    assert set(broker.partitions()) == {"in", "out", "state"}


def test_what_is_handed_out_is_no_door_to_the_log(broker: MemoryBroker) -> None:
    """A caller that changes a list or a mapping it was given changes nothing else."""
    consumer = broker.subscribe("group", "in", "member")
    put(broker, messages("in", range(3)))
    gather(consumer, 3).clear()
    broker.writer("w").commit([], consumer, {0: 2})
    broker.committed("group", "in").clear()
    consumer.committed().clear()
    broker.partitions().clear()
    assert (len(read(broker, "in", 3)), consumer.committed()) == (3, {0: 2})


def test_a_closed_broker_says_so(broker: MemoryBroker) -> None:
    """Used after its close, it raises an error that nobody retries; so do its parts."""
    consumer, reader, writer = (
        broker.subscribe("group", "in", "member"),
        broker.reader({("in", 0): 0}),
        broker.writer("w"),
    )
    broker.close()
    for act in (broker.partitions, lambda: consumer.poll(1, 0), lambda: reader.poll(1, 0)):
        with pytest.raises(BrokerError, match="closed") as failure:
            act()
        assert not failure.value.retriable
    with pytest.raises(CommitFailed, match="closed"):
        writer.commit(BATCH)
