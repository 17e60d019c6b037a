"""The contract of readers."""

import pytest

from streamal.brokers.port import Broker
from streamal.core.log import Headers, Outgoing
from tests.contracts.site import Site, arrive, gather, make_topic, messages, numbers, put, read

ROUND_TRIPS: list[tuple[bytes | None, bytes | None, Headers]] = [
    (b"key", b"value", ()),
    (None, b"value", ()),
    (b"key", None, ()),
    (None, None, ()),
    (b"", b"", (("empty", b""),)),
    (b"\x00\xff", b"\x00" * 10, (("a", b"1"), ("a", b"2"), ("é", b"\xff"))),
]


class Reading:
    """Readers see every committed record, in order, from where they were told."""

    def test_records_come_in_order_per_partition(self, site: Site) -> None:
        """Each partition's records come in the order of their writing, offsets growing."""
        broker = site.connect()
        topic = make_topic(broker, 3)
        for start in range(0, 30, 10):
            for partition in range(3):
                put(broker, messages(topic, range(start, start + 10), partition))
        records = read(broker, topic, 90, partitions=3)
        for partition in range(3):
            mine = [record for record in records if record.partition == partition]
            assert numbers(mine) == list(range(30))
            offsets = [record.offset for record in mine]
            assert offsets == sorted(set(offsets))

    def test_a_poll_returns_at_most_its_limit(self, site: Site) -> None:
        """The limit is for all partitions together, and nothing is lost by it."""
        broker = site.connect()
        topic = make_topic(broker, 3)
        for partition in range(3):
            put(broker, messages(topic, range(5), partition))
        reader = broker.reader({(topic, partition): 0 for partition in range(3)})
        sizes: list[int] = []
        while sum(sizes) < 15:
            sizes.append(len(arrive(reader, 4)))
        assert max(sizes) <= 4

    def test_nothing_new_is_an_empty_list(self, site: Site) -> None:
        """A poll returns an empty list when its time is up, at the end of a topic too."""
        broker = site.connect()
        topic = make_topic(broker)
        reader = broker.reader({(topic, 0): 0})
        assert reader.poll(10, 0.01) == []
        put(broker, messages(topic, [1]))
        gather(reader, 1)
        assert (reader.poll(10, 0), reader.poll(10, 0.01)) == ([], [])

    def test_a_waiting_poll_returns_what_arrives(self, site: Site) -> None:
        """What another connection writes while we wait ends the wait."""
        broker = site.connect()
        topic = make_topic(broker)
        reader = broker.reader({(topic, 0): 0})
        join = site.beside(lambda other: put(other, messages(topic, [7])))
        assert numbers(gather(reader, 1)) == [7]
        join()

    def test_two_readers_do_not_disturb_each_other(self, site: Site) -> None:
        """Each reader has its own place."""
        broker = site.connect()
        topic = make_topic(broker)
        put(broker, messages(topic, range(4)))
        ahead, behind = (broker.reader({(topic, 0): 0}) for _ in range(2))
        assert numbers(gather(ahead, 4)) == [0, 1, 2, 3]
        assert numbers(gather(behind, 4, limit=1)) == [0, 1, 2, 3]

    def test_a_reader_goes_on_from_the_positions_of_another(self, site: Site) -> None:
        """`positions` is what a later reader needs to see the rest, and only that."""
        broker = site.connect()
        topic = make_topic(broker, 2)
        for partition in range(2):
            put(broker, messages(topic, range(3), partition))
        first = broker.reader({(topic, 0): 0, (topic, 1): 0})
        assert first.positions() == {(topic, 0): 0, (topic, 1): 0}
        seen = gather(first, 3, limit=1)
        positions = first.positions()
        first.close()
        put(broker, messages(topic, [3]))
        rest = gather(broker.reader(positions), 4)
        assert sorted(numbers(seen + rest)) == [0, 0, 1, 1, 2, 2, 3]
        assert not {record.source for record in seen} & {record.source for record in rest}

    @pytest.mark.parametrize(("key", "value", "headers"), ROUND_TRIPS)
    def test_what_is_written_is_read(
        self, site: Site, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        """Key, value and headers come back as they were, None apart from empty."""
        broker = site.connect()
        topic = make_topic(broker)
        put(broker, [Outgoing(topic, key, value, headers)])
        (record,) = read(broker, topic, 1)
        assert (record.topic, record.partition) == (topic, 0)
        assert (record.key, record.value, record.headers) == (key, value, headers)

    def test_large_values_come_back_whole(self, site: Site) -> None:
        """Values of the largest size pass, several in one batch."""
        broker = site.connect()
        topic = make_topic(broker)
        value = bytes(range(256)) * (site.largest // 256)
        put(broker, [Outgoing(topic, b"k", value) for _ in range(3)])
        assert all(record.value == value for record in read(broker, topic, 3))

    def test_append_times_do_not_run_back(self, site: Site) -> None:
        """Within a partition the append time never falls, whatever the clock does."""
        broker = site.connect()
        topic = make_topic(broker)
        for step in (0, 5_000, -3_000, 9_000):
            site.now += step
            put(broker, messages(topic, [step]))
        stamps = [record.timestamp for record in read(broker, topic, 4)]
        assert stamps == sorted(stamps)

    def test_ends_enclose_what_can_be_read(self, site: Site) -> None:
        """An empty partition's ends are equal; otherwise every record lies between them."""
        broker = site.connect()
        topic = make_topic(broker, 2)
        assert _spans(broker, topic) == {0: 0, 1: 0}
        put(broker, messages(topic, range(3)))
        records = read(broker, topic, 3)
        oldest, after = broker.ends(topic)[0]
        assert oldest <= records[0].offset < records[-1].offset < after
        assert _spans(broker, topic)[1] == 0


def _spans(broker: Broker, topic: str) -> dict[int, int]:
    return {partition: after - oldest for partition, (oldest, after) in broker.ends(topic).items()}
