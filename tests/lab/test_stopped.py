"""A stop in a whole run: what is asked after it, what is told of it, and that a replay agrees."""

from typing import Any

import pytest

from streamal.app import simulation_of
from streamal.core.arbiter import Arbiter
from streamal.core.records import Request
from streamal.core.updates import Stop
from streamal.lab.streams import BundledTable
from streamal.lab.study import Study
from streamal.runtime.observer import Disposed, Silent
from streamal.runtime.standing import stop as standing
from streamal.settings import Settings

ROWS = 600
AT = 200
"""The sample, and second of the simulation's clock, of the deadline."""


class Witness(Silent):
    """Keeps what the arbiter asked and where it stopped."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.stops: list[Stop] = []
        self.arbiter: Arbiter | None = None

    def disposed(self, arbiter: Arbiter, done: Disposed) -> None:
        """Note what was written."""
        self.arbiter = arbiter
        self.requests += [one for one in done.out if isinstance(one, Request)]
        self.stops += [one for one in done.out if isinstance(one, Stop)]


def _run(stop: dict[str, Any], budget: str = "0.3", **more: object) -> Witness:
    settings = Settings.model_validate({"stop": stop, **more})
    witness = Witness()
    table = BundledTable("Phishing")
    simulation_of(settings, {}, table, Study(budget, limit=ROWS), observer=witness)
    return witness


@pytest.mark.parametrize("policy", ["rank", "pool", "variable"])
def test_after_the_deadline_only_audits_are_asked(policy: str) -> None:
    """Every request that was written after the stop is an audit with a known propensity."""
    deadline = f"1970-01-01T00:{AT // 60:02}:{AT % 60:02}Z"
    witness = _run({"deadline": deadline}, policy={"kind": policy})
    (stop,) = witness.stops
    assert AT <= stop.ledger.n <= AT + 30
    after = [one for one in witness.requests if one.ledger and one.ledger.step > stop.ledger.step]
    before = len(witness.requests) - len(after)
    assert {one.reason for one in after} == {"audit"}
    assert all(0 < one.propensity < 0.1 for one in after)
    assert len(after) / (ROWS - AT) < before / AT / 2


def test_a_stop_is_told() -> None:
    """The rule, at how many samples, and what it saw; nothing where nothing stopped."""
    witness = _run({"no_gain": {"labels": 30, "worth": 1.0}})
    assert witness.arbiter is not None
    assert _run({"accuracy": 0.999}).stops == []
    rules = [stop.rule for stop in witness.stops]
    told = standing(witness.arbiter.state)
    assert rules[0] == "no_gain"
    assert (told and told["rule"]) == rules[-1]


def test_two_runs_stop_alike() -> None:
    """The same rows and seed: the same stops, to the last bit of what they saw."""
    stop = {"no_gain": {"labels": 30, "worth": 1.0}}
    first, second = _run(stop), _run(stop)
    assert first.stops == second.stops
    assert first.stops


def test_without_a_stop_the_rule_changes_nothing() -> None:
    """Looking costs time alone: the same samples are asked, with the same propensities."""
    plain, looking = _run({}), _run({"no_gain": {"labels": 100_000}})
    assert [(one.source, one.propensity) for one in plain.requests] == [
        (one.source, one.propensity) for one in looking.requests
    ]
