"""What a transaction may carry: the rules of `consumer` and `writer` on a real broker."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import msgspec
import pytest
from kafka.admin import MemberToRemove
from kafka.structs import MemberState

from streamal.brokers.kafka import KafkaBroker
from streamal.brokers.kafka.broker import refuse_gap
from streamal.brokers.kafka.consumer import KafkaGroupConsumer
from streamal.brokers.port import Broker
from streamal.errors import CommitFailed
from tests.contracts.site import (
    after,
    gather,
    make_topic,
    messages,
    numbers,
    put,
    read,
    unique,
)
from tests.kafka.client import admin
from tests.kafka.crew import Member, Opened, enlist, share, stay, wait
from tests.kafka.site import KafkaSite

STABLE = MemberState.STABLE


@pytest.fixture
def site(bootstrap: Sequence[str]) -> Iterator[KafkaSite]:
    """Connections of dynamic members, whom an administrator can throw out."""
    site = KafkaSite(bootstrap, "kafka-python")
    site.options = msgspec.structs.replace(site.options, is_static=False)
    yield site
    site.close()


class Careless(KafkaGroupConsumer):
    """Claims offsets without looking whether it still is a member."""

    def claim(self, offsets: Mapping[int, int]) -> tuple[dict[int, int], object]:
        return dict(offsets), self._membership


class Scene:
    """A topic of two partitions with ten records each, and an empty one to write to."""

    def __init__(self, site: KafkaSite) -> None:
        self.site = site
        self.broker = site.connect()
        self.source, self.sink, self.group = (
            _filled(self.broker),
            make_topic(self.broker),
            unique("g"),
        )

    def open(self) -> Opened:
        """Open a consumer that has the records of one partition at least in hand."""
        assert isinstance(self.broker, KafkaBroker)
        return Opened(self.site.options, self.broker, self.group, self.source)

    def second(self) -> Member:
        """Let another member ask to join."""
        return enlist(self.site, self.group, self.source, "second")

    def throw_out(self, member: str) -> None:
        """Remove a member, as the broker does when it does not hear of it."""
        with closing(admin(self.site.options.servers)) as client:
            client.remove_group_members(self.group, [MemberToRemove(member, None, "a test")])

    def must_be_untouched(self) -> None:
        """No offset is committed, and of the sink's records only a new one is visible."""
        assert self.broker.committed(self.group, self.source) == {}
        put(self.broker, messages(self.sink, [99]))
        assert numbers(read(self.broker, self.sink, 1)) == [99]


@pytest.fixture
def scene(site: KafkaSite) -> Scene:
    """Where the rules are tried."""
    return Scene(site)


def _filled(broker: Broker) -> str:
    topic = make_topic(broker, 2)
    put(broker, [*messages(topic, range(10)), *messages(topic, range(10), 1)])
    return topic


def test_refused_offsets_are_never_committed_later(scene: Scene) -> None:
    """After offsets were refused the writer is used up, and a new one commits its own only."""
    opened = scene.open()
    careless = Careless(
        opened.raw, scene.group, scene.source, None, scene.broker.ends, refuse_gap, stay
    )
    records = gather(careless, 20)
    scene.throw_out(opened.raw.member())
    name = unique("writer")
    writer = scene.broker.writer(name)
    with pytest.raises(CommitFailed):
        writer.commit(messages(scene.sink, [1]), careless, after(records))
    successor = _joined(scene)
    with pytest.raises(CommitFailed, match="open a new writer"):
        writer.commit(messages(scene.sink, [2]), successor.consumer, {})
    assert scene.broker.committed(scene.group, scene.source) == {}
    writer.close()
    scene.broker.writer(name).commit(messages(scene.sink, [3]), successor.consumer, {0: 3})
    assert scene.broker.committed(scene.group, scene.source) == {0: 3}
    assert numbers(read(scene.broker, scene.sink, 1)) == [3]
    careless.close()


