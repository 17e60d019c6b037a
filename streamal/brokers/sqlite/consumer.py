"""A group's one member: it holds all partitions of its topic, or none."""

from collections.abc import Callable, Mapping, Sequence

from streamal.brokers.patience import Patience
from streamal.brokers.port import Listener, Partitions
from streamal.brokers.sqlite.catalog import Lane, Places
from streamal.brokers.sqlite.feed import Feed
from streamal.brokers.sqlite.log import Log
from streamal.core.log import Record
from streamal.errors import BrokerError, CommitFailed, Fenced, UsageError


class SqliteConsumer:
    """The holder of `group`, by a file lock and by an epoch that every commit checks.

    The lock keeps a second holder out. The epoch fences one that lost the lock without
    knowing: somebody removed the lock file.
    """

    def __init__(
        self,
        log: Log,
        patience: Patience,
        group: str,
        lanes: Sequence[Lane],
        listener: Listener | None,
        release: Callable[[], None],
    ) -> None:
        self._log = log
        self._patience = patience
        self._group = group
        self._listener = listener
        self._release = release
        self._lanes = {lane.partition: lane for lane in lanes}
        self._name = f"group {group}"
        self._epoch = log.catalog.claim(self._name)
        self._feed: Feed | None = None
        self._closed = False

    @property
    def assignment(self) -> Partitions:
        return frozenset() if self._feed is None else frozenset(self._lanes)

    @property
    def is_member(self) -> bool:
        return self._feed is not None

    def poll(self, limit: int, timeout: float) -> list[Record]:
        return self._patience.poll(self._take, limit, timeout)

    def rewind(self) -> None:
        if self._feed is not None:
            self._feed.positions = self._places()

    def committed(self) -> dict[int, int]:
        places = self._places()
        return {part: places[self._lanes[part].number] for part in sorted(self.assignment)}

    def lag(self) -> dict[int, int]:
        return {
            partition: self._log.count(self._lanes[partition], offset)
            for partition, offset in self.committed().items()
        }

    def close(self, leave: bool = True) -> None:
        self._closed = True
        try:
            self._leave()
        finally:
            self._release()

    def claim(self, log: Log, offsets: Mapping[int, int]) -> Places:
        """Return the places that a commit of `offsets` to `log` writes, as of its last refresh.

        Raises
        ------
        UsageError
            The consumer is of another broker object, which sees another moment.
        Fenced
            Another member has the group.
        CommitFailed
            One of the partitions is not held.
        """
        if log is not self._log:
            raise UsageError("a commit's consumer and writer must be of one broker object")
        self._check_epoch()
        foreign = sorted(set(offsets) - self.assignment)
        if foreign:
            raise CommitFailed(
                f"group {self._group!r}: this consumer holds the partitions "
                f"{sorted(self.assignment)}, not {foreign}"
            )
        return {(self._group, self._lanes[part].number): at for part, at in offsets.items()}

    def _take(self, limit: int) -> list[Record]:
        self._log.catalog.refresh()
        try:
            self._check_epoch()
        except Fenced:
            self._leave()
            raise
        feed = self._feed if self._feed is not None else self._join()
        return feed.take(limit)

    def _check_epoch(self) -> None:
        if not self._log.catalog.holds(self._name, self._epoch):
            raise Fenced(f"another member has taken group {self._group!r} over")

    def _join(self) -> Feed:
        if self._closed:
            raise BrokerError(f"this consumer of group {self._group!r} is closed")
        self._feed = Feed(self._log, self._places())
        if self._listener is not None:
            self._listener.assigned(self.assignment)
        return self._feed

    def _leave(self) -> None:
        held, self._feed = self.assignment, None
        if held and self._listener is not None:
            self._listener.revoked(held)

    def _places(self) -> dict[int, int]:
        """The next offset of each lane as committed, 0 where none is."""
        catalog = self._log.catalog
        catalog.refresh()
        numbers = [lane.number for lane in self._lanes.values()]
        return {number: catalog.places.get((self._group, number), 0) for number in numbers}
