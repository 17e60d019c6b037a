"""Makes consumers and producers of confluent-kafka."""

import logging
from collections.abc import Sequence

from confluent_kafka import Consumer, Producer

from streamal.brokers.kafka.client import Place
from streamal.brokers.kafka.confluent import configs
from streamal.brokers.kafka.confluent.consumer import ConfluentConsumer
from streamal.brokers.kafka.confluent.failures import translated
from streamal.brokers.kafka.confluent.producer import ConfluentProducer
from streamal.brokers.kafka.options import KafkaOptions
from streamal.brokers.kafka.watchdog import Watchdog

_LOG = logging.getLogger("kafka.confluent")
"""Without one librdkafka writes to stderr itself."""

_OF_CALL_TIMEOUT = 0.75
"""A call gives up before the watchdog bites; a normal failover takes 14 of its 20 s."""


class ConfluentClient:
    """A `RawClient` over confluent-kafka."""

    def __init__(self, options: KafkaOptions, watchdog: Watchdog) -> None:
        self._options = options
        self._watchdog = watchdog
        self._timeout = options.call_timeout_s * _OF_CALL_TIMEOUT

    def consumer(self, group: str, topic: str, member: str | None) -> ConfluentConsumer:
        with translated(f"joining group {group} at {self._options.name}"):
            raw = Consumer(configs.consumer(self._options, group, member), logger=_LOG)
            made = ConfluentConsumer(raw, topic, self._watchdog.watch, member is not None)
            raw.subscribe([topic], on_assign=made.gain, on_revoke=made.lose, on_lost=made.lose)
        return made

    def reader(self, places: Sequence[Place]) -> ConfluentConsumer:
        with translated(f"reading at {self._options.name}"):
            raw = Consumer(configs.reader(self._options), logger=_LOG)
        return ConfluentConsumer(raw, "", self._watchdog.watch, places=places)

    def producer(self, transactional_id: str) -> ConfluentProducer:
        doing = f"opening the transactional id {transactional_id} at {self._options.name}"
        with translated(doing):
            raw = Producer(configs.producer(self._options, transactional_id), logger=_LOG)
        with translated(doing), self._watchdog.watch("init_transactions"):
            raw.init_transactions(self._timeout)
        return ConfluentProducer(raw, transactional_id, self._timeout)
