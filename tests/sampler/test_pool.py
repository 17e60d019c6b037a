"""Pools: what is worth a label, differs, and is affordable."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal import Sampler, Unusable
from streamal.core.records import Stamp
from tests.sampler.play import samples

BUDGETS: list[dict[str, Any]] = [
    {"budget": 7},
    {"budget": {"rate": 0.1, "burst": 3}},
    {"budget": [{"count": 9}, {"cost": 0.5, "per_label": {"*": 0.1, "llm": 0.05}}]},
    {"budget": {"window": {"count": 2, "every": "10s"}}, "requests": {"refund": ["skipped"]}},
]


def taught(**sections: Any) -> Sampler:  # noqa: ANN401 - a section's tree
    """Return a sampler that knows two classes."""
    sampler = Sampler(model="bayes", **sections)
    for features, label in samples(30):
        sampler.teach(features, label)
    return sampler


@given(
    st.sampled_from(BUDGETS),
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9), st.booleans()), max_size=12),
)
def test_a_query_never_exceeds_the_budget(
    sections: dict[str, Any], plays: list[tuple[int, int, bool]]
) -> None:
    """Of pools and a stream at once, what is charged is at no step above what is allowed."""
    sampler = taught(**sections)
    for n, seed, answers in plays:
        pool = [features for features, _ in samples(20, seed)]
        chosen = sampler.query(pool, n)
        assert len(chosen) == len(set(chosen)) <= n
        sampler.decide_many(pool[:seed])
        if answers and sampler.requests:
            sampler.teach(sampler.requests[0], outcome="skipped")
        for one in sampler.budget.limits.values():
            assert one.charged <= one.allowed + 1e-9
    for request in sampler.requests:
        assert isinstance(request.ledger, Stamp)
        assert all(one.charged <= one.allowed + 1e-9 for one in request.ledger.limits)


def test_a_query_gives_what_the_budget_affords() -> None:
    """Fewer than asked for where fewer are left, then none."""
    sampler = taught(budget=7)
    pool = [features for features, _ in samples(60, seed=3)]
    assert len(sampler.query(pool, 5)) == 5
    assert len(sampler.query(pool, 5)) == 2
    assert sampler.query(pool, 5) == []
    assert sampler.budget.left == 0


def test_what_is_chosen_is_useful_and_unlike() -> None:
    """Of three groups on the border of two classes each gives one row, the sure ones none."""
    sampler = Sampler(budget=100, model="bayes")
    dice = random.Random(1)
    for _ in range(40):
        sampler.teach({"x": dice.gauss(-2, 1), "y": dice.gauss(0, 3)}, "left")
        sampler.teach({"x": dice.gauss(2, 1), "y": dice.gauss(0, 3)}, "right")
    unsure = [{"x": 0.0, "y": y + 0.01 * k} for y in (-4.0, 0.0, 4.0) for k in range(5)]
    sure = [{"x": side * (4 + 0.1 * k), "y": k - 5.0} for side in (-1, 1) for k in range(10)]
    chosen = sampler.query([*sure, *unsure], 3)
    assert {(place - len(sure)) // 5 for place in chosen} == {0, 1, 2}


def test_equal_rows_are_asked_about_once() -> None:
    """In one query, in the next ones, and after the answer."""
    sampler = taught(budget=50)
    pool = [{"size": 0.1, "colour": "red", "text": "win"}] * 5
    assert len(sampler.query(pool, 3)) == 1
    assert sampler.query(pool, 3) == []
    sampler.teach(pool[0], "yes")
    assert sampler.query(pool, 3) == []


def test_a_request_that_expired_may_be_asked_again() -> None:
    """A row whose question nobody answered in time is a row like any other."""
    sampler = taught(budget=50, requests={"expire_after": "5s"})
    pool = [{"size": 0.1, "colour": "red", "text": "win"}]
    assert sampler.query(pool) == [0]
    sampler.decide_many([features for features, _ in samples(10, seed=9)])
    assert sampler.query(pool) == [0]


def test_rows_settle_what_was_asked_about_them() -> None:
    """`teach` with the rows and their labels closes the requests; nothing more is charged."""
    sampler = taught(budget=10)
    pool = np.array([[0.0, 1.0], [2.0, 0.5], [0.3, 0.3]])
    chosen = sampler.query(pool, 3)
    assert len(sampler.requests) == 3
    found = sampler.teach(pool[chosen], np.array(["a", "b", "a"]))
    assert [one.reason for one in found if hasattr(one, "reason")] == ["uncertain"] * 3
    assert (sampler.requests, sampler.budget.left) == ([], 7)


def test_a_query_is_repeatable() -> None:
    """The same samples, labels and seed choose the same rows; another seed breaks ties anew."""
    pool = [{"kind": f"k{number}"} for number in range(80)]
    first = Sampler(budget=90, seed=1).query(pool, 5)
    assert first == Sampler(budget=90, seed=1).query(pool, 5)
    assert first != Sampler(budget=90, seed=2).query(pool, 5)


def test_a_bad_row_is_named_and_costs_nothing() -> None:
    """The message begins with its place; no label is spent."""
    sampler = taught(budget=10)
    with pytest.raises(Unusable, match="sample 1: feature 'size' is a number since") as caught:
        sampler.query([{"size": 1.0}, {"size": "large"}], 2)
    assert caught.value.reason == "type_changed"
    assert sampler.budget.left == 10
    with pytest.raises(Unusable, match="n is 0; a whole number"):
        sampler.query([{"size": 1.0}], 0)


def test_the_estimate_leaves_pools_out() -> None:
    """Rows that were chosen for being hard are no sample of the stream, nor are their answers."""
    sampler = taught(budget=200, requests={"ask_again": 1})
    rows = [features for features, _ in samples(200, seed=5)]
    before = sampler.estimate
    chosen = sampler.query(rows, 20)
    sampler.teach(rows[chosen[0]], outcome="skipped")
    for place in chosen:
        sampler.teach(rows[place], "yes")
    assert sampler.estimate == before
    for features, label in samples(300, seed=6):
        decision = sampler.decide(features)
        if decision.route == "request":
            sampler.teach(decision, label)
    after = sampler.estimate
    sampler.teach([rows[place] for place in sampler.query(rows, 20)], ["no"] * 20)
    assert after.accuracy is not None
    assert sampler.estimate == after
    assert Sampler.load(sampler.save()).estimate == after


def test_an_empty_pool_has_no_rows() -> None:
    """Nothing is chosen, and nothing fails."""
    assert taught(budget=10).query([], 3) == []
