"""Makes consumers and producers of kafka-python."""

from collections.abc import Sequence

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streamal.brokers.kafka.client import Place
from streamal.brokers.kafka.options import KafkaOptions
from streamal.brokers.kafka.python import configs
from streamal.brokers.kafka.python.consumer import PythonConsumer
from streamal.brokers.kafka.python.failures import translated
from streamal.brokers.kafka.python.opening import opened
from streamal.brokers.kafka.python.producer import PythonProducer
from streamal.brokers.kafka.watchdog import Watchdog


class PythonClient:
    """A `RawClient` over kafka-python."""

    def __init__(self, options: KafkaOptions, watchdog: Watchdog) -> None:
        self._options = options
        self._watchdog = watchdog

    def consumer(self, group: str, topic: str, member: str | None) -> PythonConsumer:
        with translated(f"joining group {group} at {self._options.name}"):
            raw = opened(KafkaConsumer, configs.consumer(self._options, group, member))
        made = PythonConsumer(raw, topic)
        raw.subscribe([topic], listener=made.listener)
        return made

    def reader(self, places: Sequence[Place]) -> PythonConsumer:
        with translated(f"reading at {self._options.name}"):
            raw = opened(KafkaConsumer, configs.reader(self._options))
            raw.assign([TopicPartition(*place) for place in places])
        return PythonConsumer(raw, "")

    def producer(self, transactional_id: str) -> PythonProducer:
        doing = f"opening the transactional id {transactional_id} at {self._options.name}"
        with translated(doing):
            raw = opened(KafkaProducer, configs.producer(self._options, transactional_id))
        made = PythonProducer(raw, transactional_id)
        try:
            with translated(doing), self._watchdog.watch("init_transactions"):
                raw.init_transactions()
        except BaseException:
            made.close()
            raise
        return made
