"""Members that join, leave and come back: who holds what, and what comes twice."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from streamal.brokers.kafka.python import configs
from streamal.brokers.port import Broker, Consumer, Partitions
from streamal.runtime.replay import until
from tests.contracts.site import PATIENCE, gather, make_topic, messages, numbers, put, unique
from tests.kafka.crew import Member, enlist, held, share, wait
from tests.kafka.site import KafkaSite

LONG_MS = 32_000
"""A session that no test outlives: what comes sooner did not wait for its end."""


@pytest.fixture
def site(bootstrap: Sequence[str]) -> Iterator[KafkaSite]:
    """Connections of static members."""
    site = KafkaSite(bootstrap, "kafka-python")
    site.options = msgspec.structs.replace(site.options, session_timeout_ms=LONG_MS)
    yield site
    site.close()


@pytest.fixture
def broker(site: KafkaSite) -> Broker:
    """A connection of the test's own."""
    return site.connect()


def _filled(broker: Broker, partitions: int) -> str:
    topic = make_topic(broker, partitions)
    _fill(broker, topic, partitions, 0)
    return topic


def _fill(broker: Broker, topic: str, partitions: int, start: int) -> None:
    """Ten records more in each partition."""
    values = range(start, start + 10)
    put(broker, [one for part in range(partitions) for one in messages(topic, values, part)])


def _two(site: KafkaSite, group: str, topic: str) -> tuple[Member, Member]:
    """Two members that share four partitions."""
    first = enlist(site, group, topic, "first")
    wait(lambda: held(first) == {0, 1, 2, 3}, "the first holds all", first, limit=3)
    second = enlist(site, group, topic, "second")
    share([first, second], 4, limit=3)
    return first, second


def _proof(member: Member) -> object:
    """The group's generation and the member's id in it, as the next commit would show them."""
    _, proof = member.consumer.claim({})  # type: ignore[attr-defined]
    return proof


def test_what_stays_is_read_on(site: KafkaSite, broker: Broker) -> None:
    """While another joins and leaves, records of what stays are not repeated, nor lost."""
    topic, group = _filled(broker, 4), unique("group")
    first, second = _two(site, group, topic)
    moved = held(second)
    stayed = held(first)
    assert first.witness.seen == [("assigned", {0, 1, 2, 3}), ("revoked", moved)]
    assert second.witness.seen == [("assigned", moved)]
    _fill(broker, topic, 4, 10)
    second.consumer.close()
    wait(lambda: held(first) == {0, 1, 2, 3}, "it has all again", first, limit=3)
    assert first.witness.seen[2:] == [("assigned", moved)]
    _fill(broker, topic, 4, 20)
    wait(lambda: _last(first, b"29") >= stayed, "all that stayed is read", first)
    for partition in stayed:
        assert _of(first, frozenset({partition})) == list(range(30))


def _of(member: Member, partitions: Partitions) -> list[int]:
    return numbers(record for record in member.records if record.partition in partitions)


def test_one_that_comes_back_finds_its_place(site: KafkaSite, broker: Broker) -> None:
    """It kept its name and did not leave: the same partitions, and nobody else hears of it."""
    topic, group = _filled(broker, 4), unique("group")
    first, second = _two(site, group, topic)
    share_of_first, told, proof = held(first), list(second.witness.seen), _proof(second)
    first.consumer.close(leave=False)
    again = enlist(site, group, topic, "first")
    wait(lambda: bool(held(again)), "it holds something again", again, second)
    assert held(again) == share_of_first
    assert (second.witness.seen, _proof(second)) == (told, proof)


def test_one_that_leaves_gives_up_its_place_at_once(site: KafkaSite, broker: Broker) -> None:
    """A static member too, long before its session would have ended."""
    topic, group = _filled(broker, 4), unique("group")
    first, second = _two(site, group, topic)
    first.consumer.close()
    wait(lambda: held(second) == {0, 1, 2, 3}, "the other has all", second)
    assert PATIENCE * 1000 < LONG_MS


