"""The broker in memory: hands out consumers, readers and writers of one log."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol, TypeVar
from weakref import WeakSet

from streamal.brokers.clock import wall_clock
from streamal.brokers.memory.consumer import MemoryConsumer
from streamal.brokers.memory.log import Log
from streamal.brokers.memory.passed import Passed
from streamal.brokers.memory.reader import MemoryReader
from streamal.brokers.memory.writer import MemoryWriter
from streamal.brokers.patience import Patience
from streamal.brokers.port import Clock, Listener
from streamal.brokers.probe import Probe, no_probe
from streamal.core.log import TopicSpec
from streamal.errors import BrokerError


class _Closable(Protocol):
    def close(self) -> None: ...


Given = TypeVar("Given", bound=_Closable)


class MemoryBroker:
    """A `Broker` in plain Python lists, for one thread, gone at its `close`.

    A group's next member takes it over. A record that everyone has passed is dropped
    (`Passed` says who counts). Nobody else can write, so a poll that finds nothing just
    sleeps until its time is up or a signal comes: a service with nothing to do then
    costs nothing, and ends at once when it is told to.

    Parameters
    ----------
    clock
        Milliseconds since the epoch: the append time of records.
    probe
        Told where a commit is; what it raises before ``commit.end`` undoes the batch.
    keep
        Topics whose records stay even when all who read them have passed them.

    Examples
    --------
    >>> from streamal.core.log import Outgoing
    >>> broker = MemoryBroker(clock=lambda: 1_700_000_000_000)
    >>> broker.create([TopicSpec("samples", partitions=2)])
    ['samples']
    >>> broker.writer("sender").commit([Outgoing("samples", b"k", b"v", partition=1)])
    >>> [record.source for record in broker.reader({("samples", 1): 0}).poll(10, 0)]
    ['samples/1/0']
    """

    def __init__(
        self, clock: Clock = wall_clock, probe: Probe = no_probe, keep: Collection[str] = ()
    ) -> None:
        self._clock = clock
        self._probe = probe
        self._held: Log | None = Log(keep)
        self._passed = Passed(self._log)
        self._patience = Patience()
        self._given: WeakSet[_Closable] = WeakSet()

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        return self._log.create(topics)

    def partitions(self) -> dict[str, int]:
        return self._log.partitions()

    def subscribe(
        self, group: str, topic: str, member: str, listener: Listener | None = None
    ) -> MemoryConsumer:
        """Join `group`, whose older member is fenced."""
        return self._give(MemoryConsumer(self._log, self._patience, group, topic, listener))

    def reader(self, positions: Mapping[tuple[str, int], int]) -> MemoryReader:
        return self._give(MemoryReader(self._log, self._patience, positions, self._passed))

    def writer(self, transactional_id: str) -> MemoryWriter:
        writer = MemoryWriter(self._log, self._passed, self._clock, self._probe, transactional_id)
        return self._give(writer)

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        return {lane.partition: (lane.oldest, lane.next) for lane in self._log.topic(topic)}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        log = self._log
        log.topic(topic)  # it has to be there, whoever asks
        return dict(log.groups[group].places.get(topic, {})) if group in log.groups else {}

    def forget(self) -> None:
        now = self._clock()
        for lane in self._log.lanes():
            if lane.topic.retention_ms is not None:
                lane.expire(now - lane.topic.retention_ms)
        self._passed.drop()

    def close(self) -> None:
        for given in list(self._given):
            given.close()
        self._patience.close()
        self._held = None

    @property
    def _log(self) -> Log:
        if self._held is None:
            raise BrokerError("this broker is closed; open another one")
        return self._held

    def _give(self, given: Given) -> Given:
        self._given.add(given)
        return given
