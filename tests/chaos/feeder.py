"""Feeds the rows of a stream to `samples` at a rate, in transactions, until SIGTERM.

Sample n is row n modulo the rows, its id is `s-n`, and it goes to partition
crc32(id) mod P. After an error the next process takes the transactional id over, which
ends what was pending, and goes on after the last sample that is there.
"""

import time
from typing import Any
from zlib import crc32

from confluent_kafka import Producer

from tests.chaos.world import Stopped, World, given

TURN_S = 0.1
"""Seconds of samples in one transaction."""

RESUMED_WITHIN = 30.0


class Feeder:
    """Sends samples in their order."""

    def __init__(self, world: World, rows: list[dict[str, Any]]) -> None:
        self._world = world
        self._values = [row["sample"] for row in rows]
        self._producer = Producer(
            {
                "bootstrap.servers": ",".join(world.bootstrap),
                "transactional.id": f"{world.prefix}feeder",
                "transaction.timeout.ms": 10_000,
                "message.timeout.ms": 10_000,
                "linger.ms": 0,
                "reconnect.backoff.max.ms": 500,
            }
        )
        self._producer.init_transactions(RESUMED_WITHIN)
        self.sent = _sent(world)

    def feed(self, count: int) -> None:
        """Send the next so many samples, all or none."""
        self._producer.begin_transaction()
        for number in range(self.sent, self.sent + count):
            self._send(number)
        self._producer.commit_transaction(RESUMED_WITHIN)
        self.sent += count

    def _send(self, number: int) -> None:
        key = f"s-{number}".encode()
        value = f'{{"id": "s-{number}", {self._values[number % len(self._values)]}}}'
        where = crc32(key) % self._world.partitions
        self._producer.produce(f"{self._world.prefix}samples", value.encode(), key, where)


def _sent(world: World) -> int:
    """Return how many samples are there: those of one transaction, or none of them."""
    entries = world.log.whole(["samples"])
    return 1 + max((int((entry.key or b"")[2:]) for entry in entries), default=-1)


def main() -> None:
    """Feed until told to stop."""
    stopped = Stopped()
    stopped()
    world, rows = given()
    feeder = Feeder(world, rows)
    began, before = time.monotonic(), feeder.sent
    while not stopped():
        ahead = (time.monotonic() - began) * world.rate - (feeder.sent - before)
        if ahead >= 1:
            feeder.feed(min(int(ahead), int(4 * TURN_S * world.rate) or 1))
        time.sleep(TURN_S)


if __name__ == "__main__":
    main()
