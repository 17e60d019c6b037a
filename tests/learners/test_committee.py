"""Online bagging: who learns what how often, and what the members make of it."""

from collections import Counter
from collections.abc import Sequence
from math import exp, factorial

import numpy as np
import pytest

from streamal.core.draw import draw
from streamal.learners.committee import Bagged, poisson
from streamal.learners.port import Features, Learner
from streamal.learners.presets import make
from tests.contracts.learner import AWKWARD, ORDINARY, LearnerContract, taught
from tests.learners.fakes import Scripted

ROWS = [row for row, _ in ORDINARY]


class TestLinearMembers(LearnerContract):
    """A committee of `linear` keeps the contract."""

    examples_tried = 10

    def make(self) -> Learner:
        return Bagged(make("linear", seed=7), seed=7, members=3)


class TestBayesMembers(LearnerContract):
    """A committee of `bayes` keeps the contract."""

    def make(self) -> Learner:
        return Bagged(make("bayes", seed=7), seed=7)


class TestTreeMembers(LearnerContract):
    """A committee of `tree`, whose members take river's own paths, keeps the contract."""

    examples_tried = 10

    def make(self) -> Learner:
        return Bagged(make("tree", seed=7), seed=7, members=3)


class TestAutoMembers(LearnerContract):
    """A committee of `auto`, whose members choose from the same first example, does too."""

    examples_tried = 10

    def make(self) -> Learner:
        return Bagged(make("auto", seed=7), seed=7, members=2)


class Watched(Scripted):
    """A learner whose clones can be looked at, and that may be told to refuse."""

    def __init__(self, clones: list["Watched"]) -> None:
        super().__init__()
        self._clones = clones
        self.refused = ""

    def clone(self) -> "Watched":
        self._clones.append(Watched(self._clones))
        return self._clones[-1]

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        if label == self.refused:
            raise ArithmeticError("cannot learn this")
        super().learn_one(features, label, weight)

    def predict_proba_many(self, rows: Sequence[Features]) -> np.typing.NDArray[np.float64]:
        parts = np.array([float(len(label)) for label in self.classes])
        return np.tile(parts / parts.sum(), (len(rows), 1))


def _watched(members: int) -> tuple[Bagged, list[Watched]]:
    clones: list[Watched] = []
    return Bagged(Watched(clones), seed=7, members=members), clones


def test_the_draw_is_turned_into_a_poisson_number() -> None:
    """Evenly spaced draws fall on each number as often as Poisson(1) says."""
    n = 100_000
    counts = Counter(poisson((i + 0.5) / n) for i in range(n))
    for number in range(8):
        assert counts[number] / n == pytest.approx(exp(-1) / factorial(number), abs=2 / n)
    assert poisson(1 - 2**-53) <= 18


def test_a_member_learns_as_often_as_it_draws() -> None:
    """The draw is keyed by the seed, the member and the number of the example."""
    committee, members = _watched(4)
    for number in range(200):
        committee.learn_one({"number": float(number)}, "ab"[number % 2])
    for place, member in enumerate(members):
        often = Counter(int(features["number"]) for features, _, _ in member.learned)
        for number in range(2, 200):
            assert often[number] == poisson(draw(7, f"committee/{place}", str(number)))


def test_the_first_example_of_a_class_is_learned_by_all() -> None:
    """No member is without the classes that the committee has, in the same order."""
    committee, members = _watched(20)
    for number in range(30):
        committee.learn_one({"number": float(number)}, f"class {number}")
        assert {member.classes for member in members} == {committee.classes}


def test_an_example_keeps_its_weight() -> None:
    """Drawn twice, an example is learned twice with the weight that it came with."""
    committee, members = _watched(3)
    for number in range(50):
        committee.learn_one({"number": float(number)}, "a", weight=0.25)
    assert {weight for member in members for _, _, weight in member.learned} == {0.25}
    assert any(len(member.learned) != 50 for member in members)


def test_the_answer_is_the_mean_of_the_members() -> None:
    """And `predict_proba_many` gives the same bits."""
    committee = Bagged(make("bayes", seed=7), seed=7, members=4)
    taught(committee, ORDINARY)
    mean, members = committee.predict_members(ROWS)
    assert members.shape == (4, len(ROWS), 3)
    assert np.allclose(mean, members.mean(axis=0), atol=1e-12)
    assert np.array_equal(mean, committee.predict_proba_many(ROWS))


def test_a_member_is_answered_as_if_the_row_were_alone() -> None:
    """To the last bit: what is made of disagreement must be the same in any batch."""
    committee = Bagged(make("linear", seed=7), seed=7, members=3)
    taught(committee, ORDINARY)
    rows = ROWS + AWKWARD
    alone = [committee.predict_members([row])[1] for row in rows]
    assert np.array_equal(committee.predict_members(rows)[1], np.concatenate(alone, axis=1))


def test_members_differ() -> None:
    """They learned different samples of the same stream."""
    committee = Bagged(make("linear", seed=7), seed=7)
    _, members = taught(committee, ORDINARY).predict_members(ROWS)  # type: ignore[attr-defined]
    assert all(not np.array_equal(members[0], member) for member in members[1:])


def test_an_untrained_committee_has_members_without_columns() -> None:
    """The shapes hold before the first example: k is 0."""
    mean, members = Bagged(make("bayes", seed=7), seed=7, members=3).predict_members(ROWS)
    assert (mean.shape, members.shape) == ((len(ROWS), 0), (3, len(ROWS), 0))


def test_one_class_is_a_vote_of_one() -> None:
    """While there is a single class every member is sure of it."""
    committee = Bagged(make("linear", seed=7), seed=7, members=3)
    committee.learn_one({"size": 1.0}, "only")
    mean, members = committee.predict_members([{"size": 2.0}])
    assert (mean.tolist(), members.tolist()) == ([[1.0]], [[[1.0]]] * 3)


def test_a_member_that_refused_a_class_answers_none_for_it() -> None:
    """Its columns stand where the committee has them, and what half the members took stays out."""
    committee, members = _watched(2)
    committee.learn_one({}, "a")
    members[1].refused = "bb"
    with pytest.raises(ArithmeticError):
        committee.learn_one({}, "bb")
    assert list(committee.classes) == ["a"]
    assert committee.predict_members([{}])[1].tolist() == [[[1 / 3]], [[1.0]]]
    members[1].refused = ""
    committee.learn_one({}, "ccccc")
    assert committee.predict_members([{}])[1].tolist() == [[[1 / 8, 5 / 8]], [[1 / 6, 5 / 6]]]
    committee.learn_one({}, "bb")
    assert [member.classes[1] for member in members] == ["bb", "ccccc"]
    assert list(committee.classes) == ["a", "ccccc", "bb"]
    assert committee.predict_members([{}])[1].tolist() == [[[1 / 8, 5 / 8, 2 / 8]]] * 2


def test_seeds_differ_and_a_clone_keeps_its_own() -> None:
    """Two seeds draw differently; a clone of a trained committee draws from the start."""
    one, other = (Bagged(make("bayes", seed=7), seed=seed) for seed in (1, 2))
    first = taught(one, ORDINARY).predict_proba_many(ROWS)
    assert not np.array_equal(first, taught(other, ORDINARY).predict_proba_many(ROWS))
    assert np.array_equal(first, taught(one.clone(), ORDINARY).predict_proba_many(ROWS))


def test_one_member_is_no_committee() -> None:
    """Alone nobody disagrees; the message says what would be right."""
    with pytest.raises(ValueError, match="a committee of 1; 2 or more"):
        Bagged(make("bayes", seed=7), seed=7, members=1)
