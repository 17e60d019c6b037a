"""Labels, and what each comes to."""

from typing import Any

import numpy as np
import pytest

from streamal import Sampler, Unusable
from streamal.core.records import Request
from streamal.core.updates import Closed, Example
from tests.runtime import tiny


def asked(sampler: Sampler, **features: Any) -> Request:  # noqa: ANN401 - any value
    """Return a request for a sample."""
    decision = sampler.decide(features)
    assert isinstance(decision, Request)
    return decision


def test_a_request_is_settled_by_any_of_its_names() -> None:
    """The request, its id, its sample's id, its features: one label each, charged once."""
    sampler = Sampler(budget=1.0)
    sampler.teach(asked(sampler, x=1.0), "a")
    sampler.teach(asked(sampler, x=2.0).request_id, "b")
    sampler.decide({"x": 3.0}, id="third")
    sampler.teach("third", "a")
    asked(sampler, x=np.int64(4))
    found = sampler.teach({"x": 4}, "b")
    assert isinstance(found, Example)
    assert found.request_id == "samples/0/3"
    assert (sampler.requests, sampler.classes) == ([], ("a", "b"))
    assert sampler.budget.limits["rate"].charged == 4


def test_of_equal_samples_the_oldest_request_is_settled() -> None:
    """Then the next one; then it is a label that nobody asked for."""
    sampler = Sampler()
    requests = [asked(sampler, x=1.0) for _ in range(2)]
    found = [sampler.teach({"x": 1.0}, "a") for _ in range(3)]
    ids = [one.request_id for one in found if isinstance(one, Example)]
    assert ids == [requests[0].request_id, requests[1].request_id, None]


@pytest.mark.parametrize(
    ("label", "name"),
    [("a", "a"), (1, "1"), (np.int64(1), "1"), (1.0, "1"), (True, "true"), (np.bool_(0), "false")],
)
def test_labels_are_named_as_in_the_service(label: object, name: str) -> None:
    """Numbers and booleans are classes too, numpy's as well."""
    found = Sampler().teach({"x": 1.0}, label)
    assert isinstance(found, Example)
    assert found.label == name


@pytest.mark.parametrize("outcome", ["skipped", "unknown", "rejected", "retracted"])
def test_a_request_may_end_without_a_label(outcome: Any) -> None:  # noqa: ANN401 - one of a Literal
    """It is closed, and its charge stays."""
    sampler = Sampler(budget=4)
    found = sampler.teach(asked(sampler, x=1.0), outcome=outcome)
    assert isinstance(found, Closed)
    assert (sampler.requests, sampler.budget.left) == ([], 3)


def test_another_attempt_is_a_request_of_its_own() -> None:
    """A skipped sample that is asked about again waits under a new id."""
    sampler = Sampler(budget=4, requests={"ask_again": 1})
    sampler.teach(asked(sampler, x=1.0), outcome="skipped")
    assert [one.request_id for one in sampler.requests] == ["samples/0/0#2"]
    sampler.teach({"x": 1.0}, "a")
    assert sampler.requests == []


def test_another_label_corrects_and_the_same_is_a_duplicate() -> None:
    """As in the service: learned again, or refused."""
    sampler = Sampler(budget=4)
    request = asked(sampler, x=1.0)
    sampler.teach(request, "a")
    with pytest.raises(Unusable, match="already has the label 'a'") as caught:
        sampler.teach(request, "a")
    assert caught.value.reason == "duplicate"
    found = sampler.teach(request, "b")
    assert isinstance(found, Example)
    assert (found.corrects, sampler.budget.left) == (True, 3)


def test_a_price_is_that_of_the_annotator() -> None:
    """What was reserved at the dearest price is settled at the real one."""
    sampler = Sampler(budget={"cost": 1.0, "per_label": {"person": 0.4, "llm": 0.1}})
    sampler.teach(asked(sampler, x=1.0), "a", annotator="llm")
    assert sampler.budget.limits["cost"].charged == 0.1


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (({"x": 1.0},), {}, "a label is needed, or an outcome such as outcome='skipped'"),
        (({"x": 1.0}, ""), {}, "an empty string cannot be a label"),
        (({"x": 1.0}, [1]), {}, "a list cannot be a label"),
        (({"x": 1.0}, "a"), {"outcome": "skipped"}, "'skipped' goes without a label"),
        (({"x": 1.0}, "a"), {"outcome": "lost"}, "outcome 'lost' is none of labelled, skipped"),
        (({"x": 9.0},), {"outcome": "skipped"}, "needs a label and features"),
        (({"x": "one"}, "a"), {}, "'x' is a number since its first learned example"),
        (("samples/0/77", "a"), {}, r"is the id of no request.*did you mean samples/0/7\?"),
        (([{"x": 1.0}], "a"), {}, "1 samples need a list of 1 labels"),
        (([{"x": 1.0}], ["a", "b"]), {}, "there are 2 labels for 1 samples"),
        (([{"x": 1.0}, {"x": 2.0}], ["a", None]), {}, "sample 1: a label is needed"),
    ],
)
def test_a_label_of_no_use_is_told(
    arguments: tuple[Any, ...], keywords: dict[str, Any], message: str
) -> None:
    """Nothing is learned, of several none."""
    sampler = Sampler(classes=["a", "b"])
    for number in range(8):
        asked(sampler, x=float(number))
    sampler.teach("samples/0/0", "a")
    before = sampler.version
    with pytest.raises(Unusable, match=message):
        sampler.teach(*arguments, **keywords)
    assert sampler.version == before


def test_a_class_that_was_not_declared_is_refused() -> None:
    """Where the classes are declared, another is a mistake."""
    sampler = Sampler(classes=["a", "b"])
    with pytest.raises(Unusable, match="none of the declared classes a, b"):
        sampler.teach(asked(sampler, x=1.0), "c")
    assert len(sampler.requests) == 1


def test_a_decision_that_asked_nobody_is_no_request() -> None:
    """Its label is taken with its features, and it says so."""
    sampler = Sampler(budget=1)
    asked(sampler, x=1.0)
    with pytest.raises(Unusable, match=r"was not asked about .abstain.; its label is taken with"):
        sampler.teach(sampler.decide({"x": 2.0}), "a")


def test_a_model_that_cannot_learn_warns() -> None:
    """The label is settled, with the error beside it."""
    sampler = Sampler(model=tiny.Tiny())
    request = asked(sampler, x=1.0, bad_to_learn=True)
    with pytest.warns(RuntimeWarning, match="did not learn it: ArithmeticError: too hard"):
        found = sampler.teach(request, "a")
    assert isinstance(found, Example)
    assert (found.error, sampler.requests) == ("ArithmeticError: too hard to learn", [])


def test_a_model_that_cannot_see_costs_one_sample() -> None:
    """The error names it; the next sample is decided as ever."""
    sampler = Sampler(model=tiny.Tiny())
    sampler.teach([{"x": 1.0}, {"x": 2.0}], ["a", "b"])
    with pytest.raises(Unusable, match="sample 1: the model failed on this sample") as caught:
        sampler.decide_many([{"x": 1.0}, {"x": 1.0, "bad_to_see": True}])
    assert caught.value.reason == "model_error"
    assert sampler.decide({"x": 1.5}).source.offset == 0
