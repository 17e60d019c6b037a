"""Processes of a test's own."""

import signal
from collections.abc import Iterator

import pytest

from tests.brokers.child import Child, Spawn, end, start


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Starts processes; none of them outlives the test."""
    children: list[Child] = []

    def spawn(act: str, *arguments: object) -> Child:
        children.append(start(act, *arguments))
        return children[-1]

    yield spawn
    for child in children:
        if child.returncode is None:
            end(child, signal.SIGKILL)
