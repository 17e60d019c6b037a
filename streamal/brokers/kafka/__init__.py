"""Apache Kafka: production's broker, by kafka-python or by librdkafka."""

from streamal.brokers.kafka.broker import KafkaBroker
from streamal.brokers.kafka.options import KafkaOptions, Security

__all__ = ["KafkaBroker", "KafkaOptions", "Security"]
