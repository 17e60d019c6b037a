"""Section `stop`: what it takes, and what the core gets of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.gain import LABELS, WORTH, GainSpec
from streamal.core.stopping import StopSpec
from streamal.settings import Settings, dump
from tests.settings.trees import wrong

COUNT = {"budget": [{"count": 100}]}
MOMENTS = st.datetimes().map(lambda at: f"{at.isoformat()}Z")


def _spec(**stop: object) -> StopSpec | None:
    return Settings.model_validate({"stop": stop, **COUNT}).stop.spec()


def test_by_default_nothing_stops() -> None:
    """No rule, nothing for the core, and nothing to compare the model with."""
    assert Settings().stop.spec() is None
    assert Settings().stop.gain() is None


def test_each_rule_reaches_the_core() -> None:
    """Times become milliseconds of UTC; `no_gain: true` is the usual way to look."""
    assert _spec(accuracy=0.9) == StopSpec(accuracy=0.9)
    assert _spec(budget=0.5) == StopSpec(budget=0.5)
    assert _spec(deadline="1970-01-02T00:00:00.250Z") == StopSpec(deadline=86_400_250)
    assert _spec(deadline="1970-01-01T02:00:00+02:00") == StopSpec(deadline=0)
    assert _spec(no_gain=True) == StopSpec(no_gain=GainSpec(LABELS, WORTH))
    assert _spec(no_gain={"labels": 300}) == StopSpec(no_gain=GainSpec(300, WORTH))
    assert _spec(no_gain=False) is None


@pytest.mark.parametrize(
    "moment", ["2026-12-01", "2026-12-01T00:00:00", "soon", 5, True, "0001-01-01T00:00:00+02:00"]
)
def test_a_deadline_is_a_moment_with_its_zone(moment: object) -> None:
    """Anything else is refused, and what would be right is said."""
    (said,) = wrong({"stop": {"deadline": moment}})
    assert said.startswith("stop.deadline: ")
    assert "2026-12-01T00:00:00Z" in said


@pytest.mark.parametrize(
    ("key", "value"),
    [("accuracy", 1), ("accuracy", 0), ("budget", 0), ("budget", 1.5), ("no_gain", {"worth": 0})],
)
def test_what_can_never_be_is_refused(key: str, value: object) -> None:
    """Certainty, nothing, and more than all there is."""
    (said,) = wrong({"stop": {key: value}, **COUNT})
    assert said.startswith(f"stop.{key}")


def test_a_part_needs_a_whole() -> None:
    """A rate goes on for ever: no part of it can be spent."""
    assert wrong({"stop": {"budget": 0.8}}) == [
        "stop.budget: needs a limit of kind count or cost: the others have no end"
    ]
    assert wrong({"stop": {"budget": 0.8}, **COUNT}) == []


@given(MOMENTS, st.booleans() | st.none())
def test_what_is_dumped_loads_to_the_same(moment: str, no_gain: bool | None) -> None:
    """A configuration goes out as plain values and comes back."""
    made = Settings.model_validate({"stop": {"deadline": moment, "no_gain": no_gain}})
    assert Settings.model_validate(dump(made)) == made
