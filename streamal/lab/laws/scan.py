"""Reads topics up to where they ended when the look began, beside a running service."""

from collections.abc import Iterator, Mapping
from math import inf

from streamal.brokers.port import Broker
from streamal.core.log import Record
from streamal.runtime.replay import replay
from streamal.wire.topics import Topics

Ends = Mapping[int, tuple[int, int]]
"""Per partition (oldest offset, next offset)."""


class Scan:
    """Reads any topic, as often as asked, always to the same ends.

    Parameters
    ----------
    ends
        By the logical name of the topic.
    """

    def __init__(self, broker: Broker, topics: Topics, ends: Mapping[str, Ends]) -> None:
        self._broker = broker
        self._topics = topics
        self.ends = ends
        self._first: dict[tuple[str, int], int] = {}

    def name(self, logical: str) -> str:
        """Return a topic's name at the broker."""
        return self._topics[logical]

    def read(self, logical: str) -> Iterator[Record]:
        """Yield a topic's records, one partition after the other."""
        for partition in sorted(self.ends[logical]):
            yield from self.lane(logical, partition)

    def lane(self, logical: str, partition: int) -> Iterator[Record]:
        """Yield the records of one partition."""
        span = {partition: self.ends[logical][partition]}
        for record in replay(self._broker, self._topics[logical], span):
            self._first.setdefault((logical, partition), record.timestamp)
            yield record

    def span(self, logical: str, partition: int, first: int, end: int) -> Iterator[Record]:
        """Yield the records of one partition from an offset on, and before another."""
        oldest, last = self.ends[logical][partition]
        first, end = max(first, oldest), min(end, last)
        if first < end:
            yield from replay(self._broker, self._topics[logical], {partition: (first, end)})

    def is_cut(self, logical: str) -> bool:
        """Has retention dropped the beginning of a topic?"""
        return any(oldest > 0 for oldest, _ in self.ends[logical].values())

    def cut_until(self, logical: str) -> float:
        """Return the append time up to which records of a topic may be gone.

        Minus infinity where none are; the topic has been read.
        """
        cut = [p for p, (oldest, _) in self.ends[logical].items() if oldest > 0]
        return max((self._first.get((logical, p), inf) for p in cut), default=-inf)
