"""What crash tests share: a site, processes that do not outlive a test, and a summary."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.process import Starter, signalled
from tests.crash.site import Site
from tests.crash.verdict import Tell

TOLD = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make room for what the tests tell."""
    config.stash[TOLD] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the figures of the runs, for docs/crash.md."""
    told = config.stash[TOLD]
    if told:
        terminalreporter.section("crashes")
    for line in told:
        terminalreporter.write_line(line)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Adds a line to the summary at the end of the run."""
    return request.config.stash[TOLD].append


@pytest.fixture(scope="session")
def seed() -> str:
    """The seed of all draws; another one with STREAMAL_TEST_CRASH_SEED."""
    return os.environ.get("STREAMAL_TEST_CRASH_SEED", "1")


@pytest.fixture
def site(tmp_path: Path, seed: str) -> Iterator[Site]:
    """A fresh log."""
    made = Site(tmp_path, seed)
    yield made
    made.close()


@pytest.fixture
def start(site: Site) -> Iterator[Starter]:
    """Starts cold processes; none of them outlives the test."""
    starter = Starter(site.folder)
    yield starter
    for process in starter.started:
        signalled(process, signal.SIGKILL)
        process.wait()
