"""What was opened and closed leaves neither a thread nor a socket."""

import gc
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.brokers.port import Broker
from tests.contracts.site import arrive, make_topic, messages, put, unique
from tests.kafka.site import KafkaSite

COUNT = 20


@pytest.fixture(params=["kafka-python", "confluent"])
def options(bootstrap: Sequence[str], request: pytest.FixtureRequest) -> KafkaOptions:
    """The shared node, by each client."""
    return KafkaSite(bootstrap, request.param).options


def _left() -> tuple[list[str], int]:
    """The threads there are, and how many sockets."""
    gc.collect()
    return sorted(thread.name for thread in threading.enumerate()), sum(map(_is_socket, _files()))


def _files() -> list[Path]:
    return list(Path("/proc/self/fd").iterdir())


def _is_socket(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return str(path.readlink()).startswith("socket:")
    return False


def _write(broker: Broker, topic: str) -> None:
    writer = broker.writer(unique("writer"))
    writer.commit(messages(topic, [1]))
    writer.close()


def _consume(broker: Broker, topic: str) -> None:
    consumer = broker.subscribe(unique("group"), topic, "member")
    arrive(consumer, 1)
    consumer.close()


def _read(broker: Broker, topic: str) -> None:
    reader = broker.reader({(topic, 0): 0})
    arrive(reader, 1)
    reader.close()


def _connect(broker: KafkaBroker, topic: str) -> None:
    del topic
    with closing(KafkaBroker(broker._options)) as other:
        other.partitions()


@pytest.mark.parametrize("act", [_write, _consume, _read, _connect])
def test_closing_leaves_nothing(options: KafkaOptions, act: Callable[[Broker, str], None]) -> None:
    """Twenty of a kind, one after the other, while their broker stays open."""
    with closing(KafkaBroker(options)) as broker:
        topic = make_topic(broker)
        put(broker, messages(topic, [1]))
        before = _left()
        for _ in range(COUNT):
            act(broker, topic)
        assert _left() == before


def test_a_closed_broker_leaves_nothing(options: KafkaOptions) -> None:
    """It closes what it gave out and nobody holds any more, its connection, its watchdog."""
    before = _left()
    with closing(KafkaBroker(options)) as broker:
        topic = make_topic(broker)
        broker.writer(unique("writer")).commit(messages(topic, [1]))
        arrive(broker.subscribe(unique("group"), topic, "member"), 1)
        arrive(broker.reader({(topic, 0): 0}), 1)
        assert _left() != before
    assert _left() == before
