"""All laws hold on logs that the service wrote, whatever happened to it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from streamal.brokers.memory import MemoryBroker
from streamal.core.limits import LimitSpec
from streamal.core.policies import POLICIES, PolicySpec
from streamal.lab.laws import Verdict, verify
from streamal.learners.model import Model
from tests.lab.laws.nearest import Nearest
from tests.lab.laws.service import RATE, People, Service, plan
from tests.lab.laws.stories import (
    eventful,
    eventful_copy,
    restrained,
    restrained_copy,
    scattered,
    slow,
)

AFTER_A_CRASH = 8


def of(service: Service) -> dict[int, Verdict]:
    """Return the verdicts on a service's log by law."""
    return {verdict.law: verdict for verdict in verify(service.broker, service.plan)}


def violated(verdicts: dict[int, Verdict]) -> list[Verdict]:
    """Return those that are violated."""
    return [verdict for verdict in verdicts.values() if verdict.state == "violated"]


def test_every_law_holds_when_everything_happens() -> None:
    """Delays, skips, expiries, refunds, repeats, corrections, three limits, restarts: all hold."""
    verdicts = of(eventful())
    assert violated(verdicts) == []
    held = {law for law, verdict in verdicts.items() if verdict.state == "held"}
    assert held == set(range(1, 14)) - {AFTER_A_CRASH}


def test_the_log_of_that_has_everything_in_it() -> None:
    """The log that mutations are made of holds each kind of answer, decision and update."""
    service = eventful()
    arbitration = service.worker.arbitration
    assert arbitration is not None
    assert arbitration.arbiter is not None
    state = arbitration.arbiter.state
    assert {"learned", "duplicate", "corrected", "late", "skipped", "unknown"} <= set(state.answers)
    assert {"rejected", "retracted", "invalid", "unmatched"} <= set(state.answers)
    assert {"request/uncertain", "request/exploration", "abstain/budget"} <= set(state.routes)
    kinds = {one.get("kind") for one in eventful_copy().said("updates")}
    assert kinds == {"config", "example", "closed", "pace", "budget"}


@pytest.mark.parametrize("story", [slow, scattered, restrained])
def test_every_law_holds_elsewhere(story: Callable[[], Service]) -> None:
    """A long cold start, and several partitions with another policy, break nothing."""
    assert violated(of(story())) == []


def test_the_restrained_log_has_every_modifier_in_it() -> None:
    """The log that mutations are made of holds each modifier, arm and restraint."""
    copy = restrained_copy()
    said = [*copy.said("abstained"), *copy.said("auto-labels"), *copy.said("label-requests")]
    assert {name for one in said for name in one.get("modifiers", ())} >= {"quota", "density"}
    assert {one.get("arm") for one in said} >= {"margin", "random", "novelty"}
    assert {one.get("held_back") for one in said} == {None, "repeat", "quota", "pending"}


@pytest.mark.parametrize("kind", POLICIES)
def test_every_law_holds_under_every_policy(kind: str) -> None:
    """Whatever policy ranks the samples, one rule and one ledger serve it."""
    service = Service(plan(RATE, policy=PolicySpec(kind=kind)), people=People(delay=3)).run(200)
    assert violated(of(service)) == []


@pytest.mark.parametrize(
    "limit",
    [
        LimitSpec("rate", 1 / 3, burst=0),
        LimitSpec("rate", 1.0),
        LimitSpec("count", 1),
        LimitSpec("window", 1, every_ms=7000),
        LimitSpec("cost", 1.0, prices={"person": 1 / 3, "*": 0.01}),
    ],
    ids=str,
)
def test_every_law_holds_under_odd_limits(limit: LimitSpec) -> None:
    """Limits that decimals cannot write, that are spent at once or never, are recounted."""
    service = Service(plan(limit), people=People(delay=2, skipped=0.3)).run(200, batch=7)
    assert violated(of(service)) == []


def test_nothing_is_checkable_before_anything_happened() -> None:
    """On empty topics no law is held and none violated, and each says why."""
    idle = plan(RATE)
    broker = MemoryBroker()
    broker.create(idle.topics.specs())
    verdicts = verify(broker, idle)
    assert [verdict.law for verdict in verdicts] == list(range(1, 14))
    assert {verdict.state for verdict in verdicts} == {"not checkable"}
    assert all(verdict.detail for verdict in verdicts)


def test_other_settings_than_those_of_then_are_no_violation() -> None:
    """Exploration, utility and threshold may be set otherwise; the records tell how it was."""
    service = Service(plan(RATE), people=People(delay=3)).run(200)
    policy = PolicySpec(window=20, exploration=0.4, utility="entropy")
    scorer = replace(service.plan.scorer, policy=policy, auto_label=0.8)
    arbiter = replace(service.plan.arbiter, policy=policy)
    service.restart(replace(service.plan, scorer=scorer, arbiter=arbiter))
    verdicts = of(service.run(100))
    assert violated(verdicts) == []
    assert "another utility or modifier than configured now" in verdicts[6].detail
    assert "under another threshold than the configured one: 0.95" in verdicts[11].detail
    assert "some were decided with exploration 0.15" in verdicts[13].detail


def test_scores_of_another_model_are_left_out() -> None:
    """After `--apply` the replay is that of the new model, and only its scores are compared."""
    service = Service(plan(RATE), people=People(delay=3)).run(200)
    sharper = replace(
        service.plan,
        model=lambda: Model(Nearest(sharpness=2.0), {}),
        model_config={"factory": "nearest", "sharpness": 2, "seed": 7},
        apply=True,
    )
    service.restart(sharper)
    verdicts = of(service.run(100))
    assert violated(verdicts) == []
    assert verdicts[6].checked == 100
    assert "another model was configured then" in verdicts[6].detail


def test_cold_decisions_are_left_to_the_law_about_them() -> None:
    """While one class is known there is no score to compute again, and law 6 says so."""
    verdicts = of(Service(plan(RATE), people=People(delay=1000)).run(50))
    assert verdicts[6].state == "not checkable"
    assert "law 12" in verdicts[6].detail
    assert verdicts[12].checked == 50


def test_progress_is_told() -> None:
    """Who waits is told which topic is being read."""
    service, heard = Service(plan(RATE)).run(20), list[str]()
    verify(service.broker, service.plan, heard.append)
    assert "reading samples" in heard
