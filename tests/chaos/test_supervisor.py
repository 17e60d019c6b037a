"""Who is started again, and who is not."""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos.supervisor import Supervisor
from tests.kafka.crew import wait

FAILS = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
print("ready", flush=True)
signal.pause()
"""
"""One that heeds SIGTERM, and ends as one that was hanging does."""


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """Without anybody yet."""
    with closing(Supervisor({})) as found:
        yield found


def _begun(supervisor: Supervisor, folder: Path) -> None:
    supervisor.add("person", [sys.executable, "-c", FAILS], folder)
    wait(lambda: bool((folder / "person.log").stat().st_size), "it heeds signals")


def test_one_that_fails_when_told_to_end_comes_back(supervisor: Supervisor, tmp_path: Path) -> None:
    """Only an end with 0 is what was asked for: anything else is a crash, and is mended."""
    _begun(supervisor, tmp_path)
    supervisor.send("person", signal.SIGTERM)
    wait(lambda: bool(supervisor.running(["person"])) and bool(supervisor.ends), "it is back")
    assert supervisor.lives("person") == 2
    assert [end.code for end in supervisor.ends] == [1]


def test_one_that_was_dismissed_does_not(supervisor: Supervisor, tmp_path: Path) -> None:
    """However it ends, nothing starts it again: it would go on after those who work for it."""
    _begun(supervisor, tmp_path)
    supervisor.dismiss("person")
    wait(lambda: not supervisor.running(["person"]), "it has ended")
    assert supervisor._wards["person"].due is None
    assert [end.code for end in supervisor.ends] == [1]
