"""A place in some lanes, and fair reading from there."""

from collections.abc import Mapping

from streamal.brokers.sqlite.log import Log
from streamal.core.log import Record

ROOM = 32_000_000
"""Bytes of values a take may return, give or take a record: 500 large ones would fill memory."""


class Feed:
    """The next offset to read of each of some lanes."""

    def __init__(self, log: Log, positions: Mapping[int, int]) -> None:
        self._log = log
        self._last = -1
        self.positions = dict(positions)

    def take(self, limit: int) -> list[Record]:
        """Return up to `limit` records in order per lane, as of the catalog's last refresh."""
        news = self._news()
        if not news or limit < 1:
            return []
        if len(news) == 1:
            return self._read(news[0], limit, ROOM)[0]
        return self._share(news, limit)

    def _news(self) -> list[int]:
        nexts = self._log.catalog.nexts
        return [lane for lane, position in self.positions.items() if nexts[lane] > position]

    def _share(self, news: list[int], limit: int) -> list[Record]:
        """Give each lane with news an equal part of the limit, again and again until it is used."""
        found: list[Record] = []
        room = ROOM
        while news and limit > len(found) and room > 0:
            part = max(1, (limit - len(found)) // len(news))
            # The lane after the one served last goes first, so that none starves.
            for lane in sorted(news, key=lambda lane: (lane <= self._last, lane)):
                records, room = self._read(lane, min(part, limit - len(found)), room)
                found += records
                if len(found) == limit or room <= 0:
                    break
            news = self._news()
        return found

    def _read(self, lane: int, limit: int, room: int) -> tuple[list[Record], int]:
        end = self._log.catalog.nexts[lane]
        records, room = self._log.fetch(lane, self.positions[lane], limit, room)
        after = records[-1].offset + 1 if records else 0
        # Fewer than asked for: nothing is left below the end, holes aside.
        exhausted = len(records) < limit and room > 0
        self.positions[lane] = max(after, end) if exhausted else after
        self._last = lane
        return records, room
