"""A log of a real Kafka for the contract."""

from collections.abc import Sequence

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.brokers.kafka.options import Client
from streamal.brokers.port import Broker
from tests.contracts.site import Site


class KafkaSite(Site):
    """A cluster that runs for all tests; a second connection is a second process to it."""

    largest = 1_000_000

    def __init__(self, servers: Sequence[str], client: Client) -> None:
        super().__init__()
        self.options = KafkaOptions(
            servers=tuple(servers), client=client, session_timeout_ms=6_000, patience_s=30.0
        )

    def open(self) -> Broker:
        return KafkaBroker(self.options)
