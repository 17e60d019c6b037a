"""What these tests share: a service at work, and a Prometheus that scrapes it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prometheus.server import Prometheus, until
from tests.prometheus.service import JOB, Service

HERE = Path(__file__).parent
PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
}
"""Programs, and the packages of Debian that they are in."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.prometheus)


@pytest.fixture(scope="session", autouse=True)
def programs() -> None:
    """The programs are there, or nothing here can run."""
    if missing := {package for name, package in PACKAGES.items() if not shutil.which(name)}:
        pytest.skip(f"apt-get install {' '.join(sorted(missing))}")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A worker with all roles, at work and listening; its world goes on to the end."""
    made = Service(tmp_path_factory.mktemp("service"))
    try:
        until(lambda: _listens(made), f"it does not listen: {made.log}")
        yield made
    finally:
        made.close()


def _listens(service: Service) -> bool:
    assert service.is_running(), service.log.read_text(encoding="utf-8")
    try:
        return service.get("/readyz")[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def prometheus(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Scrapes the service every second."""
    made = Prometheus(tmp_path_factory.mktemp("prometheus"), {JOB: [service.address]})
    try:
        yield made
    finally:
        made.close()
