"""Naive Bayes against river's, and what the pulls and the memory do."""

from collections.abc import Callable
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from river import naive_bayes

from streamal.learners.bayes import MAKERS, NaiveBayes
from streamal.learners.evidence import Evidence
from streamal.learners.gaussian import Gaussian
from streamal.learners.kinds import NUMBER
from tests.contracts.learner import Example, taught

TEXTS = [
    ("refund the card fee", "money"),
    ("lost my card", "card"),
    ("the fee for cash abroad", "money"),
    ("card card card", "card"),
    ("where is the top up", "other"),
]


def _numbers(maker: Callable[[], Evidence]) -> NaiveBayes:
    return NaiveBayes("bayes", {}, {**MAKERS, NUMBER: maker})


def test_words_weigh_as_in_rivers_multinomial() -> None:
    """For texts of known words the posterior is that of river's MultinomialNB."""
    learner = taught(NaiveBayes("text", {}), [({"text": text}, label) for text, label in TEXTS])
    oracle = naive_bayes.MultinomialNB(alpha=0.1)  # type: ignore[no-untyped-call]
    for text, label in TEXTS:
        oracle.learn_one(_counts(text), label)  # type: ignore[no-untyped-call]
    for text in ("card fee", "the top", "refund refund my", "cash"):
        expected = oracle.predict_proba_one(_counts(text))  # type: ignore[no-untyped-call]
        answer = learner.predict_proba_many([{"text": text}])[0]
        assert dict(zip(learner.classes, answer, strict=True)) == pytest.approx(expected)


def _counts(text: str) -> dict[str, int]:
    words = text.split()
    return {word: words.count(word) for word in words}


def test_numbers_weigh_as_in_rivers_gaussian() -> None:
    """Without pulls and with an endless memory the posterior is that of river's GaussianNB."""
    learner = _numbers(lambda: Gaussian(spread_pull=0.0, mean_pull=0.0, memory=inf))
    oracle = naive_bayes.GaussianNB()  # type: ignore[no-untyped-call]
    draws = np.random.default_rng(7).normal(size=(60, 2))
    for i, (x, y) in enumerate(draws.tolist()):
        row = {"x": x + i % 3, "y": y - i % 3}
        learner.learn_one(row, "abc"[i % 3])
        oracle.learn_one(row, "abc"[i % 3])  # type: ignore[no-untyped-call]
    for x, y in draws[:20].tolist():
        expected = oracle.predict_proba_one({"x": x, "y": y})  # type: ignore[no-untyped-call]
        answer = learner.predict_proba_many([{"x": x, "y": y}])[0]
        assert dict(zip("abc", answer, strict=True)) == pytest.approx(expected, abs=1e-6)


rows = st.fixed_dictionaries(
    {"x": st.floats(-9, 9), "colour": st.sampled_from("rgb"), "text": st.sampled_from(["a b", "b"])}
)


@given(st.lists(st.tuples(rows, st.sampled_from("yn"), st.integers(1, 3)), min_size=1, max_size=9))
def test_a_weight_is_a_repetition(examples: list[tuple[dict[str, float], str, int]]) -> None:
    """An example of weight k weighs as if it had been learned k times."""
    weighted = _numbers(lambda: Gaussian(memory=inf))
    repeated = weighted.clone()
    for row, label, weight in examples:
        weighted.learn_one(row, label, float(weight))
        taught(repeated, [(row, label)] * weight)
    probes = [row for row, _, _ in examples]
    one, other = weighted.predict_proba_many(probes), repeated.predict_proba_many(probes)
    assert np.allclose(one, other, atol=1e-6)


def test_unknown_features_and_words_say_nothing() -> None:
    """What no learned example had leaves the shares of the classes as they are."""
    learner = taught(NaiveBayes("text", {}), [({"text": "hello"}, "a")] * 3 + [({}, "b")])
    assert (
        learner.predict_proba_many([{}, {"text": "unheard"}, {"x": 1.0}]).tolist()
        == [pytest.approx([0.75, 0.25])] * 3
    )


def test_two_examples_make_no_needle() -> None:
    """A class seen twice at one spot still has a chance beside it."""
    spread: list[Example] = [({"x": float(i)}, "wide") for i in range(-5, 6)]
    learner = taught(NaiveBayes("bayes", {}), [*spread, ({"x": 2.0}, "new"), ({"x": 2.0}, "new")])
    near = learner.predict_proba_many([{"x": 2.5}])[0][1]
    assert 0.1 < near < 0.6


def test_equal_values_make_no_needle_either() -> None:
    """A million equal values of one class gain it a bounded factor where they are."""
    evidence = Gaussian(memory=inf)
    for i in range(10):
        evidence.learn(float(i), 0, 1e5)
        evidence.learn(3.0, 1, 1e5)
    scores = [0.0, 0.0]
    evidence.add(scores, 3.0)
    assert 0 < scores[1] < 4
    evidence.add(scores, 3.1)
    assert scores[1] > scores[0]


def test_far_outliers_do_not_decide_alone() -> None:
    """One wild number cannot outvote what a hundred words say."""
    many = " ".join(f"w{i}" for i in range(100))
    examples: list[Example] = [({"x": i % 2 / 10, "text": many}, "a") for i in range(10)]
    examples += [({"x": 5 + i % 2 / 10, "text": "other words"}, "b") for i in range(10)]
    learner = taught(NaiveBayes("text", {}), examples)
    assert learner.predict_proba_many([{"x": 1e300, "text": many}])[0][0] > 0.99


def test_old_numbers_fade() -> None:
    """After a drift the new place of a class is believed within a few memories."""
    before: list[Example] = [
        ({"x": i % 7 / 7 + "ab".index(c)}, c) for i in range(300) for c in "ab"
    ]
    after: list[Example] = [({"x": i % 7 / 7 - "ab".index(c)}, c) for i in range(300) for c in "ab"]
    fading = taught(_numbers(Gaussian), before + after)
    endless = taught(_numbers(lambda: Gaussian(memory=inf)), before + after)
    assert fading.predict_proba_many([{"x": 0.5}])[0][0] > 0.95
    assert endless.predict_proba_many([{"x": 0.5}])[0][0] < 0.9
