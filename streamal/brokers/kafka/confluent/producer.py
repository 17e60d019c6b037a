"""librdkafka's transactional producer, as the rules need it."""

from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaException, Producer, TopicPartition
from confluent_kafka._types import HeadersType

from streamal.brokers.kafka.confluent.failures import is_fatal, translated
from streamal.core.log import Outgoing


class ConfluentProducer:
    """A `RawProducer` over confluent-kafka's, its transactions initialised.

    Parameters
    ----------
    timeout
        Seconds that a call waits for the broker; librdkafka has been seen to wait longer.
    """

    def __init__(self, raw: Producer, name: str, timeout: float) -> None:
        self._raw: Producer | None = raw
        self._name = name
        self._timeout = timeout

    def begin(self) -> None:
        with translated(f"beginning a transaction as {self._name}"):
            self._open().begin_transaction()

    def send(self, records: Sequence[Outgoing]) -> None:
        """Hand over records; one that cannot be delivered fails the commit."""
        raw = self._open()
        with translated(f"sending as {self._name}"):
            try:
                _produce(raw, records)
            except KafkaException as error:
                if is_fatal(error.args[0]):
                    raw.begin_transaction()  # raises why; `produce` only says that it cannot
                raise

    def send_offsets(
        self, group: str, topic: str, offsets: Mapping[int, int], membership: object
    ) -> None:
        places = [TopicPartition(topic, part, offset) for part, offset in offsets.items()]
        with translated(f"committing offsets of group {group} as {self._name}"):
            self._open().send_offsets_to_transaction(places, membership, self._timeout)

    def commit(self) -> None:
        with translated(f"committing a transaction as {self._name}"):
            self._open().commit_transaction(self._timeout)

    def abort(self) -> None:
        with translated(f"aborting a transaction as {self._name}"):
            self._open().abort_transaction(self._timeout)

    def close(self) -> None:
        """Let go of it; its own `close` would wait for an open transaction to be aborted."""
        if self._raw is not None:
            self._raw.purge(blocking=False)
            self._raw = None

    def _open(self) -> Producer:
        if self._raw is None:
            raise RuntimeError("the producer is closed")
        return self._raw


def _produce(raw: Producer, records: Sequence[Outgoing]) -> None:
    produce = raw.produce
    for record in records:
        headers: HeadersType = [*record.headers]
        produce(record.topic, record.value, record.key, record.partition, headers=headers)
    raw.poll(0)
