"""A sampler decides as a simulation does whose labels come at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from streamal import Sampler
from streamal.core.records import Decision, Stamp
from streamal.lab.row import Row
from streamal.lab.study import Study
from tests.lab.simulated import rows, simulated

STREAMS: dict[str, dict[str, Any]] = {
    "rank": {"budget": [{"rate": 0.1}]},
    "count": {"budget": [{"count": 60, "over": 900}], "model": {"preset": "bayes"}},
    "two limits": {"budget": [{"rate": 0.2, "burst": 5}, {"cost": 9, "per_label": 0.1}]},
    "window": {"budget": [{"window": {"count": 9, "every": "2m"}}]},
    "random": {"policy": {"kind": "random"}},
    "variable": {"policy": {"kind": "variable"}, "model": {"seed": 3}},
    "split": {"policy": {"kind": "split", "utility": "entropy"}},
    "auto": {"policy": {"kind": "auto"}},
    "committee": {"model": {"preset": "committee"}, "policy": {"utility": "disagreement"}},
    "modifiers": {"modifiers": {"novelty": 1, "density": 1, "thinning": {"most": 1}}},
    "certificate": {"auto_label": {"target_precision": 0.9}, "budget": [{"rate": 0.4}]},
    "expiry": {"requests": {"expire_after": "40s", "remember": "100s"}},
}


def numbers(decision: Decision) -> tuple[object, ...]:
    """Return what two decisions on one sample must have in common."""
    return (
        decision.source,
        decision.route,
        decision.reason,
        decision.label,
        decision.probabilities,
        decision.utility,
        decision.rank,
        decision.propensity,
        decision.model_version,
        decision.decided_at,
        stamp(decision),
    )


def stamp(decision: Decision) -> Stamp | None:
    """Return a request's ledger. Digests, which a sampler tells nobody, count as candidates."""
    found = decision.ledger
    if decision.route != "request" or not isinstance(found, Stamp):
        return None
    return replace(found, candidates=0)


def decided(sampler: Sampler, stream: Iterator[Row]) -> Iterator[Decision]:
    """Decide on rows; each request is answered at once."""
    for row in stream:
        decision = sampler.decide(row.features)
        if decision.route == "request":
            sampler.teach(decision, row.label)
        yield decision


@pytest.mark.parametrize("name", STREAMS)
def test_decisions_are_those_of_a_simulation(name: str) -> None:
    """Route, reason, propensity, version and ledger are the same on every row."""
    sections = STREAMS[name]
    expected = simulated(rows(900, classes=3), Study(None), is_tiny=False, **sections)
    found = list(decided(Sampler(sections), rows(900, classes=3)))
    assert [numbers(one) for one in found] == [numbers(one) for one in expected.decisions()]


def test_a_sampler_ends_where_a_simulation_ends() -> None:
    """Its updates are those of the log, one for one."""
    expected = simulated(rows(500), Study(None), is_tiny=False)
    sampler = Sampler()
    assert sum(one.route == "request" for one in decided(sampler, rows(500))) > 20
    kinds = [type(update) for update in expected.updates()]
    assert sampler.version == len(kinds)


def test_a_batch_is_decided_as_one_by_one() -> None:
    """Many samples in one call are decided as in many calls."""
    one, many = Sampler(seed=5), Sampler(seed=5)
    for row in rows(100):
        one.teach(row.features, row.label)
        many.teach(row.features, row.label)
    stream = [row.features for row in rows(300, seed=2)]
    assert many.decide_many(stream) == [one.decide(sample) for sample in stream]
