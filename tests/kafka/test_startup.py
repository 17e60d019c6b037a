"""`run` starts without its broker: it waits, says so, takes no more and more, and can be ended."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli import conftest
from tests.cli.shell import Shell
from tests.kafka.access import Access, access
from tests.kafka.cluster import Cluster
from tests.kafka.conftest import MakeCluster
from tests.kafka.ports import Port
from tests.kafka.process import PATIENCE, PAUSE, Service
from tests.kafka.secure import USERS

shell = conftest.shell

SECRET = "correct-horse-battery-staple"
PASSWORD = "STREAMAL_BROKER__SECURITY__PASSWORD"
WITHIN = 10.0
"""Seconds after SIGTERM that a supervisor waits before it kills."""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes what a test opened."""
    with ExitStack() as stack:
        yield stack


def _configured(folder: Path, way: Access) -> None:
    sections = {"broker": way.section(), "topics": {"prefix": f"start-{uuid4().hex[:8]}."}}
    (folder / "streamal.yaml").write_text(json.dumps(sections))


def _served(stack: ExitStack, folder: Path, **changes: str) -> Service:
    return stack.enter_context(closing(Service(folder, **changes)))


def _held(service: Service) -> list[tuple[int, int]]:
    """Return what the service held each time it said that it waits, until it starts."""
    held: list[tuple[int, int]] = []
    deadline = time.monotonic() + PATIENCE
    while not service.logs("started"):
        assert time.monotonic() < deadline, service.lines
        if len(service.logs("waiting")) > len(held):
            held.append(service.holds())
        time.sleep(PAUSE)
    return held


def test_it_waits_for_a_broker_and_goes_on(
    make_cluster: MakeCluster, tmp_path: Path, stack: ExitStack, shell: Shell
) -> None:
    """Waiting longer each time, with no more files and threads, it starts once the broker has."""
    cluster = make_cluster()
    _configured(tmp_path, Access(cluster.bootstrap, {}))
    shell.good("topics", "create")
    cluster.kill()
    service = _served(stack, tmp_path)
    rests = [log["rest_seconds"] for log in service.wait("waiting", 3)]
    assert rests == [0.1, 0.2, 0.4]
    assert cluster.bootstrap[0] in service.logs("waiting")[0]["error"]
    before = service.holds()
    cluster.restart()
    held = _held(service)
    assert max(held) <= before
    assert service.end(WITHIN) == 0
    assert len(service.logs("stopped")) == 1


def test_it_can_be_ended_while_it_waits(tmp_path: Path, stack: ExitStack) -> None:
    """SIGTERM ends it with 0 while it tries, and while it rests; each line is JSON."""
    port = stack.enter_context(closing(Port()))
    _configured(tmp_path, Access([port.address], {}))
    for event, count in (("client", 1), ("waiting", 3)):
        service = _served(stack, tmp_path)
        service.wait(event, count)
        assert service.end(WITHIN) == 0
        assert {log["event"] for log in map(json.loads, service.lines)} <= {
            "listening",
            "waiting",
            "client",
        }


def test_a_wrong_password_is_waited_out_and_not_told(
    secure_cluster: Cluster, tmp_path: Path, stack: ExitStack
) -> None:
    """A service that is not let in tries on, as passwords change; no line of its log has one."""
    way = access(secure_cluster, "SECURE SCRAM-SHA-512", tmp_path).but(password=None)
    _configured(tmp_path, way)
    service = _served(stack, tmp_path, **{PASSWORD: SECRET})
    said = service.wait("waiting", 2)
    assert service.end(WITHIN) == 0
    assert all(way.servers[0] in log["error"] and "password" in log["error"] for log in said)
    every = "".join(service.lines)
    assert (SECRET in every, USERS["app"] in every) == (False, False)
    assert all(json.loads(line)["level"] for line in service.lines)
