"""A place in some lanes, and fair reading from there."""

from collections.abc import Iterable

from streamal.brokers.memory.lane import Lane
from streamal.core.log import Record


class Cursor:
    """The next offset to read of one lane; `mark` is where it was one round ago."""

    __slots__ = ("at", "lane", "mark")

    def __init__(self, lane: Lane, at: int) -> None:
        self.lane = lane
        self.at = self.mark = at

    def take(self, limit: int) -> list[Record]:
        """Return up to `limit` records, at least one of them allowed, and move on."""
        found = self.lane.fetch(self.at, limit)
        # Fewer than asked for: nothing is left below the end, holes aside.
        self.at = found[-1].offset + 1 if len(found) == limit else self.lane.next
        return found


class Feed:
    """Cursors that share a limit."""

    def __init__(self, cursors: Iterable[Cursor]) -> None:
        self.cursors = list(cursors)

    def take(self, limit: int) -> list[Record]:
        """Return up to `limit` records in order per lane."""
        for cursor in self.cursors:
            if cursor.at < cursor.lane.next:
                return self._take(limit)
        return []

    def _take(self, limit: int) -> list[Record]:
        if limit < 1:
            return []
        if len(self.cursors) == 1:
            return self.cursors[0].take(limit)
        return self._share(self._news(), limit)

    def _news(self) -> list[Cursor]:
        return [cursor for cursor in self.cursors if cursor.at < cursor.lane.next]

    def _share(self, news: list[Cursor], limit: int) -> list[Record]:
        """Give each lane with news an equal part of the limit, again and again until it is used."""
        found: list[Record] = []
        while news and len(found) < limit:
            part = max(1, (limit - len(found)) // len(news))
            served = news[: limit - len(found)]
            for cursor in served:
                found += cursor.take(part)
            self._let_pass(served[-1])
            news = self._news()
        return found

    def _let_pass(self, last: Cursor) -> None:
        """The lane after the one served last goes first, so that none starves."""
        at = self.cursors.index(last) + 1
        self.cursors = self.cursors[at:] + self.cursors[:at]
