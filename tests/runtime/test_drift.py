"""Drift over a whole service: alarms and take-overs are records, and replicas agree."""

from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import asdict, replace

from streamal.brokers.port import Broker, Consumer, Writer
from streamal.core.drifting import DriftSpec
from streamal.core.log import Outgoing
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.scorer import ScorerSpec
from streamal.core.updates import Drift, Takeover, Update
from streamal.errors import BrokerUnavailable, StreamalError
from streamal.lab.laws import verify
from streamal.runtime.replica import Replica
from streamal.runtime.worker import Worker
from tests.runtime import tiny
from tests.runtime.flaky import Flaky
from tests.runtime.labelled import drift, example, takeover
from tests.runtime.service import Service, numbers

SWAP, ROWS, STEP = 200, 320, 20
ALL = {"budget": [{"rate": 1.0}]}


def _service(**sections: object) -> Service:
    return Service(**ALL, **sections)


def _play(service: Service, swap: int = SWAP, restarts: bool = False) -> Service:
    """Send rows in steps and answer all; from `swap` on labels mean the opposite."""
    for first in range(0, ROWS, STEP):
        service.send(*numbers(STEP, first))
        service.turn()
        service.answer_all(noise=STEP if first >= swap else 0)
        service.turn()
        if restarts:
            service.restart()
    return service


def _found(service: Service) -> list[Drift | Takeover]:
    return [one for one in service.updates() if isinstance(one, Drift | Takeover)]


def test_a_collapse_is_told_and_a_fresh_model_takes_over() -> None:
    """After labels are swapped there is an alarm, then a take-over, and the answers are right."""
    service = _play(_service())
    alarm, taken = _found(service)
    assert isinstance(alarm, Drift)
    assert alarm.detector in ("adwin", "page_hinkley")
    assert alarm.fresh
    assert isinstance(taken, Takeover)
    assert taken.taken
    assert taken.since == alarm.version
    assert taken.fresh_loss < taken.loss
    said = service.worker.follower.replica.predict([{"x": 4.0}, {"x": -4.0}])
    assert [one.label for one in said if isinstance(one, Prediction)] == ["down", "up"]


def test_a_steady_stream_has_neither() -> None:
    """Without a change there is no record of either kind."""
    assert _found(_play(_service(), swap=ROWS)) == []


def test_off_is_off() -> None:
    """Switched off it writes nothing of drift, and where nothing drifts the very same bytes."""
    assert _found(_play(_service(drift="off"))) == []
    plain = _play(_service(drift="off"), swap=ROWS).records("updates")
    watched = _play(_service(), swap=ROWS).records("updates")
    assert [one.value for one in plain] == [one.value for one in watched]


def test_without_a_fresh_model_it_only_tells() -> None:
    """With `fresh` switched off there are alarms, and no model is replaced."""
    (alarm, *others) = _found(_play(_service(drift={"fresh": False})))
    assert isinstance(alarm, Drift)
    assert not alarm.fresh
    assert not any(isinstance(one, Takeover) for one in others)


def _told(service: Service) -> list[dict[str, object]]:
    """Return what drift records say, but for where the ledger's clock and offsets stood."""
    return [{**asdict(one), "ledger": one.ledger.n} for one in _found(service)]


def test_restarts_raise_nothing_twice_and_lose_nothing() -> None:
    """A service that restarts after every step writes the same alarms as one that never does."""
    one, other = _play(_service()), _play(_service(), restarts=True)
    assert _told(one) == _told(other)
    assert len(_told(one)) == 2


class Cut(Flaky):
    """A broker at which the first commit of a record of a kind fails: nothing of it is visible."""

    def __init__(self, inner: Broker, kind: bytes) -> None:
        super().__init__(inner, "", {})
        self.kind: bytes | None = kind

    def writer(self, transactional_id: str) -> Writer:
        return _CutWriter(self, self._inner.writer(transactional_id))


class _CutWriter:
    def __init__(self, broker: Cut, inner: Writer) -> None:
        self._broker = broker
        self._inner = inner

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        kind = self._broker.kind
        if kind is not None and any(kind in (one.value or b"") for one in outputs):
            self._broker.kind = None
            raise BrokerUnavailable("cut")
        self._inner.commit(outputs, consumer, offsets)

    def close(self) -> None:
        self._inner.close()


