"""The contract as one property: a stage over random steps against a log in plain Python."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing, Record
from streamal.errors import TopicMissing
from tests.contracts.site import Site, after, arrive, gather, make_topic, put, unique

PARTITIONS = 3
PATIENCE = 5.0
"""Less than elsewhere: one lost record is looked for in many examples."""

Content = tuple[int, bytes | None, bytes | None]
"""partition, key, value"""

contents = st.tuples(
    st.integers(0, PARTITIONS - 1),
    st.none() | st.binary(max_size=3),
    st.none() | st.binary(max_size=20),
)
batches = st.lists(contents, max_size=8)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), batches),
        st.tuples(st.just("commit"), st.integers(1, 9)),
        st.tuples(st.just("fail"), st.integers(1, 9)),
        st.tuples(st.sampled_from(["rewind", "restart"]), st.just(0)),
    ),
    max_size=12,
)


@dataclass
class Oracle:
    """What the topics must hold: contents in order, and how many of each are committed."""

    source: dict[int, list[Content]] = field(
        default_factory=lambda: {partition: [] for partition in range(PARTITIONS)}
    )
    sink: list[bytes | None] = field(default_factory=list)
    polled: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(PARTITIONS), 0))
    committed: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(PARTITIONS), 0))

    def waiting(self) -> int:
        """How many records have not been polled."""
        return sum(map(len, self.source.values())) - sum(self.polled.values())

    def expect(self, records: list[Record]) -> None:
        """Each partition's records must be the next ones."""
        for record in records:
            content = self.source[record.partition][self.polled[record.partition]]
            assert (record.partition, record.key, record.value) == content
            self.polled[record.partition] += 1


class Stage:
    """Copies values of `source` to `sink`, one batch a step."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.oracle = Oracle()
        self.broker: Broker = site.connect()
        self.source = make_topic(self.broker, PARTITIONS)
        self.sink = make_topic(self.broker)
        self.group = unique("group")
        self.consumer = self.broker.subscribe(self.group, self.source, "member")

    def send(self, batch: list[Content]) -> None:
        """Write a batch to `source`."""
        put(self.broker, [Outgoing(self.source, k, v, (), p) for p, k, v in batch])
        for content in batch:
            self.oracle.source[content[0]].append(content)

    def commit(self, limit: int) -> None:
        """Poll some, copy them, commit."""
        records = self._poll(limit)
        outputs = [Outgoing(self.sink, None, record.value) for record in records]
        writer = self.broker.writer(unique("writer"))
        writer.commit(outputs, self.consumer, after(records))
        self.oracle.sink += [record.value for record in records]
        # All that was polled before was thrown away by a failure, and rewound.
        self.oracle.committed = self.oracle.polled.copy()

    def fail(self, limit: int) -> None:
        """Poll some, fail to commit, rewind."""
        records = self._poll(limit)
        outputs = [Outgoing(self.sink, None, record.value) for record in records]
        bad = Outgoing(self.sink + "-missing", None, b"")
        writer = self.broker.writer(unique("writer"))
        with pytest.raises(TopicMissing):
            writer.commit([*outputs, bad], self.consumer, after(records))
        self.rewind()

    def rewind(self, _: int = 0) -> None:
        """Forget what was polled and not committed."""
        self.consumer.rewind()
        self.oracle.polled = self.oracle.committed.copy()

    def restart(self, _: int = 0) -> None:
        """Leave the group, and join it from another connection."""
        self.consumer.close()
        self.broker = self.site.connect()
        self.consumer = self.broker.subscribe(self.group, self.source, "member")
        self.oracle.polled = self.oracle.committed.copy()

    def check(self) -> None:
        """Drain the source, then compare everything with the oracle."""
        while self.oracle.waiting():
            self.commit(50)
        reader = self.broker.reader({(self.sink, 0): 0})
        found = gather(reader, len(self.oracle.sink))
        assert [record.value for record in found] == self.oracle.sink
        deadline = time.monotonic() + PATIENCE
        while any(self.consumer.lag().values()) and time.monotonic() < deadline:
            assert self.consumer.poll(1, 0.05) == []
        assert self.consumer.lag() == dict.fromkeys(self.consumer.assignment, 0)

    def _poll(self, limit: int) -> list[Record]:
        if not self.oracle.waiting():
            return self.consumer.poll(limit, 0)
        records = arrive(self.consumer, limit, PATIENCE)
        self.oracle.expect(records)
        return records


class Model:
    """Random steps end where the oracle says."""

    # A site is shared by all examples on purpose: names are unique. And the property is
    # inherited by one class for each implementation. No shrinking: an example that waits
    # for a lost record takes seconds.
    @settings(
        deadline=None,
        max_examples=40,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(script=steps)
    def test_a_stage_ends_as_the_oracle_says(
        self, site: Site, script: list[tuple[str, object]]
    ) -> None:
        """Whatever fails or restarts between, each record is copied once and in order."""
        stage = Stage(site)
        acts: dict[str, Callable[..., None]] = {
            "send": stage.send,
            "commit": stage.commit,
            "fail": stage.fail,
            "rewind": stage.rewind,
            "restart": stage.restart,
        }
        for act, argument in script:
            acts[act](argument)
        stage.check()
