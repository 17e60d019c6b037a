"""What an arbiter makes of alarms and of how a fresh model did."""

import pytest

from streamal.core.arbiter import Arbiter
from streamal.core.drifting import Alarm, Arisen, DriftSpec, DriftState, Outcome
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.target import TargetSpec
from streamal.core.updates import Certificate, Drift, Takeover

ALARM = Alarm(3, "adwin", {"labels": 90.0})
TAKEN = Outcome(3, taken=True, since=2, labels=9, loss=1.0, fresh_loss=0.5)
DROPPED = TAKEN._replace(taken=False)


def _arbiter(drift: DriftSpec | None = DriftSpec(), target: float | None = 0.9) -> Arbiter:  # noqa: B008
    goal = None if target is None else TargetSpec(target)
    arbiter = Arbiter(ArbiterSpec([LimitSpec("rate", 0.1)], target=goal, drift=drift))
    arbiter.start(0)
    arbiter.finish()
    return arbiter


@pytest.mark.parametrize(("one", "kind"), [(ALARM, Drift), (TAKEN, Takeover)])
def test_a_break_withdraws_the_certificate(one: Arisen, kind: type) -> None:
    """An alarm and a take-over are told, then terms that begin anew, under dense versions."""
    arbiter = _arbiter()
    before = arbiter.state.version
    told, terms = arbiter.auditor.arise([one], arbiter.journal)
    assert isinstance(told, kind)
    assert isinstance(terms, Certificate)
    assert (terms.why, terms.terms.bars) == ("drift", {})
    assert [told.version, terms.version] == [before + 1, before + 2]
    assert arbiter.state.certifier.alert > 0


def test_one_that_is_dropped_withdraws_nothing() -> None:
    """That a fresh model was no better says nothing against the one in force."""
    arbiter = _arbiter()
    (told,) = arbiter.auditor.arise([DROPPED], arbiter.journal)
    assert isinstance(told, Takeover)
    assert not told.taken
    assert arbiter.state.certifier.alert == 0


def test_nothing_found_is_nothing_told() -> None:
    """Without an alarm there is no record."""
    arbiter = _arbiter()
    assert arbiter.auditor.arise([], arbiter.journal) == []


@pytest.mark.parametrize(
    ("drift", "fresh"), [(DriftSpec(), True), (DriftSpec(fresh=False), False), (None, False)]
)
def test_a_record_says_whether_a_model_begins(drift: DriftSpec | None, fresh: bool) -> None:
    """A fresh model begins only where the settings want one."""
    arbiter = _arbiter(drift, target=None)
    (told,) = arbiter.auditor.arise([ALARM], arbiter.journal)
    assert isinstance(told, Drift)
    assert told.fresh == fresh


def test_alarms_are_counted() -> None:
    """The state tells alarms by detector, the last one, and what became of fresh models."""
    arbiter = _arbiter(target=None)
    for one in (ALARM, DROPPED, ALARM, ALARM._replace(detector="kswin"), TAKEN):
        arbiter.auditor.arise([one], arbiter.journal)
    assert arbiter.state.drift == DriftState(
        alarms={"adwin": 2, "kswin": 1}, last="kswin", since=6, taken=1, dropped=1
    )
