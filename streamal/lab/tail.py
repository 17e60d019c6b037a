"""Records of a topic, decoded for people."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from streamal.brokers.port import Broker
from streamal.core.log import Record
from streamal.runtime.replay import CHUNK, replay
from streamal.wire.dead import PREFIX
from streamal.wire.records import plain

WAIT = 0.2


def tail(
    broker: Broker, topic: str, count: int, follow: bool, stopped: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    """Yield the newest `count` records over all partitions, oldest first, then what comes."""
    ends = broker.ends(topic)
    for record in newest(broker, topic, count, ends):
        yield shown(record)
    reader = broker.reader({(topic, p): end for p, (_, end) in ends.items()})
    while follow and not stopped():
        for record in reader.poll(CHUNK, WAIT):
            yield shown(record)
    reader.close()


def newest(
    broker: Broker, topic: str, count: int, ends: dict[int, tuple[int, int]]
) -> list[Record]:
    """Return the newest `count` records over all partitions, oldest first."""
    found: list[Record] = []
    for partition, (oldest, end) in ends.items():
        found += _newest(broker, topic, partition, count, oldest, end)
    found.sort(key=attrgetter("timestamp", "partition", "offset"))
    return found[-count:] if count else []


def _newest(
    broker: Broker, topic: str, partition: int, count: int, oldest: int, end: int
) -> list[Record]:
    """Look further and further back: offsets leave holes where records were replaced."""
    back = count
    while True:
        start = max(oldest, end - back)
        found = _between(broker, topic, partition, start, end)
        if len(found) >= count or start == oldest:
            return found[-count:] if count else []
        back *= 4


def _between(broker: Broker, topic: str, partition: int, start: int, end: int) -> list[Record]:
    return list(replay(broker, topic, {partition: (start, end)}))


def shown(record: Record) -> dict[str, Any]:
    """Return a record as plain values; bytes that are no text are shown as they read."""
    document = {
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": _text(record.key),
        "value": plain(record),
    }
    said = {
        name.removeprefix(PREFIX): _text(value)
        for name, value in record.headers
        if name.startswith(PREFIX)
    }
    return document | ({"error": said} if said else {})


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")
