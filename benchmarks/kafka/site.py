"""Where it all happens: the broker, what is asked of it, and a folder."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import msgspec

from benchmarks.kafka.feed import Feed
from benchmarks.kafka.program import ROOT
from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.core.log import Record
from streamal.runtime.replay import replay
from tests.kafka.cluster import Cluster

Ends = dict[int, int]
"""The next offset of each partition."""


class Site:
    """A cluster in a folder, and an admin's view of it."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._cluster = cluster
        self.folder = folder
        self.servers = list(cluster.bootstrap)
        self.broker = KafkaBroker(KafkaOptions(servers=tuple(self.servers)))
        self._fed: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.broker.close()

    @property
    def broker_pid(self) -> int:
        """The process of the broker."""
        return self._cluster.pid(0)

    def ends(self, topic: str) -> Ends:
        """Return where a topic ends."""
        return {part: end for part, (_, end) in self.broker.ends(topic).items()}

    def feed(self, topic: str, count: int, rate: float = 0.0) -> "subprocess.Popen[bytes]":
        """Start a feeder; the caller waits for it."""
        partitions, first = len(self.ends(topic)), self._fed.get(topic, 0)
        self._fed[topic] = first + count
        feed = Feed(
            servers=self.servers,
            topic=topic,
            partitions=partitions,
            count=count,
            rate=rate,
            first=first,
        )
        words = [sys.executable, "-m", "benchmarks.kafka.feed", msgspec.json.encode(feed).decode()]
        return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)

    def fill(self, topic: str, count: int) -> None:
        """Send samples, all at once."""
        done(self.feed(topic, count))

    def read(self, topic: str, since: Ends) -> Iterator[Record]:
        """Yield what was written to a topic since it ended there."""
        ends = {part: (since.get(part, 0), end) for part, end in self.ends(topic).items()}
        return replay(self.broker, topic, ends)

    def counter(self, group: str, topic: str) -> Callable[[], int]:
        """Return what says how many samples a group has done, over all partitions."""
        return lambda: sum(self.broker.committed(group, topic).values())


def done(feeder: "subprocess.Popen[bytes]") -> None:
    """Wait until a feeder has sent all."""
    if feeder.wait() != 0:
        raise RuntimeError("the feeder failed; it says why above")
