"""Polling for nothing: a member that holds back keeps its place, and fetches nothing."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from kafka import KafkaConsumer

from streamal.brokers.kafka import KafkaBroker
from streamal.brokers.kafka.python import configs
from streamal.brokers.kafka.python.consumer import PythonConsumer
from streamal.errors import CommitFailed
from tests.contracts.site import Witness, after, gather, make_topic, messages, numbers, put, unique
from tests.kafka.crew import drop_records, member, wait
from tests.kafka.site import KafkaSite

MAX_POLL_MS = 1500
"""After so long without a poll a member is thrown out; minutes, unless a test says it."""


@pytest.fixture
def site(bootstrap: Sequence[str]) -> Iterator[KafkaSite]:
    """Connections to the shared node."""
    site = KafkaSite(bootstrap, "kafka-python")
    yield site
    site.close()


class Scene:
    """A member that must poll often, of a topic with twenty records."""

    def __init__(self, site: KafkaSite) -> None:
        self.broker = KafkaBroker(site.options)
        self.topic, self.group = make_topic(self.broker), unique("group")
        put(self.broker, messages(self.topic, range(20)))
        config = configs.consumer(site.options, self.group, None)
        raw: Any = KafkaConsumer(**{**config, "max_poll_interval_ms": MAX_POLL_MS})
        made = PythonConsumer(raw, self.topic)
        raw.subscribe([self.topic], listener=made.listener)
        self.gaps: list[tuple[str, int, int, int]] = []
        self.consumer = member(made, self.broker, self.group, self.topic, Witness(), self._gap)

    def _gap(self, topic: str, partition: int, first: int, oldest: int) -> None:
        self.gaps.append((topic, partition, first, oldest))

    def close(self) -> None:
        """Leave."""
        self.consumer.close()
        self.broker.close()


@pytest.fixture
def scene(site: KafkaSite) -> Iterator[Scene]:
    """It has nothing yet."""
    scene = Scene(site)
    yield scene
    scene.close()


def _until_late(scene: Scene, limit: int | None) -> None:
    """Let twice the time pass that a member may be silent; poll meanwhile if there is a limit."""
    late = time.monotonic() + 2 * MAX_POLL_MS / 1000

    def look() -> bool:
        if limit is None:
            time.sleep(0)
        else:
            assert scene.consumer.poll(limit, 0.05) == []
        return time.monotonic() > late

    wait(look, "time passes")


def test_polling_for_nothing_keeps_the_place(scene: Scene) -> None:
    """As long as one likes; the proof of membership stays, and the rest comes in order."""
    first = gather(scene.consumer, 5, limit=5)
    proof = scene.consumer.claim({})
    _until_late(scene, 0)
    assert scene.consumer.claim({}) == proof
    rest = gather(scene.consumer, 15, limit=4)
    assert numbers([*first, *rest]) == list(range(20))
    scene.broker.writer(unique("writer")).commit([], scene.consumer, after(rest))


def test_nothing_is_fetched_meanwhile(site: KafkaSite, scene: Scene) -> None:
    """What arrives waits at the broker: what goes before it is asked for is never seen."""
    gather(scene.consumer, 20)
    scene.consumer.poll(0, 0)
    put(scene.broker, messages(scene.topic, range(20, 40)))
    _until_late(scene, 0)
    drop_records(site.options.servers, scene.topic, 31)
    assert numbers(gather(scene.consumer, 10)) == list(range(30, 40))
    assert scene.gaps == [(scene.topic, 0, 21, 31)]


def test_not_polling_loses_the_place(scene: Scene) -> None:
    """So it would be without these polls; nothing can be committed then."""
    records = gather(scene.consumer, 20)
    _until_late(scene, None)
    with pytest.raises(CommitFailed):
        scene.broker.writer(unique("writer")).commit([], scene.consumer, after(records))
