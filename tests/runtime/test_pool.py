"""The pool in the loop: what waits is not passed, and comes again to whoever goes on."""

from collections import Counter
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.records import Request, Stamp
from streamal.core.updates import Closed, Example
from streamal.errors import CommitFailed
from streamal.runtime.plan import ARBITERS
from tests.core.recount import exact
from tests.runtime.flaky import Flaky
from tests.runtime.service import Service, numbers

POLICY = {"kind": "pool", "block": 4, "eager": False}
BUDGET = [{"rate": 0.2, "burst": 0}]


def _service(**sections: object) -> Service:
    return Service(**{"budget": BUDGET, "policy": POLICY, **sections})


def _committed(service: Service) -> int:
    """Return the next offset of `candidates` that the arbiters' group has committed."""
    topic = service.plan.topics["candidates"]
    return service.broker.committed(service.plan.group_prefix + ARBITERS, topic).get(0, 0)


def test_candidates_wait_until_a_block_is_full() -> None:
    """Four labels at a fifth of the samples: nothing is asked before the twentieth."""
    service = _service()
    for _ in range(19):
        service.send(*numbers(1, service.sent))
        service.turn()
    assert service.requests() == []
    assert _committed(service) == 0
    service.send(*numbers(1, service.sent))
    service.turn()
    assert len(service.requests()) == 4
    assert len(service.decisions()) == 20
    assert _committed(service) > 0
    assert {_stamp(one).n for one in service.requests()} == {20}


def _arbitrated(service: Service) -> int:
    """Return how many candidates have passed the arbiter."""
    return sum(isinstance(one.ledger, Stamp) for one in service.decisions())


def _stamp(request: Request) -> Stamp:
    assert isinstance(request.ledger, Stamp)
    return request.ledger


def test_labels_are_learned_while_candidates_wait() -> None:
    """An answer commits where it was read, and not one candidate of the open block."""
    service = _service()
    service.send(*numbers(20))
    service.turn()
    passed, decided = _committed(service), _arbitrated(service)
    service.send(*numbers(5, service.sent))
    service.turn()
    service.answer_all()
    service.turn()
    assert sum(isinstance(one, Example) for one in service.updates()) == 4
    assert _committed(service) == passed
    assert _arbitrated(service) == decided


def test_time_passes_for_requests_while_candidates_wait() -> None:
    """A request expires when a waiting candidate tells the time, not with the next block."""
    service = _service(requests={"expire_after": "10s"})
    service.send(*numbers(20))
    service.turn()
    decided = _arbitrated(service)
    service.clock.pass_by(11_000)
    service.send(*numbers(1, service.sent))
    service.turn()
    assert [one.outcome for one in service.updates() if isinstance(one, Closed)] == ["expired"] * 4
    assert _arbitrated(service) == decided


def test_no_candidate_waits_longer_than_it_may() -> None:
    """After `wait` a block is closed with what is affordable, by the wall clock."""
    service = _service(policy={**POLICY, "wait": "30s"})
    service.send(*numbers(11))
    service.turn()
    service.clock.pass_by(29_999)
    service.turn()
    assert _arbitrated(service) == 0
    service.clock.pass_by(1)
    service.turn()
    assert len(service.decisions()) == 11
    assert len(service.requests()) == 2


def test_a_block_is_closed_before_its_window_ends() -> None:
    """What a window affords is spent on those who waited in it, by a candidate or a label."""
    for next_one in ("sample", "label"):
        budget = [{"window": {"count": 3, "every": "1h"}}]
        service = _service(budget=budget, policy={**POLICY, "block": 9, "wait": "9h"})
        service.send(*numbers(3))
        service.turn()
        first = len(service.requests())
        service.send(*numbers(2, service.sent))
        service.turn()
        service.clock.pass_by(3_600_000)
        if next_one == "sample":
            service.send(*numbers(1, service.sent))
        else:
            service.answer(request_id="nobody", label="up")
        service.turn()
        assert first <= len(service.requests()) <= 4
        assert len(service.decisions()) >= 5


def test_a_record_that_is_no_candidate_is_buried_once() -> None:
    """Rubbish in the middle of a block gets its dead letter with the block, restarts or not."""
    service = _service()
    service.send(*numbers(10))
    service.turn()
    service.put("candidates", b"{")
    service.turn()
    assert service.dead() == []
    service.restart()
    service.send(*numbers(12, service.sent))
    service.turn()
    assert [one.stage for one in service.dead()] == ["candidates"]
    service.put("candidates", b"[")
    service.turn()
    service.restart()
    service.turn()
    assert len(service.dead()) <= 2


Step = Callable[[Service], object]

STEPS: dict[str, Step] = {
    "send": lambda service: service.send(*numbers(7, service.sent)),
    "bad": lambda service: service.put("samples", b"{"),
    "rubbish": lambda service: service.put("candidates", b"{"),
    "wait": lambda service: service.clock.pass_by(9_000),
    "answer": lambda service: service.answer_all(noise=1),
    "turn": lambda service: service.turn(1),
    "restart": Service.restart,
}


@settings(max_examples=60)
@given(
    steps=st.lists(st.sampled_from([*STEPS, "send", "turn", "turn"]), min_size=4, max_size=40),
    block=st.integers(1, 9),
    eager=st.booleans(),
)
def test_restarts_in_a_block_decide_every_sample_once(
    steps: Sequence[str], block: int, eager: bool
) -> None:
    """However a run is cut, each sample has one decision, and no prefix is overspent."""
    budget = [{"rate": 0.3, "burst": 5}, {"window": {"count": 12, "every": "30s"}}]
    policy = {"kind": "pool", "block": block, "eager": eager, "wait": "60s"}
    service = _service(budget=budget, policy=policy, requests={"expire_after": "20s"})
    for name in steps:
        STEPS[name](service)
    _settle(service)
    _assert_whole(service, steps)


def _settle(service: Service) -> None:
    """Let everybody finish, and the last block wait as long as it may."""
    service.turn()
    service.clock.pass_by(60_000)
    service.turn()


def _assert_whole(service: Service, steps: Sequence[str]) -> None:
    decided = [one.source.offset for one in service.decisions()]
    sent = service.sent + steps.count("bad")
    buried = Counter(one.stage for one in service.dead())
    assert len(decided) == len(set(decided)) == sent - steps.count("bad")
    assert buried["candidates"] == steps.count("rubbish")
    windows: Counter[int] = Counter()
    for number, request in enumerate(service.requests(), 1):
        stamp = _stamp(request)
        windows[stamp.time // 30_000] += 1
        assert number <= 5 + exact(0.3) * stamp.n
    assert max(windows.values(), default=0) <= 12


def test_a_commit_that_fails_passes_nothing_of_its_block() -> None:
    """The block is read again by the next worker, and each of its samples decided once."""
    service = _service()
    inner = service.broker
    for number in range(4):
        service.broker = Flaky(inner, "arbiter", {number: CommitFailed("no")})
        service.restart()
        service.send(*numbers(13, service.sent))
        try:
            service.turn()
        except CommitFailed:
            service.restart()
        service.turn()
    service.broker = inner
    service.restart()
    service.clock.pass_by(3_600_000)
    service.turn()
    assert [one.source.offset for one in service.decisions()] == list(range(service.sent))
    assert len(service.requests()) <= 0.2 * service.sent
