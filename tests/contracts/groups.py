"""The contract of consumer groups."""

import pytest

from streamal.brokers.port import Broker
from streamal.errors import Fenced
from tests.contracts.pipe import must_be_fenced, take_over
from tests.contracts.site import (
    Site,
    Witness,
    after,
    arrive,
    gather,
    join,
    make_topic,
    messages,
    numbers,
    put,
    read,
    unique,
)


class Groups:
    """A group reads on where it committed, and one member holds each partition."""

    def test_a_restart_goes_on_from_what_was_committed(self, site: Site) -> None:
        """Committed records do not come again; polled and uncommitted ones do."""
        broker = site.connect()
        topic, group = _filled(broker, 5), unique("group")
        consumer = broker.subscribe(group, topic, "member")
        records = gather(consumer, 5)
        broker.writer(unique("writer")).commit([], consumer, after(records[:2]))
        consumer.close()
        again = site.connect().subscribe(group, topic, "member")
        assert gather(again, 3) == records[2:]

    def test_without_a_commit_a_group_begins_at_the_beginning(self, site: Site) -> None:
        """A new group reads what was written before it was there."""
        broker = site.connect()
        topic = _filled(broker, 3)
        assert numbers(gather(broker.subscribe(unique("group"), topic, "m"), 3)) == [0, 1, 2]

    def test_groups_do_not_disturb_each_other(self, site: Site) -> None:
        """Each group has its own offsets."""
        broker = site.connect()
        topic, one, two = _filled(broker, 3), unique("group"), unique("group")
        first, second = (broker.subscribe(group, topic, "m") for group in (one, two))
        records = gather(first, 3)
        broker.writer(unique("writer")).commit([], first, after(records))
        assert gather(second, 3) == records
        assert broker.committed(one, topic) == after(records)
        assert broker.committed(two, topic) == {}

    def test_every_partition_is_read(self, site: Site) -> None:
        """The one member holds all partitions and gets all their records, each once."""
        broker = site.connect()
        topic = _filled(broker, 7, partitions=4)
        consumer = broker.subscribe(unique("group"), topic, "member")
        records = gather(consumer, 28, limit=3)
        assert len({record.source for record in records}) == 28
        assert consumer.assignment == frozenset(range(4))

    def test_a_member_is_one_from_its_join_to_its_end(self, site: Site) -> None:
        """It is none before the first poll, and none once it is closed."""
        broker = site.connect()
        consumer = broker.subscribe(unique("group"), make_topic(broker), "member")
        was = [consumer.is_member]
        join(consumer)
        was.append(consumer.is_member)
        consumer.close()
        assert [*was, consumer.is_member] == [False, True, False]

    def test_a_listener_hears_of_partitions_before_their_records(self, site: Site) -> None:
        """`assigned` comes inside a poll, before the first record; nothing before that."""
        broker = site.connect()
        topic = _filled(broker, 2, partitions=2)
        witness = Witness()
        consumer = broker.subscribe(unique("group"), topic, "member", witness)
        assert (consumer.assignment, witness.seen) == (frozenset(), [])
        arrive(consumer, 1)
        assert witness.seen == [("assigned", frozenset({0, 1}))]
        assert consumer.assignment == frozenset({0, 1})

    def test_a_listener_hears_of_the_end(self, site: Site) -> None:
        """`revoked` comes once, at the close, and then nothing is assigned."""
        broker = site.connect()
        witness = Witness()
        consumer = broker.subscribe(unique("group"), _filled(broker, 0), "member", witness)
        join(consumer)
        consumer.close()
        consumer.close()
        assert [word for word, _ in witness.seen] == ["assigned", "revoked"]
        assert consumer.assignment == frozenset()

    def test_one_that_never_joined_hears_nothing(self, site: Site) -> None:
        """Closing a consumer that was never assigned anything revokes nothing."""
        broker = site.connect()
        witness = Witness()
        broker.subscribe(unique("group"), _filled(broker, 0), "member", witness).close()
        assert witness.seen == []

    def test_a_takeover_fences_the_older_member(self, site: Site) -> None:
        """Its poll raises `Fenced` from then on; its listener hears once of the loss."""
        (pipe, _, newer) = take_over(site)
        must_be_fenced(pipe.consumer)
        assert pipe.consumer.assignment == frozenset()
        must_be_fenced(pipe.consumer)
        pipe.consumer.close()
        assert pipe.witness.seen == [("assigned", frozenset({0})), ("revoked", frozenset({0}))]
        assert newer.assignment == frozenset({0})

    def test_a_fenced_member_commits_nothing(self, site: Site) -> None:
        """One that has not noticed yet is refused, outputs and offsets both."""
        pipe, records, newer = take_over(site)
        writer = pipe.broker.writer(unique("writer"))
        with pytest.raises(Fenced):
            writer.commit(messages(pipe.sink, [1]), pipe.consumer, after(records))
        newer_broker = site.connect()
        assert newer_broker.committed(pipe.group, pipe.source) == {}
        put(newer_broker, messages(pipe.sink, [2]))
        assert numbers(read(newer_broker, pipe.sink, 1)) == [2]
        assert newer.assignment == frozenset({0})

    def test_a_fenced_member_cannot_commit_nothing_either(self, site: Site) -> None:
        """Outputs without offsets are refused too, when they name the lost consumer."""
        pipe, _, _ = take_over(site)
        with pytest.raises(Fenced):
            pipe.broker.writer(unique("writer")).commit([], pipe.consumer, {})

    def test_lag_counts_what_is_not_committed(self, site: Site) -> None:
        """It is above zero while records wait, and zero at the end of each partition."""
        broker = site.connect()
        topic, group = _filled(broker, 3, partitions=2), unique("group")
        consumer = broker.subscribe(group, topic, "member")
        assert consumer.lag() == {}
        gather(consumer, 6)
        assert all(lag >= 3 for lag in consumer.lag().values())
        ends = {partition: end for partition, (_, end) in broker.ends(topic).items()}
        broker.writer(unique("writer")).commit([], consumer, ends)
        assert consumer.lag() == {0: 0, 1: 0}

    def test_offsets_are_known_without_joining(self, site: Site) -> None:
        """Another connection sees a group's offsets; partitions without one are left out."""
        broker = site.connect()
        topic, group = _filled(broker, 3, partitions=2), unique("group")
        assert broker.committed(group, topic) == {}
        consumer = broker.subscribe(group, topic, "member")
        gather(consumer, 6)
        broker.writer(unique("writer")).commit([], consumer, {1: 2})
        assert site.connect().committed(group, topic) == {1: 2}
        assert set(consumer.committed()) == {0, 1}
        assert consumer.committed()[1] == 2


def _filled(broker: Broker, count: int, partitions: int = 1) -> str:
    """A topic with so many numbered records in each partition."""
    topic = make_topic(broker, partitions)
    for partition in range(partitions):
        put(broker, messages(topic, range(count), partition))
    return topic
