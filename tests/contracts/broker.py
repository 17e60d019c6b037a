"""The contract of `streamal.brokers.port.Broker`, sentence by sentence."""

from collections.abc import Iterator

import pytest

from tests.contracts.groups import Groups
from tests.contracts.model import Model
from tests.contracts.reading import Reading
from tests.contracts.site import Site
from tests.contracts.topics import Topics
from tests.contracts.writing import Writing


class BrokerContract(Topics, Reading, Writing, Groups, Model):
    """Inherit it, name the class ``Test…``, and give it a log to work on.

    Only `site` is to be overridden. A new log for each test is not needed.
    """

    @pytest.fixture
    def site(self) -> Site | Iterator[Site]:
        """Where the log lives; whoever overrides it closes it after the test."""
        raise NotImplementedError
