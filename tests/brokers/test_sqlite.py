"""The embedded broker keeps the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers.site import FileSite
from tests.contracts.broker import BrokerContract
from tests.contracts.site import Site


class TestFile(BrokerContract):
    """A log in a file, each connection its own."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[Site]:
        site = FileSite(tmp_path / "log.db")
        yield site
        site.close()
