"""The stop rules: when each stops, what it says, and what goes on."""

import msgspec
import pytest

from streamal.core.arbiter import Arbiter
from streamal.core.estimate import Estimate, EstimateState
from streamal.core.gain import Compared, Gain, GainSpec
from streamal.core.journal import ArbiterSpec, ArbiterState
from streamal.core.ledger import Ledger
from streamal.core.limits import LimitSpec
from streamal.core.records import Decision, Request
from streamal.core.stopping import RESTING, Stopper, StopSpec, StopState
from streamal.core.updates import Pace, Stop
from tests.core.made import Desk

RATE = LimitSpec("rate", 0.5)
FLAT = Compared(flat=Gain(0.001, 0.01, 60, 120))
AGAIN = Compared(again=Gain(0.2, 0.05, 30, 150))


def _stopper(spec: StopSpec) -> Stopper:
    return Stopper(spec, StopState(), Estimate(), Ledger([RATE]))


def _stopped(**changes: object) -> Desk:
    """Return a desk at 5,000 samples that a deadline has stopped."""
    desk = Desk(RATE, stop={"deadline": 1000}, time=500, **changes)
    desk.time = 2000
    desk.see(5000)
    found = desk.arbiter.finish()
    assert [one.rule for one in found if isinstance(one, Stop)] == ["deadline"]
    return desk


def test_accuracy_is_reached_by_its_lower_bound() -> None:
    """Not by the accuracy, nor one label before the bound that may be watched is at the target."""
    estimate = Estimate(EstimateState())
    stopper = Stopper(StopSpec(accuracy=0.9), StopState(), estimate, Ledger([RATE]))
    low = 0.0
    while stopper.due() is None:
        assert low < 0.9
        estimate.answer(9, estimate.ask(9, 1.0, uniform=True), 1.0, right=True)
        low = estimate.bounds().low_anytime or 0.0
    assert low >= 0.9
    found = stopper.due()
    assert found is not None
    rule, saw = found
    labels = estimate.state.labels
    assert labels > 20
    assert (rule, saw["target"], saw["labels"]) == ("accuracy", 0.9, float(labels))
    assert (saw["lower_bound"], saw["accuracy"]) == (low, estimate.bounds().accuracy)


@pytest.mark.parametrize(
    ("limit", "part", "before"),
    [
        (LimitSpec("count", 10), 0.8, 7),
        (LimitSpec("count", 10), 1.0, 9),
        (LimitSpec("cost", 5, prices={"*": 0.5}), 0.5, 4),
        (LimitSpec("cost", 1.2, prices={"*": 0.5}), 1.0, 1),
    ],
)
def test_a_part_of_the_budget_is_spent(limit: LimitSpec, part: float, before: int) -> None:
    """At that part of a count or a cost, and where not one more label is affordable."""
    ledger = Ledger([RATE, limit])
    stopper = Stopper(StopSpec(budget=part), StopState(), Estimate(), ledger)
    for _ in range(before):
        assert stopper.due() is None
        ledger.reserve()
    assert stopper.due() is None
    ledger.reserve()
    found = stopper.due()
    assert found is not None
    assert found[0] == "budget"
    charged = ledger.limits[1].account.charged
    assert found[1] == {"charged": charged, "allowed": limit.amount, "part": part}


def test_a_rate_is_never_spent() -> None:
    """Limits without an end stop nothing."""
    ledger = Ledger([LimitSpec("rate", 0.1, burst=1), LimitSpec("window", 1, every_ms=1000)])
    ledger.reserve()
    assert Stopper(StopSpec(budget=0.1), StopState(), Estimate(), ledger).due() is None


def test_the_deadline_is_the_ledgers_clock() -> None:
    """Not a millisecond before."""
    stopper = _stopper(StopSpec(deadline=1000))
    stopper._ledger.advance(5, 999)
    assert stopper.due() is None
    stopper._ledger.advance(5, 1000)
    assert stopper.due() == ("deadline", {"time": 1000.0, "deadline": 1000.0})


def test_no_gain_says_what_it_saw() -> None:
    """The gain, its error, and on how many labels; only where the rule is configured."""
    stopper = _stopper(StopSpec(no_gain=GainSpec(worth=0.03)))
    assert stopper.due() is None
    stopper.told(FLAT)
    saw = {"gain": 0.001, "error": 0.01, "compared": 60.0, "labels": 120.0, "worth": 0.03}
    assert stopper.due() == ("no_gain", saw)
    other = _stopper(StopSpec(deadline=9))
    other.told(FLAT)
    assert other.due() is None


def test_a_stop_is_written_once() -> None:
    """The record has the next version; batches after it write no other."""
    desk = _stopped()
    assert desk.arbiter.is_stopped
    state = desk.arbiter.state.stop
    assert (state.rule, state.n, state.began) == ("deadline", 5000, desk.arbiter.state.version)
    assert not [one for one in desk.arbiter.finish() if isinstance(one, Stop)]


