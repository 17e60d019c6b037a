"""A simulation with a pool: every row is decided, the budget holds, and the laws find nothing."""

from pathlib import Path

import pytest

from streamal.core.updates import Example
from streamal.lab.study import Study
from tests.lab.simulated import lines, rows, simulated

FULL = {"kind": "pool", "eager": False}


@pytest.mark.parametrize("policy", [{"kind": "pool"}, FULL, {**FULL, "block": 3, "diversity": 0.0}])
@pytest.mark.parametrize("budget", ["0.1", "40"])
def test_every_row_is_decided_and_no_prefix_overspent(
    policy: dict[str, object], budget: str, tmp_path: Path
) -> None:
    """What waits at the end is decided there, each row has its line, nearly all is spent."""
    study = Study(budget, decisions=tmp_path / "out.jsonl")
    found = simulated(rows(490), study, count=490, policy=policy)
    report = found.report
    assert report["rows"] == len(found.decisions()) == 490
    assert [one["row"] for one in lines(tmp_path / "out.jsonl")] == list(range(490))
    assert report["labels"]["worst_prefix_excess"] == 0
    assert report["labels"]["limit"] - report["labels"]["requested"] <= 2


@pytest.mark.parametrize("delay", [0, 5, 200])
def test_a_label_comes_so_long_after_it_was_asked_for(delay: int) -> None:
    """No row up to `delay` rows after the request's block was decided with its label."""
    found = simulated(rows(600), Study("0.1", delay=delay), policy=FULL)
    asked = {one.request_id: one.decided_at // 1000 for one in found.requests()}
    learned = [one for one in found.updates() if isinstance(one, Example)]
    assert learned
    for decision in found.decisions():
        for one in learned:
            knows = decision.model_version >= one.version
            assert knows == (decision.source.offset > asked[one.request_id or ""] + delay)


def test_full_blocks_are_full() -> None:
    """After the burst, a policy that is not eager asks for twenty at a time."""
    found = simulated(rows(900), Study("0.1"), policy=FULL)
    times = [one.decided_at for one in found.requests()]
    blocks = [times.count(time) for time in sorted(set(times))]
    assert set(blocks[:-1]) == {1, 20}
    assert blocks[:-1] == sorted(blocks[:-1])
    assert blocks.count(20) == 4


def test_the_same_seed_gives_the_same_decisions() -> None:
    """Two runs choose alike."""
    first, second = (simulated(rows(500), policy={"kind": "pool"}).decisions() for _ in range(2))
    assert first == second
