"""Letting records go once everyone has passed them."""

from collections.abc import Iterator
from weakref import WeakSet

from streamal.brokers.memory.feed import Cursor, Feed
from streamal.brokers.memory.lane import Lane
from streamal.brokers.memory.log import Log

ROUND = 4096
"""Records written between two rounds, so that a round's cost is spread over them."""


class Passed:
    """Knows who reads what, and drops what all of them have passed.

    A group has passed what it committed, whether or not a consumer is open; a reader
    what it had read one round ago, since what it reads now may not be committed and
    come again. A lane that nobody reads keeps its records, as do compacted topics and
    those that are to be kept.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self.readers: WeakSet[Feed] = WeakSet()

    def drop(self) -> None:
        """Do a round."""
        self._log.written = 0
        for lane, floor in self._floors().items():
            if not lane.is_kept:
                lane.drop(floor)
        for cursor in self._cursors():
            cursor.mark = cursor.at

    def _floors(self) -> dict[Lane, int]:
        """The oldest offset that somebody has not passed, by lane."""
        floors: dict[Lane, int] = {}
        for lane, offset in self._held():
            floors[lane] = min(offset, floors.get(lane, offset))
        return floors

    def _held(self) -> Iterator[tuple[Lane, int]]:
        for cursor in self._cursors():
            yield cursor.lane, cursor.mark
        for group in self._log.groups.values():
            for topic, places in group.places.items():
                for lane in self._log.topic(topic):
                    yield lane, places.get(lane.partition, 0)

    def _cursors(self) -> Iterator[Cursor]:
        for feed in self.readers:
            yield from feed.cursors