def test_after_a_stop_only_uniform_draws_are_asked() -> None:
    """The best of all is not asked for its rank; a draw is, and called an audit."""
    desk = _stopped()
    (refused,) = desk.propose(5000, rank=0.0, draw=RESTING * 0.5)
    assert isinstance(refused, Decision)
    assert (refused.route, refused.threshold) == ("abstain", 0.0)
    assert refused.propensity == pytest.approx(RESTING * 0.5)
    asked = desk.ask(5001, rank=1.0, draw=RESTING * 0.5 - 1e-9)
    assert (asked.reason, asked.threshold) == ("audit", 0.0)
    assert asked.propensity == pytest.approx(RESTING * 0.5)


@pytest.mark.parametrize("kind", ["fixed", "variable", "randomised", "split", "periodic", "random"])
def test_no_policy_wants_anything_after_a_stop(kind: str) -> None:
    """Neither a wish nor a threshold of its own counts any more."""
    desk = _stopped(policy={"kind": kind})
    (found,) = desk.propose(5000, rank=0.0, draw=0.9, want=1.0, threshold=0.8)
    assert isinstance(found, Decision)
    assert found.threshold == 0.0
    assert found.propensity == pytest.approx(RESTING * 0.5)


def test_nothing_is_asked_that_a_limit_refuses() -> None:
    """The budget stays hard after a stop."""
    desk = Desk(LimitSpec("count", 3), stop={"budget": 1.0})
    for offset in range(3):
        desk.ask(offset)
    assert desk.arbiter.finish()
    (found,) = desk.propose(3, draw=0.0)
    assert isinstance(found, Decision)
    assert (found.reason, found.propensity) == ("budget", 0.0)


def test_scorers_are_told_the_pace_of_audits() -> None:
    """Unspent labels pile up after a stop; they must not make every sample a candidate."""
    desk = Desk(RATE, stop={"deadline": 1000})
    desk.arbiter.finish()
    desk.time = 2000
    desk.see(5000)
    desk.arbiter.finish()
    paces = [one.pace for one in desk.arbiter.finish() if isinstance(one, Pace)]
    assert paces == [pytest.approx(RESTING * 0.5)]


def _again(desk: Desk, **spec: object) -> Desk:
    """Return a desk with another configuration, on the state that the first one saved."""
    saved = msgspec.json.decode(msgspec.json.encode(desk.arbiter.state), type=ArbiterState)
    other = Desk(RATE, time=desk.time, **spec)
    arbiter = type(desk.arbiter)(msgspec.convert({"limits": [RATE], **spec}, ArbiterSpec), saved)
    other.arbiter = arbiter
    other.begun = arbiter.start(desk.time)
    return other


def test_another_configuration_goes_on_asking() -> None:
    """Without the rule that stopped, a record says so, and the usual rule is back."""
    desk = _again(_stopped())
    (record,) = desk.begun
    assert isinstance(record, Stop)
    assert (record.rule, record.saw) == (None, {})
    version = desk.arbiter.state.version
    assert desk.ask(5000, rank=0.0, model_version=version).reason == "uncertain"


def test_the_same_configuration_stays_stopped() -> None:
    """A restart writes nothing, and asks nothing but audits."""
    desk = _again(_stopped(), stop={"deadline": 1000})
    assert desk.begun == []
    assert desk.arbiter.is_stopped


def test_who_had_not_heard_that_asking_goes_on_is_audited() -> None:
    """A candidate that was drawn by the rule of a stop is judged by that rule."""
    desk = _again(_stopped())
    stop = desk.arbiter.state.stop
    for version in (stop.began, stop.ended - 1):
        (found,) = desk.propose(5000 + version, rank=0.0, draw=0.9, model_version=version)
        assert isinstance(found, Decision)
    (asked,) = desk.propose(6000, rank=0.0, draw=0.9, model_version=stop.ended)
    assert isinstance(asked, Request)


def test_labels_that_help_again_lift_no_gain_alone() -> None:
    """A stop for want of gain ends where audits show a gain; a deadline does not."""
    desk = Desk(RATE, stop={"no_gain": {}})
    assert [one.rule for one in desk.arbiter.finish(FLAT) if isinstance(one, Stop)] == ["no_gain"]
    found = [one for one in desk.arbiter.finish(AGAIN) if isinstance(one, Stop)]
    assert [(one.rule, one.saw["gain"]) for one in found] == [(None, 0.2)]
    assert not desk.arbiter.is_stopped
    late = _stopped()
    assert not [one for one in late.arbiter.finish(AGAIN) if isinstance(one, Stop)]


def test_states_from_before_there_were_stops_load() -> None:
    """What an earlier version saved is a state that never stopped."""
    row = msgspec.to_builtins(Desk(RATE).arbiter.state)
    del row["stop"]
    assert msgspec.convert(row, ArbiterState).stop == StopState()


def test_a_rule_that_holds_already_stops_at_the_start() -> None:
    """A rule that is met when the arbiter starts again ends asking before the next sample."""
    arbiter = Arbiter(ArbiterSpec([LimitSpec("rate", 0.5)]))
    arbiter.start(0)
    arbiter.tick(5_000)
    again = Arbiter(
        ArbiterSpec([LimitSpec("rate", 0.5)], stop=StopSpec(deadline=4_000)), arbiter.state
    )
    (record,) = again.start(6_000)
    assert isinstance(record, Stop)
    assert record.rule == "deadline"
