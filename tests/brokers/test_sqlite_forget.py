"""What the embedded broker lets go, and what it never does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streamal.brokers.sqlite.retention import STEP
from streamal.core.log import Outgoing, TopicSpec
from tests.brokers.site import FileSite
from tests.contracts.site import START, Site, gather, messages, numbers, put

DAY = 86_400_000
SPECS = (TopicSpec("day", 2, retention_ms=DAY), TopicSpec("ever"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A log in a file."""
    site = FileSite(tmp_path / "log.db")
    yield site
    site.close()


def test_forget_drops_what_is_older_than_its_topic_keeps(site: Site) -> None:
    """By the broker's clock, to the millisecond; topics without retention keep everything."""
    broker = site.connect()
    broker.create(SPECS)
    for hours in (0, 12):
        site.now = START + hours * DAY // 24
        put(broker, [*messages("day", [hours], 1), *messages("ever", [hours])])
    site.now = START + DAY
    broker.forget()
    assert broker.ends("day")[1] == (0, 2)
    site.now += 1
    broker.forget()
    assert broker.ends("day")[1] == (1, 2)
    assert broker.ends("ever") == {0: (0, 2)}


def test_offsets_outlive_their_records(site: Site) -> None:
    """With every record gone the next one still gets a new offset, after a restart too."""
    broker = site.connect()
    broker.create(SPECS)
    put(broker, messages("day", range(3)))
    site.now += 2 * DAY
    broker.forget()
    assert broker.ends("day")[0] == (3, 3)
    again = site.connect()
    put(again, messages("day", [3]))
    assert [record.offset for record in gather(again.reader({("day", 0): 0}), 1)] == [3]


def test_a_consumer_goes_on_after_what_was_dropped(site: Site) -> None:
    """Committed offsets below the oldest record are no obstacle, and its lag stays exact."""
    broker = site.connect()
    broker.create(SPECS)
    consumer = broker.subscribe("group", "day", "member")
    put(broker, messages("day", range(3)))
    assert consumer.poll(1, 0) != []
    site.now += 2 * DAY
    put(broker, messages("day", [3, 4]))
    broker.forget()
    assert consumer.lag() == {0: 2, 1: 0}
    consumer.rewind()
    assert numbers(gather(consumer, 2)) == [3, 4]


def test_forget_does_a_bounded_amount_of_work(site: Site) -> None:
    """One call drops a thousand records of a partition, the next calls the rest."""
    broker = site.connect()
    broker.create(SPECS)
    put(broker, messages("day", range(STEP + 1)))
    site.now += 2 * DAY
    oldest = []
    for _ in range(2):
        broker.forget()
        oldest.append(broker.ends("day")[0][0])
    assert oldest == [STEP, STEP + 1]


def test_compacted_topics_may_have_retention_too(site: Site) -> None:
    """Then rows go that were not renewed in time."""
    broker = site.connect()
    broker.create([TopicSpec("rows", 1, compacted=True, retention_ms=DAY)])
    put(broker, [Outgoing("rows", key, b"1") for key in (b"a", b"b")])
    site.now += 2 * DAY
    put(broker, [Outgoing("rows", b"b", b"2")])
    broker.forget()
    assert [record.key for record in gather(broker.reader({("rows", 0): 0}), 1)] == [b"b"]


def test_a_file_keeps_what_was_read(site: Site) -> None:
    """Others may read it: only retention lets go of a file's records."""
    broker = site.connect()
    broker.create(SPECS)
    reader = broker.reader({("ever", 0): 0})
    put(broker, messages("ever", range(9000)))
    gather(reader, 9000, limit=5000)
    for _ in range(3):
        broker.forget()
    assert broker.ends("ever")[0][0] == 0
