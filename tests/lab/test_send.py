"""Rows as records: batches, pace, partitions, and rows that come one by one."""

import json
from collections.abc import Iterator
from threading import Event

import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.core.log import Record
from streamal.errors import UsageError
from streamal.lab.row import Row
from streamal.lab.send import as_they_come, chunks, paced, row_record, send_rows
from streamal.wire.topics import LOGICAL, SAMPLES, Topics


def _rows(count: int) -> list[Row]:
    return [Row(i, f"r-{i}", {"x": float(i)}) for i in range(count)]


def _sent(rows: list[Row], partitions: int = 1) -> tuple[MemoryBroker, list[int]]:
    """Send rows to a broker of its own; return it and what was told on the way."""
    broker = MemoryBroker(keep=LOGICAL)
    topics = Topics(partitions=partitions)
    broker.create(topics.specs())
    told: list[int] = []
    assert send_rows(broker, topics, chunks(rows), told.append) == len(rows)
    return broker, told


def _records(broker: MemoryBroker, partition: int = 0) -> list[Record]:
    return broker.reader({(SAMPLES, partition): 0}).poll(10_000, 0)


def test_a_row_is_an_envelope() -> None:
    """A row becomes id and features, and payload and time where it has them."""
    row = Row(0, "a", {"x": 1.0}, "up", payload={"text": "see"}, time=7)
    record = row_record("samples", 0, row)
    assert record.key == b"a"
    assert json.loads(record.value or b"") == {
        "id": "a",
        "features": {"x": 1.0},
        "payload": {"text": "see"},
        "time": 7,
    }


def test_raw_bytes_go_through_untouched() -> None:
    """A row that could not be read is sent as it is."""
    assert row_record("samples", 0, Row(0, "a", {}, raw=b"\xff{")).value == b"\xff{"


def test_rows_are_sent_in_batches_and_in_order() -> None:
    """A batch is one transaction of at most 500 rows; progress is told after each."""
    broker, told = _sent(_rows(1200))
    assert told == [500, 1000, 1200]
    assert [record.key for record in _records(broker)] == [f"r-{i}".encode() for i in range(1200)]


def test_an_id_always_goes_to_one_partition() -> None:
    """Rows are spread over partitions by their id, the same way each time."""
    first, second = (_sent(_rows(200), partitions=4)[0] for _ in range(2))
    for partition in range(4):
        here = [record.key for record in _records(first, partition)]
        assert here == [record.key for record in _records(second, partition)]
        assert 20 < len(here) < 80


class Time:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def test_a_rate_is_held() -> None:
    """Row k goes no earlier than k / rate seconds after the first, and no later."""
    time = Time()
    hold = paced(4.0, time, time.wait)
    at = []
    for sent in range(9):
        hold(sent)
        at.append(time.now - 100.0)
    assert at == [sent / 4 for sent in range(9)]


def test_a_sender_that_fell_behind_catches_up() -> None:
    """What was late does not wait again: the rate is kept on average."""
    time = Time()
    hold = paced(4.0, time, time.wait)
    time.wait(60.0)
    hold(8)
    assert time.now == 160.0


def test_rows_are_given_as_they_come() -> None:
    """The first row is there before the second was read: an endless stream waits for nothing."""
    go_on = Event()

    def slowly() -> Iterator[Row]:
        first, second = _rows(2)
        yield first
        assert go_on.wait(60)
        yield second

    batches = as_they_come(slowly())
    assert [row.id for row in next(batches)] == ["r-0"]
    go_on.set()
    assert [[row.id for row in batch] for batch in batches] == [["r-1"]]


@pytest.mark.parametrize("size", [1, 7, 500])
def test_batches_are_no_larger_than_asked(size: int) -> None:
    """All rows come, in order, at most so many at once."""
    batches = list(as_they_come(_rows(1300), size))
    assert [row.number for batch in batches for row in batch] == list(range(1300))
    assert max(map(len, batches)) <= size


def test_what_reading_raises_is_raised_after_the_rows_before_it() -> None:
    """A stream that breaks off gives all it had, then its error."""

    def broken() -> Iterator[Row]:
        yield from _rows(3)
        raise UsageError("cut off")

    batches = as_they_come(broken(), 1)
    assert [next(batches)[0].number for _ in range(3)] == [0, 1, 2]
    with pytest.raises(UsageError, match="cut off"):
        next(batches)
