"""kafka-python's transactional producer, as the rules need it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError
from kafka.serializer import Serializer
from kafka.structs import OffsetAndMetadata

from streamal.brokers.kafka.python.failures import translated
from streamal.core.log import Outgoing

_CLOSE_S = 1.0

NO_KEY = object()
"""In the place of a key that is not there: `send` refuses a record that has neither key nor
value, and a sample may be one, which goes to the dead letters as it came."""


class Keys(Serializer):  # type: ignore[misc]  # kafka-python has no types
    """Leaves keys as they are."""

    def serialize(self, topic: str, headers: object, data: object) -> object:
        """Return the key; None for `NO_KEY`."""
        return None if data is NO_KEY else data


class PythonProducer:
    """A `RawProducer` over kafka-python's, its transactions initialised."""

    def __init__(self, raw: Any, name: str) -> None:
        self._raw = raw
        self._name = name
        self._send = raw.send

    def begin(self) -> None:
        with translated(f"beginning a transaction as {self._name}"):
            self._raw.begin_transaction()

    def send(self, records: Sequence[Outgoing]) -> None:
        with translated(f"sending as {self._name}"):
            for record in records:
                self._send_one(record)

    def _send_one(self, record: Outgoing) -> None:
        key = NO_KEY if record.key is None else record.key
        headers = list(record.headers)
        sent = self._send(record.topic, record.value, key, headers, record.partition)
        # One that failed at once is not a part of the transaction, which would succeed.
        if sent.is_done and sent.failed():
            raise sent.exception

    def send_offsets(
        self, group: str, topic: str, offsets: Mapping[int, int], membership: object
    ) -> None:
        places = {TopicPartition(topic, p): OffsetAndMetadata(at) for p, at in offsets.items()}
        with translated(f"committing offsets of group {group} as {self._name}"):
            self._raw.send_offsets_to_transaction(places, membership)

    def commit(self) -> None:
        with translated(f"committing a transaction as {self._name}"):
            self._raw.commit_transaction()

    def abort(self) -> None:
        with translated(f"aborting a transaction as {self._name}"):
            self._raw.abort_transaction()

    def close(self) -> None:
        # What could not be flushed belongs to a transaction that is no more.
        with suppress(KafkaError):
            self._raw.close(timeout=_CLOSE_S)
