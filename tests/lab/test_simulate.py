"""The simulation is the service: what waits for what, when labels come, what determinism is."""

from pathlib import Path

import pytest

from streamal.core.updates import Closed, Example, Pace
from streamal.lab.row import Row
from streamal.lab.study import Study
from tests.lab.simulated import lines, rows, simulated


@pytest.mark.parametrize("delay", [0, 1, 5, 63, 64, 200])
def test_a_label_is_learned_before_the_sample_after_its_delay(delay: int) -> None:
    """Row j is decided by a model that knows the label of row i if and only if j > i + delay."""
    found = simulated(rows(400), Study("0.2", delay=delay))
    learned = {
        one.source.offset: one.version for one in found.updates() if isinstance(one, Example)
    }
    assert learned
    for decision in found.decisions():
        row = decision.source.offset
        for asked, version in learned.items():
            assert (decision.model_version >= version) == (row > asked + delay)


def test_labels_that_fall_due_after_the_end_are_not_learned() -> None:
    """With a delay beyond the rows everything is asked in vain."""
    found = simulated(rows(100), Study("0.2", delay=1000))
    assert (found.report["labels"]["learned"], found.report["accuracy"]) == (0, 0.0)
    assert found.report["labels"]["requested"] > 0


def test_nobody_answers() -> None:
    """With `never` at 1 nothing is learned and the budget holds all the same."""
    found = simulated(rows(300), Study("0.2", never=1.0))
    labels = found.report["labels"]
    assert labels["learned"] == 0 < labels["requested"] <= labels["limit"]


def test_some_never_answer() -> None:
    """With `never` at one half about half of the requests are learned."""
    found = simulated(rows(1000), Study("0.2", never=0.5))
    labels = found.report["labels"]
    assert 0.3 < labels["learned"] / labels["requested"] < 0.7


def test_sample_i_comes_at_i_seconds() -> None:
    """Decisions are dated by the number of their row: windows and expiry go by samples."""
    found = simulated(rows(200), Study("0.2"))
    assert [one.decided_at for one in found.decisions()] == [i * 1000 for i in range(200)]


def test_requests_expire_by_the_number_of_samples() -> None:
    """An hour is 3,600 samples: a request that nobody answers ends after that many."""
    study = Study("0.05", never=1.0)
    found = simulated(rows(500), study, requests={"expire_after": "60s"})
    closed = [one for one in found.updates() if isinstance(one, Closed)]
    asked = {one.request_id: one.source.offset for one in found.requests()}
    assert {one.outcome for one in closed} == {"expired"}
    for one in closed:
        assert one.created_at == (asked[one.request_id] + 60) * 1000


HOLD = {"max_ahead": 8}


def test_max_ahead_holds_intake_and_goes_on() -> None:
    """Answers that would take 50 samples are waited for: few pass meanwhile, and all come."""
    study = Study("0.2", delay=50)
    found = simulated(rows(300), study, requests=HOLD)
    free = simulated(rows(300), study)
    assert len(found.decisions()) == 300
    assert any(isinstance(one, Pace) and one.hold for one in found.updates())
    assert found.report["labels"]["learned"] > free.report["labels"]["learned"]
    assert found.report["accuracy"] > free.report["accuracy"]


def test_max_ahead_goes_on_when_nobody_answers() -> None:
    """Where no answer comes the clock passes until the requests expire, and intake goes on."""
    found = simulated(rows(200), Study("0.1", never=1.0), requests=HOLD)
    assert len(found.decisions()) == 200
    assert found.report["labels"]["worst_prefix_excess"] == 0


def test_the_same_seed_gives_the_same_decisions(tmp_path: Path) -> None:
    """Two runs write the same bytes; another seed asks about other samples."""
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        study = Study("0.1", decisions=tmp_path / name)
        simulated(rows(600), study, model={"seed": seed})
    first, second, third = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == second
    assert first != third


def test_the_decisions_are_those_of_the_topics(tmp_path: Path) -> None:
    """Each line of the decisions says what the decision of its row says, in order."""
    found = simulated(rows(300), Study("0.1", decisions=tmp_path / "out.jsonl"))
    written = lines(tmp_path / "out.jsonl")
    assert [one["row"] for one in written] == list(range(300))
    for line, decision in zip(written, found.decisions(), strict=True):
        for name in ("sample_id", "route", "reason", "label", "confidence"):
            assert line[name] == getattr(decision, name)
        for name in ("utility", "propensity", "model_version"):
            assert line[name] == getattr(decision, name)


def test_rows_without_labels_are_decided_and_not_judged() -> None:
    """A row whose label is missing is decided; asked about, it is answered with `unknown`."""
    half = [row if row.number % 2 else Row(row.number, row.id, row.features) for row in rows(200)]
    found = simulated(half, Study("0.5"))
    assert found.report["rows"] == len(found.decisions()) == 200
    outcomes = {one.outcome for one in found.updates() if isinstance(one, Closed)}
    assert outcomes == {"unknown"}


def test_nothing_at_all() -> None:
    """No rows give a report of zeros and nulls."""
    report = simulated([], Study("0.1")).report
    assert (report["rows"], report["accuracy"], report["kappa"]) == (0, None, None)
    assert report["labels"]["requested"] == report["labels"]["max_in_100"] == 0
