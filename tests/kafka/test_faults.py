"""A broker that stands still or dies, and instances that meet: nothing lost, nothing twice."""

import select
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress

import pytest

from streamal.brokers.kafka import KafkaBroker
from streamal.errors import BrokerUnavailable, Fenced
from streamal.runtime.replay import replay
from tests.brokers.child import Child, end, go, line
from tests.contracts.site import PATIENCE, after, make_topic, messages, numbers, put, read
from tests.kafka.child import start
from tests.kafka.cluster import Cluster
from tests.kafka.conftest import MakeCluster, made
from tests.kafka.crew import wait
from tests.kafka.site import KafkaSite

Hanging = Callable[[str], tuple[int, str, str]]

FREEZE_S = 5.0
COUNT = 1500
"""Records in each of two partitions; ten to a transaction, they take some seconds."""


@pytest.fixture(scope="module")
def freezable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A node that may stand still: its controller does not give it up."""
    with made(tmp_path_factory.mktemp("kafka"), session_ms=180_000) as cluster:
        yield cluster


class Copying:
    """A copier and its supervisor, who starts it again when it has ended with an error."""

    def __init__(self, servers: Sequence[str]) -> None:
        self.servers = ",".join(servers)
        self.broker = KafkaBroker(KafkaSite(servers, "kafka-python").options)
        self.source, self.sink = make_topic(self.broker, 2), make_topic(self.broker, 2)
        for partition in (0, 1):
            put(self.broker, messages(self.source, range(COUNT), partition))
        self.goal = after(read(self.broker, self.source, 2 * COUNT, 2))
        self.ends: list[tuple[int, str, str]] = []
        self.child = self.start()

    def start(self) -> Child:
        """Start a copier."""
        return start("copy", self.servers, self.source, self.sink)

    def tend(self) -> None:
        """Start it again if need be."""
        if self.child.poll() is not None:
            said, complaint = self.child.communicate()
            self.ends.append((self.child.returncode, said, complaint))
            self.child = self.start()

    def until_begun(self) -> None:
        """Wait until a part of it is copied."""
        wait(self._has_begun, "something is copied")
        assert self._copied() < COUNT, "the machine is too fast for this test: raise COUNT"

    def _has_begun(self) -> bool:
        self.tend()
        return self._copied() > COUNT // 5

    def _copied(self) -> int:
        return sum(last for _, last in self.broker.ends(self.sink).values())

    def until_done(self) -> None:
        """Wait until all is copied."""
        wait(self._is_done, "all is copied")

    def _is_done(self) -> bool:
        self.tend()
        with suppress(BrokerUnavailable):
            return self.broker.committed(self.source, self.source) == self.goal
        return False

    def must_be_exact(self) -> None:
        """What can be read is the source: nothing lost, nothing repeated, in order."""
        ends = self.broker.ends(self.sink)
        for partition in (0, 1):
            copies = replay(self.broker, self.sink, {partition: ends[partition]})
            assert numbers(copies) == list(range(COUNT))

    def hears(self, seconds: float) -> bool:
        """Let time pass, unless the copier says that something is amiss."""
        assert self.child.stdout is not None
        return bool(select.select([self.child.stdout], [], [], seconds)[0])

    def close(self) -> None:
        """End the copier for good."""
        if self.child.returncode is None:
            end(self.child, signal.SIGKILL)
        self.broker.close()


def test_a_broker_that_stands_still_delays(freezable: Cluster) -> None:
    """Five seconds of silence in the midst of a copy change nothing, nobody even notices."""
    with closing(Copying(freezable.bootstrap)) as copying:
        copying.until_begun()
        freezable.freeze()
        heard = copying.hears(FREEZE_S)
        freezable.thaw()
        copying.until_done()
        assert (heard, copying.ends) == (False, [])
        copying.must_be_exact()


def test_a_broker_that_dies_delays(make_cluster: MakeCluster) -> None:
    """Killed in the midst of a copy and started again; the copier is supervised."""
    cluster = make_cluster(apart=True)
    with closing(Copying(cluster.bootstrap)) as copying:
        copying.until_begun()
        copying.broker.close()  # its connection; it makes another when it is asked again
        cluster.kill()
        wait(cluster.is_given_up, "the controller gives the broker up")
        cluster.restart()
        cluster.wait_ready()
        copying.until_done()
        # 75: the broker itself ends, and fences, a transaction that was open for too long.
        assert {code for code, _, _ in copying.ends} <= {70, 75}, copying.ends
        copying.must_be_exact()


def test_one_of_two_with_one_name_ends(bootstrap: Sequence[str]) -> None:
    """It is fenced and exits with 75; the other goes on.

    Mostly the older one ends. A broker that is asked to commit while the younger one fences
    it may also answer that it does not know what went wrong; then the older one begins anew,
    and is the younger one.
    """
    with closing(Copying(bootstrap)) as copying:
        copying.until_begun()
        pair = copying.child, copying.start()
        wait(lambda: any(one.poll() is not None for one in pair), "one of the two has ended")
        ended, copying.child = sorted(pair, key=lambda one: one.poll() is None)
        assert (end(ended), Fenced.exit_code) == (75, 75)
        copying.until_done()
        assert copying.ends == []
        copying.must_be_exact()


@pytest.fixture
def hanging(freezable: Cluster) -> Iterator[Hanging]:
    """A broker that stands still where a test says, under a process that goes on."""
    with ExitStack() as stack:

        def hang(point: str) -> tuple[int, str, str]:
            with closing(KafkaBroker(KafkaSite(freezable.bootstrap, "kafka-python").options)) as it:
                topic = make_topic(it)
            child = stack.enter_context(start("hang", ",".join(freezable.bootstrap), point, topic))
            stack.callback(child.kill)
            stack.callback(freezable.thaw)
            assert line(child) == point
            freezable.freeze()
            go(child)
            said, complaint = child.communicate(timeout=PATIENCE)
            return child.returncode, said, complaint

        yield hang


def test_a_call_that_hangs_ends_the_process(hanging: Hanging) -> None:
    """With 70, and it says which call it was; nothing else would ever end it."""
    code, said, complaint = hanging("commit.mid")
    assert (code, said) == (70, "")
    assert complaint == "commit_transaction did not return within 2 s\n"


@pytest.mark.parametrize("point", ["commit.begin", "between"])
def test_a_call_that_gives_up_is_retriable(hanging: Hanging, point: str) -> None:
    """Sending offsets and opening a writer end by themselves, before the watchdog bites."""
    code, said, complaint = hanging(point)
    assert (code, complaint) == (1, "")
    assert said.startswith(("CommitFailed: ", "BrokerUnavailable: "))
