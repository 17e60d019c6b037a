"""Records that retention dropped before they were read: said, and never passed over in silence."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from streamal.brokers.kafka import KafkaBroker
from streamal.core.log import Outgoing
from streamal.errors import RecordsGone
from tests.contracts.site import (
    Source,
    arrive,
    gather,
    gather_until,
    make_topic,
    messages,
    numbers,
    put,
    unique,
)
from tests.kafka.crew import drop_records
from tests.kafka.site import KafkaSite

Told = list[tuple[str, int, int, int]]


@pytest.fixture
def site(bootstrap: Sequence[str]) -> Iterator[KafkaSite]:
    """Connections that stop at a gap."""
    site = KafkaSite(bootstrap, "kafka-python")
    yield site
    site.close()


@pytest.fixture
def topic(site: KafkaSite) -> str:
    """Twenty records."""
    broker = site.connect()
    topic = make_topic(broker)
    put(broker, messages(topic, range(20)))
    return topic


@pytest.fixture
def large(site: KafkaSite) -> str:
    """Sixteen records, far more than a client fetches ahead."""
    broker = site.connect()
    topic = make_topic(broker)
    put(broker, [Outgoing(topic, None, os.urandom(900_000)) for _ in range(16)])
    return topic


@pytest.fixture
def told() -> Told:
    """What a broker of `lenient` was told of gaps."""
    return []


@pytest.fixture
def lenient(site: KafkaSite, told: Told) -> Iterator[KafkaBroker]:
    """A connection that writes gaps down and goes on."""
    broker = KafkaBroker(site.options, gap=lambda *gap: told.append(gap))
    yield broker
    broker.close()


def _consumed(broker: KafkaBroker, topic: str, group: str, count: int) -> Source:
    """A consumer that has committed so many records."""
    consumer = broker.subscribe(group, topic, "member")
    (*_, last) = gather(consumer, count, limit=1)
    broker.writer(unique("writer")).commit([], consumer, {0: last.offset + 1})
    return consumer


def _read(broker: KafkaBroker, topic: str, group: str, count: int) -> Source:
    """A reader that has read so many."""
    del group
    reader = broker.reader({(topic, 0): 0})
    gather(reader, count, limit=1)
    return reader


def _resubscribed(broker: KafkaBroker, topic: str, group: str) -> Source:
    return broker.subscribe(group, topic, "member")


def _resumed(broker: KafkaBroker, topic: str, group: str) -> Source:
    del group
    return broker.reader({(topic, 0): 3})


Begin = Callable[[KafkaBroker, str, str, int], Source]
Resume = Callable[[KafkaBroker, str, str], Source]

STARTS: list[tuple[Begin, Resume]] = [(_consumed, _resubscribed), (_read, _resumed)]


def _must_say(topic: str, source: Callable[[], Source]) -> None:
    """The gap from 3 to 9 ends the polling, with all that one needs to know."""
    what = rf"^{topic}/0: retention dropped the records 3 to 9 before they were read; .*earliest"
    with pytest.raises(RecordsGone, match=what) as gone:
        arrive(source(), 100)
    assert (gone.value.exit_code, gone.value.retriable) == (78, False)


@pytest.mark.parametrize(("begin", "resume"), STARTS)
def test_a_start_behind_the_oldest_is_refused(
    site: KafkaSite, topic: str, begin: Begin, resume: Resume
) -> None:
    """A restart that finds its place gone says which records it has not seen."""
    broker, group = KafkaBroker(site.options), unique("group")
    with closing(broker):
        begin(broker, topic, group, 3)
    drop_records(site.options.servers, topic, 10)
    with closing(KafkaBroker(site.options)) as later:
        _must_say(topic, lambda: resume(later, topic, group))


@pytest.mark.parametrize(("begin", "resume"), STARTS)
def test_a_start_may_go_on_at_the_oldest(
    site: KafkaSite, topic: str, lenient: KafkaBroker, told: Told, begin: Begin, resume: Resume
) -> None:
    """Told of the gap once, it reads all that is left."""
    group = unique("group")
    with closing(KafkaBroker(site.options)) as broker:
        begin(broker, topic, group, 3)
    drop_records(site.options.servers, topic, 10)
    records = gather(resume(lenient, topic, group), 10)
    assert numbers(records) == list(range(10, 20))
    assert told == [(topic, 0, 3, 10)]


@pytest.mark.parametrize("begin", [_consumed, _read])
def test_being_overtaken_is_refused(site: KafkaSite, large: str, begin: Begin) -> None:
    """One that reads too slowly finds its place gone while it runs."""
    with closing(KafkaBroker(site.options)) as broker:
        source = begin(broker, large, unique("group"), 3)
        drop_records(site.options.servers, large, 14)
        with pytest.raises(RecordsGone, match=rf"^{large}/0: .* the records \d+ to 13 before"):
            gather(source, 13)


@pytest.mark.parametrize("begin", [_consumed, _read])
def test_being_overtaken_may_go_on(
    site: KafkaSite, large: str, lenient: KafkaBroker, told: Told, begin: Begin
) -> None:
    """Told of the gap, it goes on with the oldest; no other record is missing."""
    source = begin(lenient, large, unique("group"), 3)
    drop_records(site.options.servers, large, 14)
    records = gather_until(source, lambda record: record.offset == 15)
    ((topic, partition, first, oldest),) = told
    assert (topic, partition, oldest) == (large, 0, 14)
    assert [record.offset for record in records] == [*range(3, first), 14, 15]


def test_the_beginning_is_no_gap(
    site: KafkaSite, topic: str, lenient: KafkaBroker, told: Told
) -> None:
    """Who has never read a topic misses nothing of what was dropped before."""
    drop_records(site.options.servers, topic, 10)
    for source in (
        lenient.reader({(topic, 0): 0}),
        lenient.subscribe(unique("group"), topic, "member"),
    ):
        assert numbers(gather(source, 10)) == list(range(10, 20))
    assert told == []
