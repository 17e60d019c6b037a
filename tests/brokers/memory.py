"""A log in memory for the contract: one connection, and nothing goes on beside it."""

from collections.abc import Callable

from streamal.brokers.memory import MemoryBroker
from streamal.brokers.port import Broker
from tests.contracts.site import Site


class MemorySite(Site):
    """Connects to the same broker again and again; it ends with its first close."""

    lasting = False

    def __init__(self) -> None:
        super().__init__()
        self.broker = MemoryBroker(self.clock)

    def open(self) -> Broker:
        return self.broker

    def beside(self, work: Callable[[Broker], None]) -> Callable[[], None]:
        """Let `work` go before the test instead."""
        work(self.broker)
        return lambda: None
