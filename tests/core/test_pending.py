"""The pending discount: not again where answers are on their way."""

from streamal.core.pending import PendingSpec, is_crowded
from streamal.core.records import Decision, Features, Request
from tests.core.made import Desk

FAR = {"x": 1000.0}


def _proposed(desk: Desk, offset: int, x: float, **changes: object) -> Decision:
    (found,) = desk.propose(offset, features={"x": x}, cap=0.5, **changes)
    assert isinstance(found, Decision)
    return found


def _crowded() -> tuple[Desk, list[Request]]:
    desk = Desk(pending=PendingSpec(most=2, near=0.01))
    asked = [desk.ask(0, features=FAR), *(desk.ask(at, features={"x": at / 10}) for at in (1, 2))]
    return desk, asked


def test_a_crowded_region_waits_for_its_answers() -> None:
    """While two near it are open a sample is not asked; elsewhere samples are."""
    desk, _ = _crowded()
    found = _proposed(desk, 3, 0.3)
    assert (found.route, found.held_back) == ("abstain", "pending")
    assert _proposed(desk, 4, 500.0).route == "request"


def test_an_answer_makes_room() -> None:
    """When one of them is answered, or ends, the next is asked."""
    for outcome in ("labelled", "skipped"):
        desk, asked = _crowded()
        if outcome == "labelled":
            desk.answer(asked[1].request_id)
        else:
            desk.end(asked[1].request_id, "skipped")
        assert _proposed(desk, 3, 0.3).route == "request"


def test_the_uniform_draw_stays_there_too() -> None:
    """What is crowded can be drawn all the same, with the floor's propensity."""
    desk, _ = _crowded()
    drawn = _proposed(desk, 3, 0.3, draw=0.0)
    assert (drawn.route, drawn.reason, drawn.held_back) == ("request", "exploration", "pending")
    assert 0.0 < drawn.propensity < 0.2


def test_a_missing_number_leaves_its_column_a_number() -> None:
    """One open request without x does not make all others unlike each other."""
    asked: list[Features] = [{"x": 0.0}, {"x": 0.01}, {"x": 1.0}, {"x": None}]
    assert is_crowded({"x": 0.02}, asked, PendingSpec(most=2, near=0.05))
    assert not is_crowded({"x": 0.5}, asked, PendingSpec(most=2, near=0.05))