@pytest.mark.parametrize("kind", [b'"kind":"drift"', b'"kind":"takeover"'])
def test_a_crash_at_the_alarm_repeats_the_whole_step(kind: bytes) -> None:
    """Where the transaction with the alarm fails its examples are gone too, and both come again."""
    service = _service()
    cut = Cut(service.broker, kind)
    service.worker.close()
    service.worker = Worker(cut, service.plan)
    service.worker.start()
    for first in range(0, ROWS, STEP):
        service.send(*numbers(STEP, first))
        service.turn()
        service.answer_all(noise=STEP if first >= SWAP else 0)
        try:
            service.turn()
        except BrokerUnavailable:
            service.restart()
            service.turn()
    assert cut.kind is None
    assert _told(service) == _told(_play(_service()))


def test_a_scorer_elsewhere_agrees() -> None:
    """A replica that only reads `updates` predicts the same at the end, to the last bit."""
    service = _play(_service())
    plan = replace(service.plan, role="scorer", instance="other")
    other = Worker(service.broker, plan)
    other.start()
    other.follow()
    mine, theirs = service.worker.follower.replica, other.follower.replica
    assert theirs.version == mine.version
    assert theirs.digest() == mine.digest()
    rows = [{"x": i / 7.0} for i in range(-20, 20)]
    assert theirs.model.predict(rows) == mine.model.predict(rows)


def test_whoever_watches_otherwise_agrees() -> None:
    """What a replica watches with changes nothing of what its model becomes."""
    service = _play(_service())
    mine = service.worker.follower.replica
    theirs = Replica(service.plan.model, service.plan.model_config, service.plan.library)
    for update in service.updates():
        theirs.apply(update)
    assert theirs.digest() == mine.digest()


def test_a_second_alarm_begins_again() -> None:
    """A fresh model that is learning gives way to one that begins at the newer alarm."""
    replica = Replica(tiny.model, {})
    updates: tuple[Update, ...] = (example(1), drift(2), example(3), drift(4))
    for update in updates:
        replica.apply(update)
    assert replica.fresh is not None
    assert (replica.fresh.since, replica.fresh.model.learned) == (4, 0)


def test_one_that_is_dropped_leaves_the_model() -> None:
    """A take-over that says no ends the fresh model and changes no prediction."""
    replica = Replica(tiny.model, {})
    for update in (example(1), example(2, label="down", features={"x": 3.0}), drift(3)):
        replica.apply(update)
    before, model = replica.digest(), replica.model
    replica.apply(takeover(4, since=3, taken=False))
    assert (replica.fresh, replica.model is model, replica.digest()) == (None, True, before)


def test_a_take_over_needs_its_alarm() -> None:
    """A record that puts a model in force that never began names both versions."""
    replica = Replica(tiny.model, {})
    replica.apply(example(1))
    with pytest.raises(StreamalError, match=r"version 2 .* version 1 "):
        replica.apply(takeover(2, since=1))


def test_a_fresh_model_recalls_what_came_since() -> None:
    """It begins with the examples since errors rose, chosen ones too, and with no older one."""
    replica = Replica(tiny.model, {})
    for version in range(1, 41):
        replica.apply(example(version))
    for version in range(41, 61):
        drawn = version % 2 == 0
        reason, p = ("exploration", 0.02) if drawn else ("uncertain", 1.0)
        replica.apply(example(version, right=False, propensity=p, reason=reason))
    replica.apply(drift(61))
    assert replica.fresh is not None
    assert replica.fresh.model.learned == 20


def test_what_was_told_before_is_not_told_again() -> None:
    """An alarm is raised for examples that are new only, and is over with its record."""
    scorer = ScorerSpec(7, PolicySpec(), drift=DriftSpec())
    replica = Replica(tiny.model, {}, scorer=scorer)
    for version in range(1, 101):
        replica.apply(example(version))
    while not (found := replica.arisen(replica.version - 1)):
        replica.apply(example(replica.version + 1, right=False))
    assert [one.version for one in found] == [replica.version]
    assert replica.arisen(replica.version) == []
    replica.apply(drift(replica.version + 1))
    assert replica.arisen(0) == []
    for _ in range(30):
        replica.apply(example(replica.version + 1, right=False))
    assert replica.arisen(0) == []


def test_every_law_holds() -> None:
    """`verify` replays alarm and take-over: versions, digests and scores agree with the log."""
    service = _play(_service())
    broken = [one for one in verify(service.broker, service.plan) if one.state == "violated"]
    assert broken == []
