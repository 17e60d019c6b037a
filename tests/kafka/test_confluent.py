"""What librdkafka does otherwise, and the rules must not notice."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random

import msgspec
import pytest
from confluent_kafka import KafkaError, KafkaException

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.brokers.kafka.broker import refuse_gap
from streamal.brokers.kafka.client import OutOfRange
from streamal.brokers.kafka.confluent import ConfluentClient
from streamal.brokers.kafka.confluent.failures import translated
from streamal.brokers.kafka.consumer import KafkaGroupConsumer
from streamal.brokers.kafka.watchdog import Watchdog, die
from streamal.core.log import Outgoing, Record
from streamal.errors import BrokerError, BrokerUnavailable, CommitFailed, Fenced, NotAllowed
from tests.contracts.site import PATIENCE, after, gather, make_topic, messages, numbers, put, unique
from tests.kafka.site import KafkaSite

NOBODY = KafkaOptions(servers=("127.0.0.1:1",), client="confluent", call_timeout_s=1.0)

FENCE = KafkaError(KafkaError.FENCED_INSTANCE_ID)

ERRORS: list[tuple[KafkaError, type[BrokerError]]] = [
    (FENCE, Fenced),
    (KafkaError(KafkaError._FENCED), Fenced),
    (KafkaError(KafkaError._FATAL, f"Fatal error: {FENCE.str()}", fatal=True), Fenced),
    (KafkaError(KafkaError._FATAL), CommitFailed),
    (KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED), NotAllowed),
    (KafkaError(KafkaError._TRANSPORT), BrokerUnavailable),
]


@pytest.fixture
def options(bootstrap: Sequence[str]) -> KafkaOptions:
    """Members are dynamic ones, of whom there are many."""
    return msgspec.structs.replace(KafkaSite(bootstrap, "confluent").options, is_static=False)


@pytest.fixture
def broker(options: KafkaOptions) -> Iterator[KafkaBroker]:
    """A connection."""
    with closing(KafkaBroker(options)) as broker:
        yield broker


@pytest.fixture
def client(options: KafkaOptions) -> Iterator[ConfluentClient]:
    """The adapter itself."""
    with closing(Watchdog(20.0, die)) as watchdog:
        yield ConfluentClient(options, watchdog)


def _wait(seen: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"


def _filled(broker: KafkaBroker, partitions: int = 1) -> str:
    topic = make_topic(broker, partitions)
    for partition in range(partitions):
        put(broker, messages(topic, range(10), partition))
    return topic


class Raw:
    """A member of a group without the rules, and what it was told."""

    def __init__(self, client: ConfluentClient, group: str, topic: str) -> None:
        self.consumer = client.consumer(group, topic, None)
        self.held: frozenset[int] = frozenset()
        self.records: list[Record] = []

    def poll(self) -> frozenset[int]:
        """Take what is there; return the partitions that it was given and not taken."""
        self.records += self.consumer.poll(100, 0.05)
        for change in self.consumer.changes():
            parts = change.partitions
            self.held = self.held | parts if change.is_gain else self.held - parts
        return self.held


def _first(client: ConfluentClient, group: str, topic: str) -> Raw:
    """A member that holds something, which is all."""
    raw = Raw(client, group, topic)
    _wait(raw.poll, "it holds all")
    return raw


def _second(client: ConfluentClient, group: str, topic: str, first: Raw) -> Raw:
    """Another one, that now holds one partition of two."""
    raw = Raw(client, group, topic)
    _wait(lambda: len(first.poll()) == len(raw.poll()) == 1, "each holds one")
    return raw


def test_a_place_that_is_no_more_is_told_once(client: ConfluentClient, broker: KafkaBroker) -> None:
    """Then nothing comes until it is sought, and everything from there on."""
    topic = _filled(broker)
    reader = client.reader([(topic, 0)])
    reader.seek((topic, 0), 5000)
    with pytest.raises(OutOfRange) as gone:
        _wait(lambda: reader.poll(100, 0.1) != [], "an error")
    assert gone.value.places == {(topic, 0): 5000}
    assert reader.poll(100, 0.3) == []
    reader.seek((topic, 0), 4)
    assert numbers(gather(reader, 6)) == [4, 5, 6, 7, 8, 9]
    reader.close()


def test_a_seek_throws_away_what_was_fetched(client: ConfluentClient, broker: KafkaBroker) -> None:
    """Forward and back, the next record is that of the new place, which is the position."""
    topic = _filled(broker)
    reader = client.reader([(topic, 0)])
    for place in (0, 7, 3, 3, 9, 0):
        reader.seek((topic, 0), place)
        assert reader.position((topic, 0)) == place
        assert numbers(gather(reader, 1, limit=1)) == [place]
        assert reader.position((topic, 0)) == place + 1
    reader.close()


def test_a_position_passes_what_was_aborted(client: ConfluentClient, broker: KafkaBroker) -> None:
    """A restore reads up to the end, where there may be no record."""
    topic = _filled(broker)
    producer = client.producer(unique("writer"))
    producer.begin()
    producer.send(messages(topic, [99]))
    _wait(lambda: broker.ends(topic)[0][1] == 12, "the record is at the broker")
    producer.abort()
    reader = broker.reader({(topic, 0): 0})
    gather(reader, 10)
    end = broker.ends(topic)[0][1]
    assert end == 13
    _wait(lambda: reader.poll(1, 0.5) != [] or reader.positions() == {(topic, 0): end}, "the end")
    reader.close()
    producer.close()


def test_nothing_comes_before_it_is_sought(client: ConfluentClient, broker: KafkaBroker) -> None:
    """A partition that was given gives no records; one that went again is not fetched."""
    topic, group = _filled(broker, 2), unique("group")
    first = _first(client, group, topic)
    second = _second(client, group, topic, first)
    (lost,), (kept,) = second.held, first.held
    first.consumer.seek((topic, lost), 0)
    first.consumer.seek((topic, kept), 0)
    _wait(lambda: first.poll() and len(first.records) == 10, "all of one partition")
    first.poll()
    assert [record.partition for record in first.records] == [kept] * 10
    assert second.records == []
    first.consumer.close()
    second.consumer.close()


def test_who_pauses_gets_nothing_until_it_resumes(
    client: ConfluentClient, broker: KafkaBroker
) -> None:
    """Not what was fetched already, nor of partitions sought meanwhile; then all of it."""
    topic = _filled(broker, 2)
    reader = client.reader([(topic, 0), (topic, 1)])
    reader.seek((topic, 0), 0)
    assert numbers(gather(reader, 3, limit=1)) == [0, 1, 2]
    reader.pause()
    reader.seek((topic, 1), 5)
    assert reader.poll(100, 0.5) == []
    reader.resume()
    assert sorted(numbers(gather(reader, 12))) == sorted([*range(3, 10), *range(5, 10)])
    reader.close()


def test_no_partition_comes_back_paused(client: ConfluentClient, broker: KafkaBroker) -> None:
    """One that went while its owner paused is read when it is there again."""
    topic, group = _filled(broker, 2), unique("group")
    first = _first(client, group, topic)
    for partition in (0, 1):
        first.consumer.seek((topic, partition), 0)
    first.consumer.pause()
    second = _second(client, group, topic, first)
    (moved,) = second.held
    first.consumer.resume()
    second.consumer.close()
    _wait(lambda: len(first.poll()) == 2, "it holds both again")
    first.consumer.seek((topic, moved), 0)
    _wait(lambda: first.poll() and len(first.records) == 20, "all records of both")
    first.consumer.close()


def test_committed_offsets_wait_for_what_is_pending(
    client: ConfluentClient, broker: KafkaBroker
) -> None:
    """Who asks for them gets those of a transaction that is decided meanwhile."""
    topic, group = _filled(broker), unique("group")
    member = _first(client, group, topic)
    producer = client.producer(unique("writer"))
    producer.begin()
    producer.send_offsets(group, topic, {0: 5}, member.consumer.membership())
    with ThreadPoolExecutor() as pool:
        found = pool.submit(member.consumer.committed, [0])
        with pytest.raises(TimeoutError):
            found.result(0.5)
        producer.commit()
        assert found.result(PATIENCE) == {0: 5}
    member.consumer.close()
    producer.close()


@pytest.mark.parametrize("name", ["member", None])
def test_a_member_can_be_closed_at_any_moment(
    client: ConfluentClient, broker: KafkaBroker, name: str | None
) -> None:
    """While it joins too, before it has heard what it was given; if not, this never ends."""
    topic = _filled(broker)
    for looks in range(8):
        member = client.consumer(unique("group"), topic, name)
        _wait(member.member, "the group knows it")
        for _ in range(looks):
            member.committed([0])  # a question to the broker, while it is told the rest
        member.close()
        assert not member.is_member(None)


def test_the_proof_is_that_of_the_poll(client: ConfluentClient, broker: KafkaBroker) -> None:
    """The client joins again by itself; what was polled before cannot be committed after."""
    topic, group = _filled(broker, 2), unique("group")
    raw = client.consumer(group, topic, None)
    assert not raw.is_member(raw.membership())
    first = KafkaGroupConsumer(raw, group, topic, None, broker.ends, refuse_gap, print)
    records = gather(first, 20)
    proof = raw.membership()
    assert raw.is_member(proof)
    second = broker.subscribe(group, topic, "second")
    _wait(lambda: second.poll(1, 0.05) != [] or not raw.is_member(proof), "a new generation")
    writer = broker.writer(unique("writer"))
    with pytest.raises(CommitFailed, match="has changed"):
        writer.commit([], first, after(records))
    assert broker.committed(group, topic) == {}
    first.close()


def test_the_fence_is_told_whoever_finds_it(
    client: ConfluentClient, broker: KafkaBroker, capfd: pytest.CaptureFixture[str]
) -> None:
    """Fenced while it hands over records, a writer says so, and nothing to stderr."""
    topic, name = make_topic(broker), unique("writer")
    older = client.producer(name)
    older.begin()
    newer = client.producer(name)
    with pytest.raises(Fenced):
        list(map(older.send, [messages(topic, [1])] * 100_000))
    for call in (older.commit, older.abort, older.begin):
        with pytest.raises(Fenced):
            call()
    older.close()
    newer.close()
    assert capfd.readouterr().err == ""


def test_what_cannot_be_delivered_fails_the_commit(
    client: ConfluentClient, broker: KafkaBroker
) -> None:
    """A record that the broker refuses takes its batch with it; one of nothing is welcome."""
    topic = make_topic(broker)
    producer = client.producer(unique("writer"))
    producer.begin()
    producer.send([*messages(topic, [1]), Outgoing(topic, b"k", Random(1).randbytes(5_000_000))])
    with pytest.raises(CommitFailed, match="too large"):
        producer.commit()
    producer.abort()
    put(broker, [Outgoing(topic, None, None, (("a", b""),))])
    (record,) = gather(broker.reader({(topic, 0): 0}), 1)
    assert (record.key, record.value, record.headers) == (None, None, (("a", b""),))
    producer.close()


def test_while_nobody_answers_nothing_comes() -> None:
    """Reading waits, a writer gives up before the watchdog would, and both can be closed."""
    with closing(Watchdog(20.0, die)) as watchdog:
        client = ConfluentClient(NOBODY, watchdog)
        reader = client.reader([("topic", 0)])
        reader.seek(("topic", 0), 3)
        assert (reader.poll(1, 0.2), reader.position(("topic", 0))) == ([], 3)
        reader.close()
        with pytest.raises(BrokerUnavailable, match=r"127\.0\.0\.1:1"):
            client.producer("writer")


@pytest.mark.parametrize(("error", "kind"), ERRORS)
def test_errors_are_translated(error: KafkaError, kind: type[BrokerError]) -> None:
    """Each is one of ours, of the kind that says what to do; a fatal one may be a fence."""
    with pytest.raises(kind, match=r"^reading: ") as failure, translated("reading"):
        raise KafkaException(error)
    assert type(failure.value) is kind
