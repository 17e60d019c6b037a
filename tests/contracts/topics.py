"""The contract of topics: made once, missed by name, compacted."""

from collections.abc import Callable

import pytest

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import TopicMissing
from tests.contracts.site import Site, gather, gather_until, make_topic, messages, put, read, unique

ASK: dict[str, Callable[[Broker, str], object]] = {
    "reader": lambda broker, topic: broker.reader({(topic, 0): 0}).poll(1, 0),
    "subscribe": lambda broker, topic: broker.subscribe("group", topic, "member"),
    "commit": lambda broker, topic: put(broker, messages(topic, [1])),
    "ends": lambda broker, topic: broker.ends(topic),
    "committed": lambda broker, topic: broker.committed("group", topic),
}


class Topics:
    """Topics are created once and known by name."""

    def test_create_makes_what_is_missing(self, site: Site) -> None:
        """The names of the created come back in order; a second call creates nothing."""
        broker = site.connect()
        specs = [TopicSpec(unique("b")), TopicSpec(unique("a"), 3)]
        assert broker.create(specs[:1]) == [specs[0].name]
        assert broker.create(specs) == [specs[1].name]
        assert broker.create(specs) == []

    def test_partitions_are_counted(self, site: Site) -> None:
        """Every topic is listed with its number of partitions, for other connections too."""
        one, other = site.connect(), site.connect()
        small, large = make_topic(one), make_topic(one, 5)
        counts = other.partitions()
        assert (counts[small], counts[large]) == (1, 5)

    def test_creating_again_loses_nothing(self, site: Site) -> None:
        """A topic that is there keeps its records."""
        broker = site.connect()
        topic = make_topic(broker)
        put(broker, messages(topic, [1]))
        assert broker.create([TopicSpec(topic)]) == []
        assert len(read(broker, topic, 1)) == 1

    @pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
    def test_an_unknown_topic_is_named_with_its_nearest(
        self, site: Site, ask: Callable[[Broker, str], object]
    ) -> None:
        """Whoever asks for a topic that is not there learns which one was probably meant."""
        broker = site.connect()
        topic = make_topic(broker)
        with pytest.raises(TopicMissing) as failure:
            ask(broker, topic + "x")
        assert repr(topic + "x") in str(failure.value)
        assert repr(topic) in str(failure.value)

    def test_an_unknown_partition_is_named(self, site: Site) -> None:
        """Neither reading nor writing invents a partition."""
        broker = site.connect()
        topic = make_topic(broker, 2)
        with pytest.raises(TopicMissing, match=topic):
            broker.reader({(topic, 2): 0}).poll(1, 0)
        with pytest.raises(TopicMissing, match=topic):
            put(broker, messages(topic, [1], partition=2))

    def test_a_compacted_topic_restores_the_newest_of_each_key(self, site: Site) -> None:
        """Read from its beginning and folded by key, it gives the newest rows in their order."""
        broker = site.connect()
        topic = make_topic(broker, 2, compacted=True)
        for text in ("a1 b1 c1", "b2", "a2 d1"):
            put(broker, [_row(topic, word) for word in text.split()])
        put(broker, [Outgoing(topic, b"a", b"other", (), 1)])
        assert list(_fold(broker, topic).items()) == [
            (b"c", b"1"),
            (b"b", b"2"),
            (b"a", b"2"),
            (b"d", b"1"),
        ]

    def test_a_tombstone_removes_its_key(self, site: Site) -> None:
        """After a record without a value the key is gone, until it is written again."""
        broker = site.connect()
        topic = make_topic(broker, compacted=True)
        put(broker, [_row(topic, word) for word in ("a1", "b1", "c1")])
        put(broker, [_row(topic, "a"), _row(topic, "b"), _row(topic, "b2")])
        assert list(_fold(broker, topic).items()) == [(b"c", b"1"), (b"b", b"2")]

    def test_a_reader_at_the_end_sees_every_change(self, site: Site) -> None:
        """One that has kept up with a compacted topic sees each later row and no old one."""
        broker = site.connect()
        topic = make_topic(broker, compacted=True)
        put(broker, [_row(topic, "a1")])
        reader = broker.reader({(topic, 0): 0})
        gather(reader, 1)
        for word in ("b1", "a2"):
            put(broker, [_row(topic, word)])
            assert [record.value for record in gather(reader, 1)] == [word[1:].encode()]


def _row(topic: str, word: str) -> Outgoing:
    return Outgoing(topic, word[:1].encode(), word[1:].encode() or None)


def _fold(broker: Broker, topic: str) -> dict[bytes | None, bytes]:
    """Restore partition 0, whether or not the broker has already dropped older rows."""
    put(broker, [_row(topic, "z1")])
    rows = gather_until(broker.reader({(topic, 0): 0}), lambda row: row.key == b"z")
    state: dict[bytes | None, bytes] = {}
    for row in rows[:-1]:
        state.pop(row.key, None)
        if row.value is not None:
            state[row.key] = row.value
    assert [row.offset for row in rows] == sorted({row.offset for row in rows})
    return state
