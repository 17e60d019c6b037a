"""Records of a topic, decoded for people."""

from collections.abc import Callable, Iterator
from typing import Any

from streamal.brokers.port import Broker
from streamal.core.log import Record
from streamal.wire.dead import PREFIX
from streamal.wire.records import plain

WAIT = 0.2
CHUNK = 500


def tail(
    broker: Broker, topic: str, count: int, follow: bool, stopped: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    """Yield the newest `count` records of each partition, then what comes."""
    ends = broker.ends(topic)
    starts = {(topic, p): max(oldest, end - count) for p, (oldest, end) in ends.items()}
    reader = broker.reader(starts)
    while not stopped():
        records = reader.poll(CHUNK, WAIT if follow else 0)
        for record in records:
            yield shown(record)
        if not records and not follow:
            return


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
