"""The contract of brokers on a real Kafka, with each client."""

from collections.abc import Iterator, Sequence

import pytest

from tests.contracts.broker import BrokerContract
from tests.kafka.site import KafkaSite


class TestPythonClient(BrokerContract):
    """kafka-python."""

    @pytest.fixture
    def site(self, bootstrap: Sequence[str]) -> Iterator[KafkaSite]:
        site = KafkaSite(bootstrap, "kafka-python")
        yield site
        site.close()


class TestConfluentClient(BrokerContract):
    """librdkafka."""

    @pytest.fixture
    def site(self, bootstrap: Sequence[str]) -> Iterator[KafkaSite]:
        site = KafkaSite(bootstrap, "confluent")
        yield site
        site.close()
