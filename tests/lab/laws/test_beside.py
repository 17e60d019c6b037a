"""The laws are checked beside a running service, whatever it writes meanwhile."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from streamal.brokers.port import Broker, Consumer, Listener, Reader, Writer
from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import TopicSpec
from streamal.lab.laws import Verdict, verify
from streamal.wire.topics import LOGICAL
from tests.lab.laws.service import RATE, People, Service, plan
from tests.lab.laws.stories import PEOPLE, SPEC


class Busy:
    """A broker on which a service goes on each time that a topic's ends are asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._broker = service.broker

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        self._service.run(7, batch=3)
        return self._broker.ends(topic)

    def committed(self, group: str, topic: str) -> dict[int, int]:
        self._service.run(5)
        return self._broker.committed(group, topic)

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        return self._broker.create(topics)

    def partitions(self) -> dict[str, int]:
        return self._broker.partitions()

    def subscribe(
        self, group: str, topic: str, member: str, listener: Listener | None = None
    ) -> Consumer:
        return self._broker.subscribe(group, topic, member, listener)

    def reader(self, positions: Mapping[tuple[str, int], int]) -> Reader:
        return self._broker.reader(positions)

    def writer(self, transactional_id: str) -> Writer:
        return self._broker.writer(transactional_id)

    def forget(self) -> None:
        self._broker.forget()

    def close(self) -> None:
        self._broker.close()


def violated(verdicts: list[Verdict]) -> list[Verdict]:
    """Return those that are violated."""
    return [verdict for verdict in verdicts if verdict.state == "violated"]


@pytest.mark.parametrize("before", [0, 20, 200])
def test_all_laws_hold_while_the_service_writes(before: int) -> None:
    """Samples, candidates and labels that come between two looks are no violation."""
    service = Service(plan(RATE, spec=SPEC), people=PEOPLE, broken=0.05).run(before)
    busy: Broker = Busy(service)
    verdicts = verify(busy, service.plan)
    assert violated(verdicts) == []
    assert verdicts[0].checked > before


def test_another_process_can_look(tmp_path: Path) -> None:
    """A second connection to the file of a running service sees that all laws hold."""
    path = tmp_path / "log.db"
    service = Service(
        plan(RATE, spec=SPEC), people=PEOPLE, connect=lambda clock: SqliteBroker(path, clock)
    ).run(150)
    beside = SqliteBroker(path)
    first = verify(beside, service.plan)
    second = verify(beside, service.run(50).plan)
    beside.close()
    service.broker.close()
    assert violated(first) + violated(second) == []
    assert [verdicts[0].checked for verdicts in (first, second)] == [150, 200]


def test_a_candidate_may_wait_for_the_arbiter() -> None:
    """While no arbiter runs, what was proposed waits, and law 1 holds and counts it."""
    service = Service(plan(RATE), people=People(delay=5)).run(100)
    service.send(30)
    assert service.worker.scoring is not None
    assert service.worker.scoring.turn(500, 0) == 30
    verdicts = verify(service.broker, service.plan)
    assert violated(verdicts) == []
    assert verdicts[0].checked == 130
    assert "wait for the arbiter" in verdicts[0].detail


def test_what_was_not_read_yet_is_not_missed() -> None:
    """Samples and labels that nobody has come to are no part of laws 1 and 4."""
    service = Service(plan(RATE)).run(100)
    service.send(30)
    service.label(b"not yet read")
    verdicts = verify(service.broker, service.plan)
    assert violated(verdicts) == []
    assert verdicts[0].checked == 100


def test_a_look_joins_no_group_and_writes_nothing() -> None:
    """After a look all topics end where they did, and the service goes on as if alone."""
    service = Service(plan(RATE)).run(100)
    topics = [service.plan.topics[logical] for logical in LOGICAL]
    before = [service.broker.ends(topic) for topic in topics]
    verify(service.broker, service.plan)
    assert [service.broker.ends(topic) for topic in topics] == before
    assert violated(verify(service.run(50).broker, service.plan)) == []
