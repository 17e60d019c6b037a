"""A container at work on a real Kafka: ready, stopped in mid-stream, started again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.engine import Engine
from tests.container.worker import Stack
from tests.kafka.cluster import Cluster

ROWS = 2_000
RATE = 150
"""Samples a second: some 13 s of stream, in which the worker is ready, stopped and away."""

GRACE = 10
"""Seconds that SIGTERM may take, as Docker grants by default."""

STREAM = ("bundled:Shuttle", "--label-column", "label")


@pytest.fixture
def stack(engine: Engine, cluster: Cluster, tmp_path: Path) -> Iterator[Stack]:
    """Containers with one configuration."""
    made = Stack(engine, tmp_path, cluster.bootstrap)
    yield made
    made.close()


def test_a_worker_that_is_stopped_in_mid_stream_loses_nothing(stack: Stack) -> None:
    """SIGTERM while samples flow: exit 0 in time, and after a second start each is decided once."""
    stack.good("topics", "create")
    stack.start("worker", "run")
    stack.wait_ready("worker")
    stack.start("feeder", "send", *STREAM, "--rate", RATE, "--limit", ROWS)
    stack.start("annotator", "annotate", "--truth", *STREAM)
    stack.wait(lambda: stack.decided() > 0, lambda: f"nothing: {stack.logs('worker')}")

    _stopped(stack, "worker")
    assert stack.state("feeder")["Running"], "the stream was over before the worker was stopped"

    stack.again("worker")
    stack.wait_ready("worker")
    stack.wait(lambda: not stack.state("feeder")["Running"], lambda: stack.logs("feeder"))
    assert stack.state("feeder")["ExitCode"] == 0, stack.logs("feeder")
    stack.wait(lambda: stack.is_at_rest(ROWS), lambda: str(stack.status()))
    _stopped(stack, "annotator")
    _stopped(stack, "worker")

    assert stack.routes() == {f"Shuttle-{row}": 1 for row in range(ROWS)}
    assert stack.status()["dead_letters"] == 0
    # In the image: another numpy rounds the last bit of a score otherwise.
    stack.good("verify")


def _stopped(stack: Stack, name: str) -> None:
    """End a container as an orchestrator does; it ends well, and in time."""
    took = stack.stop(name, GRACE)
    state = stack.state(name)
    assert (state["ExitCode"], state["OOMKilled"], took < GRACE) == (0, False, True), took


def test_a_container_that_cannot_work_ends(stack: Stack) -> None:
    """The exit code and the log say what is wrong, as they do outside of a container."""
    stack.start("wrong", "run", "--config", "nothing.yaml")
    stack.wait(lambda: not stack.state("wrong")["Running"], lambda: stack.logs("wrong"))
    assert stack.state("wrong")["ExitCode"] == 2
    assert "nothing.yaml" in stack.logs("wrong")
