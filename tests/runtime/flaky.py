"""A broker whose commits fail when a test says so: a real one behind one thin wrapper."""

from collections.abc import Iterable, Mapping, Sequence

from streamal.brokers.port import Broker, Consumer, Listener, Reader, Writer
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import BrokerError


class Flaky:
    """Raises the given errors at commits of the named writer, one each, before they happen.

    Parameters
    ----------
    inner
        Does the work.
    writer
        What a writer's id begins with for its commits to be counted.
    errors
        By the number of the commit, from 0.
    """

    def __init__(self, inner: Broker, writer: str, errors: Mapping[int, BrokerError]) -> None:
        self._inner = inner
        self._writer = writer
        self._errors = dict(errors)
        self.commits = 0
        self.forgot = 0

    def fail(self) -> None:
        """Count one commit, and raise where one is to fail."""
        number, self.commits = self.commits, self.commits + 1
        if number in self._errors:
            raise self._errors[number]

    def writer(self, transactional_id: str) -> Writer:
        writer = self._inner.writer(transactional_id)
        return _FlakyWriter(self, writer) if transactional_id.startswith(self._writer) else writer

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        return self._inner.create(topics)

    def partitions(self) -> dict[str, int]:
        return self._inner.partitions()

    def subscribe(
        self, group: str, topic: str, member: str, listener: Listener | None = None
    ) -> Consumer:
        return self._inner.subscribe(group, topic, member, listener)

    def reader(self, positions: Mapping[tuple[str, int], int]) -> Reader:
        return self._inner.reader(positions)

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        return self._inner.ends(topic)

    def committed(self, group: str, topic: str) -> dict[int, int]:
        return self._inner.committed(group, topic)

    def forget(self) -> None:
        self.forgot += 1
        self._inner.forget()

    def close(self) -> None:
        self._inner.close()


class _FlakyWriter:
    def __init__(self, broker: Flaky, inner: Writer) -> None:
        self._broker = broker
        self._inner = inner

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        self._broker.fail()
        self._inner.commit(outputs, consumer, offsets)

    def close(self) -> None:
        self._inner.close()
