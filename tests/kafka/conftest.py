"""What the tests against a real Kafka share: clusters that end with the run.

`STREAMAL_TEST_BOOTSTRAP=HOST:PORT,…` names a cluster that runs already; then no other is
started for `bootstrap`. The other fixtures kill, freeze or need passwords, and start
their own.
"""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.kafka.cluster import Cluster
from tests.kafka.jars import NoKafka

HERE = Path(__file__).parent

LEAKS = (
    r"ignore:unclosed <socket\.socket .*laddr=\('0\.0\.0\.0', \d+\)>:ResourceWarning",
    r"ignore:unclosed <ssl\.SSLSocket:ResourceWarning",
    r"ignore:unclosed <socket\.socket .*raddr=\('127:ResourceWarning",
)
"""What kafka-python 3.0.12 does not close: the socket of a connection that was refused
(`sock_connect` in net/inet.py), of a failed TLS handshake (`_build_transport` in
net/manager.py), and of a client that is closed while it connects (`Task.close` in
net/selector.py). What piles up is counted in test_leaks.py."""


class MakeCluster(Protocol):
    """Starts a cluster of its own for one test."""

    def __call__(
        self,
        nodes: int = 1,
        secure: bool = False,
        session_ms: int | None = None,
        apart: bool = False,
    ) -> Cluster:
        """Return it when it is ready."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.kafka)
            for leak in LEAKS:
                item.add_marker(pytest.mark.filterwarnings(leak))


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Nothing that a test dropped is found later, in a test that ignores no leak."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def bootstrap(request: pytest.FixtureRequest) -> list[str]:
    """Where a Kafka without passwords is."""
    if given := named(os.environ):
        return given
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.bootstrap


def named(environ: Mapping[str, str]) -> list[str]:
    """Return the addresses that the environment names."""
    words = environ.get("STREAMAL_TEST_BOOTSTRAP", "").split(",")
    return [word.strip() for word in words if word.strip()]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node for all tests of a run that leave it as it is."""
    with made(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="session")
def secure_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node with all listeners of tests.kafka.secure; give back what you were granted."""
    with made(tmp_path_factory.mktemp("kafka"), secure=True) as running:
        yield running


@pytest.fixture
def make_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeCluster]:
    """Starts clusters that one test may kill and freeze."""
    with ExitStack() as stack:

        def make(
            nodes: int = 1,
            secure: bool = False,
            session_ms: int | None = None,
            apart: bool = False,
        ) -> Cluster:
            folder = tmp_path_factory.mktemp("kafka")
            return stack.enter_context(made(folder, nodes, secure, session_ms, apart))

        yield make


def made(
    folder: Path,
    nodes: int = 1,
    secure: bool = False,
    session_ms: int | None = None,
    apart: bool = False,
) -> Cluster:
    """Return a cluster that was not started; skip the test where there can be none."""
    try:
        return Cluster(folder, nodes, secure, session_ms, apart)
    except NoKafka as lack:
        pytest.skip(str(lack))
