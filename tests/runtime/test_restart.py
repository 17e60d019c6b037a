"""A restart anywhere changes nothing: state is a fold over the topics."""

from collections.abc import Callable, Sequence
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.log import Record
from tests.runtime.service import Service, numbers

BUDGET = [{"rate": 0.3, "burst": 5}, {"window": {"count": 12, "every": "30s"}}]
Step = Callable[[Service], object]

STEPS: dict[str, Step] = {
    "send": lambda service: service.send(*numbers(7, service.sent)),
    "bad": lambda service: service.put("samples", b"{"),
    "wait": lambda service: service.clock.pass_by(9_000),
    "answer": lambda service: service.answer_all(noise=1),
    "turn": lambda service: service.turn(1),
}
SCRIPTS = st.lists(
    st.sampled_from(["send", "send", "bad", "wait", "answer", "turn", "turn", "turn"]),
    min_size=4,
    max_size=30,
)


def _played(steps: Sequence[str], stops: frozenset[int] = frozenset()) -> list[Record]:
    """Return every output of a script; before the steps at `stops` the worker is restarted."""
    service = Service(budget=BUDGET, requests={"expire_after": "20s", "refund": ["expired"]})
    for place, name in enumerate([*steps, "turn", "turn", "turn"]):
        if place in stops:
            service.restart()
        STEPS[name](service)
    return service.outputs()


@settings(max_examples=40)
@given(steps=SCRIPTS, stops=st.frozensets(st.integers(0, 32), min_size=1, max_size=4))
def test_restarts_change_no_output(steps: list[str], stops: frozenset[int]) -> None:
    """With restarts anywhere every topic holds the very bytes that it holds without."""
    assert _played(steps, stops) == _played(steps)


ROUND = ["send", "turn", "turn", "answer", "turn", "wait"]


@pytest.mark.parametrize("stop", range(0, 6 * len(ROUND), 5))
def test_a_restart_in_a_long_run_changes_no_output(stop: int) -> None:
    """The same with a warm model, open requests, expiries and refunds behind it."""
    steps = ROUND * 6
    assert _played(steps, frozenset({stop})) == _played(steps)


def test_the_first_start_records_model_and_budget_once() -> None:
    """`updates` begins with the model's configuration and the budget; restarts add nothing."""
    service = Service(budget=BUDGET)
    service.turn()
    first = service.updates()
    for _ in range(3):
        service.restart()
        service.turn()
    assert service.updates() == first
    kinds = [type(one).__name__ for one in first]
    assert kinds[:2] == ["ModelConfig", "Budget"]
    assert [one.version for one in first] == list(chain(range(1, len(first) + 1)))
