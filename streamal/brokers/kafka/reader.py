"""Reading by assignment: no group, no commits."""

import time
from collections.abc import Callable, Mapping

from streamal.brokers.kafka.client import Gap, OutOfRange, Place, RawConsumer
from streamal.brokers.kafka.consumer import Ends
from streamal.core.log import Record
from streamal.errors import BrokerError

PAUSE_S = 0.02
"""For so long after a poll without news one that does not wait asks nobody: a worker polls
its readers in every turn, and each of a client's polls takes a millisecond, news or not."""


class KafkaReader:
    """Reads some partitions from given offsets on; an offset of 0 is the oldest there is."""

    def __init__(
        self,
        raw: RawConsumer,
        positions: Mapping[Place, int],
        ends: Ends,
        gap: Gap,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._raw = raw
        self._places = tuple(positions)
        self._ends = ends
        self._gap = gap
        self._now = now
        self._next = 0.0
        self._closed = False
        oldest = self._oldest()
        for place, offset in positions.items():
            if 0 < offset < oldest[place]:
                gap(*place, offset, oldest[place])
            raw.seek(place, max(offset, oldest[place]))

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def poll(self, limit: int, timeout: float) -> list[Record]:
        if self._closed:
            raise BrokerError("this reader is closed")
        if not self._places or limit < 1:
            return []
        if timeout <= 0 and self._now() < self._next:
            return []
        found = self._poll(limit, timeout)
        self._next = 0.0 if found else self._now() + PAUSE_S
        return found

    def _poll(self, limit: int, timeout: float) -> list[Record]:
        try:
            return self._raw.poll(limit, timeout)
        except OutOfRange as gone:
            self._skip(gone.places)
            return []

    def positions(self) -> dict[Place, int]:
        return {place: self._raw.position(place) for place in self._places}

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._raw.close()

    def _oldest(self) -> dict[Place, int]:
        topics = {topic for topic, _ in self._places}
        return {(t, part): ends[0] for t in topics for part, ends in self._ends(t).items()}

    def _skip(self, gone: Mapping[Place, int]) -> None:
        oldest = self._oldest()
        for place, offset in gone.items():
            self._gap(*place, offset, oldest[place])
            self._raw.seek(place, oldest[place])
