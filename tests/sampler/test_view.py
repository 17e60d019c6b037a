"""What a sampler tells, and that telling changes nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal import Sampler, Unusable
from streamal.lab.study import Study
from tests.lab.simulated import rows, simulated
from tests.sampler.play import STEPS, Step, played, samples

steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 50)), max_size=20)


def look(sampler: Sampler) -> None:
    """Ask it everything that it can tell."""
    told = sampler.budget, sampler.estimate, sampler.requests, sampler.classes, sampler.version
    assert repr((sampler, told))
    sampler.predict([features for features, _ in samples(3)])
    sampler.predict_proba({"size": 0.1})
    for request in sampler.requests:
        assert sampler.explain(request)


@given(steps)
def test_looking_changes_nothing(plays: list[Step]) -> None:
    """One that is looked at before every step ends as one that is not."""
    watched, other = Sampler(model="bayes"), Sampler(model="bayes")
    for play in plays:
        look(watched)
        played(watched, [play])
    played(other, plays)
    assert watched.save() == other.save()


def test_the_estimate_is_that_of_a_simulation() -> None:
    """Of the same rows, also of those that the arbiter has not heard of yet."""
    report = simulated(rows(500), Study(None), is_tiny=False).report
    sampler = Sampler()
    for row in rows(500):
        decision = sampler.decide(row.features)
        if decision.route == "request":
            sampler.teach(decision, row.label)
    bounds = msgspec.structs.asdict(sampler.estimate)
    assert bounds == {name: report["estimate"][name] for name in bounds}
    assert sampler.budget.limits["rate"].allowed == 20 + 0.1 * 500


@pytest.mark.parametrize(
    ("sections", "phrase"),
    [
        ({}, "its rank"),
        ({"policy": {"kind": "fixed", "threshold": 0.7}}, "its confidence"),
        ({"policy": "random"}, "the uniform draw fell on it"),
        ({"policy": "variable"}, "the policy variable wanted it"),
        (
            {"policy": {"kind": "fixed", "threshold": 1.0}, "budget": {"rate": 0.05, "burst": 0}},
            "the budget refused",
        ),
    ],
)
def test_every_decision_is_explained(sections: dict[str, Any], phrase: str) -> None:
    """In words of its policy, with the numbers that decided."""
    sampler = Sampler(model="bayes", **sections)
    told = []
    for features, label in samples(300):
        decision = sampler.decide(features)
        told.append(sampler.explain(decision))
        if decision.route == "request":
            sampler.teach(decision, label)
    assert all("the model at version" in text for text in told)
    assert any(phrase in text for text in told)
    assert any("labelled" in text or "not asked" in text for text in told)


def test_a_request_is_explained_by_its_name() -> None:
    """By its id or its sample's, also from a pool; an unknown one is told."""
    sampler = Sampler(model="bayes")
    sampler.decide({"x": 1.0}, id="first")
    assert sampler.explain("first") == sampler.explain("samples/0/0")
    sampler.query([{"x": 2.0}])
    assert sampler.requests[1].reason == "cold_start"
    assert "among the most useful of its pool" in sampler.explain("pool/0/0")
    with pytest.raises(Unusable, match="'second' is the id of no request"):
        sampler.explain("second")


def test_predictions_are_of_one_or_of_several() -> None:
    """As they were handed in."""
    sampler = Sampler(model="bayes")
    assert (sampler.predict({"x": 1.0}), sampler.predict([])) == (None, [])
    sampler.teach([{"x": 1.0}, {"x": 5.0}, {"x": 1.5}, {"x": 5.5}], ["a", "b", "a", "b"])
    assert sampler.predict({"x": 1.2}) == "a"
    assert sampler.predict([{"x": 1.2}, {"x": 5.2}]) == ["a", "b"]
    assert sum(sampler.predict_proba({"x": 1.2}).values()) == pytest.approx(1.0)
    assert list(sampler.predict_proba([{"x": 1.2}])[0]) == ["a", "b"]
