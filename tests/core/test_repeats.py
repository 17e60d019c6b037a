"""Thinning: samples that repeat each other have one fingerprint, and are asked so often."""

from math import nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.records import Decision, Features, Request
from streamal.core.repeats import ThinningSpec, fingerprint
from tests.core.made import DAY, Desk

VALUES = st.one_of(st.floats(-1e6, 1e6), st.text(max_size=5), st.booleans(), st.none())
FEATURES = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


@given(FEATURES)
def test_an_order_of_names_and_what_is_absent_make_no_difference(features: Features) -> None:
    """The same features in another order, or with an absent one more, are the same thing."""
    turned = dict(reversed(features.items()))
    assert fingerprint({**turned, "absent": None}, 3) == fingerprint(features, 3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"x": 1.0}, {"x": 2.0}),
        ({"x": 1.0}, {"y": 1.0}),
        ({"x": 1.0}, {"x": -1.0}),
        ({"x": 1.0}, {"x": "1.00e+00!"}),
        ({"x": 1.23}, {"x": 1.24}),
        ({"text": "a b"}, {"text": "ab"}),
        ({"x": 1.0}, {}),
    ],
)
def test_other_samples_are_others(one: Features, other: Features) -> None:
    """Another number, name, sign, word or no value at all is no repeat."""
    assert fingerprint(one, 3) != fingerprint(other, 3)


def test_digits_are_significant_ones() -> None:
    """Small and large numbers agree to the same number of digits; -0.0 is 0."""
    for scale in (1e-9, 1.0, 1e9):
        assert fingerprint({"x": 1.231 * scale}, 3) == fingerprint({"x": 1.2309 * scale}, 3)
    assert fingerprint({"x": 0.0}, 3) == fingerprint({"x": -0.0}, 3)
    assert fingerprint({"x": 1}, 3) == fingerprint({"x": nextafter(1.0, 2.0)}, 3)


def _thinned(**spec: int) -> Desk:
    return Desk(thinning=ThinningSpec(**spec))


def _held(desk: Desk, offset: int, **changes: object) -> Decision:
    (found,) = desk.propose(offset, **changes)
    assert isinstance(found, Decision)
    return found


def test_no_more_than_the_most_are_asked() -> None:
    """The one too many goes its other way, says why, costs nothing and had no chance."""
    desk = _thinned(most=2)
    same = {"features": {"x": 5.0}}
    assert all(isinstance(_held(desk, offset, **same), Request) for offset in (0, 1))
    found = _held(desk, 2, **same)
    assert (found.route, found.reason, found.held_back) == ("abstain", "not_informative", "repeat")
    assert found.propensity == 0.0
    assert desk.charged == [2.0]
    assert _held(desk, 3, features={"x": 6.0}).held_back is None


def test_a_repeat_is_not_drawn_either() -> None:
    """A uniform draw does not get around the cap."""
    desk = _thinned(most=1)
    desk.ask(0, features={"x": 5.0})
    found = _held(desk, 1, features={"x": 5.0}, rank=1.0, draw=0.0)
    assert (found.held_back, found.propensity) == ("repeat", 0.0)


def test_what_is_not_wanted_is_not_held_back() -> None:
    """Only what would have been asked can be held back."""
    desk = _thinned(most=1)
    desk.ask(0, features={"x": 5.0})
    assert _held(desk, 1, features={"x": 5.0}, rank=1.0, draw=0.99, cap=0.1).held_back is None


def test_a_request_counts_within_so_many_samples() -> None:
    """After that a repeat is a new thing: a frame of another scene."""
    desk = _thinned(most=1, within=10)
    desk.ask(0, features={"x": 5.0})
    assert _held(desk, 10, features={"x": 5.0}).held_back == "repeat"
    assert _held(desk, 11, features={"x": 5.0}).held_back is None


def test_a_forgotten_request_does_not_count() -> None:
    """What the book has forgotten, after a restart or without one, is forgotten."""
    desk = Desk(thinning=ThinningSpec(most=1), remember_ms=DAY)
    asked = desk.ask(0, features={"x": 5.0})
    desk.answer(asked.request_id)
    desk.time = 2 * DAY
    assert _held(desk, 1, features={"x": 5.0}).held_back is None
