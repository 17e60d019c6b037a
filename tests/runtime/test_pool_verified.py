"""`verify` on the log of a pool: what holds, what a change breaks, and what is only a note."""

from collections.abc import Callable
from functools import cache

import pytest
from msgspec.structs import replace

from streamal.core.journal import ArbiterSpec
from streamal.core.policies import PolicySpec
from streamal.core.quotas import QuotaSpec
from streamal.core.repeats import ThinningSpec
from streamal.lab.laws import Verdict, verify
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.picks import CANDIDATES, REQUESTS, kind, setting, source, uncertain
from tests.lab.laws.service import COST, RATE, WINDOW, Service, plan
from tests.lab.laws.stories import PEOPLE, SPEC

POOL = PolicySpec(kind="pool", window=20, block=8, eager=False)
QUOTA = QuotaSpec(None, "ham", least=0.2, most=0.35)


def _service(policy: PolicySpec = POOL, spec: ArbiterSpec = SPEC) -> Service:
    """Return a service that was restarted in the middle of a block, and more than once."""
    made = plan(RATE, WINDOW, COST, policy=policy, spec=spec)
    service = Service(made, people=PEOPLE, broken=0.02, poison=0.03).run(400)
    for _ in range(3):
        service.restart()
        service.run(57, batch=3)
    return service.settle(4000)


@cache
def _copy() -> Copy:
    service = _service()
    return Copy(service.broker, service.plan)


def _verdicts(copy: Copy, policy: PolicySpec = POOL) -> dict[int, Verdict]:
    plan = copy.plan
    plan = replace(
        plan,
        scorer=replace(plan.scorer, policy=policy),
        arbiter=replace(plan.arbiter, policy=policy),
    )
    return {one.law: one for one in verify(copy.pour(), plan)}


def _broken(copy: Copy) -> dict[int, list[str]]:
    return {law: one.records for law, one in _verdicts(copy).items() if one.state == "violated"}


@pytest.mark.parametrize(
    "policy",
    [POOL, replace(POOL, eager=True), replace(POOL, diversity=0.0, pool=9)],
    ids=["full", "eager", "small"],
)
def test_every_law_holds(policy: PolicySpec) -> None:
    """Blocks that wait for labels, that are eager, and that are closed for their size."""
    service = _service(policy)
    copy = Copy(service.broker, service.plan)
    found = _verdicts(copy, policy)
    assert [one for one in found.values() if one.state == "violated"] == []
    assert "blocks, each the best of those that waited" in found[13].detail


def test_every_law_holds_where_a_block_is_held_back() -> None:
    """Quotas and thinning pass over some of the best; the others are chosen as ever."""
    spec = replace(SPEC, quotas=(QUOTA,), thinning=ThinningSpec(most=1, digits=1))
    service = _service(POOL, spec)
    copy = Copy(service.broker, service.plan)
    said = [*copy.said("abstained"), *copy.said("auto-labels"), *copy.said(REQUESTS)]
    assert {one.get("held_back") for one in said} >= {"quota"}
    assert [one for one in _verdicts(copy).values() if one.state == "violated"] == []


def _in_a_block(value: Json) -> bool:
    return bool(uncertain(value) and value["ledger"]["share"] < 0.9)


def claim_a_draw(copy: Copy) -> str:
    """One of the best claims to have been drawn."""
    return copy.change(REQUESTS, setting("reason", "exploration"), _in_a_block, 5)


def claim_a_rank(copy: Copy) -> str:
    """What its draw alone proposed claims to be one of the best."""
    proposed = {source(one): one for one in copy.said(CANDIDATES) if kind("candidate")(one)}

    def drawn(value: Json) -> bool:
        one = proposed[source(value)]
        is_alone = one["rank"] >= 0.85 * one["cap"] and not one["cold_start"]
        return bool(value["reason"] == "exploration" and is_alone)

    def edit(value: Json) -> None:
        value["reason"], value["propensity"] = "uncertain", 1.0

    return copy.change(REQUESTS, edit, drawn)


def halve_a_propensity(copy: Copy) -> str:
    """One of the best claims that it might not have been asked."""
    return copy.change(REQUESTS, setting("propensity", 0.5), _in_a_block, 5)


def refuse_what_was_affordable(copy: Copy) -> str:
    """A candidate claims that a limit refused it."""

    def passed(value: Json) -> bool:
        return "ledger" in value and value["propensity"] > 0

    def edit(value: Json) -> None:
        value["propensity"], value["reason"] = 0.0, "budget"

    return copy.change("abstained", edit, passed, 10)


@pytest.mark.parametrize(
    "mutate", [claim_a_draw, claim_a_rank, halve_a_propensity, refuse_what_was_affordable]
)
def test_a_change_is_seen(mutate: Callable[[Copy], str]) -> None:
    """What one record tells of a block's decision is checked: law 13 names it."""
    copy = _copy().twin()
    named = mutate(copy)
    found = _broken(copy)
    assert set(found) == {13}
    assert any(f"{named}:" in record for record in found[13])


def test_a_decision_with_another_block_is_seen() -> None:
    """A decision that claims to be made before its block was closed breaks law 13."""
    copy = _copy().twin()

    def late(value: Json) -> bool:
        return "ledger" in value and value["ledger"]["candidates"] > 100

    def edit(value: Json) -> None:
        value["ledger"]["candidates"] -= 40

    copy.change("abstained", edit, late, 3)
    assert 13 in _broken(copy)


def test_deciding_a_block_twice_is_seen() -> None:
    """A decision of a block that is there again breaks law 1 and law 9."""
    copy = _copy().twin()

    def in_a_block(value: Json) -> bool:
        return "ledger" in value

    copy.repeat("abstained", in_a_block, len(copy.said("abstained")) // 3)
    assert {1, 9} <= set(_broken(copy))


def test_another_choice_is_a_note() -> None:
    """Which of a block are the best depends on settings of then, so a difference is only told."""
    found = _verdicts(_copy(), replace(POOL, diversity=1.0))[13]
    assert found.state == "held"
    assert "blocks are not the best as configured now (diversity 1.0)" in found.detail
