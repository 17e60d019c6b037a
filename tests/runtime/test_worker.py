"""Who waits for what: an idle worker sleeps, and a busy one never does."""

from collections.abc import Mapping

from streamal.brokers.port import Reader
from streamal.core.log import Record
from streamal.runtime.arbitration import Arbitration
from streamal.runtime.scoring import Scoring
from streamal.runtime.worker import Worker
from tests.runtime.flaky import Flaky
from tests.runtime.service import Service, numbers


class Spender(Arbitration):
    """An arbiter that writes down how long it was to wait, and does not wait."""

    waits: tuple[float, ...] = ()

    def turn(self, timeout: float) -> int:
        self.waits += (timeout,)
        return super().turn(0)


class Proposer(Scoring):
    """A scorer that writes down the same."""

    waits: tuple[float, ...] = ()

    def turn(self, limit: int, timeout: float) -> int:
        self.waits += (timeout,)
        return super().turn(limit, 0)


def _watched(service: Service) -> tuple[Worker, Spender, Proposer]:
    """Return a worker whose roles write down how long they were to wait."""
    worker = service.worker
    plan, follower = service.plan, worker.follower
    spender = Spender(service.broker, plan, follower, worker.stages)
    proposer = Proposer(service.broker, plan, follower.replica, worker.stages)
    worker.arbitration, worker.scoring = spender, proposer
    return worker, spender, proposer


def test_an_idle_worker_waits_for_samples() -> None:
    """With nothing to do the scorer waits, after the arbiter looked without waiting."""
    service = Service()
    service.turn()
    worker, spender, proposer = _watched(service)
    worker.turn(7.0)
    assert (spender.waits, proposer.waits) == ((0,), (7.0,))


def test_a_worker_with_candidates_at_hand_does_not_wait() -> None:
    """What one role has done may give the other work: then nobody waits."""
    service = Service()
    service.send(*numbers(5))
    service.turn(1)
    worker, _, proposer = _watched(service)
    worker.turn(7.0)
    assert proposer.waits == (0,)


def test_a_worker_that_is_held_back_waits_for_answers() -> None:
    """While intake is paused the arbiter waits instead: the loop does not spin."""
    service = Service(requests={"max_ahead": 1})
    service.send(*numbers(5))
    service.turn()
    worker, spender, proposer = _watched(service)
    worker.turn(7.0)
    assert (spender.waits, proposer.waits) == ((7.0,), (0,))


class Patient(Flaky):
    """A broker whose readers write down how long they were to wait, and do not wait."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.broker, "nobody", {})
        self.waits: list[float] = []

    def reader(self, positions: Mapping[tuple[str, int], int]) -> Reader:
        return _Noting(super().reader(positions), self.waits)


class _Noting:
    def __init__(self, inner: Reader, waits: list[float]) -> None:
        self._inner = inner
        self._waits = waits

    def poll(self, limit: int, timeout: float) -> list[Record]:
        self._waits.append(timeout)
        return self._inner.poll(limit, 0)

    def positions(self) -> dict[tuple[str, int], int]:
        return self._inner.positions()

    def close(self) -> None:
        self._inner.close()


def test_a_scorer_without_a_model_waits_for_one() -> None:
    """A scorer that has no recorded model yet waits for `updates`: the loop does not spin."""
    service = Service()
    service.worker.close()
    broker = Patient(service)
    worker = Worker(broker, service.plan)
    worker.start()
    worker.arbitration = None
    broker.waits.clear()
    worker.turn(7.0)
    assert broker.waits == [7.0]


def test_closing_twice_does_nothing() -> None:
    """A worker may be closed again, and before it was started."""
    service = Service()
    service.worker.close()
    service.worker.close()
    Worker(service.broker, service.plan).close()
