"""The guarded model: one bad row costs one row, and nothing else."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.learners.featuretypes import Raw
from streamal.learners.model import Model, Refusal
from streamal.learners.presets import make
from tests.learners.fakes import Answer, Scripted


def _model(answer: Answer | None = None) -> Model:
    """A model over a scripted learner that knows the classes a and b."""
    model = Model(Scripted(answer), {})
    assert model.learn({"x": 1.0}, "a") is None
    assert model.learn({"x": 2.0}, "b") is None
    return model


def test_no_opinion_before_two_classes() -> None:
    """With no class or one there is nothing to be sure or unsure of: no opinion."""
    model = Model(make("bayes", seed=7), {})
    assert model.predict([{"x": 1.0}, {}]) == [[], []]
    model.learn({"x": 1.0}, "a")
    assert model.predict([{"x": 1.0}]) == [[]]
    model.learn({"x": 2.0}, "b")
    assert len(model.predict([{"x": 1.0}])[0]) == 2  # type: ignore[arg-type]


def test_a_row_that_fails_costs_only_itself() -> None:
    """Where the learner raises on one row of a batch, the others get their answers."""
    good, bad, last = _model().predict([{"x": 1.0}, {"bad": 1.0}, {}])
    assert good == last == [0.75, 0.25]
    assert bad == Refusal(
        "model_error", "the model failed on this sample: KeyError: 'no such weight'"
    )


def test_an_example_that_cannot_be_learned_is_told() -> None:
    """A learner that raises leaves the count, and the next example is learned as ever."""
    model = _model()
    assert model.learn({"bad": 1.0}, "a") == "ArithmeticError: cannot learn this"
    assert model.learned == 2
    assert model.learn({"x": 1.0}, "c") is None
    assert (model.learned, model.classes) == (3, ("a", "b", "c"))


def test_types_of_an_example_that_failed_do_not_hold() -> None:
    """Only learned examples fix the type of a feature."""
    model = _model()
    model.learn({"bad": 1.0, "y": "text"}, "a")
    assert model.refuse({"y": 1.0}) is None


NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    "row",
    [[NAN, 1.0], [INF, 1.0], [INF, -INF], [-0.5, 1.5], [0.0, 0.0], [1e308, 1e308], [-1.0, -1.0]],
)
def test_what_is_no_distribution_is_no_opinion(row: list[float]) -> None:
    """NaN, infinities, negatives and zeros alone are no opinion, and their neighbours stay."""
    model = _model(lambda rows: [row if "odd" in features else [0.75, 0.25] for features in rows])
    assert model.predict([{"odd": 1.0}, {"x": 1.0}]) == [[], [0.75, 0.25]]


def test_opinions_are_normalised() -> None:
    """Shares of any positive total become probabilities; rounding below 0 is mended."""
    assert _model(lambda rows: [[3.0, 1.0]] * len(rows)).predict([{}]) == [[0.75, 0.25]]
    assert _model(lambda rows: [[1.0, -1e-17]] * len(rows)).predict([{}]) == [[1.0, 0.0]]


@pytest.mark.parametrize("shape", [(1, 3), (1, 1), (1,), (), (2, 2), (1, 2, 1)])
def test_an_answer_of_a_wrong_shape_is_no_opinion(shape: tuple[int, ...]) -> None:
    """Anything but one row of k numbers per sample is no opinion, also for a batch."""
    model = _model(lambda _: np.full(shape, 0.5))
    assert model.predict([{"x": 1.0}]) == [[]]
    assert model.predict([{"x": 1.0}] * 3) == [[], [], []]


def test_a_shape_that_is_wrong_for_batches_only_is_mended() -> None:
    """A learner that forgets rows of a batch is asked row by row."""
    assert _model(lambda _: [[0.75, 0.25]]).predict([{}, {}]) == [[0.75, 0.25]] * 2


def test_ragged_answers_cost_the_odd_row_only() -> None:
    """Rows that make no array are asked for one by one."""
    model = _model(lambda rows: [[0.5] * (3 if "odd" in row else 2) for row in rows])
    assert model.predict([{"odd": 1.0}, {}]) == [[], [0.5, 0.5]]


def test_null_is_absent() -> None:
    """The learner never sees None, when learning or when predicting."""
    learner = Scripted(lambda rows: [[float(len(row)), 1.0] for row in rows])
    model = Model(learner, {})
    model.learn({"x": None, "y": 1.0}, "a")
    model.learn({"y": 2.0}, "b")
    assert learner.learned[0] == ({"y": 1.0}, "a", 1.0)
    assert model.predict([{"x": None, "y": 1.0}]) == [[0.5, 0.5]]
    assert model.refuse({"x": "any type is still free"}) is None


@pytest.mark.parametrize("value", [NAN, INF, -INF, 10**400])
def test_numbers_that_are_not_finite_never_reach_the_learner(value: float) -> None:
    """They are refused by name before predicting, and when learned all the same."""
    learner = Scripted()
    model = Model(learner, {})
    refused = model.refuse({"ok": 1.0, "x": value})
    assert refused is not None
    assert refused[0] == "not_finite"
    assert "'x'" in refused[1]
    assert str(model.learn({"x": value}, "a")).startswith("not_finite: feature 'x'")
    assert learner.learned == []


@pytest.mark.parametrize("label", [None, "", NAN, [1], {"a": 1}])
def test_what_is_no_label_is_told_and_not_learned(label: object) -> None:
    """A label without a canonical name is an error text, never an exception."""
    model = _model()
    assert str(model.learn({"x": 1.0}, label)).startswith("ValueError: ")
    assert model.learned == 2


def test_labels_are_canonical() -> None:
    """1, 1.0 and '1' are one class."""
    model = Model(Scripted(), {})
    for label in (1, "1", 1.0):
        assert model.learn({"x": 1.0}, label) is None
    assert model.classes == ("1",)


@pytest.mark.parametrize("weight", [0.0, -1.0, NAN, INF])
def test_a_weight_must_be_positive_and_finite(weight: float) -> None:
    """Other weights are told; the learner never sees them."""
    assert str(_model().learn({"x": 1.0}, "a", weight)).startswith("ValueError: weight ")


def test_the_weight_reaches_the_learner() -> None:
    """A good weight is handed on."""
    learner = Scripted()
    Model(learner, {}).learn({"x": 1.0}, "a", 0.5)
    assert learner.learned == [({"x": 1.0}, "a", 0.5)]


def test_a_changed_type_is_not_learned() -> None:
    """A label for a sample asked before the types were held is refused like the sample."""
    model = _model()
    assert str(model.learn({"x": "two"}, "a")).startswith("type_changed: feature 'x'")


def test_a_model_says_what_its_learner_is() -> None:
    """The choice of `auto` shows once it is made."""
    model = Model(make("auto", seed=7), {})
    assert model.describe() == "auto (not chosen yet)"
    model.learn({"text": "hello"}, "a")
    assert model.describe() == "auto (text)"


def test_equal_models_have_equal_digests() -> None:
    """The digest tells models apart by their predictions, classes included, and by no more."""
    rows: list[Raw] = [{"x": float(i)} for i in range(5)]
    one, two = (Model(make("bayes", seed=7), {}) for _ in range(2))
    for i in range(10):
        assert one.digest(rows) == two.digest(rows)
        one.learn({"x": float(i)}, "ab"[i % 2])
        if i >= 2:
            assert one.digest(rows) != two.digest(rows)
        two.learn({"x": float(i)}, "ab"[i % 2])
    assert len(one.digest(rows)) == 16


def test_a_digest_forgives_the_last_bits() -> None:
    """Probabilities that agree to 9 digits have one digest, and others do not."""
    exact, near, far = (_model(lambda rows, p=p: [[p, 1 - p]] * len(rows)) for p in P_DIGITS)  # type: ignore[misc]
    assert exact.digest([{}]) == near.digest([{}]) != far.digest([{}])


P_DIGITS = (0.3, 0.1 + 0.2, 0.3000001)

raw_values = st.one_of(
    st.none(), st.floats(), st.integers(), st.booleans(), st.text(max_size=3), st.just(10**400)
)
raw_rows = st.dictionaries(st.sampled_from(["a", "b", "text"]), raw_values)
raw_labels = st.one_of(st.sampled_from(["x", "y", 1, 2.0, True]), st.none(), st.just(NAN))


@settings(max_examples=100)
@given(st.lists(st.tuples(raw_rows, raw_labels), max_size=15), st.lists(raw_rows, max_size=4))
def test_nothing_that_json_can_hold_raises(
    examples: list[tuple[Raw, object]], rows: list[Raw]
) -> None:
    """Learning counts what it learned, and accepted rows get probabilities or no opinion."""
    model = Model(make("bayes", seed=7), {})
    errors = [model.learn(row, label) for row, label in examples]
    assert model.learned == errors.count(None)
    accepted = [row for row in rows if model.refuse(row) is None]
    for answer in model.predict(accepted):
        assert isinstance(answer, list)
        assert not answer or sum(answer) == pytest.approx(1)
