"""The linear preset: its scale, its steps, and the faults of river's that it mends."""

from math import inf, sqrt
from random import Random
from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river.optim.losses import CrossEntropy

from streamal.learners.linear import RATE, Linear
from streamal.learners.port import Features
from streamal.learners.scale import PRIOR, Scale
from streamal.learners.step import Step
from streamal.learners.table import FEW
from tests.contracts.learner import AWKWARD, Example, features, labels, taught
from tests.learners.batches import TYPES, batch, examples

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


def _weights(learner: Linear) -> dict[object, dict[str, float]]:
    return {label: dict(weights) for label, weights in learner._model.weights.items()}


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
    learner = Linear({})
    taught(learner, examples)
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
        learner = Linear({})
        taught(learner, base)
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
    learner = Linear({})
    for i in range(500):
        learner.learn_one({"x": (-1.0) ** i * 10.0 ** (i % 300), "y": 1.0}, "ab"[i * i % 3 % 2])
    assert all(abs(w) < inf for weights in _weights(learner).values() for w in weights.values())


seeds = st.integers(0, 2**32)
SEEDS_TRIED = 25


def _learned(dice: Random) -> Linear:
    learner = Linear(TYPES)
    taught(learner, examples(dice, dice.randrange(1, 80), dice.randrange(1, 12)))
    return learner


@settings(max_examples=SEEDS_TRIED, deadline=None)
@given(seeds)
def test_a_row_of_a_large_batch_is_answered_as_if_it_were_alone(seed: int) -> None:
    """To the last bit, read by columns or not, in any order and beside any rows."""
    dice = Random(seed)
    learner, rows = _learned(dice), batch(dice)
    together = learner.predict_proba_many(rows)
    alone = np.vstack([learner.predict_proba_many([row]) for row in rows])
    assert np.array_equal(together, alone)
    part = dice.sample(range(len(rows)), 150)
    assert np.array_equal(learner.predict_proba_many([rows[i] for i in part]), together[part])


@settings(max_examples=SEEDS_TRIED, deadline=None)
@given(seeds)
def test_answers_are_rivers(seed: int) -> None:
    """Small batches and large ones get river's probabilities, but for rounding."""
    dice = Random(seed)
    learner, rows = _learned(dice), batch(dice)
    encode, river = learner._encoder.encode, learner._model.predict_proba_one
    answers = [river(encode(row)) for row in rows]  # type: ignore[no-untyped-call]
    wanted = [[answer[label] for label in learner.classes] for answer in answers]
    for count in (3, len(rows)):
        found = learner.predict_proba_many(rows[:count])
        assert np.allclose(found, wanted[:count], rtol=0, atol=1e-12)


def test_learning_shows_at_once() -> None:
    """A large batch is answered by what was learned just before: nothing is kept."""
    dice = Random(1)
    learner = Linear({})
    taught(learner, [({"x": dice.gauss(0, 1)}, "ab"[i % 2]) for i in range(9)])
    rows: list[Features] = [{"x": dice.gauss(0, 1)} for _ in range(2 * FEW)]
    for label in "abcab":
        before = learner.predict_proba_many(rows)
        learner.learn_one({"x": dice.gauss(0, 1)}, label)
        after = learner.predict_proba_many(rows)
        assert not np.array_equal(after[:, 0], before[:, 0])
        assert np.array_equal(after[:1], learner.predict_proba_many(rows[:1]))


def test_predicting_leaves_no_weights() -> None:
    """Whatever is asked, the weights stay those that were learned."""
    dice = Random(2)
    learner = _learned(dice)
    before = _weights(learner)
    learner.predict_proba_many(batch(dice))
    learner.predict_proba_many(AWKWARD)
    assert _weights(learner) == before