def test_a_member_thrown_out_commits_nothing(scene: Scene) -> None:
    """From the moment the group goes on without it, known to it or not, all is refused."""
    opened = scene.open()
    records = gather(opened.consumer, 20)
    scene.throw_out(opened.raw.member())
    for _ in range(2):
        with pytest.raises(CommitFailed):
            _commit(scene, opened, after(records))
        _until_refused(opened)
    scene.must_be_untouched()
    opened.consumer.close()


def test_without_a_generation_nothing_is_sent(scene: Scene) -> None:
    """The broker would take a proof from before the joining, or from after the loss, unread."""
    opened = scene.open()
    early = opened.raw.membership()
    assert not opened.raw.is_member(early)
    with pytest.raises(CommitFailed, match="has changed"):
        _commit(scene, opened, {})
    gather(opened.consumer, 20)
    assert not opened.raw.is_member(early)
    scene.throw_out(opened.raw.member())
    _until_refused(opened)
    assert not opened.raw.is_member(opened.raw.membership())
    scene.must_be_untouched()
    opened.consumer.close()


def test_a_foreign_partition_is_refused(scene: Scene) -> None:
    """The broker would let any member commit any partition; we do not."""
    opened = scene.open()
    mine = Member(opened.consumer, opened.witness)
    other = scene.second()
    share([mine, other], 2)
    (foreign,) = other.consumer.assignment
    with pytest.raises(CommitFailed, match=rf"not \[{foreign}\]"):
        _commit(scene, opened, {foreign: 5})
    scene.must_be_untouched()
    opened.consumer.close()


def test_the_proof_is_that_of_the_poll(scene: Scene) -> None:
    """After a rebalance nothing is committed before the next poll, not even of what stays.

    Here the group has a new generation, and the consumer has not been told what it gave
    away: a proof taken at the commit would pass.
    """
    opened, mine, other = _overtaken(scene)
    assert opened.raw.is_member(opened.raw.membership())
    with pytest.raises(CommitFailed, match="has changed"):
        _commit(scene, opened, dict.fromkeys(opened.consumer.assignment, 10))
    scene.must_be_untouched()
    share([mine, other], 2)
    wait(lambda: opened.state() == STABLE and _may_claim(opened), "it is settled", other, mine)
    (kept,) = opened.consumer.assignment
    _commit(scene, opened, {kept: 10})
    assert scene.broker.committed(scene.group, scene.source) == {kept: 10}
    opened.consumer.close()


def test_an_answer_between_two_polls_is_heard(scene: Scene) -> None:
    """One that joined and did not wait needs nobody to join once more.

    Else a group whose members poll for less than a rebalance takes joins for ever.
    """
    opened, mine, _ = _overtaken(scene)
    before = opened.consumer.assignment
    wait(lambda: opened.state() == STABLE or opened.consumer.assignment < before, "heard", mine)
    opened.consumer.close()


def _overtaken(scene: Scene) -> tuple[Opened, Member, Member]:
    """One whose group got a new generation between two polls of its, and the other member."""
    opened = scene.open()
    mine = Member(opened.consumer, opened.witness)
    wait(lambda: len(mine.records) == 20, "all records", mine)
    other, mine.timeout = scene.second(), 0
    wait(lambda: opened.state() != STABLE, "it joins again", other, mine)
    _until_refused(opened, other)
    return opened, mine, other


def _joined(scene: Scene) -> Member:
    """A member that holds everything once the one before is gone."""
    other = scene.second()
    wait(lambda: len(other.consumer.assignment) == 2, "it holds all", other)
    return other


def _commit(scene: Scene, opened: Opened, offsets: Mapping[int, int]) -> None:
    writer = scene.broker.writer(unique("writer"))
    try:
        writer.commit(messages(scene.sink, [1]), opened.consumer, offsets)
    finally:
        writer.close()


def _until_refused(opened: Opened, *others: Member) -> None:
    """Wait until the client knows that the group has gone on; it itself does not poll."""
    wait(lambda: not _may_claim(opened), "the client is told", *others)


def _may_claim(opened: Opened) -> bool:
    try:
        opened.consumer.claim({})
    except CommitFailed:
        return False
    return True
