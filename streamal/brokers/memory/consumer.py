"""A group's one member: it holds all partitions of its topic, or none."""

from collections.abc import Mapping

from streamal.brokers.memory.feed import Cursor, Feed
from streamal.brokers.memory.log import Log
from streamal.brokers.memory.seat import Group
from streamal.brokers.patience import Patience
from streamal.brokers.port import Listener, Partitions
from streamal.core.log import Record
from streamal.errors import BrokerError, CommitFailed, Fenced, UsageError

NOTHING: Partitions = frozenset()


class MemoryConsumer:
    """The holder of a group until another one subscribes: the next one simply takes over."""

    def __init__(
        self, log: Log, patience: Patience, name: str, topic: str, listener: Listener | None
    ) -> None:
        self._lanes = log.topic(topic)
        self._log = log
        self._patience = patience
        self._name = name
        self._listener = listener
        self._group = log.groups.setdefault(name, Group())
        self._epoch = self._group.take()
        self._places = self._group.join(topic)
        self._feed: Feed | None = None
        self._closed = False
        self.assignment = NOTHING

    @property
    def is_member(self) -> bool:
        return self._feed is not None

    def poll(self, limit: int, timeout: float) -> list[Record]:
        feed = self._feed
        if feed is None or self._group.epoch != self._epoch:
            feed = self._join()
        if timeout > 0:
            return self._patience.poll(feed.take, limit, timeout)
        return feed.take(limit)

    def rewind(self) -> None:
        if self._feed is not None:
            for cursor in self._feed.cursors:
                cursor.at = self._places.get(cursor.lane.partition, 0)

    def committed(self) -> dict[int, int]:
        return {partition: self._places.get(partition, 0) for partition in sorted(self.assignment)}

    def lag(self) -> dict[int, int]:
        places = self.committed().items()
        return {partition: self._lanes[partition].count(offset) for partition, offset in places}

    def close(self, leave: bool = True) -> None:
        self._closed = True
        self._leave()

    def claim(self, log: Log, offsets: Mapping[int, int]) -> dict[int, int]:
        """Return the places that a commit of `offsets` to `log` may change.

        Raises
        ------
        UsageError
            The consumer is of another broker object, which has another log.
        Fenced
            Another member has the group.
        CommitFailed
            One of the partitions is not held.
        """
        if log is not self._log:
            raise UsageError("a commit's consumer and writer must be of one broker object")
        self._check_epoch()
        if not offsets.keys() <= self.assignment:
            raise CommitFailed(
                f"group {self._name!r}: this consumer holds the partitions "
                f"{sorted(self.assignment)}, not {sorted(offsets.keys() - self.assignment)}"
            )
        return self._places

    def _check_epoch(self) -> None:
        if self._group.epoch != self._epoch:
            raise Fenced(f"another member has taken group {self._name!r} over")

    def _join(self) -> Feed:
        """Begin where the group committed, unless it is lost or left."""
        try:
            self._check_epoch()
        except Fenced:
            self._leave()
            raise
        if self._closed:
            raise BrokerError(f"this consumer of group {self._name!r} is closed")
        feed = Feed(Cursor(lane, self._places.get(lane.partition, 0)) for lane in self._lanes)
        self._feed = feed
        self.assignment = frozenset(range(len(self._lanes)))
        if self._listener is not None:
            self._listener.assigned(self.assignment)
        return feed

    def _leave(self) -> None:
        held, self.assignment, self._feed = self.assignment, NOTHING, None
        if held and self._listener is not None:
            self._listener.revoked(held)
