"""The contract of transactional writers: all or nothing, and one holder of an id."""

import pytest

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing
from streamal.errors import CommitFailed, Fenced, TopicMissing
from tests.contracts.pipe import Pipe, lay
from tests.contracts.site import (
    Site,
    after,
    arrive,
    gather,
    make_topic,
    messages,
    numbers,
    put,
    read,
    unique,
)


class Writing:
    """A batch and its offsets are visible together or not at all."""

    def test_a_batch_goes_to_many_topics_at_once(self, site: Site) -> None:
        """One commit writes to several topics and partitions."""
        broker = site.connect()
        one, two = make_topic(broker), make_topic(broker, 2)
        put(broker, [*messages(one, [1]), *messages(two, [2], 1), *messages(one, [3])])
        assert numbers(read(broker, one, 2)) == [1, 3]
        assert numbers(read(broker, two, 1, partitions=2)) == [2]

    def test_a_writer_commits_again_and_again(self, site: Site) -> None:
        """Batches of one writer come in the order of its commits; empty ones leave no trace."""
        broker = site.connect()
        topic = make_topic(broker)
        writer = broker.writer(unique("writer"))
        for number in range(5):
            writer.commit(messages(topic, [number]))
            writer.commit([])
        assert numbers(read(broker, topic, 5)) == [0, 1, 2, 3, 4]

    def test_a_failed_batch_leaves_nothing(self, site: Site) -> None:
        """None of it is visible, offsets stay, and `rewind` gives the same records again."""
        broker = site.connect()
        pipe = lay(broker)
        records = gather(pipe.consumer, 3)
        failing = [*messages(pipe.sink, [1]), Outgoing(pipe.sink + "-missing", b"k", b"v")]
        with pytest.raises(TopicMissing):
            broker.writer(unique("writer")).commit(failing, pipe.consumer, after(records))
        assert broker.committed(pipe.group, pipe.source) == {}
        pipe.consumer.rewind()
        assert gather(pipe.consumer, 3) == records
        put(broker, messages(pipe.sink, [2]))
        assert numbers(read(broker, pipe.sink, 1)) == [2]

    def test_offsets_move_with_their_batch(self, site: Site) -> None:
        """A commit with a consumer moves its group's offsets to those given."""
        broker = site.connect()
        pipe = lay(broker)
        records = gather(pipe.consumer, 3)
        writer = broker.writer(unique("writer"))
        writer.commit(messages(pipe.sink, [1]), pipe.consumer, after(records[:2]))
        assert broker.committed(pipe.group, pipe.source) == after(records[:2])
        assert pipe.consumer.committed() == after(records[:2])
        pipe.consumer.rewind()
        assert gather(pipe.consumer, 1) == records[2:]

    def test_a_partition_not_held_cannot_be_committed(self, site: Site) -> None:
        """Neither a partition that is not assigned nor one of a consumer that has left."""
        broker = site.connect()
        pipe = lay(broker)
        gather(pipe.consumer, 3)
        for offsets in ({1: 1}, {0: 1, 1: 1}):
            _must_fail(pipe, offsets)
        pipe.consumer.close()
        _must_fail(pipe, {0: 1})
        assert broker.committed(pipe.group, pipe.source) == {}
        put(broker, messages(pipe.sink, [3]))
        assert numbers(read(broker, pipe.sink, 1)) == [3]

    def test_a_consumer_that_has_not_joined_holds_nothing(self, site: Site) -> None:
        """Before the first poll there is nothing to commit for."""
        _must_fail(lay(site.connect()), {0: 1})

    def test_opening_an_id_again_fences_the_older_writer(self, site: Site) -> None:
        """The older one cannot commit any more, and nothing of its batch is visible."""
        one, two = site.connect(), site.connect()
        topic, name = make_topic(one), unique("writer")
        older = one.writer(name)
        older.commit(messages(topic, [1]))
        newer = two.writer(name)
        with pytest.raises(Fenced):
            older.commit(messages(topic, [2]))
        newer.commit(messages(topic, [3]))
        assert numbers(read(one, topic, 2)) == [1, 3]

    def test_writers_of_other_ids_are_not_fenced(self, site: Site) -> None:
        """Two ids do not know each other."""
        broker = site.connect()
        topic = make_topic(broker)
        one, two = (broker.writer(unique("writer")) for _ in range(2))
        for number, writer in enumerate((one, two, one)):
            writer.commit(messages(topic, [number]))
        assert numbers(read(broker, topic, 3)) == [0, 1, 2]

    def test_a_closed_writer_writes_nothing(self, site: Site) -> None:
        """A second close does nothing; a commit after it fails."""
        broker = site.connect()
        topic = make_topic(broker)
        writer = broker.writer(unique("writer"))
        writer.close()
        writer.close()
        with pytest.raises(CommitFailed):
            writer.commit(messages(topic, [1]))

    def test_a_reader_never_sees_a_part_of_a_batch(self, site: Site) -> None:
        """While another connection commits batches, each is there whole or not at all."""
        broker = site.connect()
        topic = make_topic(broker)
        reader = broker.reader({(topic, 0): 0})

        def write(other: Broker) -> None:
            writer = other.writer(unique("writer"))
            for batch in range(20):
                writer.commit(messages(topic, [batch] * 7))

        finish = site.beside(write)
        seen: list[int] = []
        while len(seen) < 140:
            seen += numbers(arrive(reader, 1000))
            assert seen == [number // 7 for number in range(len(seen) // 7 * 7)]
        finish()

    def test_a_closed_broker_closes_what_it_gave_out(self, site: Site) -> None:
        """After `close` the group is free for another connection, offsets as committed."""
        broker = site.open()
        pipe = lay(broker)
        records = gather(pipe.consumer, 3)
        broker.writer(unique("writer")).commit([], pipe.consumer, after(records[:1]))
        broker.close()
        broker.close()
        assert pipe.consumer.assignment == frozenset()
        if site.lasting:
            successor = site.connect().subscribe(pipe.group, pipe.source, "member")
            assert gather(successor, 2) == records[1:]


def _must_fail(pipe: Pipe, offsets: dict[int, int]) -> None:
    writer = pipe.broker.writer(unique("writer"))
    with pytest.raises(CommitFailed):
        writer.commit(messages(pipe.sink, [1]), pipe.consumer, offsets)
