"""Shares by inverse propensity: of a class, of auto-labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.ratios import CLASSES, OTHER, RatioState, group, ratio, take

RUNS = 300
SAMPLES = 2000


def test_without_a_label_nothing_is_known() -> None:
    """No label, no share."""
    assert ratio(RatioState(), unit=10.0) is None


@given(st.lists(st.tuples(st.sampled_from((0.01, 0.3, 1.0)), st.booleans()), min_size=1))
def test_bounds_are_in_order_and_parts_of_one(labels: list[tuple[float, bool]]) -> None:
    """Whatever the luck, 0 <= lower <= point <= upper <= 1."""
    state = RatioState()
    for propensity, right in labels:
        take(state, propensity, right)
    found = ratio(state, unit=5.0)
    assert found is not None
    figures = [0.0, found.lower, found.point, found.upper, 1.0]
    assert figures == sorted(figures)
    assert found.labels == len(labels)


def test_labels_that_were_chosen_say_nothing_of_those_that_nobody_drew() -> None:
    """A few labels that were sure to be asked, all right, do not prove a class."""
    state = RatioState()
    for _ in range(5):
        take(state, 1.0, right=True)
    found = ratio(state, unit=100.0)
    assert found is not None
    assert found.lower < 0.05
    assert found.upper == 1.0


@pytest.mark.parametrize("propensity", [0.05, 0.2])
def test_the_interval_holds_the_share_as_often_as_it_says(propensity: float) -> None:
    """Hard samples are wrong more often and asked for sure; the rest is drawn: 300 seeds."""
    inside = 0
    for seed in range(RUNS):
        dice = np.random.default_rng(seed)
        hard, luck, chance = dice.random((3, SAMPLES))
        right = luck < np.where(hard < 0.05, 0.5, 0.9)
        asked = np.where(hard < 0.05, 1.0, propensity)
        state = RatioState()
        for i in np.flatnonzero(chance < asked).tolist():
            take(state, float(asked[i]), bool(right[i]))
        found = ratio(state, unit=1.0)
        assert found is not None
        inside += found.lower <= float(right.mean()) <= found.upper
    assert 0.92 * RUNS <= inside <= 0.99 * RUNS


def test_classes_that_come_too_late_are_counted_together() -> None:
    """The first fifty have sums of their own; those that follow share one more."""
    groups: dict[str, RatioState] = {}
    for name in range(CLASSES + 3):
        take(group(groups, str(name)), 1.0, right=True)
    assert len(groups) == CLASSES + 1
    assert groups[OTHER].labels == 3
    assert group(groups, "7").labels == 1