def test_a_rebalance_ends_however_short_the_polls_are(site: KafkaSite, broker: Broker) -> None:
    """A member that never waits keeps a part of its partitions, and reads on."""
    topic, group = _filled(broker, 4), unique("group")
    first = enlist(site, group, topic, "first")
    wait(lambda: held(first) == {0, 1, 2, 3}, "the first holds all", first)
    first.timeout = 0
    second = enlist(site, group, topic, "second")
    share([first, second], 4)
    _fill(broker, topic, 4, 10)
    wait(lambda: _last(first, b"19") == held(first), "it reads on", first, second)


def _last(member: Member, value: bytes) -> Partitions:
    """The partitions of which a member has read the last record, which has this value."""
    return frozenset(record.partition for record in member.records if record.value == value)


class Heir:
    """A listener that asks where to begin, as the service does, and says that it asks."""

    def __init__(self) -> None:
        self.asks = threading.Event()
        self.consumer: Consumer | None = None
        self.found: dict[int, int] = {}

    def assigned(self, partitions: Partitions) -> None:
        assert self.consumer is not None
        self.asks.set()
        self.found = self.consumer.committed()

    def revoked(self, partitions: Partitions) -> None:
        """Keep what was found."""


class Pending:
    """A transaction that writes a row of `state` and moves a group to offset 5, undecided.

    Its owner may be any client: the broker cannot tell it from a process that stands still.
    """

    def __init__(self, site: KafkaSite) -> None:
        self.broker = site.connect()
        self.name = unique("writer")
        self.raw: Any = KafkaProducer(**configs.producer(site.options, self.name))
        self.state = make_topic(self.broker)
        self.raw.init_transactions()
        self.raw.begin_transaction()
        self.raw.send(self.state, b"5", partition=0)
        self.raw.flush()

    def move(self, group: str, topic: str, proof: object) -> None:
        """Move a group's offset to 5."""
        places = {TopicPartition(topic, 0): OffsetAndMetadata(5)}
        self.raw.send_offsets_to_transaction(places, proof)

    def commit(self) -> None:
        """Commit it."""
        self.raw.commit_transaction()

    def abort(self) -> None:
        """Abort it."""
        self.raw.abort_transaction()

    def fence(self) -> None:
        """Open the owner's id again, which aborts."""
        self.broker.writer(self.name)


DECISIONS: list[tuple[Callable[[Pending], None], int]] = [
    (Pending.commit, 5),
    (Pending.abort, 0),
    (Pending.fence, 0),
]


@pytest.fixture
def pending(site: KafkaSite) -> Iterator[Pending]:
    """One that the test decides."""
    pending = Pending(site)
    yield pending
    pending.raw.close(timeout=1)


@pytest.mark.parametrize(("decide", "place"), DECISIONS)
def test_a_partition_is_taken_over_once_it_is_decided(
    site: KafkaSite, broker: Broker, pending: Pending, decide: Callable[[Pending], None], place: int
) -> None:
    """The heir waits for the transaction of the one before, and begins where that one ended."""
    topic, group, heir = _filled(broker, 1), unique("group"), Heir()
    old = enlist(site, group, topic, "name")
    wait(lambda: len(old.records) == 10, "all is read", old)
    pending.move(group, topic, _proof(old))
    heir.consumer = site.connect().subscribe(group, topic, "name", heir)

    def decide_late() -> None:
        assert heir.asks.wait(PATIENCE)
        for _ in range(10):  # an answer that does not wait would be there by then
            broker.ends(topic)
        assert heir.found == {}
        decide(pending)

    with ThreadPoolExecutor() as pool:
        decided = pool.submit(decide_late)
        records = gather(heir.consumer, 10 - place)
        decided.result()
    assert (heir.found, numbers(records)) == ({0: place}, list(range(place, 10)))


@pytest.mark.parametrize(("decide", "place"), DECISIONS)
def test_a_restore_waits_for_what_is_pending(
    broker: Broker, pending: Pending, decide: Callable[[Pending], None], place: int
) -> None:
    """`ends` counts rows that are not decided, and `until` waits until they are."""
    looks = 0

    def stopped() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            decide(pending)
        return False

    reader = broker.reader({(pending.state, 0): 0})
    ((_, end),) = broker.ends(pending.state).values()
    batches = list(until(reader, {(pending.state, 0): end}, stopped))
    assert numbers(record for batch in batches for record in batch) == [5] * (place == 5)
    assert looks >= 3
