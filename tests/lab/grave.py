"""A log with dead letters in it, and no service."""

from collections import Counter
from collections.abc import Callable

from streamal.brokers.memory import MemoryBroker
from streamal.brokers.memory.writer import MemoryWriter
from streamal.core.log import Headers, Record
from streamal.errors import Poison
from streamal.lab.deadletters import (
    Choice,
    Replayed,
    send_again,
)
from streamal.wire.dead import dead_letter
from streamal.wire.topics import CANDIDATES, DEAD_LETTERS, LABELS, LOGICAL, SAMPLES, Topics
from tests.runtime.service import Clock

EVERY = Choice()
DAY = 86_400_000


class Waiting(MemoryBroker):
    """Lets somebody come before a writer is opened."""

    def __init__(self, clock: Clock, probe: Callable[[str], None]) -> None:
        super().__init__(clock, probe, keep=LOGICAL)
        self.before: Callable[[], object] = lambda: None

    def writer(self, transactional_id: str) -> MemoryWriter:
        before, self.before = self.before, lambda: None
        before()
        return super().writer(transactional_id)


class Grave:
    """A log with dead letters and no service."""

    def __init__(self) -> None:
        self.at: Callable[[str], object] = lambda point: None
        self.clock = Clock()
        self.topics = Topics(partitions=2, retention_ms={DEAD_LETTERS: DAY})
        self.broker = Waiting(self.clock, self._pass)
        self.broker.create(self.topics.specs())
        self._writer = self.broker.writer("made")

    def _pass(self, point: str) -> None:
        self.at(point)

    def bury(
        self, value: str, topic: str = SAMPLES, headers: Headers = (), offset: int = 5
    ) -> None:
        """Write the dead letter of a record of partition 1, or of 0 where there is no other."""
        partition = int(topic == SAMPLES)
        record = Record(topic, partition, offset, 0, b"\xffk", value.encode(), headers)
        stage = {LABELS: "label", CANDIDATES: "candidates"}.get(topic, "decode")
        poison = Poison("empty", "nothing there")
        self._writer.commit([dead_letter(self.topics, record, stage, poison, self.clock())])

    def send_again(self, choice: Choice = EVERY) -> Replayed:
        """Replay, four to a transaction."""
        return send_again(self.broker, self.topics, choice, self.clock, size=4)

    def records(self, topic: str, partition: int = 0) -> list[Record]:
        """Return a partition's records."""
        return self.broker.reader({(topic, partition): 0}).poll(10_000, 0)

    def resent(self) -> Counter[bytes | None]:
        """Count the values that lie on `samples` by now."""
        return Counter(record.value for p in range(2) for record in self.records(SAMPLES, p))
