"""The embedded broker: hands out consumers, readers and writers of one log."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote
from weakref import WeakSet

from streamal.brokers.clock import wall_clock
from streamal.brokers.lock import FileLock
from streamal.brokers.patience import Patience
from streamal.brokers.port import Clock, Listener
from streamal.brokers.probe import Probe, no_probe
from streamal.brokers.sqlite.catalog import Catalog
from streamal.brokers.sqlite.consumer import SqliteConsumer
from streamal.brokers.sqlite.database import Database
from streamal.brokers.sqlite.log import Log
from streamal.brokers.sqlite.reader import SqliteReader
from streamal.brokers.sqlite.retention import expire
from streamal.brokers.sqlite.writer import SqliteWriter
from streamal.core.log import TopicSpec


class _Closable(Protocol):
    def close(self) -> None: ...


Given = TypeVar("Given", bound=_Closable)


class SqliteBroker:
    """A `Broker` over one SQLite file.

    Several processes may use one file at once, each with a `SqliteBroker` of its own; it
    must not be used by two threads, nor across a fork (SQLite forbids it:
    https://www.sqlite.org/howtocorrupt.html). A group has one holder at a time, who has
    all partitions.

    Parameters
    ----------
    path
        The file, made when it is not there. Beside it SQLite keeps ``-wal`` and ``-shm``,
        and each group that was ever held ``.<group>.lock``.
    clock
        Milliseconds since the epoch: the append time of records.
    probe
        Told where a commit is (`SqliteWriter`); tests kill the process there.

    Raises
    ------
    UsageError
        The folder of `path` is not there, or `path` is a folder.
    ConfigError
        The file belongs to another program or a newer release, or may not be opened.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from streamal.core.log import Outgoing
    >>> broker = SqliteBroker(Path(mkdtemp()) / "streamal.db", clock=lambda: 1_700_000_000_000)
    >>> broker.create([TopicSpec("samples", partitions=2)])
    ['samples']
    >>> broker.writer("sender").commit([Outgoing("samples", b"k", b"v", partition=1)])
    >>> [record.source for record in broker.reader({("samples", 1): 0}).poll(10, 0)]
    ['samples/1/0']
    >>> broker.close()
    """

    def __init__(
        self,
        path: str | Path,
        clock: Clock = wall_clock,
        probe: Probe = no_probe,
    ) -> None:
        database = Database(path)
        self._clock = clock
        self._probe = probe
        self._catalog = Catalog(database)
        self._log = Log(database, self._catalog)
        self._patience = Patience()
        self._given: WeakSet[_Closable] = WeakSet()

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        return self._catalog.create(topics)

    def partitions(self) -> dict[str, int]:
        self._catalog.refresh()
        return self._catalog.partitions()

    def subscribe(
        self, group: str, topic: str, member: str, listener: Listener | None = None
    ) -> SqliteConsumer:
        """Join `group` as `member`; the one holder, or `LockedOut` names who is."""
        lanes = self._catalog.topic(topic)
        release = self._lock(group, member)
        try:
            consumer = SqliteConsumer(self._log, self._patience, group, lanes, listener, release)
        except BaseException:
            release()
            raise
        return self._give(consumer)

    def reader(self, positions: Mapping[tuple[str, int], int]) -> SqliteReader:
        return self._give(SqliteReader(self._log, self._patience, positions))

    def writer(self, transactional_id: str) -> SqliteWriter:
        return self._give(SqliteWriter(self._log, self._clock, self._probe, transactional_id))

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        lanes = self._catalog.topic(topic)
        nexts = self._catalog.nexts
        return {lane.partition: (self._log.oldest(lane), nexts[lane.number]) for lane in lanes}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        lanes, places = self._catalog.topic(topic), self._catalog.places
        found = {lane.partition: places.get((group, lane.number)) for lane in lanes}
        return {partition: offset for partition, offset in found.items() if offset is not None}

    def forget(self) -> None:
        expire(self._log, self._clock())

    def close(self) -> None:
        for given in list(self._given):
            given.close()
        self._patience.close()
        self._log.database.close()

    def _lock(self, group: str, member: str) -> Callable[[], None]:
        """Take the group's file lock; return what releases it."""
        path = f"{self._log.database.path}.{quote(group, safe='')}.lock"
        return FileLock(Path(path), member).release

    def _give(self, given: Given) -> Given:
        self._given.add(given)
        return given
