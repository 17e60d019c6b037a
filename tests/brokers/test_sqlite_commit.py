"""A commit of the embedded broker fails whole, with the right error, and only then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import Outgoing
from streamal.errors import BrokerError, BrokerUnavailable, CommitFailed, TopicMissing, UsageError
from tests.brokers.child import TOPICS, Spawn, line
from tests.contracts.site import gather, numbers, read

BATCH = [Outgoing("in", b"k", b"1"), Outgoing("out", b"k", b"2"), Outgoing("state", b"k", b"3")]


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
def broker(tmp_path: Path, probe: Probe) -> Iterator[SqliteBroker]:
    """A broker with a topic to read, one to write and one to keep state in."""
    broker = SqliteBroker(tmp_path / "log.db", probe=probe)
    broker.create(TOPICS)
    yield broker
    broker.close()


def test_probes_tell_where_a_commit_is(broker: SqliteBroker, probe: Probe) -> None:
    """Each point once, in order."""
    broker.writer("w").commit(BATCH)
    assert probe.seen == ["commit.begin", "commit.mid", "commit.end"]


@pytest.mark.parametrize("point", ["commit.begin", "commit.mid"])
def test_an_interrupted_commit_leaves_nothing(
    broker: SqliteBroker, probe: Probe, point: str
) -> None:
    """Whatever is raised inside, all is undone; a new writer goes on, and no offset is lost."""
    probe.at = point
    writer = broker.writer("w")
    with pytest.raises(Stop):
        writer.commit(BATCH)
    probe.at = ""
    assert broker.ends("in") == broker.ends("state") == {0: (0, 0)}
    broker.writer("w").commit(BATCH)
    assert broker.ends("in") == broker.ends("state") == {0: (0, 1)}


def test_a_failed_writer_is_of_no_more_use(broker: SqliteBroker) -> None:
    """After any failure its next commit fails too, and says what to do."""
    writer = broker.writer("w")
    with pytest.raises(TopicMissing):
        writer.commit([Outgoing("inn", None, b"")])
    with pytest.raises(CommitFailed, match="failed before: open a new writer"):
        writer.commit(BATCH)


def test_an_interrupt_after_the_commit_loses_no_offset(broker: SqliteBroker) -> None:
    """Committed but not noted in this process: the next commit looks the offsets up again."""
    log, writer = broker._log, broker.writer("w")
    with log.database.commits:
        log.catalog.save(log.append(BATCH, 5), {("group", 0): 7})
    writer.commit(BATCH)
    assert broker.ends("in") == {0: (0, 2)}
    assert broker.committed("group", "in") == {0: 7}


def test_a_transaction_left_open_is_undone(broker: SqliteBroker) -> None:
    """An interrupt between BEGIN and the batch does not block the next commit."""
    broker._log.database.run("BEGIN IMMEDIATE")
    broker._log.append(BATCH, 5)
    broker.writer("w").commit(BATCH)
    assert broker.ends("in") == {0: (0, 1)}


def test_a_full_database_fails_the_commit(broker: SqliteBroker) -> None:
    """SQLite's refusal to grow is a `CommitFailed`; with room again a new writer succeeds."""
    database = broker._log.database
    pages = database.number("PRAGMA page_count") or 0
    database.run(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(CommitFailed, match="full"):
        broker.writer("w").commit([Outgoing("in", None, bytes(5000))] * 5)
    database.run("PRAGMA max_page_count = 100000")
    assert broker.ends("in") == {0: (0, 0)}
    broker.writer("w").commit([Outgoing("in", None, bytes(5000))] * 5)
    assert broker.ends("in") == {0: (0, 5)}


def test_a_full_disk_fails_the_commit(tmp_path: Path, spawn: Spawn) -> None:
    """A write that the system refuses fails its batch alone; the file stays whole."""
    child = spawn("full", tmp_path / "log.db")
    assert line(child).startswith("CommitFailed: ")
    assert line(child) == "5"


def test_a_locked_file_fails_the_commit(tmp_path: Path) -> None:
    """While another process sits on the write lock, commits fail, and may be tried again."""
    one, two = (SqliteBroker(tmp_path / "log.db") for _ in range(2))
    one.create(TOPICS)
    writer = one.writer("w")
    one._log.database.run("PRAGMA busy_timeout = 1")
    with two._log.database.changes:
        with pytest.raises(BrokerUnavailable, match="locked") as failure:
            one.subscribe("group", "in", "member")
        with pytest.raises(CommitFailed, match="locked"):
            writer.commit(BATCH)
        with pytest.raises(BrokerUnavailable, match="locked"):
            one.writer("w")
        assert one.ends("in") == {0: (0, 0)}
    assert failure.value.retriable
    one.subscribe("group", "in", "member").close()
    one.writer("w").commit(BATCH)
    assert one.ends("in") == {0: (0, 1)}
    one.close()
    two.close()


def test_a_huge_batch_is_one_batch(broker: SqliteBroker) -> None:
    """Atomic whatever its size: a batch of thousands fails as a whole."""
    batch = [Outgoing("in", None, b"%d" % number) for number in range(20_000)]
    with pytest.raises(TopicMissing):
        broker.writer("w").commit([*batch, Outgoing("in", None, b"", (), 1)])
    assert broker.ends("in") == {0: (0, 0)}
    broker.writer("w").commit(batch)
    assert numbers(read(broker, "in", 20_000)) == list(range(20_000))


def test_a_compacted_topic_keeps_one_row_a_key(broker: SqliteBroker) -> None:
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


def test_a_compacted_topic_needs_keys(broker: SqliteBroker) -> None:
    """A record without a key is refused by name, and nobody tries it again."""
    with pytest.raises(BrokerError, match="'state' is compacted") as failure:
        broker.writer("w").commit([Outgoing("state", None, b"v")])
    assert not failure.value.retriable


def test_offsets_need_their_own_consumer(tmp_path: Path, broker: SqliteBroker) -> None:
    """Offsets without a consumer, or with that of another broker, are a mistake."""
    with pytest.raises(UsageError, match="with the consumer"):
        broker.writer("w").commit([], None, {0: 1})
    other = SqliteBroker(tmp_path / "log.db")
    consumer = other.subscribe("group", "in", "member")
    consumer.poll(1, 0)
    with pytest.raises(UsageError, match="one broker object"):
        broker.writer("w").commit([], consumer, {0: 1})
    other.close()


def test_rewind_before_the_first_poll_does_nothing(broker: SqliteBroker) -> None:
    """There is nothing to go back from; the first poll begins as ever."""
    broker.writer("w").commit(BATCH)
    consumer = broker.subscribe("group", "in", "member")
    consumer.rewind()
    assert consumer.committed() == {}
    assert len(gather(consumer, 1)) == 1
