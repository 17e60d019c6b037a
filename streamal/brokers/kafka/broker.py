"""Kafka behind the port: hands out consumers, readers and writers of one cluster."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from streamal.brokers.kafka.client import Gap, Place, RawClient
from streamal.brokers.kafka.consumer import KafkaGroupConsumer
from streamal.brokers.kafka.options import KafkaOptions
from streamal.brokers.kafka.reader import KafkaReader
from streamal.brokers.kafka.topics import cramped, creation, differing
from streamal.brokers.kafka.watchdog import Bite, Watchdog, die
from streamal.brokers.kafka.writer import KafkaWriter
from streamal.brokers.missing import missing
from streamal.brokers.port import Listener
from streamal.brokers.probe import Probe, no_probe
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import RecordsGone, StreamalError

if TYPE_CHECKING:
    from streamal.brokers.kafka.python import Admin


class _Closable(Protocol):
    @property
    def is_closed(self) -> bool: ...

    def close(self) -> None: ...


Given = TypeVar("Given", bound=_Closable)


def refuse_gap(topic: str, partition: int, first: int, oldest: int) -> None:
    """Raise `RecordsGone`."""
    raise RecordsGone(
        f"{topic}/{partition}: retention dropped the records {first} to {oldest - 1} before they "
        "were read; `broker.on_missing_offsets: earliest` goes on without them"
    )


class KafkaBroker:
    """A `Broker` over a Kafka cluster; it connects when it is first asked something.

    Parameters
    ----------
    probe
        Told where a commit is (`KafkaWriter`); tests kill the process there.
    bite
        Called when a transactional call hangs; it must end the process.
    gap
        Told of records that retention dropped before they were read; raises to stop.
    """

    def __init__(
        self,
        options: KafkaOptions,
        probe: Probe = no_probe,
        bite: Bite = die,
        gap: Gap = refuse_gap,
    ) -> None:
        self._options = options
        self._probe = probe
        self._gap = gap
        self._watchdog = Watchdog(options.call_timeout_s, bite)
        self._client: RawClient = _client(options, self._watchdog)
        self.admin = _admin(options)
        self._counts: dict[str, int] = {}
        self._given: list[_Closable] = []

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        there = self.partitions()
        new = [spec for spec in topics if spec.name not in there]
        self.admin.create({spec.name: creation(spec, self._options) for spec in new})
        return [spec.name for spec in new]

    def misconfigured(self, topics: Iterable[TopicSpec]) -> list[str]:
        """Return what of the topics' configuration is not as the laws need it."""
        specs = list(topics)
        found = self.admin.configs(spec.name for spec in specs)
        differences = [
            problem
            for spec in specs
            for problem in differing(spec, self._options, found.get(spec.name, {}))
        ]
        return [*differences, *cramped(specs, found)]

    def permitted(self, topics: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return what we may do, in Kafka's words, with each of the topics that we may see."""
        return self.admin.permitted(topics)

    def partitions(self) -> dict[str, int]:
        self._counts = self.admin.topics()
        return self._counts.copy()

    def subscribe(
        self, group: str, topic: str, member: str, listener: Listener | None = None
    ) -> KafkaGroupConsumer:
        """Join `group`; with static membership `member` is one live process at a time."""
        self._check(topic, 0)
        name = member if self._options.is_static else None
        raw = self._client.consumer(group, topic, name)
        leave = self._leave(group, name)
        consumer = KafkaGroupConsumer(raw, group, topic, listener, self.ends, self._gap, leave)
        return self._give(consumer)

    def reader(self, positions: Mapping[Place, int]) -> KafkaReader:
        for place in positions:
            self._check(*place)
        raw = self._client.reader(list(positions))
        return self._give(KafkaReader(raw, positions, self.ends, self._gap))

    def writer(self, transactional_id: str) -> KafkaWriter:
        raw = self._client.producer(transactional_id)
        writer = KafkaWriter(
            raw, transactional_id, self._check_outputs, self._watchdog, self._probe
        )
        return self._give(writer)

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        self._check(topic, 0)
        return self.admin.ends(topic, self._counts[topic])

    def committed(self, group: str, topic: str) -> dict[int, int]:
        self._check(topic, 0)
        return self.admin.committed(group, topic, self._counts[topic])

    def forget(self) -> None:
        """The brokers do that themselves."""

    def close(self) -> None:
        for given in self._given:
            given.close()
        self.admin.close()
        self._watchdog.close()

    def _check(self, topic: str, partition: int) -> None:
        """Raise `TopicMissing` for what is not there, as far as we know or can find out."""
        if partition >= self._counts.get(topic, 0):
            counts = self.partitions()
            if partition >= counts.get(topic, 0):
                where = (
                    f"{self._options.name} (`streamal topics create` makes the topics; "
                    "or no right to see it was granted)"
                )
                raise missing(topic, partition, counts, where)

    def _check_outputs(self, outputs: Sequence[Outgoing]) -> None:
        counts = self._counts
        for record in outputs:
            if record.partition >= counts.get(record.topic, 0):
                self._check(record.topic, record.partition)
                counts = self._counts

    def _leave(self, group: str, instance: str | None) -> Callable[[str], None]:
        def leave(member: str) -> None:
            try:
                if instance:
                    self.admin.leave(group, member, instance)
            except StreamalError:
                pass  # its session ends by itself

        return leave

    def _give(self, given: Given) -> Given:
        self._given = [*(one for one in self._given if not one.is_closed), given]
        return given


def _admin(options: KafkaOptions) -> "Admin":
    from streamal.brokers.kafka.python import Admin

    return Admin(options)


def _client(options: KafkaOptions, watchdog: Watchdog) -> RawClient:
    if options.client == "confluent":
        from streamal.brokers.kafka.confluent import ConfluentClient

        return ConfluentClient(options, watchdog)
    from streamal.brokers.kafka.python import PythonClient

    return PythonClient(options, watchdog)
