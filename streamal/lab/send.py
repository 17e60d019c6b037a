"""Sending the rows of a table to `samples`."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from os import getpid
from queue import Queue
from socket import gethostname
from threading import Thread
from zlib import crc32

import msgspec

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing
from streamal.lab.row import Row
from streamal.wire.topics import SAMPLES, Topics

MAX_BATCH = 500
SENDER = "streamal-sender"
Wait = Callable[[float], None]
Waiting = Queue[Row | BaseException | None]
"""Rows that were read, and at their end None or what went wrong."""


def row_record(topic: str, partition: int, row: Row) -> Outgoing:
    """Return a row as a record: its raw bytes as they are, else the envelope."""
    value = row.raw
    if value is None:
        sample: dict[str, object] = {"id": row.id, "features": row.features}
        if row.payload is not None:
            sample["payload"] = row.payload
        if row.time is not None:
            sample["time"] = row.time
        value = msgspec.json.encode(sample)
    return Outgoing(topic, row.id.encode(), value, partition=partition)


def chunks(rows: Iterable[Row], size: int = MAX_BATCH) -> Iterator[list[Row]]:
    """Yield rows by the batch."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


def as_they_come(rows: Iterable[Row], size: int = MAX_BATCH) -> Iterator[list[Row]]:
    """Yield what has come by now, never waiting to fill a batch: for an endless stdin.

    The rows are read by a thread of its own, a few batches ahead at most; what it raises
    is raised here.
    """
    queue: Waiting = Queue(4 * MAX_BATCH)
    Thread(target=_read, args=(rows, queue), daemon=True).start()
    while True:
        batch = [queue.get()]
        while len(batch) < size and not queue.empty():
            batch.append(queue.get())
        found = [one for one in batch if isinstance(one, Row)]
        if found:
            yield found
        if len(found) < len(batch):
            _end(batch[len(found)])
            return


def _read(rows: Iterable[Row], queue: Waiting) -> None:
    try:
        for row in rows:
            queue.put(row)
        queue.put(None)
    except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
        queue.put(error)


def _end(last: Row | BaseException | None) -> None:
    if isinstance(last, BaseException):
        raise last


def send_rows(
    broker: Broker,
    topics: Topics,
    batches: Iterable[list[Row]],
    tell: Callable[[int], None],
    pace: Callable[[int], None] | None = None,
) -> int:
    """Send rows, each batch in one transaction; return how many.

    Parameters
    ----------
    tell
        Told how many are sent.
    pace
        Called with how many are sent before each batch; waits while that is too many.
    """
    topic = topics[SAMPLES]
    partitions = len(broker.ends(topic))
    # One name for each process: two that share one would fence each other.
    writer = broker.writer(f"{SENDER}-{gethostname()}-{getpid()}")
    sent = 0
    for batch in batches:
        if pace is not None:
            pace(sent)
        writer.commit([row_record(topic, _partition(row, partitions), row) for row in batch])
        sent += len(batch)
        tell(sent)
    writer.close()
    return sent


def _partition(row: Row, partitions: int) -> int:
    return crc32(row.id.encode()) % partitions


def paced(rate: float, now: Callable[[], float], wait: Wait) -> Callable[[int], None]:
    """Return what holds a sender to so many rows each second."""
    began = now()

    def hold(sent: int) -> None:
        ahead = sent / rate - (now() - began)
        if ahead > 0:
            wait(ahead)

    return hold
