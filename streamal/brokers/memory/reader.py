"""Reading by assignment: no group, no commits."""

from collections.abc import Mapping

from streamal.brokers.memory.feed import Cursor, Feed
from streamal.brokers.memory.log import Log
from streamal.brokers.memory.passed import Passed
from streamal.brokers.patience import Patience
from streamal.core.log import Record
from streamal.errors import BrokerError


class MemoryReader:
    """Reads some lanes from given offsets on.

    Of a compacted topic it returns the newest record of each key, in the order of
    their offsets; what was replaced or removed before it came by, it never sees.
    """

    def __init__(
        self,
        log: Log,
        patience: Patience,
        positions: Mapping[tuple[str, int], int],
        passed: Passed,
    ) -> None:
        self._feed = Feed(Cursor(log.lane(*name), at) for name, at in positions.items())
        self._patience = patience
        self._passed = passed
        self._closed = False
        passed.readers.add(self._feed)

    def poll(self, limit: int, timeout: float) -> list[Record]:
        if self._closed:
            raise BrokerError("this reader is closed")
        if timeout > 0:
            return self._patience.poll(self._feed.take, limit, timeout)
        return self._feed.take(limit)

    def positions(self) -> dict[tuple[str, int], int]:
        return {(one.lane.topic.name, one.lane.partition): one.at for one in self._feed.cursors}

    def close(self) -> None:
        self._closed = True
        self._passed.readers.discard(self._feed)
