"""The feeder, a process: samples to a topic, at once or at a rate; prints how many.

Idempotent and without transactions, so that a sample is there for readers as soon as it
is appended.
"""

import sys
import time

import msgspec
from confluent_kafka import Producer

from benchmarks.kafka.stream import Row, rows, sample

DISTINCT = 5_000
NAP = 0.002
FLUSH_S = 60.0


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What to send where; `rate` 0 sends all at once, `first` numbers the first sample."""

    servers: list[str]
    topic: str
    partitions: int
    count: int
    rate: float = 0.0
    first: int = 0


def main() -> None:
    """Send what the argument says."""
    feed = msgspec.json.decode(sys.argv[1], type=Feed)
    producer = _producer(feed)
    made = list(rows(min(feed.count, DISTINCT), feed.first))
    began, sent = time.monotonic(), 0
    while sent < feed.count:
        due = int((time.monotonic() - began) * feed.rate) if feed.rate else sent + DISTINCT
        due = min(due, feed.count)
        _send(producer, feed, made, range(sent, due))
        sent = due
        if feed.rate:
            time.sleep(NAP)
    if left := producer.flush(FLUSH_S):
        sys.exit(f"{left} samples were not delivered to {feed.topic}")
    print(sent)


def _producer(feed: Feed) -> Producer:
    return Producer(
        {
            "bootstrap.servers": ",".join(feed.servers),
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,
            "compression.type": "lz4",
            "queue.buffering.max.messages": 0,
            "socket.nagle.disable": True,
        }
    )


def _send(producer: Producer, feed: Feed, made: list[Row], numbers: range) -> None:
    for number in numbers:
        name = f"sample-{feed.first + number:08}"
        value = sample(name, made[number % len(made)])
        producer.produce(feed.topic, value, name.encode(), number % feed.partitions)
    producer.poll(0)


if __name__ == "__main__":
    main()
