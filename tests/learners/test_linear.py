"""The linear preset: its scale, its steps, and the faults of river's that it mends."""

from math import inf, sqrt
from statistics import fmean, pstdev
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river.linear_model import SoftmaxRegression
from river.optim.losses import CrossEntropy

from streamal.learners.adapter import RiverLearner
from streamal.learners.linear import INTERCEPT, RATE, LinearEncoder, linear
from streamal.learners.port import Features
from streamal.learners.scale import LARGEST, PRIOR, Scale
from streamal.learners.step import Step
from tests.contracts.learner import Example, features, labels, taught

finite = st.floats(-1e6, 1e6)


@given(st.lists(finite, min_size=2, max_size=20))
def test_the_scale_is_mean_and_spread_pulled_to_zero(values: list[float]) -> None:
    """The running moments are those of all values at once."""
    scale = Scale()
    for value in values:
        scale.learn("x", value)
    if "x" not in scale.ready:
        assert pstdev(values) < 1e-6
        return
    mean, factor = scale.ready["x"]
    n = len(values)
    assert mean == pytest.approx(fmean(values), rel=1e-6, abs=1e-6)
    if pstdev(values) > 1e-3:
        assert factor == pytest.approx(n / (n + PRIOR) / pstdev(values), rel=1e-3)


def test_a_constant_has_no_scale() -> None:
    """Until it varies a feature is left out, however often it was seen."""
    encoder = LinearEncoder({})
    for _ in range(9):
        encoder.learn({"x": 0.1})
    assert encoder.encode({"x": 0.1}) == {INTERCEPT: 1.0}
    encoder.learn({"x": 0.2})
    assert set(encoder.encode({"x": 0.1})) == {INTERCEPT, "x"}


@pytest.mark.parametrize(("value", "scaled"), [(1e308, LARGEST), (-1e308, -LARGEST)])
def test_outliers_are_clipped(value: float, scaled: float) -> None:
    """However far a number is out, it is encoded as the largest there is."""
    encoder = LinearEncoder({})
    for x in (1.0, 2.0, 3.0):
        encoder.learn({"x": x})
    assert encoder.encode({"x": value})["x"] == scaled


def test_each_kind_has_its_own_features() -> None:
    """Categories are named with their value, texts with their words."""
    encoder = LinearEncoder({"zip": "category", "subject": "text"})
    row: Features = {"zip": 8001, "job": "it", "subject": "Hi, hi", "text": "there"}
    names = {"zip=8001", "job=it", "subject:hi", "text:there"}
    assert encoder.encode(row) == dict.fromkeys({INTERCEPT, *names}, 1.0)


def _weights(learner: RiverLearner) -> dict[object, dict[str, float]]:
    model = cast("SoftmaxRegression", learner._classifier)
    return {label: dict(weights) for label, weights in model.weights.items()}


@settings(max_examples=50)
@given(
    st.lists(st.tuples(features, labels), max_size=9),
    features,
    labels,
    st.floats(0.1, 10),
)
def test_a_step_is_bounded(
    examples: list[Example], row: dict[str, float], label: str, weight: float
) -> None:
    """No example moves the weights of a class further than the rate times its weight."""
    learner = taught(linear({}), examples)
    assert isinstance(learner, RiverLearner)
    before = _weights(learner)
    learner.learn_one(row, label, weight)
    for name, after in _weights(learner).items():
        old = before.get(name, {})
        step = sqrt(sum((after[key] - old.get(key, 0.0)) ** 2 for key in after))
        assert step <= RATE * weight * (1 + 1e-9)


def test_a_heavier_example_moves_more() -> None:
    """The weight of an example scales its step."""
    base: list[Example] = [({"x": 0.0}, "a"), ({"x": 1.0}, "b")]
    chances = []
    for weight in (0.5, 1.0, 2.0):
        learner = taught(linear({}), base)
        learner.learn_one({"x": 1.0}, "a", weight)
        chances.append(learner.predict_proba_many([{"x": 1.0}])[0][0])
    assert chances == sorted(set(chances))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=4))
def test_the_gradient_is_rivers(parts: list[float]) -> None:
    """For an example of length 1 and weight 1 it is that of river's cross entropy."""
    predicted: dict[bool | str | int, float] = {
        f"class {i}": part / sum(parts) for i, part in enumerate(parts)
    }
    for label in (*predicted, "new"):
        gradient = Step().gradient(label, predicted)
        assert gradient == pytest.approx(CrossEntropy().gradient(label, predicted), abs=1e-9)


def test_nothing_grows_without_bound() -> None:
    """A long run of contradicting wild examples leaves finite weights."""
    learner = linear({})
    for i in range(500):
        learner.learn_one({"x": (-1.0) ** i * 10.0 ** (i % 300), "y": 1.0}, "ab"[i * i % 3 % 2])
    assert all(abs(w) < inf for weights in _weights(learner).values() for w in weights.values())
