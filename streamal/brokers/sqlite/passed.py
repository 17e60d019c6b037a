"""Letting records of a log in memory go once everyone has passed them."""

from collections.abc import Collection, Iterable
from weakref import WeakKeyDictionary

from streamal.brokers.sqlite.catalog import Lane
from streamal.brokers.sqlite.feed import Feed
from streamal.brokers.sqlite.log import Log
from streamal.brokers.sqlite.schema import OFFSET_BITS

ROUND = 4096
"""Records written between two rounds, so that a round's cost is spread over them."""

STEP = 20_000
"""Most records that a round drops of one lane."""


class Passed:
    """Knows who reads what, and drops what all of them have passed.

    A group has passed what it committed, whether or not a consumer is open; a reader
    what it had read one round ago, since what it reads now may not be committed and
    come again. A lane that nobody reads keeps its records, as do compacted topics and
    those in `keep`.
    """

    def __init__(self, log: Log, keep: Collection[str]) -> None:
        self._log = log
        self._keep = frozenset(keep)
        self._groups: set[tuple[str, int]] = set()
        self._readers: WeakKeyDictionary[Feed, dict[int, int]] = WeakKeyDictionary()
        self._dropped: dict[int, int] = {}
        self._written = 0

    def join(self, group: str, lanes: Iterable[Lane]) -> None:
        """From now on the group's places hold these lanes."""
        self._groups |= {(group, lane.number) for lane in lanes}

    def open(self, feed: Feed) -> None:
        """From now on a reader's feed holds its lanes."""
        self._readers[feed] = feed.positions.copy()

    def close(self, feed: Feed) -> None:
        """The reader is gone."""
        self._readers.pop(feed, None)

    def count(self, written: int) -> None:
        """So many records were written; a round may be due."""
        self._written += written
        if self._written >= ROUND:
            self.drop()

    def drop(self) -> None:
        """Do a round; a file, which other processes read too, keeps what it has."""
        self._written = 0
        if not self._log.database.alone:
            return
        with self._log.database.changes:
            for lane, floor in self._floors().items():
                self._drop(self._log.catalog.lanes[lane], floor)
        for feed in list(self._readers):
            self.open(feed)

    def _floors(self) -> dict[int, int]:
        """The oldest offset that somebody has not passed, by lane."""
        places = self._log.catalog.places
        floors: dict[int, int] = {}
        held = [(lane, places.get((group, lane), 0)) for group, lane in self._groups]
        for marks in self._readers.values():
            held += marks.items()
        for lane, offset in held:
            floors[lane] = min(offset, floors.get(lane, offset))
        return floors

    def _drop(self, lane: Lane, floor: int) -> None:
        start = self._dropped.get(lane.number, 0)
        stop = min(floor, start + STEP)
        if stop <= start or lane.topic in self._keep:
            return
        first = lane.number << OFFSET_BITS
        # Rows of compacted topics are in another table.
        delete = "DELETE FROM records WHERE id >= ? AND id < ?"
        self._log.database.run(delete, (first | start, first | stop))
        self._dropped[lane.number] = stop
