"""What retention has dropped is no violation: a law says what it could still check."""

import pytest

from streamal.lab.laws import Verdict, verify
from tests.lab.laws import mutate_decisions as decided
from tests.lab.laws import mutate_ledger as booked
from tests.lab.laws.copying import Copy
from tests.lab.laws.picks import Mutate
from tests.lab.laws.stories import eventful_copy

ALL = 1_000_000


def verdicts(copy: Copy, **forgotten: int) -> dict[int, Verdict]:
    """Return the verdicts after so many records of some topics are gone."""
    names = {name.replace("_", "-"): count for name, count in forgotten.items()}
    return {one.law: one for one in verify(copy.pour(names), copy.plan)}


def violated(found: dict[int, Verdict]) -> set[int]:
    """Return the laws that are violated."""
    return {law for law, verdict in found.items() if verdict.state == "violated"}


@pytest.mark.parametrize(
    "forgotten",
    [
        {"samples": 700},
        {"samples": ALL},
        {"abstained": 300, "auto_labels": 20},
        {"abstained": ALL},
        {"candidates": 200},
        {"candidates": ALL},
        {"labels": 90},
        {"updates": 100},
        {"updates": ALL},
        {"label_requests": 100},
        {"label_requests": ALL, "updates": 3},
        {"dead_letters": 20},
        {"labels": 1, "dead_letters": ALL},
        {"samples": 400, "abstained": 200, "auto_labels": 10, "dead_letters": 10, "labels": 30},
    ],
    ids=str,
)
def test_no_law_is_violated_by_what_is_gone(forgotten: dict[str, int]) -> None:
    """Whatever topic has lost its beginning, or all of it, no violation is invented."""
    assert violated(verdicts(eventful_copy(), **forgotten)) == set()


def test_a_law_says_how_much_it_could_check() -> None:
    """With 700 of 1,600 samples gone, laws 1, 6 and 13 count what is left and say so."""
    found = verdicts(eventful_copy(), samples=700)
    assert found[1].checked == 900
    assert found[6].detail.startswith(f"{found[6].checked} of ")
    assert "their samples are gone" in found[6].detail
    assert "20 ranks among samples that are gone" in found[13].detail


def test_samples_whose_decisions_are_gone_are_passed_over() -> None:
    """A sample is not called undecided when its decision may have been dropped."""
    found = verdicts(eventful_copy(), abstained=300)
    assert "retention dropped what the others became" in found[1].detail
    assert found[1].checked < 1600


def test_laws_that_need_a_whole_topic_say_so() -> None:
    """Without the beginning of `updates` there is no replay, no fold, and no false alarm."""
    found = verdicts(eventful_copy(), updates=50)
    states = {law: found[law].state for law in (2, 5, 6, 7, 12)}
    assert set(states.values()) == {"not checkable"}
    assert found[2].detail == "the beginning of updates is gone"
    found = verdicts(eventful_copy(), label_requests=50)
    assert {found[law].state for law in (2, 7)} == {"not checkable"}


@pytest.mark.parametrize(
    ("mutate", "law"),
    [
        (decided.decide_again, 1),
        (booked.see_one_less, 2),
        (decided.drift_in_the_last_digit, 6),
        (decided.rank_otherwise, 13),
    ],
)
def test_what_is_left_is_still_checked(mutate: Mutate, law: int) -> None:
    """A change among the records that are left is seen beside a cut."""
    copy = eventful_copy().twin()
    mutate(copy)
    assert law in violated(verdicts(copy, samples=20, candidates=20))
