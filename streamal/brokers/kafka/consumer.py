"""A member of a consumer group, and what it may commit.

The broker checks the member and the generation of a commit, not who owns the partition,
so this checks it. The rules:

1. the proof of membership is taken right after the poll that gave the records, and
   only that one is used (taken later it may be of no generation, which the broker lets
   pass unchecked);
2. before a commit it must still be today's, and each partition must be held;
3. a partition that came is read from where the last commit left it, asked for only
   once the one that becomes its owner has fenced who was before.
"""

from collections.abc import Callable, Iterable, Mapping

from streamal.brokers.kafka.client import Change, Gap, OutOfRange, Place, RawConsumer
from streamal.brokers.port import Listener, Partitions
from streamal.core.log import Record
from streamal.errors import BrokerError, CommitFailed, Fenced

Ends = Callable[[str], dict[int, tuple[int, int]]]


class KafkaGroupConsumer:
    """A `Consumer` over one client library's consumer.

    Parameters
    ----------
    ends
        Gives the oldest and the next offset of a topic's partitions.
    leave
        Tells the group that this member, by its id there, has gone; a static one would not.
    """

    def __init__(
        self,
        raw: RawConsumer,
        group: str,
        topic: str,
        listener: Listener | None,
        ends: Ends,
        gap: Gap,
        leave: Callable[[str], None],
    ) -> None:
        self._raw = raw
        self.group = group
        self.topic = topic
        self._listener = listener
        self._ends = ends
        self._gap = gap
        self._leave = leave
        self._places: dict[int, int] = {}
        self._handed: dict[int, int] = {}
        self._membership: object = None
        self._astray = False
        self._closed = False
        self._fenced = False

    @property
    def assignment(self) -> Partitions:
        return frozenset(self._places)

    @property
    def is_member(self) -> bool:
        return not self._closed and self._raw.is_member(self._membership)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def poll(self, limit: int, timeout: float) -> list[Record]:
        if self._closed:
            raise BrokerError(f"this consumer of group {self.group!r} is closed")
        if self._astray:
            raise CommitFailed(
                f"group {self.group!r}: a rebalance could not be followed: open a new consumer"
            )
        if limit < 1:
            self._raw.pause()
        else:
            self._raw.resume()
        records = self._fetch(max(limit, 1), timeout)
        proof, self._membership = self._raw.membership(), None
        self._astray = True  # after a failure: these records would be skipped
        moved = self._follow(self._raw.changes())
        self._astray, self._membership = False, proof
        if moved:
            records = [record for record in records if record.partition not in moved]
        for record in records:
            self._handed[record.partition] = record.offset + 1
        return records

    def rewind(self) -> None:
        self._go_back(self.assignment)

    def committed(self) -> dict[int, int]:
        found = self._raw.committed(sorted(self._places))
        return {part: found.get(part, place) for part, place in sorted(self._places.items())}

    def lag(self) -> dict[int, int]:
        if not self._places:
            return {}
        ends = self._ends(self.topic)
        return {part: max(0, ends[part][1] - self._reached(part)) for part in sorted(self._places)}

    def close(self, leave: bool = True) -> None:
        if self._closed:
            return
        self._closed = True
        member = self._raw.member()
        try:
            self._lose(self.assignment)
        finally:
            self._raw.close()
        if leave and not self._fenced:
            self._leave(member)

    def claim(self, offsets: Mapping[int, int]) -> tuple[dict[int, int], object]:
        """Return what a transaction commits: the offsets, and the proof of membership.

        Without offsets those of the last commit are committed again, so that the broker
        finds out whether this member still is one.

        Raises
        ------
        CommitFailed
            A partition is not held, or the group has changed since the last poll.
        """
        foreign = sorted(set(offsets) - self.assignment)
        if foreign:
            raise CommitFailed(
                f"group {self.group!r}: this consumer holds the partitions "
                f"{sorted(self.assignment)} of {self.topic!r}, not {foreign}"
            )
        if not self._raw.is_member(self._membership):
            raise CommitFailed(f"group {self.group!r} has changed since the records were polled")
        return dict(offsets) or self._places.copy(), self._membership

    def accept(self, offsets: Mapping[int, int]) -> None:
        """Note what was committed."""
        self._places.update(offsets)

    def _fetch(self, limit: int, timeout: float) -> list[Record]:
        try:
            return self._raw.poll(limit, timeout)
        except OutOfRange as gone:
            self._skip(gone.places)
            return []
        except Fenced:
            self._fenced = True
            self._lose(self.assignment)
            raise

    def _skip(self, gone: Mapping[Place, int]) -> None:
        """Go on at the oldest record; what has just come is sought when it is followed."""
        ends = self._ends(self.topic)
        for (topic, part), offset in gone.items():
            if part not in self._places:
                continue
            self._gap(topic, part, offset, ends[part][0])
            self._raw.seek((topic, part), ends[part][0])

    def _follow(self, changes: Iterable[Change]) -> Partitions:
        """Do as the rebalances said, in their order; return all that came or went."""
        moved: Partitions = frozenset()
        for change in changes:
            moved |= change.partitions
            if change.is_gain:
                self._gain(change.partitions)
            else:
                self._lose(change.partitions & self.assignment)
        return moved

    def _gain(self, partitions: Partitions) -> None:
        if not partitions:
            return
        self._places.update(dict.fromkeys(partitions, 0))
        if self._listener is not None:
            self._listener.assigned(partitions)
        self._go_back(partitions)

    def _lose(self, partitions: Partitions) -> None:
        for partition in partitions:
            self._places.pop(partition, None)
            self._handed.pop(partition, None)
        if partitions and self._listener is not None:
            self._listener.revoked(partitions)

    def _go_back(self, partitions: Partitions) -> None:
        """Read on after the last commit; at the oldest record where there is none."""
        if not partitions:
            return
        committed, ends = self._raw.committed(sorted(partitions)), self._ends(self.topic)
        for part in sorted(partitions):
            oldest = ends[part][0]
            place = committed.get(part, oldest)
            if place < oldest:
                self._gap(self.topic, part, place, oldest)
            self._places[part] = max(place, oldest)
            self._handed.pop(part, None)
            self._raw.seek((self.topic, part), self._places[part])

    def _reached(self, part: int) -> int:
        """Where a partition is done with: past trailing markers once all is committed."""
        place = self._places[part]
        if place >= self._handed.get(part, place):
            return max(place, self._raw.position((self.topic, part)))
        return place
