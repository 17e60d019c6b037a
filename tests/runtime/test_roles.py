"""Two roles in two workers over one log do what one worker does."""

from collections import Counter

import pytest
from msgspec.structs import replace

from streamal.core.records import Request
from streamal.core.updates import Example
from streamal.errors import ConfigMismatch
from streamal.lab.laws import verify
from streamal.lab.recount import Recount
from streamal.runtime.arbitration import Arbitration
from streamal.runtime.restore import Follower
from streamal.runtime.stages import Stages
from streamal.runtime.worker import Worker
from tests.runtime.service import Service, numbers

BUDGET = [{"rate": 0.2, "burst": 5}]


class Pair:
    """A scorer and an arbiter over one log, in two workers."""

    def __init__(self, service: Service) -> None:
        service.worker.close()
        self.service = service
        self.scorer = service.started(role="scorer", instance="one")
        self.arbiter = service.started(role="arbiter", instance="two")

    def turn(self, times: int = 3) -> None:
        """Give each some turns."""
        for _ in range(times):
            self.scorer.turn(0)
            self.arbiter.turn(0)
        self.scorer.follow()

    def work(self, rounds: int) -> None:
        """Send, answer and learn."""
        for _ in range(rounds):
            self.service.send(*numbers(20, self.service.sent))
            self.turn()
            self.service.answer_all()
            self.turn()


def test_each_sample_gets_one_decision_from_two_workers() -> None:
    """Every sample has exactly one decision, and each is by the one entitled to write it."""
    service = Service(budget=BUDGET)
    Pair(service).work(rounds=10)
    offsets = Counter(one.source.offset for one in service.decisions())
    assert offsets == Counter(range(200))
    writers = {
        (record.topic, dict(record.headers)["streamal-writer"])
        for record in service.outputs()
        if record.topic in {"label-requests", "auto-labels", "updates"}
    }
    assert writers == {
        ("label-requests", b"two"),
        ("updates", b"two"),
        ("auto-labels", b"one"),
        ("auto-labels", b"two"),
    }


def test_two_workers_hold_the_budget_at_every_prefix() -> None:
    """Requests, recounted one by one from what was written, stay within the budget."""
    service = Service(budget=BUDGET)
    Pair(service).work(rounds=10)
    recount = Recount(service.plan.arbiter.limits)
    for request in service.requests():
        stamp = request.ledger
        recount.charge(stamp.n, stamp.time)  # type: ignore[union-attr]
        assert recount.excess(stamp.n, stamp.time) <= 0  # type: ignore[union-attr]
    assert len(service.requests()) == 44


def test_replicas_agree_at_one_version() -> None:
    """The models of scorer, arbiter and a third that only replays give the same predictions."""
    service = Service(budget=BUDGET)
    pair = Pair(service)
    pair.work(rounds=6)
    third = Worker(service.broker, service.plan)
    third.follower.restore()
    replicas = [one.follower.replica for one in (pair.scorer, pair.arbiter, third)]
    assert len({one.version for one in replicas}) == 1
    assert len({one.digest() for one in replicas}) == 1
    assert replicas[0].model.learned > 20


def test_a_scorer_waits_until_the_model_is_recorded() -> None:
    """Before an arbiter has recorded the model a scorer decides nothing, then all of it."""
    service = Service()
    service.worker.close()
    scorer = service.started(role="scorer")
    service.send(*numbers(5))
    assert scorer.turn(0) == 0
    service.started(role="arbiter").turn(0)
    assert (scorer.turn(0), scorer.turn(0)) == (5, 0)


def test_an_arbiter_alone_decides_no_sample() -> None:
    """With `--role arbiter` samples stay where they are."""
    service = Service()
    service.restart(role="arbiter")
    service.send(*numbers(5))
    service.turn()
    assert service.decisions() == []


def _round(service: Service) -> None:
    service.send(*numbers(20, service.sent))
    service.turn()
    service.answer_all()
    service.turn()


def _late(service: Service, **changes: object) -> Arbitration:
    """Return an arbiter that looked at `updates` before the last one wrote to it."""
    follower = Follower(service.broker, replace(service.plan, **changes))
    follower.restore()
    _round(service)
    service.worker.close()
    return Arbitration(service.broker, replace(service.plan, **changes), follower, Stages())


def test_a_late_starter_catches_up_before_it_writes() -> None:
    """What the last arbiter wrote since we looked is learned first: versions leave no gap."""
    service = Service(budget=BUDGET)
    arbitration = _late(service)
    scorer = service.started(role="scorer")
    service.send(*numbers(20, service.sent))
    scorer.turn(0)
    arbitration.turn(0)
    service.answer_all()
    arbitration.turn(0)
    versions = [one.version for one in service.updates()]
    assert versions == list(range(1, len(versions) + 1))
    assert sum(isinstance(one, Example) for one in service.updates()) == len(service.requests())


def test_a_late_starter_does_not_write_over_another_model() -> None:
    """One that is configured otherwise refuses to begin, though nothing was recorded before."""
    service = Service(budget=BUDGET)
    arbitration = _late(service, model_config={"preset": "other"})
    before = service.updates()
    with pytest.raises(
        ConfigMismatch, match=r"model\.preset is 'other' here and 'auto' in updates"
    ):
        arbitration.turn(0)
    assert service.updates() == before


def test_requests_carry_the_features_that_their_labels_teach() -> None:
    """An example has the features of its request, whoever scored the sample."""
    service = Service(budget=BUDGET)
    Pair(service).work(rounds=2)
    asked: dict[str, Request] = {one.request_id: one for one in service.requests()}
    examples = [one for one in service.updates() if isinstance(one, Example)]
    assert examples
    for one in examples:
        assert one.features == asked[one.request_id or ""].features


def test_partitions_are_counted_apart_and_budgeted_together() -> None:
    """With three partitions n is the sum over them, and the budget holds for all at once."""
    service = Service(topics={"partitions": 3}, budget=BUDGET)
    for partition in range(3):
        service.put("samples", *[b'{"features": {"x": 1}}'] * 30, partition=partition)
    service.turn()
    assert Counter(one.source.partition for one in service.decisions()) == {0: 30, 1: 30, 2: 30}
    last = service.requests()[-1].ledger
    assert last.limits[0].charged <= 5 + 0.2 * 90  # type: ignore[union-attr]


def test_the_laws_hold_for_two_workers() -> None:
    """The checkers of the laws find nothing wrong with what two workers wrote."""
    service = Service(budget=BUDGET)
    pair = Pair(service)
    service.put("samples", b"{")
    pair.work(rounds=7)
    verdicts = verify(service.broker, service.plan)
    assert [one.records for one in verdicts if one.state == "violated"] == []
    assert len([one for one in verdicts if one.state == "held"]) >= 10
