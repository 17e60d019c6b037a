"""Class weights: a fold over the labels, and what a learner makes of them."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.learners.balanced import (
    FADING,
    LEAST,
    MOST,
    NONE_BELOW,
    WHOLE_ABOVE,
    Balanced,
)
from streamal.learners.committee import Bagged
from streamal.learners.port import Learner
from streamal.learners.presets import make
from tests.contracts.learner import ORDINARY, Example, LearnerContract, labels, taught
from tests.learners.fakes import Scripted

ROWS = [row for row, _ in ORDINARY]


class TestLinear(LearnerContract):
    """`linear` with class weights keeps the contract."""

    def make(self) -> Learner:
        return Balanced(make("linear", seed=7))


class TestBayes(LearnerContract):
    """`bayes` with the strongest class weights keeps the contract."""

    def make(self) -> Learner:
        return Balanced(make("bayes", seed=7), power=1.0)


class TestTree(LearnerContract):
    """`tree` with class weights keeps the contract."""

    examples_tried = 10

    def make(self) -> Learner:
        return Balanced(make("tree", seed=7))


def _same(label: str) -> str:
    return label


def _weights(
    given: Sequence[str], power: float = 0.5, guess: Callable[[str], str] = _same
) -> list[float]:
    """Return the weights that a learner is given which guesses `guess` of the true label."""
    guesses = [""]
    learner = Scripted(lambda rows: [[float(y == guesses[-1]) for y in learner.classes]])
    balanced = Balanced(learner, power)
    for label in given:
        guesses.append(guess(label))
        balanced.learn_one({}, label)
    return [weight for _, _, weight in learner.learned]


def test_known_labels_have_known_weights() -> None:
    """The weight is (n / (K·n_y))^power, the example itself counted."""
    expected = [1.0, 1.0, 3 / (2 * 2), 4 / (2 * 3), 5 / (2 * 4), 6 / (2 * 2), 7 / (3 * 1)]
    assert _weights("abaaabc", 1.0) == pytest.approx(expected)
    assert _weights("abaaabc", 0.5) == pytest.approx([weight**0.5 for weight in expected])


@given(st.lists(labels, max_size=40), st.floats(0.0, 1.0))
def test_it_is_a_fold_over_the_labels(given: list[str], power: float) -> None:
    """While guesses are right each weight follows from the labels up to its own, within bounds."""
    weights = _weights(given, power)
    for end, weight in enumerate(weights, start=1):
        so_far = given[:end]
        share = end / (len(set(so_far)) * so_far.count(so_far[-1]))
        assert weight == pytest.approx(min(max(share**power, LEAST), MOST))


@given(st.lists(labels, max_size=20))
def test_power_zero_changes_nothing(given: list[str]) -> None:
    """Every example counts as it would without."""
    assert _weights(given, 0.0) == [1.0] * len(given)


def test_weights_are_bounded() -> None:
    """The first of a new class after thousands of others does not count for thousands."""
    assert _weights(["a"] * 3000 + ["b"], 1.0)[-1] == MOST
    assert _weights([f"class {i}" for i in range(40)] + ["class 0"] * 2000, 1.0)[-1] == LEAST


def _swapped(label: str) -> str:
    return "a" if label == "b" else "b"


def test_a_class_that_is_guessed_wrong_is_not_weighed_up() -> None:
    """Where the rare class is not found by more guesses, all count as without weights."""
    weights = _weights("aaab" * 20, guess=_swapped)
    assert weights[3] > 1.3
    assert weights[-4:] == [1.0] * 4


def test_trust_is_lost_and_won() -> None:
    """Older guesses fade: a class that is told apart again is weighed up again."""
    learner = Scripted(lambda rows: [[float(y == guess) for y in learner.classes]])
    balanced = Balanced(learner)
    for label in "aaab" * 80:
        is_late = len(learner.learned) > 160
        guess = label if is_late else _swapped(label)
        balanced.learn_one({}, label)
    weights = [weight for _, label, weight in learner.learned if label == "b"]
    assert weights[39] == 1.0
    assert weights[-1] == pytest.approx(2.0**0.5)


def test_how_far_trust_goes() -> None:
    """Between a fifth and a half of right guesses the exponent grows evenly, from 0 to `power`."""
    often = 1000
    guesses = ["b"] * often
    labels_then = ["b" if i % 20 < 7 else "a" for i in range(often)]
    learner = Scripted(lambda rows: [[float(y == guess) for y in learner.classes]])
    balanced = Balanced(learner, power=1.0)
    right = tried = 0.0
    for guess, label in zip(guesses, labels_then, strict=True):
        knows = len(learner.classes) > 1
        balanced.learn_one({}, label)
        if knows:
            tried = tried * FADING + 1
            right = right * FADING + (guess == label)
    counts = Counter(labels_then)
    earned = ((right + 1) / (tried + 2) - NONE_BELOW) / (WHOLE_ABOVE - NONE_BELOW)
    weight = (often / (2 * counts["a"])) ** min(max(earned, 0.0), 1.0)
    assert 0.0 < earned < 1.0
    assert learner.learned[-1][2] == pytest.approx(weight)


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), 0.0])
def test_no_opinion_is_no_guess(answer: float) -> None:
    """What a learner answers that cannot be used neither wins trust nor loses it."""
    learner = Scripted(lambda rows: [[answer] * 2] * len(rows))
    balanced = Balanced(learner)
    for label in "aaab" * 20:
        balanced.learn_one({}, label)
    assert learner.learned[-1][2] == pytest.approx(2.0**0.5)


def test_the_weight_of_the_example_counts_too() -> None:
    """Its own weight is multiplied by that of its class."""
    learner = Scripted(lambda rows: [[0.0] * len(learner.classes)])
    balanced = Balanced(learner)
    for label, weight in [("a", 2.0), ("b", 3.0), ("b", 3.0)]:
        balanced.learn_one({}, label, weight)
    assert learner.learned[2][2] == pytest.approx(3.0 * (3 / 4) ** 0.5)


def test_an_example_that_is_refused_is_not_counted() -> None:
    """A learner that raises leaves the counts as they were."""
    learner = Scripted()
    balanced = Balanced(learner)
    with pytest.raises(ArithmeticError):
        balanced.learn_one({"bad": 1.0}, "never")
    balanced.learn_one({}, "a")
    balanced.learn_one({}, "a")
    assert [weight for _, _, weight in learner.learned] == [1.0, 1.0]


RARE: list[Example] = [
    ({"size": i * 7 % 10 / 3}, "rare" if i % 12 == 0 else "often") for i in range(240)
]


@pytest.mark.parametrize(
    ("preset", "heeds"),
    [
        ("linear", True),
        ("bayes", True),
        ("text", True),
        ("auto", True),
        ("tree", True),
        ("forest", False),
    ],
)
def test_which_presets_take_weights(preset: str, heeds: bool) -> None:
    """All but `forest`, which draws how often its trees learn, come to other answers."""
    plain, weighted = make(preset, seed=7), Balanced(make(preset, seed=7))
    rows = [row for row, _ in RARE]
    answer, other = (taught(one, RARE).predict_proba_many(rows) for one in (plain, weighted))
    assert np.array_equal(answer, other) != heeds


@pytest.mark.parametrize("preset", ["linear", "bayes", "tree"])
def test_a_rare_class_gets_more_of_the_probability(preset: str) -> None:
    """Where nothing tells the classes apart, the rare one is thought likelier than it is."""
    plain, weighted = make(preset, seed=7), Balanced(make(preset, seed=7))
    mean = [
        taught(one, RARE).predict_proba_many([row for row, _ in RARE]).mean(axis=0)
        for one in (plain, weighted)
    ]
    assert mean[1][0] > mean[0][0]


def test_members_are_passed_through() -> None:
    """A committee with class weights is still one; another learner has no members."""
    committee = Bagged(make("bayes", seed=7), seed=7, members=3)
    balanced = Balanced(committee)
    taught(balanced, ORDINARY)
    for one, other in zip(
        balanced.predict_members(ROWS), committee.predict_members(ROWS), strict=True
    ):
        assert np.array_equal(one, other)
    assert hasattr(balanced, "predict_members")
    assert not hasattr(Balanced(make("bayes", seed=7)), "predict_members")


def test_a_clone_keeps_the_power() -> None:
    """And begins to count anew."""
    balanced = Balanced(make("bayes", seed=7), power=0.9)
    first = taught(balanced, RARE).predict_proba_many(ROWS)
    assert np.array_equal(taught(balanced.clone(), RARE).predict_proba_many(ROWS), first)


def test_it_says_how_it_weighs() -> None:
    """The description names the learner first, then the power."""
    assert Balanced(make("bayes", seed=7), 0.25).describe() == "bayes, class weights 0.25"
