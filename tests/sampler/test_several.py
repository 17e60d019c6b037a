"""Several annotators for each request, in the caller's process."""

import pytest

from streamal import Sampler, Unusable
from streamal.core.records import Request
from streamal.core.updates import Closed, Example, Vote


def _asked(sampler: Sampler) -> Request:
    decision = sampler.decide({"x": 1.0})
    assert isinstance(decision, Request)
    return decision


def test_the_last_of_several_annotators_decides() -> None:
    """The others vote; the majority is learned, and each is charged."""
    sampler = Sampler(budget=6, labels={"per_request": 3})
    request = _asked(sampler)
    assert request.annotators == 3
    assert isinstance(sampler.teach(request, "a", annotator="ann"), Vote)
    assert isinstance(sampler.teach(request, "b", annotator="bob"), Vote)
    found = sampler.teach(request, "a", annotator="cem")
    assert isinstance(found, Example)
    assert (found.label, found.votes) == ("a", {"a": 2, "b": 1})
    assert sampler.budget.limits["count"].charged == 3


def test_several_annotators_may_disagree() -> None:
    """Then the request is over, and nothing is learned."""
    sampler = Sampler(budget=6, labels={"per_request": 2})
    request = _asked(sampler)
    sampler.teach(request, "a", annotator="ann")
    found = sampler.teach(request, "b", annotator="bob")
    assert isinstance(found, Closed)
    assert (found.outcome, sampler.requests, sampler.classes) == ("disagreed", [], ())


def test_several_annotators_need_names() -> None:
    """Without one nobody could tell whether it is another person."""
    sampler = Sampler(budget=6, labels={"per_request": 2})
    with pytest.raises(Unusable, match="an answer needs the name of its `annotator`") as error:
        sampler.teach(_asked(sampler), "a")
    assert error.value.reason == "invalid"
