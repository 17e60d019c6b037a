"""What the tests of the image share: one build, and a real Kafka."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.container.base import NoContainers
from tests.container.engine import Engine
from tests.kafka.cluster import Cluster
from tests.kafka.jars import NoKafka

HERE = Path(__file__).parent

LABELS = {"VERSION": "1.2.3", "REVISION": "0123abc", "CREATED": "2026-01-02T03:04:05Z"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.container)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The image, built; skips where no container can run."""
    with tempfile.TemporaryDirectory(prefix="streamal-", ignore_cleanup_errors=True) as folder:
        try:
            running = Engine(Path(folder))
            with closing(running):
                running.build(LABELS)
                yield running
        except NoContainers as lack:
            pytest.skip(str(lack))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A broker on the loopback, which the containers share."""
    try:
        made = Cluster(tmp_path_factory.mktemp("kafka"))
    except NoKafka as lack:
        pytest.skip(str(lack))
    with made as running:
        yield running
