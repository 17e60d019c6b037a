"""The loop: what it gets past, what it does not, and how it ends."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from streamal.core.updates import Example
from streamal.errors import BrokerError, BrokerUnavailable, CommitFailed, Fenced, StreamalError
from streamal.runtime import rest
from streamal.runtime.worker import serve
from streamal.wire.topics import UPDATES
from tests.runtime.flaky import Flaky
from tests.runtime.service import Service, numbers


def never() -> bool:
    """Return that nobody has asked to stop."""
    return False


def after(times: int) -> Callable[[], bool]:
    """Return what says to stop once it was asked so many times."""
    asked: Iterator[int] = count()
    return lambda: next(asked) >= times


class Naps:
    """Writes down how long was waited, and waits for nothing."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def _filled() -> Service:
    """Return a service with samples and answers waiting, and no worker."""
    service = Service(budget=[{"rate": 0.5}])
    service.send(*numbers(30))
    service.turn()
    service.answer_all()
    service.send(*numbers(30, 30))
    service.worker.close()
    return service


def _undisturbed() -> list[bytes | None]:
    service = _filled()
    serve(service.broker, service.plan, never, until_idle=0)
    return [record.value for record in service.outputs()]


@pytest.mark.parametrize("error", [CommitFailed("no"), BrokerUnavailable("away")])
@pytest.mark.parametrize(("writer", "at"), [("scorer", 0), ("arbiter", 0), ("arbiter", 1)])
def test_a_commit_that_fails_is_done_again(error: BrokerError, writer: str, at: int) -> None:
    """After a failed commit of either role the service restores, and writes what it would have."""
    service, naps = _filled(), Naps()
    broker = Flaky(service.broker, writer, {at: error})
    serve(broker, service.plan, never, until_idle=0, wait=naps)
    assert [record.value for record in service.outputs()] == _undisturbed()
    assert naps.taken == [rest.NAP]


def test_a_fenced_worker_does_not_try_again() -> None:
    """`Fenced` ends the service at once: somebody else holds what it held."""
    service, naps = _filled(), Naps()
    broker = Flaky(service.broker, "arbiter", {0: Fenced("taken over")})
    with pytest.raises(Fenced, match="taken over"):
        serve(broker, service.plan, after(30), wait=naps)
    assert (broker.commits, naps.taken) == (1, [])


def test_a_worker_whose_group_was_taken_over_is_fenced() -> None:
    """When another worker takes both groups over, the first one's next turn is fenced."""
    service = _filled()
    first = service.started()
    service.started().turn(0)
    with pytest.raises(Fenced):
        first.turn(0)
    assert len({one.source.offset for one in service.decisions()}) == len(service.decisions())


def test_rests_grow_while_nothing_works() -> None:
    """The pause before each fresh start doubles up to ten seconds, taken in short naps."""
    service, naps = _filled(), Naps()
    broker = Flaky(service.broker, "scorer", dict.fromkeys(range(9), CommitFailed("full")))
    serve(broker, service.plan, never, until_idle=0, wait=naps)
    assert set(naps.taken) == {rest.NAP}
    lengths = [1, 2, 4, 8, 16, 32, 64, 100, 100]
    assert len(naps.taken) == sum(lengths)


def test_work_done_makes_rests_short_again() -> None:
    """After a batch that was committed the next pause is the first one again."""
    service, naps = _filled(), Naps()
    service.send(*numbers(900, 60))
    errors = {0: CommitFailed("a"), 1: CommitFailed("b"), 3: CommitFailed("c")}
    serve(Flaky(service.broker, "scorer", errors), service.plan, never, until_idle=0, wait=naps)
    assert len(naps.taken) == 1 + 2 + 1


def test_a_rest_is_over_when_told_to_stop() -> None:
    """A service that is told to stop while it rests ends without another try."""
    service, naps = _filled(), Naps()
    broker = Flaky(service.broker, "scorer", dict.fromkeys(range(99), CommitFailed("full")))
    serve(broker, service.plan, after(60), wait=naps)
    assert broker.commits < 7


def test_stopping_during_the_replay_joins_no_group() -> None:
    """Told to stop while it replays `updates`, a worker ends before it takes any group."""
    service = _filled()
    first = service.started()
    serve(service.broker, service.plan, after(2))
    assert first.turn(0) > 0


def test_a_gap_in_updates_is_an_error_of_its_own() -> None:
    """A missing version stops the service with a message, and is not tried again."""
    service = _filled()
    lost = service.records(UPDATES)[-1]
    value = (lost.value or b"").replace(b'"version":', b'"version":1')
    service.put(UPDATES, value)
    with pytest.raises(StreamalError, match="the ones between are gone"):
        serve(service.broker, service.plan, after(30))


def test_a_foreign_record_in_updates_is_named() -> None:
    """What is no update stops the service and is named by topic, partition and offset."""
    service = _filled()
    end = len(service.records(UPDATES))
    service.put(UPDATES, b"hello")
    with pytest.raises(StreamalError, match=f"updates/0/{end} is no update"):
        serve(service.broker, service.plan, after(30))


def test_retention_is_done_while_serving() -> None:
    """Once a second a service lets go of what is older than its topics keep it."""
    service = _filled()
    broker = Flaky(service.broker, "scorer", {})
    seconds = count(0.0, 0.5)
    is_late = after(30)
    serve(broker, service.plan, lambda: broker.forgot == 2 or is_late(), now=lambda: next(seconds))
    assert next(seconds) == 2.5


def test_a_service_without_work_ends_when_idle_for_long_enough() -> None:
    """With `until_idle` the loop ends by itself once all there was is done."""
    service = _filled()
    serve(service.broker, service.plan, never, until_idle=0)
    assert len(service.decisions()) == 60
    learned = [one for one in service.updates() if isinstance(one, Example)]
    assert len(learned) > 0
