"""A transactional writer: a batch, its offsets and the checks of its rights, in one."""

from collections.abc import Mapping, Sequence

from streamal.brokers.port import Clock, Consumer
from streamal.brokers.probe import Probe
from streamal.brokers.sqlite.catalog import Places
from streamal.brokers.sqlite.consumer import SqliteConsumer
from streamal.brokers.sqlite.log import Log
from streamal.core.log import Outgoing
from streamal.errors import CommitFailed, Fenced, UsageError


class SqliteWriter:
    """The holder of a transactional id, by an epoch that every commit checks.

    `probe` is told where a commit is: ``commit.begin``, ``commit.mid`` (all is inserted,
    nothing is visible), ``commit.end`` (all is). Tests kill the process there.
    """

    def __init__(self, log: Log, clock: Clock, probe: Probe, name: str) -> None:
        self._log = log
        self._clock = clock
        self._probe = probe
        self._name = f"writer {name}"
        self._epoch = log.catalog.claim(self._name)
        self._useless = ""

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        if self._useless:
            raise CommitFailed(f"{self._name!r} {self._useless}: open a new writer")
        self._probe("commit.begin")
        try:
            self._write(outputs, consumer, offsets or {})
        except BaseException:
            self._useless = "failed before"
            raise
        self._probe("commit.end")

    def close(self) -> None:
        self._useless = "is closed"

    def _write(
        self, outputs: Sequence[Outgoing], consumer: Consumer | None, offsets: Mapping[int, int]
    ) -> None:
        catalog = self._log.catalog
        with self._log.database.commits:
            catalog.refresh()
            places = self._claim(consumer, offsets)
            ends = self._log.append(outputs, self._clock())
            catalog.save(ends, places)
            self._probe("commit.mid")
        catalog.accept(ends, places)

    def _claim(self, consumer: Consumer | None, offsets: Mapping[int, int]) -> Places:
        """Check the epochs inside the transaction: what is ours now is ours at COMMIT."""
        if not self._log.catalog.holds(self._name, self._epoch):
            raise Fenced(f"a newer writer has the id of {self._name!r}")
        if isinstance(consumer, SqliteConsumer):
            return consumer.claim(self._log, offsets)
        if consumer is not None or offsets:
            raise UsageError("offsets are committed with the consumer that read up to them")
        return {}
