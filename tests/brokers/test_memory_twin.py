"""Told the same, the broker in memory and the one in a file say the same."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.brokers.memory import MemoryBroker
from streamal.brokers.port import Broker, Consumer, Reader
from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import Outgoing, TopicSpec
from tests.contracts.site import START, Witness

SPECS = (
    TopicSpec("in", 3),
    TopicSpec("short", 2, retention_ms=50),
    TopicSpec("state", 2, compacted=True, retention_ms=80),
)
LANES = [(spec.name, partition) for spec in SPECS for partition in range(spec.partitions)]

outputs = st.builds(
    lambda lane, key, value: Outgoing(lane[0], key, value, (), lane[1]),
    st.sampled_from(LANES),
    st.sampled_from([b"a", b"b", b"c", b"d"]),
    st.none() | st.binary(max_size=3),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.lists(outputs, max_size=12)),
        st.tuples(st.sampled_from(["read", "take"]), st.integers(0, 9)),
        st.tuples(st.just("commit"), st.dictionaries(st.integers(0, 2), st.integers(0, 30))),
        st.tuples(st.just("pass"), st.integers(-30, 60)),
        st.tuples(st.sampled_from(["rewind", "reopen", "resume", "forget"]), st.none()),
    ),
    max_size=25,
)


class Actor:
    """Does what a script says with a broker, and tells everything it can see."""

    def __init__(self, make: Callable[[Callable[[], int]], Broker]) -> None:
        self.now = START
        self.broker = make(lambda: self.now)
        self.broker.create(SPECS)
        self.witness = Witness()
        self.consumer = self._subscribe()
        self.reader: Reader = self.broker.reader(dict.fromkeys(LANES, 0))

    def act(self, step: str, argument: object) -> object:
        """Do one step; return all that can be seen after it."""
        said = getattr(self, f"_{step}")(argument)
        ends = [self.broker.ends(spec.name) for spec in SPECS]
        places = self.broker.committed("group", "in"), self.consumer.committed()
        seen = self.witness.seen.copy(), self.consumer.assignment, self.consumer.lag()
        return said, ends, places, seen, sorted(self.reader.positions().items())

    def _subscribe(self) -> Consumer:
        return self.broker.subscribe("group", "in", "member", self.witness)

    def _write(self, batch: list[Outgoing]) -> None:
        self.broker.writer("writer").commit(batch)

    def _read(self, limit: int) -> object:
        return self.reader.poll(limit, 0)

    def _take(self, limit: int) -> object:
        return self.consumer.poll(limit, 0)

    def _commit(self, offsets: dict[int, int]) -> str:
        try:
            self.broker.writer("writer").commit([], self.consumer, offsets)
        except Exception as error:  # noqa: BLE001 - the twin must raise the same
            return repr(error)
        return "committed"

    def _pass(self, milliseconds: int) -> None:
        self.now += milliseconds

    def _rewind(self, _: None) -> None:
        self.consumer.rewind()

    def _reopen(self, _: None) -> None:
        self.consumer.close()
        self.consumer = self._subscribe()

    def _resume(self, _: None) -> None:
        positions = sorted(self.reader.positions().items())
        self.reader.close()
        self.reader = self.broker.reader(dict(positions))

    def _forget(self, _: None) -> None:
        self.broker.forget()


@settings(max_examples=60)
@given(script=steps)
def test_both_brokers_say_the_same(script: list[tuple[str, object]]) -> None:
    """Records, offsets, append times, ends, places, lag, errors: after each step they agree."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        file = Actor(lambda clock: SqliteBroker(path, clock))
        # A file keeps what was read; so must its twin.
        memory = Actor(lambda clock: MemoryBroker(clock, keep=[spec.name for spec in SPECS]))
        for step, argument in script:
            assert memory.act(step, argument) == file.act(step, argument)
        file.broker.close()
