"""Reading by assignment: no group, no commits."""

from collections.abc import Mapping

from streamal.brokers.patience import Patience
from streamal.brokers.sqlite.feed import Feed
from streamal.brokers.sqlite.log import Log
from streamal.core.log import Record
from streamal.errors import BrokerError


class SqliteReader:
    """Reads some lanes from given offsets on.

    Of a compacted topic it returns the newest record of each key, in the order of
    their offsets; what was replaced or removed before it came by, it never sees.
    """

    def __init__(
        self, log: Log, patience: Patience, positions: Mapping[tuple[str, int], int]
    ) -> None:
        log.catalog.refresh()
        self._log = log
        self._patience = patience
        self._lanes = {log.catalog.lane(*name): name for name in positions}
        places = {log.catalog.lane(*name): offset for name, offset in positions.items()}
        self._feed = Feed(log, places)
        self._closed = False

    def poll(self, limit: int, timeout: float) -> list[Record]:
        return self._patience.poll(self._take, limit, timeout)

    def positions(self) -> dict[tuple[str, int], int]:
        return {self._lanes[lane]: offset for lane, offset in self._feed.positions.items()}

    def close(self) -> None:
        self._closed = True

    def _take(self, limit: int) -> list[Record]:
        if self._closed:
            raise BrokerError("this reader is closed")
        self._log.catalog.refresh()
        return self._feed.take(limit)
