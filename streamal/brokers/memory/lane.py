"""One partition of one topic: its records in order."""

from bisect import bisect_left
from operator import attrgetter

from streamal.core.log import Outgoing, Record, TopicSpec

STEP = 10_000
"""Records that one call of `expire` drops at most: about a millisecond of work."""


class Lane:
    """Records without holes between their offsets.

    Parameters
    ----------
    topic
        The topic; its name, retention and way of keeping are the lane's.
    is_kept
        Whether records stay when all who read them have passed them.
    """

    __slots__ = ("_base", "_records", "is_kept", "next", "partition", "stamp", "topic")

    def __init__(self, topic: TopicSpec, partition: int, is_kept: bool) -> None:
        self.topic = topic
        self.partition = partition
        self.is_kept = is_kept
        self.next = 0
        self.stamp = 0
        self._base = 0
        self._records: list[Record] = []

    @property
    def oldest(self) -> int:
        """The oldest offset there is, the next one where there is none."""
        return self._base

    def append(self, output: Outgoing, now: int) -> None:
        """Add a record with append time `now` or, where the clock ran back, the newest."""
        self._records.append(self._record(output, now))

    def fetch(self, start: int, limit: int) -> list[Record]:
        """Return up to `limit` records from offset `start` on."""
        at = start - self._base if start > self._base else 0
        return self._records[at : at + limit]

    def count(self, start: int) -> int:
        """Return how many records there are from offset `start` on."""
        return max(0, self.next - max(start, self._base))

    def expire(self, before: int) -> None:
        """Drop up to `STEP` records whose append time is before this one."""
        stop = min(STEP, len(self._records))
        # Append times never run back, so the old records are the first ones.
        old = bisect_left(self._records, before, hi=stop, key=attrgetter("timestamp"))
        self.drop(self._base + old)

    def drop(self, floor: int) -> None:
        """Drop every record below an offset."""
        old = min(floor - self._base, len(self._records))
        if old > 0:
            del self._records[:old]
            self._base += old

    def _record(self, output: Outgoing, now: int) -> Record:
        if now > self.stamp:  # noqa: PLR1730 - half the time of max(), once a record
            self.stamp = now
        offset = self.next
        self.next = offset + 1
        return Record(
            output.topic,
            self.partition,
            offset,
            self.stamp,
            output.key,
            output.value,
            output.headers,
        )
