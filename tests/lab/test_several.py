"""A simulation whose requests want several annotators."""

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from streamal.app import plan_of
from streamal.core.updates import Closed, Example
from streamal.errors import UsageError
from streamal.lab.laws import answers, ledger
from streamal.lab.laws.log import read
from streamal.lab.status import status
from streamal.lab.study import Study
from streamal.settings import Settings
from streamal.wire.topics import Topics
from tests.lab.simulated import Simulated, rows, simulated
from tests.runtime import tiny

ROWS = 600


def _run(
    noise: float, annotators: int | None = None, per_request: int = 3, budget: str = "0.3"
) -> Simulated:
    study = Study(budget, noise=noise, annotators=annotators)
    return simulated(rows(ROWS), study, labels={"per_request": per_request, "agreement": 0.6})


def _wrong(found: Simulated) -> float:
    """Return what part of the labels that were learned are not the truth."""
    truth = {row.id: row.label for row in rows(ROWS)}
    learned = [one for one in found.updates() if isinstance(one, Example)]
    return sum(one.label != truth[one.sample_id] for one in learned) / len(learned)


def test_each_request_costs_a_label_for_each_annotator() -> None:
    """The budget is spent, and not overspent, in a third of the requests."""
    report = _run(0.0).report
    labels, asked = report["labels"], report["routes"]["request"]
    assert labels["requested"] == 3 * asked
    assert 0.97 * labels["limit"] < labels["requested"] <= labels["limit"]
    assert labels["worst_prefix_excess"] <= 0
    assert labels["learned"] == asked


def test_a_majority_errs_less_than_one() -> None:
    """Where each errs in one of four, two of three do so in one of six."""
    one, three = (_wrong(_run(0.25, per_request=wanted, budget="1.0")) for wanted in (1, 3))
    assert 0.2 < one < 0.3
    assert 0.1 < three < 0.9 * one


def test_annotators_who_disagree_teach_nothing() -> None:
    """Of more classes than two they may say three things; the request ends."""
    study = Study("0.5", noise=0.6)
    sections = {"per_request": 3, "agreement": 0.6}
    found = simulated(rows(ROWS, classes=5), study, labels=sections)
    ends = Counter(one.outcome for one in found.updates() if isinstance(one, Closed))
    assert ends.keys() == {"disagreed"}
    learned = sum(isinstance(one, Example) for one in found.updates())
    assert learned + ends["disagreed"] == len(found.requests())


def test_the_laws_of_labels_hold_and_status_knows_everybody() -> None:
    """Of five people each request gets three; some never answer, and requests expire."""
    study = Study("0.3", noise=0.2, annotators=5, never=0.1)
    sections: dict[str, Any] = {
        "labels": {"per_request": 3, "agreement": 0.6},
        "requests": {"expire_after": "100s", "refund": ["expired"]},
    }
    found = simulated(rows(ROWS), study, **sections)
    plan = replace(plan_of(Settings.model_validate(sections), {}), model=tiny.model)
    log = read(found.broker, plan, lambda what: None)
    for law in (ledger, answers):
        for one in law.check(log):
            assert (one.verdict().state, one.verdict().records) == ("held", [])
    known = status(found.broker, Topics())["annotators"]
    assert list(known) == [f"simulated-{number}" for number in (1, 2, 3, 4, 5)]
    assert all(one["answers"] >= one["votes"] >= one["sided"] > 0 for one in known.values())
    assert all(one["audits"] >= one["agreed"] for one in known.values())
    assert sum(one["audits"] for one in known.values()) > 0


def test_too_few_people_are_refused() -> None:
    """Two people can never decide what three are asked."""
    with pytest.raises(UsageError, match="2 are too few where each request wants 3"):
        _run(0.0, annotators=2)


def test_the_same_people_say_the_same_in_every_run() -> None:
    """Draws are keyed by seed, request and annotator."""
    first, second = (_run(0.2, annotators=4) for _ in range(2))
    assert first.updates() == second.updates()
    assert Counter(one.annotator for one in first.updates() if isinstance(one, Example)).keys() == {
        *(f"simulated-{number}" for number in (1, 2, 3, 4))
    }
