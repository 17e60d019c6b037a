"""A transactional writer: a batch, its offsets and the checks of its rights, in one."""

from collections.abc import Mapping, Sequence

from streamal.brokers.memory.consumer import MemoryConsumer
from streamal.brokers.memory.log import Log
from streamal.brokers.memory.passed import ROUND, Passed
from streamal.brokers.memory.seat import Seat
from streamal.brokers.port import Clock, Consumer
from streamal.brokers.probe import Probe
from streamal.core.log import Outgoing
from streamal.errors import CommitFailed, Fenced, UsageError

NO_OFFSETS: Mapping[int, int] = {}


class MemoryWriter:
    """The holder of a transactional id until it is opened again.

    A commit checks everything, then does everything: after ``commit.mid`` nothing of
    ours can fail any more. (An interrupt there may leave half a batch, in a process
    that ends, and the log with it.)
    """

    def __init__(self, log: Log, passed: Passed, clock: Clock, probe: Probe, name: str) -> None:
        self._log = log
        self._passed = passed
        self._clock = clock
        self._probe = probe
        self._name = name
        self._seat = log.writers.setdefault(name, Seat())
        self._epoch = self._seat.take()
        self._useless = ""

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        if self._useless:
            raise CommitFailed(f"writer {self._name!r} {self._useless}: open a new writer")
        self._probe("commit.begin")
        try:
            places = self._claim(consumer, offsets or NO_OFFSETS)
            lanes = self._log.targets(outputs)
            now = self._clock()
            self._probe("commit.mid")
        except BaseException:
            self._useless = "failed before"
            raise
        for lane, output in zip(lanes, outputs, strict=True):
            lane.append(output, now)
        if offsets:
            places.update(offsets)
        self._count(len(lanes))
        self._probe("commit.end")

    def close(self) -> None:
        self._useless = "is closed"

    def _claim(self, consumer: Consumer | None, offsets: Mapping[int, int]) -> dict[int, int]:
        if self._seat.epoch != self._epoch:
            raise Fenced(f"a newer writer has the id {self._name!r}")
        if isinstance(consumer, MemoryConsumer):
            return consumer.claim(self._log, offsets)
        if consumer is not None or offsets:
            raise UsageError("offsets are committed with the consumer that read up to them")
        return {}

    def _count(self, written: int) -> None:
        log = self._log
        log.written += written
        if log.written >= ROUND:
            self._passed.drop()
