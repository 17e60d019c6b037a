"""The client confluent-kafka: librdkafka, which fetches and sends in threads of its own."""

from streamal.brokers.kafka.confluent.client import ConfluentClient

__all__ = ["ConfluentClient"]
