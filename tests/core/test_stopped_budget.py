"""The budget's law after a stop: hard as ever, and audits go on at their pace."""

import pytest

from streamal.core.arbiter import Arbiter
from streamal.core.journal import ArbiterSpec
from streamal.core.records import Candidate, Request
from streamal.core.scorer import Situation
from streamal.core.stopping import RESTING, StopSpec
from streamal.core.updates import Budget, Pace, Stop
from tests.core.harness import BUDGETS, SHAPES, Case, Harness, prediction_of

MIDDLE = 2500
"""The sample, and second, at which the deadline is."""


class Stopped(Harness):
    """The harness with a deadline in the middle; replicas hear of it as of the pace."""

    def __init__(self, case: Case, stop: StopSpec) -> None:
        super().__init__(case)
        self.arbiter = Arbiter(ArbiterSpec(list(case.limits), policy=case.policy, stop=stop))
        (begun,) = self.arbiter.start(0)
        assert isinstance(begun, Budget)
        self.stops: list[Stop] = []
        self.proposed = 0

    def _route(self, round_: range) -> list[Candidate]:
        situation = Situation(("a", "b"), 1, self.pace, is_stopped=bool(self.stops))
        shape, total = SHAPES[self.case.shape], self.case.samples
        routed = [
            self.scorer.route(self._sample(i), prediction_of(shape(i, total)), situation, i * 1000)
            for i in round_
        ]
        found = [record for record in routed if isinstance(record, Candidate)]
        self.proposed += len(found) if self.stops else 0
        return found

    def _finish(self) -> None:
        for record in self.arbiter.finish():
            assert isinstance(record, Pace | Stop)
            if isinstance(record, Stop):
                self.recount.stamped(record.ledger)
                self.stops.append(record)
            else:
                self.recount.pace(record)
                self.pace = record.pace

    def after(self) -> list[Request]:
        """Return the requests after the stop."""
        step = self.stops[0].ledger.step
        return [one for one in self.result.requests if one.ledger and one.ledger.step > step]


@pytest.mark.parametrize(
    ("budget", "partitions", "batch"),
    [*((budget, 4, 64) for budget in BUDGETS), ("rate .1, count 500, window 50", 1, 1)],
)
def test_no_prefix_is_overspent_after_a_stop(budget: str, partitions: int, batch: int) -> None:
    """At every request the recount finds no limit overspent, and all requests are audits."""
    case = Case(budget, "uniform", partitions, batch)
    harness = Stopped(case, StopSpec(deadline=MIDDLE * 1000))
    assert harness.run().excess <= 0
    assert len(harness.stops) == 1
    assert {one.reason for one in harness.after()} <= {"audit"}


def test_audits_go_on_at_a_fifth_of_the_pace() -> None:
    """Neither less nor more is asked, and scorers do not propose everything."""
    harness = Stopped(Case("rate .1", "uniform"), StopSpec(deadline=MIDDLE * 1000))
    harness.run()
    expected = RESTING * 0.1 * (harness.case.samples - MIDDLE)
    assert len(harness.after()) == pytest.approx(expected, rel=0.35)
    assert harness.proposed < 5 * expected


def test_the_same_calls_stop_at_the_same_step() -> None:
    """A second run writes the same stops and asks the same samples."""
    runs = [Stopped(Case("count 500", "bursty"), StopSpec(budget=0.5)) for _ in range(2)]
    for one in runs:
        one.run()
    first, second = runs
    assert first.stops == second.stops
    assert first.stops[0].rule == "budget"
    assert [one.source for one in first.result.requests] == [
        one.source for one in second.result.requests
    ]
