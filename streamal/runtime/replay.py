"""Reading what is there now: from given offsets up to the ends, and no further."""

import time
from collections.abc import Callable, Iterator, Mapping

from streamal.brokers.port import Broker, Reader
from streamal.core.log import Record
from streamal.errors import BrokerUnavailable

Place = tuple[str, int]
Ends = Mapping[int, tuple[int, int]]

CHUNK = 500
"""Records read at once; between two reads a start can be told to stop."""

WAIT = 0.5
"""Seconds that one read waits; a broker across a network gives nothing at once."""

PATIENCE = 60.0
"""Seconds without a record, short of the end. A transaction that a dead process left open
holds readers for its time-out, 15 s, and up to 10 s more."""


def never() -> bool:
    """Return that nobody has asked to stop."""
    return False


def until(
    reader: Reader,
    ends: Mapping[Place, int],
    stopped: Callable[[], bool] = never,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[list[Record]]:
    """Yield what a reader gives, until it has come to the ends or is told to stop.

    Raises
    ------
    BrokerUnavailable
        Nothing came for a minute, although the ends were not reached.
    """
    last = now()
    while (behind := _behind(reader, ends)) and not stopped():
        records = reader.poll(CHUNK, WAIT)
        if records:
            yield records
            last = now()
        elif now() - last > PATIENCE:
            places = ", ".join(f"{topic}/{partition}" for topic, partition in behind)
            raise BrokerUnavailable(f"nothing came from {places} for {PATIENCE:.0f} s")


def _behind(reader: Reader, ends: Mapping[Place, int]) -> list[Place]:
    positions = reader.positions()
    return [place for place, end in ends.items() if positions[place] < end]


def replay(broker: Broker, topic: str, ends: Ends) -> Iterator[Record]:
    """Yield the records of a topic's partitions between their ends."""
    last = {(topic, partition): end for partition, (_, end) in ends.items()}
    reader = broker.reader({(topic, p): oldest for p, (oldest, _) in ends.items()})
    try:
        for records in until(reader, last):
            yield from (record for record in records if record.offset < ends[record.partition][1])
    finally:
        reader.close()
