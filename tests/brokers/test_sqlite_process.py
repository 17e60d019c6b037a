"""Several processes on one file: killed anywhere, locked out, writing at once."""

import signal
from pathlib import Path

import pytest

from streamal.brokers.port import Broker
from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import Outgoing
from streamal.errors import LockedOut
from tests.brokers.child import TOPICS, Spawn, end, go, line
from tests.contracts.site import gather, numbers, read

POINTS = ("commit.begin", "commit.mid", "commit.end")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with twenty records to copy."""
    broker = SqliteBroker(tmp_path / "log.db")
    broker.create(TOPICS)
    broker.writer("sender").commit([Outgoing("in", None, b"%d" % n) for n in range(20)])
    broker.close()
    return tmp_path / "log.db"


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_whole_batches(path: Path, point: str, count: int, spawn: Spawn) -> None:
    """Killed at a probe, outputs, state and offsets are those of one moment; then all goes on."""
    assert end(spawn("copy", path, point, count)) == -signal.SIGKILL
    batches = count if point == "commit.end" else count - 1
    assert _copied(path) == 3 * batches
    assert end(spawn("copy", path)) == 0
    assert _copied(path) == 20


def test_kills_at_any_moment_leave_whole_batches(path: Path, spawn: Spawn) -> None:
    """Killed again and again somewhere after a commit, each record is copied once."""
    for lines in (1, 2, 1, 3):
        child = spawn("copy", path)
        last = [line(child) for _ in range(lines)][-1]
        end(child, signal.SIGKILL)
        assert _copied(path) > int(last or 0)
    assert end(spawn("copy", path)) == 0
    assert _copied(path) == 20


def test_a_second_process_is_locked_out(path: Path, spawn: Spawn) -> None:
    """The message names the group's holder; other groups are free; kill -9 frees it."""
    child = spawn("hold", path, "streamal-scorer")
    assert line(child) == "held"
    broker = SqliteBroker(path)
    with pytest.raises(LockedOut, match=f"streamal-scorer.*held by holder, process {child.pid}"):
        broker.subscribe("streamal-scorer", "in", "second")
    broker.subscribe("streamal-arbiter", "in", "second").close()
    end(child, signal.SIGKILL)
    assert len(broker.subscribe("streamal-scorer", "in", "second").poll(5, 0)) == 5
    broker.close()


def test_a_second_connection_of_one_process_is_locked_out(path: Path) -> None:
    """The lock is the consumer's, not the process's; closing frees it."""
    one, two = SqliteBroker(path), SqliteBroker(path)
    consumer = one.subscribe("group", "in", "first")
    with pytest.raises(LockedOut, match="held by first"):
        two.subscribe("group", "in", "second")
    consumer.close()
    two.subscribe("group", "in", "second").close()
    one.close()
    two.close()


def test_many_processes_write_at_once(tmp_path: Path, spawn: Spawn) -> None:
    """Set off together on a file that is not there, none loses a record nor splits a batch."""
    path = tmp_path / "log.db"
    names = [f"writer-{number}" for number in range(4)]
    children = [spawn("write", path, name, 15) for name in names]
    assert [line(child) for child in children] == ["ready"] * 4
    for child in children:
        go(child)
    assert [end(child) for child in children] == [0] * 4
    broker = SqliteBroker(path)
    records = read(broker, "in", 4 * 15 * 5)
    for name in names:
        mine = [record for record in records if record.key == name.encode()]
        assert numbers(mine) == [batch for batch in range(15) for _ in range(5)]
    batches = [records[start : start + 5] for start in range(0, len(records), 5)]
    assert all(len({(row.key, row.value) for row in batch}) == 1 for batch in batches)
    broker.close()


def test_a_waiting_consumer_gets_what_another_process_writes(path: Path, spawn: Spawn) -> None:
    """The wait ends with the record; nothing has to be polled twice."""
    broker = SqliteBroker(path)
    consumer = broker.subscribe("group", "in", "member")
    gather(consumer, 20)
    child = spawn("write", path, "writer", 1)
    assert line(child) == "ready"
    go(child)
    assert len(consumer.poll(100, 30)) == 5
    assert end(child) == 0
    broker.close()


def _copied(path: Path) -> int:
    """How many records were copied, by every account of it."""
    broker = SqliteBroker(path)
    done = broker.committed("copier", "in").get(0, 0)
    for partition in (0, 1):
        assert _values(broker, "out", partition) == list(range(done))
    assert _values(broker, "state", 0) == ([done - 1] if done else [])
    broker.close()
    return done


def _values(broker: Broker, topic: str, partition: int) -> list[int]:
    return numbers(broker.reader({(topic, partition): 0}).poll(1000, 0))
