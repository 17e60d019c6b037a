"""A log of the embedded broker for the contract."""

from pathlib import Path
from urllib.parse import quote

from streamal.brokers.port import Broker
from streamal.brokers.sqlite import SqliteBroker
from tests.contracts.site import Site


class FileSite(Site):
    """A log in a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def open(self) -> Broker:
        return SqliteBroker(self.path, clock=self.clock)

    def lose(self, group: str) -> None:
        """Remove the lock file, as a person might: the next one then locks a new file."""
        Path(f"{self.path}.{quote(group, safe='')}.lock").unlink()
