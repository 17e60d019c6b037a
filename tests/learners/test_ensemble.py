"""The preset `ensemble`: exact arithmetic, members, and their weights."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.learners.ensemble.bayes import Bayes
from streamal.learners.ensemble.ensemble import Ensemble
from streamal.learners.ensemble.exact import exponential, shares
from streamal.learners.ensemble.hedge import Hedge
from streamal.learners.ensemble.linear import Linear
from streamal.learners.ensemble.mixing import below
from streamal.learners.ensemble.trees import Trees
from streamal.learners.port import Features, Learner
from streamal.learners.presets import make
from tests.contracts.learner import AWKWARD, ORDINARY, Example, LearnerContract, taught
from tests.learners.batches import TYPES, batch, examples

MEMBERS = 6


class TestEnsemble(LearnerContract):
    """`ensemble` keeps the contract."""

    examples_tried = 10

    def make(self) -> Learner:
        return make("ensemble", seed=7)


class TestDeclared(LearnerContract):
    """Declared kinds of features keep the contract, even where the values contradict them."""

    examples_tried = 5

    def make(self) -> Learner:
        return make("ensemble", 7, {"size": "number", "is_new": "category", "colour": "text"})


def _learned(dice: Random, count: int) -> Ensemble:
    learner = Ensemble(TYPES, seed=3)
    taught(learner, examples(dice, count, 5))
    return learner


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_a_row_of_a_large_batch_is_answered_as_if_it_were_alone(seed: int) -> None:
    """To the last bit, by every member, in any order and beside any rows."""
    dice = Random(seed)
    learner, rows = _learned(dice, dice.randrange(1, 150)), batch(dice)
    together, members = learner.predict_members(rows)
    for place in dice.sample(range(len(rows)), 40):
        alone, said = learner.predict_members([rows[place]])
        assert np.array_equal(alone[0], together[place])
        assert np.array_equal(said[:, 0], members[:, place])
    part = dice.sample(range(len(rows)), 150)
    assert np.array_equal(learner.predict_proba_many([rows[i] for i in part]), together[part])


def test_the_answer_is_a_mixture_of_the_members() -> None:
    """Each member gives probabilities, and the answer lies between theirs."""
    learner = _learned(Random(4), 80)
    rows = [*AWKWARD, *(row for row, _ in ORDINARY)]
    answer, members = learner.predict_members(rows)
    assert members.shape == (MEMBERS, len(rows), len(learner.classes))
    assert np.allclose(members.sum(axis=2), 1.0, atol=1e-9)
    assert np.all(answer <= members.max(axis=0) + 1e-12)
    assert np.all(answer >= members.min(axis=0) - 1e-12)
    assert np.array_equal(answer, learner.predict_proba_many(rows))


def test_untrained_members_say_nothing() -> None:
    """Before the first label k is 0 for all of them."""
    answer, members = Ensemble({}).predict_members(AWKWARD)
    assert answer.shape == (len(AWKWARD), 0)
    assert members.shape == (MEMBERS, len(AWKWARD), 0)


def test_the_weight_goes_to_who_is_right() -> None:
    """A member that gives the true class more weighs more, and a changed world is noticed."""
    hedge = Hedge(2)
    assert hedge.weights() == [0.5, 0.5]
    for _ in range(30):
        hedge.learn([0.9, 0.2], 1.0)
    assert hedge.weights()[0] > 0.95
    for _ in range(60):
        hedge.learn([0.2, 0.9], 1.0)
    assert hedge.weights()[1] > 0.95


def test_what_no_line_separates_is_learned() -> None:
    """Trees and neighbours see what a linear model cannot: the sign of a product."""
    dice = Random(5)

    def drawn() -> Example:
        x, y = dice.uniform(-1, 1), dice.uniform(-1, 1)
        return {"x": x, "y": y}, "same" if x * y > 0 else "other"

    learner = taught(Ensemble({}), [drawn() for _ in range(400)])
    probes = [drawn() for _ in range(300)]
    chosen = learner.predict_proba_many([row for row, _ in probes]).argmax(axis=1)
    right = [learner.classes[c] == label for c, (_, label) in zip(chosen, probes, strict=True)]
    assert sum(right) / len(right) > 0.85


def test_a_drift_is_followed() -> None:
    """When the labels are exchanged, sixty of them are enough to turn the answers."""
    before: list[Example] = [({"x": float(i % 10)}, "ab"[i % 10 > 4]) for i in range(300)]
    after = [(row, "ab"[label == "a"]) for row, label in before[:60]]
    learner = taught(Ensemble({}), before + after)
    answer = learner.predict_proba_many([{"x": 1.0}, {"x": 8.0}]).argmax(axis=1)
    assert [learner.classes[place] for place in answer] == ["b", "a"]


def test_a_weight_counts() -> None:
    """An example of a large weight moves the answer at its place further."""
    row: Features = {"x": 0.5, "colour": "red"}
    found = []
    for weight in (0.1, 1.0, 10.0):
        learner = taught(Ensemble({}), ORDINARY)
        learner.learn_one(row, "low", weight)
        learner.learn_one(row, "low", weight)
        found.append(float(learner.predict_proba_many([row])[0][learner.classes.index("low")]))
    assert found == sorted(set(found))


@pytest.mark.parametrize("width", [700, 1500])
def test_very_many_names_are_ordinary(width: int) -> None:
    """Rows of more columns than are kept are answered, alone as together."""
    rows: list[Features] = [{f"x{j}": float((i * j) % 7) for j in range(width)} for i in range(24)]
    learner = taught(Ensemble({}), [(row, "ab"[i % 2]) for i, row in enumerate(rows)])
    together = learner.predict_proba_many(rows)
    assert np.array_equal(
        together[:3], np.vstack([learner.predict_proba_many([row]) for row in rows[:3]])
    )
    assert np.allclose(together.sum(axis=1), 1.0)


def test_what_is_added_is_whole() -> None:
    """Weights, gains and leaves are whole numbers small enough for exact sums in any order."""
    learner = _learned(Random(6), 120)
    linear, _, replayed, bayes, _, trees = learner._members
    assert isinstance(linear, Linear)
    assert isinstance(replayed, Linear)
    assert isinstance(bayes, Bayes)
    assert isinstance(trees, Trees)
    arrays = [linear._numbers, linear._tokens, replayed._numbers, replayed._tokens]
    arrays += [bayes._gains, trees._shares, learner._memory.steps]
    for array in arrays:
        assert np.array_equal(array, np.rint(array))
        assert np.abs(array).max(initial=0.0) <= 2.0**30


def test_seeds_differ_and_agree() -> None:
    """The seed reaches the members that draw; the same seed gives the same answers."""
    rows = [row for row, _ in ORDINARY]
    one, other, again = (
        taught(make("ensemble", seed), ORDINARY).predict_proba_many(rows) for seed in (1, 2, 1)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@given(st.lists(st.floats(-600, 0), min_size=1, max_size=30))
def test_the_exponential_is_that_of_the_books(values: list[float]) -> None:
    """To fifteen digits, and each number as if it were alone."""
    array = np.array(values)
    found = exponential(array)
    assert np.allclose(found, np.exp(array), rtol=4e-15, atol=0)
    assert all(exponential(array[i : i + 1])[0] == found[i] for i in range(len(values)))


def test_shares_far_apart_overflow_nothing() -> None:
    """A class may have all of the probability."""
    assert shares(np.array([[1e9, -1e9], [0.0, 0.0]])).tolist() == [[1.0, 0.0], [0.5, 0.5]]


def test_draws_cover_their_range_evenly() -> None:
    """Every number below the bound comes about equally often, and each key draws its own."""
    counts = np.bincount(below(10, 7, 1, 2, 20_000), minlength=10)
    assert len(counts) == 10
    assert counts.min() > 1_800
    assert counts.max() < 2_200
    assert not np.array_equal(below(1000, 7, 1, 2, 50), below(1000, 7, 1, 3, 50))
