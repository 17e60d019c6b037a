"""The contract of `streamal.learners.port.Learner`, as a class of tests to inherit."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.learners.port import Features, Learner, Probabilities, Value

Example = tuple[Features, str]

ORDINARY: list[Example] = [
    (
        {"size": i * 7 % 10 / 3, "is_new": i % 4 == 0, "colour": "red" if i % 2 else "blue"},
        ("low", "mid", "high")[i * 7 % 10 // 4],
    )
    for i in range(60)
]
AWKWARD: list[Features] = [
    {},
    {"size": 1.0},
    {"size": 1e308, "is_new": True},
    {"size": -1e308},
    {"size": 1e-308, "colour": "never seen"},
    {"size": 5e-324, "colour": ""},
    {"unseen": 3.0, "text": "unseen words"},
    {"text": ""},
    {"text": "?!"},
    {"size": "a string", "colour": 7.0, "text": 1.0},
    {"": 1.0, "\0": 2.0, "=": "x"},
]

numbers = st.one_of(
    st.floats(-1e3, 1e3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1e308, -1e308, 1e-308, 5e-324, 1e100, 1e154]),
    st.integers(-(2**70), 2**70),
)
values: st.SearchStrategy[Value] = st.one_of(numbers, st.booleans(), st.text(max_size=8))
features = st.dictionaries(st.sampled_from(["a", "b", "text", ""]), values, max_size=4)
labels = st.sampled_from(["no", "yes", "perhaps"])


def taught(learner: Learner, examples: Sequence[Example]) -> Learner:
    """Let a learner learn the examples in order; return it."""
    for row, label in examples:
        learner.learn_one(row, label)
    return learner


def assert_opinions(learner: Learner, rows: Sequence[Features]) -> Probabilities:
    """Each row's answer is a probability per class, and they sum to 1."""
    answer = learner.predict_proba_many(rows)
    assert answer.shape == (len(rows), len(learner.classes))
    assert np.all((answer >= 0) & (answer <= 1)), answer
    assert np.allclose(answer.sum(axis=1), 1, atol=1e-9), answer
    return answer


