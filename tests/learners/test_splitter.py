"""The tree's view of a number."""

from math import isfinite

import pytest

from streamal.learners.gaussian import Gaussian
from streamal.learners.splitter import PulledSplitter


def _splitter() -> PulledSplitter:
    splitter = PulledSplitter()
    for value, label in ((1.0, "a"), (2.0, "a"), (3.0, "a"), (7.0, "b")):
        splitter.update(value, label, 1.0)
    return splitter


def test_every_class_has_a_density() -> None:
    """Also one of a single example, or of none: no class is let off, and none wins by it."""
    splitter = _splitter()
    at_seven = {label: splitter.cond_log_proba(7.0, label) for label in "abc"}
    assert all(isfinite(density) for density in at_seven.values())
    assert max(at_seven, key=lambda label: at_seven[label]) == "b"
    assert splitter.cond_log_proba(2.0, "a") > splitter.cond_log_proba(2.0, "c")


def test_densities_are_those_of_naive_bayes() -> None:
    """The leaf and the preset `bayes` agree on a number."""
    splitter, evidence = _splitter(), Gaussian(memory=float("inf"))
    for value, index in ((1.0, 0), (2.0, 0), (3.0, 0), (7.0, 1)):
        evidence.learn(value, index, 1.0)
    scores = [0.0, 0.0]
    evidence.add(scores, 5.0)
    assert scores == [splitter.cond_log_proba(5.0, label) for label in "ab"]


def test_a_weight_is_a_repetition() -> None:
    """A value of weight 3 counts as three values, in densities too."""
    weighted, repeated = PulledSplitter(), PulledSplitter()
    for value, label in ((1.0, "a"), (2.0, "a"), (7.0, "b")):
        weighted.update(value, label, 3.0)
        for _ in range(3):
            repeated.update(value, label, 1.0)
    densities = [weighted.cond_log_proba(3.0, label) for label in "abc"]
    assert densities == pytest.approx([repeated.cond_log_proba(3.0, label) for label in "abc"])


def test_a_clone_is_empty() -> None:
    """Each leaf starts with a clone; what another leaf saw is not in it."""
    clone = _splitter().clone()
    assert clone._numbers == {}
    clone.update(1.0, "c", 1.0)
    assert clone.cond_log_proba(9.0, "c") == clone.cond_log_proba(1.0, "c") == 0.0


def test_splits_are_rivers() -> None:
    """The split between two classes is found where it is."""
    splitter = PulledSplitter()
    for i in range(50):
        splitter.update(i % 5 + 10.0 * (i % 2), "ab"[i % 2], 1.0)
    points = splitter._split_point_suggestions()  # type: ignore[no-untyped-call]
    assert any(4.0 < point < 10.0 for point in points)
