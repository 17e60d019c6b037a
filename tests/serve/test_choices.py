"""What modifiers, quotas, thinning and arms do to the choice of samples is counted."""

from collections import Counter

import pytest
from msgspec.structs import replace

from streamal.runtime.observer import Scored
from streamal.serve.catalog.known import MODIFIERS, RESTRAINTS
from streamal.serve.scorers import ScorerCounts
from streamal.wire.records import decode_candidate
from tests.runtime.service import numbers
from tests.serve.made import Watched, metrics

POLICY = {"kind": "auto", "arms": ["least_confidence", "entropy"]}
QUOTAS = [{"value": "up", "max": 0.3}, {"value": "down", "min": 0.5}]
WAYS: dict[str, dict[str, object]] = {
    "repeat": {"guard": 1, "quotas": QUOTAS, "thinning": {"most": 3, "digits": 2}},
    "quota": {"guard": 1, "novelty": 1, "density": 1, "quotas": QUOTAS},
}


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> dict[str, object]:
    """Modifiers that hold samples back."""
    return WAYS[request.param]


@pytest.fixture(scope="module")
def lived(way: dict[str, object]) -> Watched:
    """A service with them after a life of its own."""
    budget = [{"rate": 0.2, "burst": 5}]
    service = Watched(policy=POLICY, modifiers=way, budget=budget)
    for _ in range(10):
        service.live(4, seed=service.sent)
        service.answer_all()
    service.turn()
    return service


def test_what_was_held_back_is_counted(lived: Watched, way: dict[str, object]) -> None:
    """Each decision that says so counts under what held it back; what was asked does not."""
    told = [(one.held_back, one.route) for one in lived.decisions() if one.held_back]
    wanted = Counter((name,) for name, route in told if route != "request")
    assert lived.counts("held_back_total") == wanted
    assert ("quota", "request") in told, "its draw was inside the uniform part"
    assert wanted["quota",]
    assert bool(wanted["repeat",]) == ("thinning" in way)


def test_lowered_utilities_are_counted(lived: Watched) -> None:
    """Each scored sample counts once for each of its modifiers, whoever decided it."""
    scored = {one.source: one for one in lived.decisions() if one.probabilities}
    wanted = Counter((name,) for one in scored.values() for name in one.modifiers)
    assert lived.counts("modified_total") == wanted
    assert {("junk",), ("quota",)} <= wanted.keys() <= set(map(_alone, MODIFIERS))


def test_the_arm_is_that_of_the_latest_sample(lived: Watched) -> None:
    """It is 1 for one arm alone, on the page and in the status."""
    arms = lived.counts("policy_arm")
    last = max(lived.decisions(), key=lambda one: one.decided_at)
    assert arms == {(last.arm,): 1.0}
    assert lived.metrics.status()["arm"] == last.arm


def test_all_that_can_be_told_exists_from_the_start() -> None:
    """Rates are 0 and not absent where nothing is on; no arm is named where there is none."""
    service = Watched()
    service.live(2, seed=1)
    board = service.metrics.board
    assert board.series("held_back_total").values() == dict.fromkeys(map(_alone, RESTRAINTS), 0.0)
    assert board.series("modified_total").values() == dict.fromkeys(map(_alone, MODIFIERS), 0.0)
    assert board.series("policy_arm").values() == {}
    assert service.metrics.status()["arm"] is None
    assert metrics("arbiter").status()["arm"] is None


def _alone(name: str) -> tuple[str]:
    return (name,)


def test_an_arm_that_was_left_is_zero(lived: Watched) -> None:
    """Of the arms that were in use one is 1, and the others are 0 and not absent."""
    told = metrics()
    counts = ScorerCounts(told.board, told.about, lambda: 0)
    one = next(one for one in lived.decisions() if one.route == "abstain")
    for arms in (("margin",), ("novelty",), ("novelty", "margin")):
        counts.take(Scored([replace(one, arm=arm) for arm in arms], [], [0]))
    assert told.board.series("policy_arm").values() == {("margin",): 1.0, ("novelty",): 0.0}
    assert told.status()["arm"] == "margin"


def test_what_lowers_nothing_is_not_counted(lived: Watched) -> None:
    """Modifiers of a cold model, and of a random draw, leave the utility as it is."""
    told = metrics()
    counts = ScorerCounts(told.board, told.about, lambda: 0)
    one = next(one for one in lived.decisions() if one.route == "abstain" and one.probabilities)
    lowered = replace(one, modifiers={"junk": 0.5}, arm="margin")
    cold, drawn = replace(lowered, probabilities={}), replace(lowered, arm="random")
    counts.take(Scored([lowered, cold, drawn], [], [0, 0, 0]))
    assert told.board.series("modified_total").values()["junk",] == 1


def test_a_proposal_says_how_it_was_chosen(lived: Watched) -> None:
    """What the metrics read is on the candidate as well as on the decision."""
    lived.send(*numbers(3))
    lived.turn()
    found = [decode_candidate(one.value or b"") for one in lived.records("candidates")]
    arms = {one.arm for one in found if hasattr(one, "arm")}
    assert arms <= {"least_confidence", "entropy"}
    assert arms
