"""The newest records, oldest first, whatever the offsets and partitions."""

from streamal.brokers.memory import MemoryBroker
from streamal.core.log import Outgoing, TopicSpec
from streamal.lab.tail import newest, shown, tail
from tests.runtime.service import Clock


class Log:
    """Two topics in memory, one of them compacted."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.broker = MemoryBroker(self.clock, keep=["plain"])
        self.broker.create([TopicSpec("plain", 3), TopicSpec("state", 1, compacted=True)])
        self._writer = self.broker.writer("test")

    def put(self, topic: str, key: str, value: str, partition: int = 0) -> None:
        """Write one record, a second after the one before."""
        self.clock.pass_by(1000)
        self._writer.commit([Outgoing(topic, key.encode(), value.encode(), (), partition)])

    def newest(self, topic: str, count: int) -> list[str]:
        """Return the newest values."""
        found = newest(self.broker, topic, count, self.broker.ends(topic))
        return [(record.value or b"").decode() for record in found]


def test_the_newest_over_all_partitions() -> None:
    """The count is over all partitions, by the time of writing."""
    log = Log()
    for number in range(9):
        log.put("plain", "k", str(number), partition=(number * number) % 3)
    assert log.newest("plain", 4) == ["5", "6", "7", "8"]
    assert log.newest("plain", 99) == [str(number) for number in range(9)]
    assert log.newest("plain", 0) == []


def test_holes_do_not_hide_records() -> None:
    """In a compacted topic the newest of each key are found however far apart they lie."""
    log = Log()
    for number in range(5):
        log.put("state", f"old-{number}", str(number))
    for number in range(2000):
        log.put("state", "often", str(number))
    assert log.newest("state", 3) == ["3", "4", "1999"]


def test_following_shows_what_comes() -> None:
    """After the newest come those that are written meanwhile, until told to stop."""
    log = Log()
    log.put("plain", "k", "1")
    found = tail(log.broker, "plain", 1, follow=True, stopped=lambda: False)
    assert next(found)["value"] == 1
    log.put("plain", "k", "2", partition=2)
    assert next(found)["value"] == 2


def test_without_following_it_ends() -> None:
    """Once the newest are shown there is nothing more."""
    log = Log()
    log.put("plain", "k", '{"a": 1}')
    shown_ = list(tail(log.broker, "plain", 10, follow=False, stopped=lambda: False))
    assert [one["value"] for one in shown_] == [{"a": 1}]


def test_values_are_shown_as_they_are() -> None:
    """JSON is decoded, a tombstone is null, other bytes are text with marks for what is none."""
    log = Log()
    writer = log.broker.writer("raw")
    values = [b'{"a": [1]}', None, b"\xffx", b"null"]
    writer.commit([Outgoing("plain", None, value) for value in values])
    found = newest(log.broker, "plain", 9, log.broker.ends("plain"))
    assert [shown(record)["value"] for record in found] == [{"a": [1]}, None, "\ufffdx", None]
    assert [shown(record)["key"] for record in found] == [None] * 4
