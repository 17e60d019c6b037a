"""How river's classifiers are driven."""

import pytest

from streamal.learners.adapter import Encoded, Parts, RiverLearner, learning
from streamal.learners.plain import PlainEncoder
from tests.learners.factories import Counting


class Choosy(Counting):
    """Learns nothing that is blue, and answers for what it knows."""

    def learn_one(self, x: Encoded, y: str) -> None:  # type: ignore[override]
        if x.get("colour") == "blue":
            raise ValueError("no blue")
        self.counts[y] = self.counts.get(y, 0) + 1


class Weighing(Counting):
    """Takes weights."""

    def learn_one(self, x: Encoded, y: str, w: float = 1.0) -> None:  # type: ignore[override]
        self.counts[y] = self.counts.get(y, 0) + w  # type: ignore[assignment]


class Compiled(Counting):
    """Has a method whose signature nobody can read."""

    learn_one = min  # type: ignore[assignment]


def _learner(classifier: type[Counting]) -> RiverLearner:
    def parts() -> Parts:
        made = classifier()
        return made, PlainEncoder({}), learning(made)  # type: ignore[return-value, arg-type]

    return RiverLearner("made", parts)


def test_a_label_that_was_not_learned_is_no_class() -> None:
    """Where the classifier raises, the class is not known and its columns stay as they were."""
    learner = _learner(Choosy)
    learner.learn_one({"colour": "red"}, "a")
    with pytest.raises(ValueError, match="no blue"):
        learner.learn_one({"colour": "blue"}, "b")
    assert learner.classes == ("a",)
    assert learner.predict_proba_many([{}]).tolist() == [[1.0]]


def test_a_class_the_classifier_does_not_name_has_no_chance() -> None:
    """River leaves classes out of its answers; here they have their column, at 0."""
    learner = _learner(Counting)
    learner.learn_one({}, "a")
    learner.learn_one({}, "b")
    learner._classifier.counts.pop("a")  # type: ignore[attr-defined]
    assert learner.predict_proba_many([{}])[0][0] == 0.0


@pytest.mark.parametrize(("classifier", "share"), [(Weighing, 0.75), (Counting, 0.5)])
def test_a_weight_goes_where_it_is_taken(classifier: type[Counting], share: float) -> None:
    """A classifier whose `learn_one` has a `w` is given the weight, another is not."""
    learner = _learner(classifier)
    learner.learn_one({}, "a", weight=3.0)
    learner.learn_one({}, "b", weight=1.0)
    assert learner.predict_proba_many([{}])[0][0] == share


def test_a_classifier_without_a_signature_gets_no_weight() -> None:
    """What cannot be inspected is called as river's plainest."""
    assert learning(Compiled()) is learning(Counting())  # type: ignore[arg-type]
