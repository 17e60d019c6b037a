"""Learners of the user's own: what is taken, and why the others are refused."""

import re
import sys
from pathlib import Path

import pytest

from streamal.errors import ConfigError
from streamal.learners.factory import load
from streamal.learners.port import Learner
from tests.contracts.learner import ORDINARY, assert_opinions, taught
from tests.house.source import plant

HERE = "tests.learners.factories"
GOOD = ["pipeline", "hoeffding_tree", "words", "by_name", "own", "Certain", "Counting"]


def _load(name: str) -> Learner:
    return load(f"{HERE}:{name}", {})


@pytest.mark.parametrize("name", GOOD)
def test_what_learns_and_predicts_is_taken_untrained(name: str) -> None:
    """Pipelines, classifiers, classes of them and learners of the port pass the trial."""
    learner = _load(name)
    assert learner.classes == ()
    assert learner.predict_proba_many([{"size": 1.0}]).shape == (1, 0)


@pytest.mark.parametrize("name", ["hoeffding_tree", "own", "Counting"])
def test_what_is_taken_is_a_learner(name: str) -> None:
    """It knows its classes in order, late ones too, and answers for each."""
    learner = taught(_load(name), ORDINARY)
    assert learner.classes == ("low", "mid", "high")
    assert_opinions(learner, [row for row, _ in ORDINARY])
    assert learner.clone().classes == ()


def test_a_binary_classifier_learns_many_classes() -> None:
    """A logistic regression is put into one-versus-rest without being asked."""
    examples = [({"size": float(i % 3)}, "abc"[i % 3]) for i in range(300)]
    learner = taught(_load("pipeline"), examples)
    answer = assert_opinions(learner, [row for row, _ in examples[:3]])
    assert answer[0].argmax() == 0
    assert answer[2].argmax() == 2


def test_a_classifier_of_river_can_be_named_itself() -> None:
    """A class that needs no arguments is its own factory."""
    learner = taught(load("river.naive_bayes:GaussianNB", {}), [({"size": 1.0}, "a")])
    assert learner.describe() == "river.naive_bayes:GaussianNB"


def test_declared_kinds_reach_the_classifier() -> None:
    """A number declared as a category comes as a string, and a boolean as a float."""
    seen: list[object] = []
    learner = load(f"{HERE}:Counting", {"zip": "category"})
    counting = learner._classifier  # type: ignore[attr-defined]
    counting.learn_one = lambda x, y: seen.append(x)
    learner.learn_one({"zip": 8001.0, "is_new": True, "text": "hi"}, "a")
    assert seen == [{"zip": "8001", "is_new": 1.0, "text": "hi"}]


def test_weights_reach_a_classifier_that_takes_them() -> None:
    """River's tree is given the weight, and its leaf counts it."""
    learner = _load("hoeffding_tree")
    learner.learn_one({"size": 1.0}, "a", weight=3.0)
    learner.learn_one({"size": 1.0}, "b", weight=1.0)
    assert learner.predict_proba_many([{}]).tolist() == [[0.75, 0.25]]


REFUSED = {
    "no_such": "the module 'tests.learners.factories' has no 'no_such'",
    "pipelin": "did you mean 'pipeline'?",
    "not_callable": "'not_callable' is a int; a callable is needed",
    "needs_argument": "called without arguments it raised TypeError: ",
    "breaks": "called without arguments it raised RuntimeError: no such file",
    "nothing": "returned a NoneType without learn_one, predict_proba_one, clone; a river",
    "regressor": "returned a LinearRegression without predict_proba_one; a river",
    "a_class": "returned the class HoeffdingTreeClassifier; an instance of it is needed",
    "Undecided": "numbers that are not probabilities between 0 and 1",
    "Mistaken": "gave no class a probability after learning the classes ('a', 'b', 'c')",
    "Drawing": "two clones that learned the same examples answer differently",
    "Sharing": "its clone() returns itself; an untrained copy is needed",
    "Uncloneable": "its clone() raised TypeError: a live connection",
    "Deaf": "learning a made example raised ValueError: could not convert",
    "Mute": "predicting made examples raised IndexError: no such leaf",
    "Remembering": "its clone() is trained; it must return a copy that has learned nothing",
    "Backwards": "its classes are ('c', 'b', 'a') after learning ('a', 'b', 'c')",
    "Nameless": "returned a Nameless without describe; a river",
    "Narrow": "an array of shape (30, 2); (30, 3) is needed",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_work_is_refused_before_the_start(name: str) -> None:
    """Each fault has its message, which names the key, the factory and what is wrong."""
    with pytest.raises(ConfigError, match=re.escape(REFUSED[name])) as refused:
        _load(name)
    assert str(refused.value).startswith(f"model.factory {HERE}:{name}: ")


@pytest.mark.parametrize("path", ["", "package", "package:", ":make", "package.make"])
def test_a_path_has_two_parts(path: str) -> None:
    """Without a module or a name nothing is imported."""
    with pytest.raises(ConfigError, match=r"is not of the form package\.module:name"):
        load(path, {})


def test_a_module_that_is_not_there_is_named() -> None:
    """A module that cannot be found is told with what Python says."""
    with pytest.raises(ConfigError, match="'no_such_module' cannot be imported: ModuleNotFound"):
        load("no_such_module:make", {})


def test_a_module_of_the_current_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file beside the configuration is found; one that raises is told."""
    plant(tmp_path, "made_model.py", "from river.dummy import PriorClassifier as make\n")
    plant(tmp_path, "made_fault.py", "raise OSError('disk')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert load("made_model:make", {}).classes == ()
    with pytest.raises(ConfigError, match="cannot be imported: OSError: disk"):
        load("made_fault:make", {})
