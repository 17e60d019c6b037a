"""Reading up to the ends: no less, no further, and not for ever."""

import time
from collections.abc import Iterator, Mapping, Sequence

import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.core.log import Record, TopicSpec
from streamal.errors import BrokerUnavailable
from streamal.runtime.replay import CHUNK, PATIENCE, WAIT, replay, until
from tests.contracts.site import messages, numbers, put

Place = tuple[str, int]
ENDS = {("t", 0): 3, ("t", 1): 2}


class Script:
    """A reader whose polls go as written: what each gives, and where it then is.

    A position moves without a record where a transaction's marker was passed.
    """

    def __init__(self, *polls: tuple[Sequence[Record], Mapping[Place, int]]) -> None:
        self._polls = list(polls)
        self._positions: dict[Place, int] = dict.fromkeys(ENDS, 0)
        self.asked: list[tuple[int, float]] = []

    def poll(self, limit: int, timeout: float) -> list[Record]:
        self.asked.append((limit, timeout))
        if not self._polls:
            return []
        records, positions = self._polls.pop(0)
        self._positions.update(positions)
        return list(records)

    def positions(self) -> dict[Place, int]:
        return self._positions

    def close(self) -> None:
        raise AssertionError("whoever opened it closes it")


class Clock:
    """Goes on so much each time that somebody looks."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._now = 0.0

    def __call__(self) -> float:
        self._now += self._step
        return self._now


def _record(offset: int, partition: int = 0) -> Record:
    return Record("t", partition, offset, 0, None, b"%d" % offset)


def test_it_ends_when_every_end_is_reached() -> None:
    """Not at the first partition's end; the records come as they were polled."""
    first, second = [_record(0), _record(2)], [_record(1, 1)]
    reader = Script((first, {("t", 0): 3}), (second, {("t", 1): 2}))
    assert list(until(reader, ENDS)) == [first, second]
    assert reader.asked == [(CHUNK, WAIT)] * 2


def test_markers_count_as_read() -> None:
    """An end behind a marker is reached when the position has passed it, without a record."""
    reader = Script(([_record(0)], {("t", 0): 1}), ([], {("t", 0): 3, ("t", 1): 2}))
    assert list(until(reader, ENDS)) == [[_record(0)]]


def test_nothing_is_read_at_the_ends() -> None:
    """One that is there already polls nothing, nor does one that has no ends."""
    reader = Script()
    assert list(until(reader, {("t", 0): 0, ("t", 1): 0})) == []
    assert list(until(reader, {})) == []
    assert reader.asked == []


def test_what_is_pending_is_waited_for() -> None:
    """Empty polls short of the end are no end: a transaction may be open there."""
    late = [_record(2)]
    waits: list[tuple[Sequence[Record], Mapping[Place, int]]] = [([], {})] * 5
    reader = Script(*waits, (late, {("t", 0): 3, ("t", 1): 2}))
    assert list(until(reader, ENDS)) == [late]


def test_patience_ends_after_a_minute_without_a_record() -> None:
    """Then the broker counts as away, and the error names what is behind, and only that."""
    reader = Script(([_record(1, 1)], {("t", 1): 2}))
    with pytest.raises(BrokerUnavailable, match=r"nothing came from t/0 for 60 s"):
        list(until(reader, ENDS, now=Clock(PATIENCE / 4 - 0.1)))
    assert len(reader.asked) == 6


def test_each_record_renews_the_patience() -> None:
    """Ten slow records take longer than a minute in all, and come."""
    polls = [([_record(n)], {("t", 0): 0}) for n in range(10)]
    reader = Script(*polls, ([], {("t", 0): 3, ("t", 1): 2}))
    assert len(list(until(reader, ENDS, now=Clock(PATIENCE * 0.9)))) == 10


def test_a_start_can_be_told_to_stop() -> None:
    """Between two polls; what came until then was given."""
    reader = Script(([_record(0)], {("t", 0): 1}), ([_record(1)], {("t", 0): 2}))
    answers = iter([False, True])
    assert list(until(reader, ENDS, lambda: next(answers))) == [[_record(0)]]
    assert len(reader.asked) == 1


def test_patience_outlasts_a_dead_writer() -> None:
    """A transaction is open for 15 s, and 10 s more, after its writer died."""
    assert PATIENCE > 2 * 25
    assert until.__defaults__ is not None
    assert until.__defaults__[-1] is time.monotonic


@pytest.fixture
def broker() -> Iterator[MemoryBroker]:
    """A topic of two partitions, five records in each."""
    broker = MemoryBroker()
    broker.create([TopicSpec("t", 2)])
    for partition in (0, 1):
        put(broker, messages("t", range(5), partition))
    yield broker
    broker.close()


def test_a_replay_is_what_was_there(broker: MemoryBroker) -> None:
    """Of the asked partitions, from the oldest up to the ends as they were given."""
    ends = {1: broker.ends("t")[1]}
    put(broker, messages("t", [5], 1))
    found = list(replay(broker, "t", ends))
    assert numbers(found) == [0, 1, 2, 3, 4]
    assert {record.partition for record in found} == {1}


def test_a_replay_begins_where_it_is_told(broker: MemoryBroker) -> None:
    """Everything between the two offsets, on each partition of its own."""
    assert numbers(replay(broker, "t", {0: (3, 5), 1: (1, 2)})) == [3, 4, 1]


def test_a_replay_of_nothing_is_empty(broker: MemoryBroker) -> None:
    """An empty partition does not wait."""
    assert list(replay(broker, "t", {0: (5, 5)})) == []
