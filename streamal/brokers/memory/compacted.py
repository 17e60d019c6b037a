"""One partition of a compacted topic: the newest record of each key."""

from bisect import bisect_left
from itertools import islice, takewhile
from operator import attrgetter

from streamal.brokers.memory.lane import STEP, Lane
from streamal.core.log import Outgoing, Record, TopicSpec

_offset = attrgetter("offset")


class CompactedLane(Lane):
    """Compacted at every append: what a record replaces is gone at once."""

    __slots__ = ("_latest", "_view", "_view_end")

    def __init__(self, topic: TopicSpec, partition: int, is_kept: bool) -> None:
        super().__init__(topic, partition, is_kept)
        # In the order of offsets, since a record that is replaced is taken out first.
        self._latest: dict[bytes | None, Record] = {}
        self._view: list[Record] = []
        self._view_end = 0

    @property
    def oldest(self) -> int:
        return next(iter(self._latest.values())).offset if self._latest else self.next

    def append(self, output: Outgoing, now: int) -> None:
        key, record = output.key, self._record(output, now)
        self._latest.pop(key, None)
        if output.value is not None:
            self._latest[key] = record

    def fetch(self, start: int, limit: int) -> list[Record]:
        if self.next - start <= limit:
            return self._newest(start)
        view = self._sorted()
        at = bisect_left(view, start, key=_offset)
        return view[at : at + limit]

    def count(self, start: int) -> int:
        return len(self._sorted()) - bisect_left(self._sorted(), start, key=_offset)

    def expire(self, before: int) -> None:
        first = list(islice(self._latest.items(), STEP))
        for key, _ in takewhile(lambda row: row[1].timestamp < before, first):
            del self._latest[key]
        self._view_end = 0

    def _newest(self, start: int) -> list[Record]:
        """Return the records from an offset near the end, without a look at the others."""
        newest = takewhile(lambda one: one.offset >= start, reversed(self._latest.values()))
        return [*newest][::-1]

    def _sorted(self) -> list[Record]:
        """Return all records; while nothing is written, they are listed once."""
        if self._view_end != self.next:
            self._view, self._view_end = list(self._latest.values()), self.next
        return self._view
