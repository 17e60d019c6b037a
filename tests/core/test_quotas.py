"""Quotas: least and most shares of the requests, steered and held."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.quotas import DEFICIT, MEMORY, SURPLUS, Quotas, QuotaSpec, QuotaState
from streamal.core.records import Decision, Request
from tests.core.made import Desk

FRAUD = QuotaSpec(None, "fraud", least=0.3, most=0.5)
ABROAD = QuotaSpec("country", "de", most=0.25)


def test_what_is_short_comes_first() -> None:
    """While a class is short of its least share, everything else is worth a thousandth."""
    quotas = Quotas([FRAUD])
    quotas.add({}, "fine")
    assert quotas.factor({}, "fraud") == 1.0
    assert quotas.factor({}, "fine") == quotas.factor({}, None) == DEFICIT


def test_what_had_its_share_comes_last() -> None:
    """A class at its most is worth next to nothing until others were asked about."""
    quotas = Quotas([FRAUD])
    for _ in range(2):
        quotas.add({}, "fraud")
    assert quotas.is_full({}, "fraud")
    assert quotas.factor({}, "fraud") == SURPLUS
    for _ in range(4):
        quotas.add({}, "fine")
    assert not quotas.is_full({}, "fraud")
    assert quotas.factor({}, "fine") == 1.0


@pytest.mark.parametrize(
    ("value", "told"), [("de", "de"), ("3", 3.0), ("0.5", 0.5), ("true", True), ("3", 3)]
)
def test_a_segment_is_written_as_people_write_it(value: str, told: object) -> None:
    """Whole numbers have no point, booleans are as in JSON."""
    assert QuotaSpec("at", value).holds({"at": told}, None)  # type: ignore[dict-item]
    assert not QuotaSpec("at", value).holds({"at": None}, None)
    assert not QuotaSpec("at", value).holds({}, None)


@given(st.lists(st.sampled_from(["fraud", "fine"]), max_size=600), st.integers(0, 600))
def test_a_state_goes_on_as_if_never_saved(labels: list[str], cut: int) -> None:
    """Saved and restored anywhere, quotas say the same; what they remember is bounded."""
    whole, before = Quotas([FRAUD]), Quotas([FRAUD])
    for label in labels[:cut]:
        before.add({}, label)
    after = Quotas([FRAUD], QuotaState(before.state.total, dict(before.state.counts)))
    for label in labels:
        whole.add({}, label)
    for label in labels[cut:]:
        after.add({}, label)
    assert after.state == whole.state
    assert whole.state.total <= MEMORY


def test_other_quotas_count_anew() -> None:
    """Counts of quotas that are not configured any more mean nothing to the new ones."""
    state = QuotaState(10.0, {FRAUD.name: 9.0})
    assert Quotas([ABROAD], state).state == QuotaState(0.0, {ABROAD.name: 0.0})


def test_the_most_holds_at_every_request() -> None:
    """However good its samples rank, a segment never has more than its most of the requests."""
    desk, asked = Desk(quotas=(ABROAD,), policy={"exploration": 0.0}), Counter[bool]()
    for offset in range(40):
        is_german = offset % 4 != 3
        features = {"x": float(offset), "country": "de" if is_german else "fr"}
        (found,) = desk.propose(offset, features=features, cap=0.5)
        assert isinstance(found, Decision)
        if isinstance(found, Request):
            asked[is_german] += 1
            assert asked[True] <= max(1, 0.25 * asked.total())
        else:
            assert is_german or found.reason == "budget"
            assert found.held_back == "quota" or found.reason == "budget"


def test_the_uniform_draw_stays() -> None:
    """A segment at its most can still be drawn uniformly: else nobody knew the accuracy there."""
    quotas = (QuotaSpec("country", "de", most=0.0),)
    desk = Desk(quotas=quotas)
    desk.ask(0, features={"country": "de"})  # the first one is always allowed
    drawn = desk.ask(1, features={"country": "de"}, draw=0.0, cap=0.5)
    assert (drawn.reason, drawn.held_back) == ("exploration", "quota")
    assert 0.0 < drawn.propensity < 0.2