class LearnerContract:
    """Inherit it, name the class `Test…`, say what `make` makes."""

    examples_tried = 30

    def make(self) -> Learner:
        """Return an untrained learner, always of the same parameters."""
        raise NotImplementedError

    def test_an_untrained_learner_knows_no_class(self) -> None:
        """Before the first label there are no classes, and no column for any."""
        learner = self.make()
        assert learner.classes == ()
        assert learner.predict_proba_many(AWKWARD).shape == (len(AWKWARD), 0)

    def test_no_rows_have_no_answers(self) -> None:
        """An empty batch is answered by an empty array, trained or not."""
        learner = self.make()
        assert learner.predict_proba_many([]).shape == (0, 0)
        assert taught(learner, ORDINARY).predict_proba_many([]).shape == (0, 3)

    def test_classes_stand_in_the_order_of_their_first_example(self) -> None:
        """A late class is the last column, and earlier ones keep theirs."""
        learner = taught(self.make(), [({"size": 1.0}, "b"), ({"size": 2.0}, "a")])
        assert list(learner.classes) == ["b", "a"]
        taught(learner, [({"size": 3.0}, "c"), ({"size": 1.0}, "a")])
        assert list(learner.classes) == ["b", "a", "c"]
        assert_opinions(learner, [{"size": 2.0}])

    def test_one_class_alone_is_no_failure(self) -> None:
        """With a single class known every answer is one finite column."""
        learner = taught(self.make(), [(row, "only") for row, _ in ORDINARY[:9]])
        answer = learner.predict_proba_many(AWKWARD)
        assert answer.shape == (len(AWKWARD), 1)
        assert np.isfinite(answer).all()

    def test_it_learns(self) -> None:
        """What a plain rule decides is predicted right, far above chance, after 60 examples."""
        learner = taught(self.make(), ORDINARY)
        chosen = assert_opinions(learner, [row for row, _ in ORDINARY]).argmax(axis=1)
        right = [
            learner.classes[c] == label for c, (_, label) in zip(chosen, ORDINARY, strict=True)
        ]
        assert sum(right) / len(right) >= 0.8

    def test_no_row_is_without_an_answer(self) -> None:
        """Missing, unseen, huge, tiny and empty features are ordinary when predicting."""
        assert_opinions(taught(self.make(), ORDINARY), AWKWARD)

    def test_no_row_is_beyond_learning(self) -> None:
        """The same rows are ordinary when learning, whatever comes before and after."""
        examples = [(row, "ab"[i % 2]) for i, row in enumerate(AWKWARD)]
        learner = taught(self.make(), examples + ORDINARY + examples)
        assert_opinions(learner, AWKWARD + [row for row, _ in ORDINARY])

    def test_constant_features_say_nothing_and_break_nothing(self) -> None:
        """A feature that was always the same still allows an answer where it differs."""
        rows: list[Features] = [{"same": 3.5, "size": float(i % 2)} for i in range(20)]
        learner = taught(self.make(), [(row, str(row["size"])) for row in rows])
        assert_opinions(learner, [{"same": 3.5}, {"same": -1e9, "size": 1.0}])

    def test_seventy_seven_classes(self) -> None:
        """Many classes of a few examples each are all known and all answered."""
        examples: list[Example] = [
            ({"size": float(i % 77), "text": f"word{i % 77} and more"}, f"class {i % 77}")
            for i in range(100)
        ]
        learner = taught(self.make(), examples)
        assert learner.classes == tuple(f"class {i}" for i in range(77))
        assert_opinions(learner, [row for row, _ in examples[:20]])

    def test_a_row_is_answered_as_if_it_were_alone(self) -> None:
        """To the last bit: a score must be the same in whatever batch it is recomputed."""
        learner = taught(self.make(), ORDINARY)
        rows = [row for row, _ in ORDINARY[:20]] + AWKWARD
        alone = np.vstack([learner.predict_proba_many([row]) for row in rows])
        assert np.array_equal(learner.predict_proba_many(rows), alone)

    def test_predicting_changes_nothing(self) -> None:
        """A replica that was never asked agrees to the last bit with one asked all the time."""
        asked, silent = self.make(), self.make()
        for row, label in ORDINARY:
            asked.predict_proba_many([row, *AWKWARD])
            asked.learn_one(row, label)
            silent.learn_one(row, label)
        rows = [row for row, _ in ORDINARY]
        assert np.array_equal(asked.predict_proba_many(rows), silent.predict_proba_many(rows))

    def test_a_clone_is_untrained_and_equal(self) -> None:
        """A clone of a trained learner knows nothing, and learns to the same answers."""
        learner = taught(self.make(), ORDINARY)
        clone = learner.clone()
        assert clone.classes == ()
        assert clone.predict_proba_many(AWKWARD).shape == (len(AWKWARD), 0)
        before = learner.predict_proba_many(AWKWARD)
        taught(clone, ORDINARY)
        assert np.array_equal(clone.predict_proba_many(AWKWARD), before)

    def test_a_clone_shares_nothing(self) -> None:
        """What a clone learns changes nothing in the learner it was cloned from."""
        learner = taught(self.make(), ORDINARY[:30])
        before = learner.predict_proba_many(AWKWARD)
        taught(learner.clone(), [(row, "another") for row, _ in ORDINARY])
        assert learner.classes == ("low", "mid", "high")
        assert np.array_equal(learner.predict_proba_many(AWKWARD), before)

    def test_weights_are_taken(self) -> None:
        """Any weight above 0 is taken, used or not, and the answers stay probabilities."""
        learner = self.make()
        for i, (row, label) in enumerate(ORDINARY):
            learner.learn_one(row, label, weight=(0.1, 1.0, 10.0)[i % 3])
        assert_opinions(learner, AWKWARD)

    def test_it_says_what_it_is(self) -> None:
        """The description is a short text, before and after learning."""
        assert 0 < len(self.make().describe()) < 100
        assert 0 < len(taught(self.make(), ORDINARY).describe()) < 100

    def test_no_sequence_of_examples_breaks_it(self) -> None:
        """Whatever finite values it learns, in whatever order, it answers with probabilities."""

        @settings(max_examples=self.examples_tried)
        @given(st.lists(st.tuples(features, labels), max_size=12), st.lists(features, max_size=3))
        def law(examples: list[Example], rows: list[Features]) -> None:
            learner = taught(self.make(), examples)
            if learner.classes:
                assert_opinions(learner, rows + [row for row, _ in examples])

        law()
