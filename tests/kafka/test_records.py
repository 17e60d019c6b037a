"""What a record may be, and what is said of one that is too large."""

import os
from collections.abc import Iterator, Sequence

import pytest

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing
from streamal.errors import CommitFailed, NotAllowed
from tests.contracts.site import make_topic, messages, numbers, put, read, unique
from tests.kafka.site import KafkaSite

LARGE = 1_000_000
TOO_LARGE = 1_100_000
"""More than the 1,048,588 bytes that Kafka takes by default, and still one request."""


@pytest.fixture(params=["kafka-python", "confluent"])
def broker(bootstrap: Sequence[str], request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A connection to the shared node, by each client."""
    site = KafkaSite(bootstrap, request.param)
    yield site.connect()
    site.close()


@pytest.mark.parametrize("value", [None, b"", os.urandom(LARGE)], ids=["none", "empty", "large"])
@pytest.mark.parametrize("key", [None, b"", b"key"])
def test_any_record_passes(broker: Broker, key: bytes | None, value: bytes | None) -> None:
    """Nothing of it may be there, and much of it: it comes back as it was."""
    topic = make_topic(broker)
    put(broker, [Outgoing(topic, key, value), Outgoing(topic, b"k", b"after")])
    records = read(broker, topic, 2)
    assert [(record.key, record.value) for record in records] == [(key, value), (b"k", b"after")]


BATCHES = ["B", "Bx", "xB", "xxBxx", "By", "yB", "BB"]


@pytest.mark.parametrize("broker", ["kafka-python"], indirect=True)
@pytest.mark.parametrize("batch", BATCHES)
def test_a_record_that_is_too_large_is_named(broker: Broker, batch: str) -> None:
    """Whatever is on its way before it or after it, at once, with its size and its topic.

    It is not retriable: it would be as large the next time.
    """
    topic, other = make_topic(broker), make_topic(broker)
    known = {
        "B": Outgoing(topic, b"key", os.urandom(TOO_LARGE)),
        "x": Outgoing(topic, b"key", b"1"),
        "y": Outgoing(other, b"key", b"1"),
    }
    writer = broker.writer(unique("writer"))
    what = rf"a record of 1100003 bytes for {topic}/0: .*max\.message\.bytes"
    with pytest.raises(NotAllowed, match=what) as refused:
        writer.commit([known[letter] for letter in batch])
    assert (refused.value.exit_code, refused.value.retriable) == (78, False)
    with pytest.raises(CommitFailed, match="open a new writer"):
        writer.commit([known["x"]])
    writer.close()
    for name in (topic, other):
        put(broker, messages(name, [2]))
        assert numbers(read(broker, name, 1)) == [2]
