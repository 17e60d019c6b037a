"""Every preset keeps the contract, under the same suite."""

import pytest

from streamal.errors import ConfigError
from streamal.learners.port import Learner
from streamal.learners.presets import PRESETS, make
from tests.contracts.learner import ORDINARY, LearnerContract, taught


class TestLinear(LearnerContract):
    """`linear` keeps the contract."""

    def make(self) -> Learner:
        return make("linear", seed=7)


class TestBayes(LearnerContract):
    """`bayes` keeps the contract."""

    def make(self) -> Learner:
        return make("bayes", seed=7)


class TestText(LearnerContract):
    """`text` keeps the contract."""

    def make(self) -> Learner:
        return make("text", seed=7)


class TestAuto(LearnerContract):
    """`auto` keeps the contract."""

    def make(self) -> Learner:
        return make("auto", seed=7)


class TestTree(LearnerContract):
    """`tree` keeps the contract."""

    def make(self) -> Learner:
        return make("tree", seed=7)


class TestForest(LearnerContract):
    """`forest` keeps the contract."""

    examples_tried = 10

    def make(self) -> Learner:
        return make("forest", seed=7)


class TestDeclared(LearnerContract):
    """Declared kinds of features keep the contract, even where the values contradict them."""

    def make(self) -> Learner:
        return make("linear", 7, {"size": "number", "is_new": "category", "colour": "text"})


@pytest.mark.parametrize("name", ["committee", "Linear", "", "baeys"])
def test_an_unknown_preset_is_refused(name: str) -> None:
    """A name that is no preset is refused with the names that are."""
    with pytest.raises(ConfigError, match=r"model\.preset: there is no preset .* There are auto, "):
        make(name, seed=7)


def test_the_nearest_preset_is_named() -> None:
    """A misspelt name is answered with the nearest one."""
    with pytest.raises(ConfigError, match="did you mean 'bayes'"):
        make("bayse", seed=7)


def test_an_unknown_kind_of_feature_is_refused() -> None:
    """A declared type that does not exist is refused, with its key and the nearest."""
    with pytest.raises(ConfigError, match=r"samples\.types\.age: .*'numeric'.*'number'"):
        make("linear", 7, {"age": "numeric"})


def test_every_preset_can_be_made() -> None:
    """Each listed name makes a learner that says its own name."""
    for name in PRESETS:
        assert make(name, seed=7).describe().split()[0] == name


def test_auto_waits_for_the_first_example() -> None:
    """`auto` tells that it has not chosen, then what it chose, and a clone chooses anew."""
    learner = make("auto", seed=7)
    assert learner.describe() == "auto (not chosen yet)"
    assert taught(learner, ORDINARY).describe() == "auto (linear)"
    assert taught(learner.clone(), [({"text": "hello"}, "a")]).describe() == "auto (text)"


def test_auto_heeds_a_declared_text() -> None:
    """A declared text decides, although the first example lacks it."""
    learner = make("auto", 7, {"subject": "text"})
    assert taught(learner, [({"size": 1.0}, "a")]).describe() == "auto (text)"


def test_forests_of_different_seeds_differ() -> None:
    """The seed reaches the one preset that draws."""
    rows = [row for row, _ in ORDINARY]
    one, other = (
        taught(make("forest", seed), ORDINARY).predict_proba_many(rows) for seed in (1, 2)
    )
    assert one.tolist() != other.tolist()
