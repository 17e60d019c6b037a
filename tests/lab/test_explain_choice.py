"""Explanations of how a sample was weighed: modifiers, arms, what held it back, blocks."""

from functools import cache
from typing import get_args

import pytest
from msgspec.structs import replace

from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.quotas import DEFICIT, QuotaSpec
from streamal.core.records import Source
from streamal.lab.explain import explain
from streamal.lab.explain.case import Again
from streamal.lab.explain.restraint import held_by
from streamal.lab.explain.worth import ARMS, lowered, ranked_by
from streamal.lab.laws.facts import Scored
from streamal.settings.policy import Arm
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.picks import source
from tests.lab.laws.service import People, Service, plan
from tests.lab.laws.stories import restrained_copy

TOPICS = ("label-requests", "auto-labels", "abstained")

ONE = Scored(
    at=Source("abstained", 0, 7),
    source=Source("samples", 0, 7),
    version=3,
    label="ham",
    classes=("ham", "spam"),
    row=(0.6, 0.4),
    confidence=0.6,
    utility=0.25,
    rank=0.5,
    reason="not_informative",
    bar=None,
)


@cache
def pooled_copy() -> Copy:
    """Return the log of a service that asks in blocks."""
    policy = PolicySpec(kind="pool", window=20, block=5, pool=40)
    service = Service(plan(LimitSpec("rate", 0.1), policy=policy), people=People(delay=5)).run(400)
    return Copy(service.broker, service.plan)


def decisions(copy: Copy) -> list[Json]:
    """Return all decisions, asked again or not."""
    return [value for topic in TOPICS for value in copy.said(topic)]


def said(copy: Copy, value: Json) -> Json:
    """Return the explanation of a decision."""
    (only,) = explain(copy.pour(), copy.plan, source(value))["explanations"]
    return dict(only)


def some(copy: Copy, **fields: object) -> Json:
    """Return the last decision that has these fields."""
    return next(
        value
        for value in reversed(decisions(copy))
        if all(value.get(name) == wanted for name, wanted in fields.items())
    )


HELD = [
    ("repeat", "others that are all but the same were asked about (thinning: 1 at most)"),
    ("pending", "answers for others near it were still on their way (pending discount)"),
    ("quota", "requests for class ham had their share, 0.35 (quotas)"),
]


@pytest.mark.parametrize(("restraint", "why"), HELD)
def test_what_held_it_back_is_told(restraint: str, why: str) -> None:
    """The sentence and the document name it; only a repeat has lost its draw as well."""
    copy = restrained_copy()
    told = said(copy, some(copy, held_back=restraint, route="abstain"))
    assert told["decision"]["held_back"] == restraint
    assert f"not asked, because it was worth asking, but {why}" in told["why"]
    assert ("its draw" in told["why"]) == (restraint != "repeat")
    assert (told["score"]["state"], told["rule"]["state"]) == ("agrees", "agrees")


@pytest.mark.parametrize("restraint", ["pending", "quota"])
def test_a_draw_asks_all_the_same(restraint: str) -> None:
    """A request that was held back by its rank alone says that its draw asked."""
    copy = restrained_copy()
    told = said(copy, some(copy, held_back=restraint, route="request"))
    assert told["decision"]["reason"] == "exploration"
    assert "was inside the uniform part" in told["why"]
    assert f"though its rank counted for nothing: {dict(HELD)[restraint]}" in told["why"]


def test_a_held_back_draw_that_a_limit_refused() -> None:
    """Where the draw wanted it and the budget did not, both are told, with the limit."""
    copy = restrained_copy().twin()
    value = some(copy, held_back="pending", route="abstain")
    full = [{"charged": 9.0, "allowed": 9.5}]

    def refuse(one: Json) -> None:
        one["reason"], one["propensity"], one["ledger"]["limits"] = "budget", 0.0, full

    copy.change("abstained", refuse, lambda one: one == value)
    why = said(copy, value)["why"]
    assert "still on their way" in why
    assert "was refused by the budget: rate had 9 of 9.5 charged" in why


def test_what_lowered_the_utility_is_told() -> None:
    """Sentence and document have each modifier with its factor, the strongest first."""
    copy = restrained_copy()
    wanted = [one for one in decisions(copy) if len(one.get("modifiers", {})) > 2]
    value = next(one for one in wanted if one["arm"] == "novelty")
    told = said(copy, value)
    assert told["decision"]["modifiers"] == value["modifiers"]
    clause = told["why"].partition("its utility ")[2]
    assert "was lowered to" in clause
    factors = sorted(value["modifiers"].items(), key=lambda item: item[1])
    places = [clause.index(name) for name, _ in factors]
    assert places == sorted(places)


def test_utilities_that_nothing_lowered_are_not_said_to_be() -> None:
    """Neither without modifiers, nor of a random draw, nor of a model without an opinion."""
    lower = replace(ONE, utility=0.00036, modifiers=(("junk", 0.001), ("density", 0.9)))
    assert lowered(lower) == (
        "its utility 0.4 was lowered to 0.00036, by junk 0.001 (it looked like what people "
        "rejected) and density 0.9"
    )
    assert lowered(ONE) == ""
    assert lowered(replace(lower, arm="random")) == ""
    assert lowered(replace(lower, row=(), classes=())) == ""
    assert "others were short" in lowered(replace(ONE, modifiers=(("quota", DEFICIT),)))
    assert lowered(replace(ONE, modifiers=(("junk", 0.0),))) == ""


def test_a_random_arm_is_no_uniform_draw() -> None:
    """An exploration that its rank asked for is told by the arm, and not by a uniform draw."""
    copy = restrained_copy()
    asked = [one for one in decisions(copy) if one["reason"] == "exploration"]
    hits = [
        one
        for one in asked
        if one.get("arm") == "random" and "held_back" not in one and one["rank"] < one["threshold"]
    ]
    why = said(copy, hits[-1])["why"]
    assert "by a random draw, whatever the model said (arm random" in why
    assert "), was inside" in why
    assert "uniform" not in why
    drawn = next(one for one in asked if one.get("arm") == "margin" and "held_back" not in one)
    assert "whatever its rank" in said(copy, drawn)["why"]


def test_the_arm_is_told() -> None:
    """Sentence, decision and candidate say by what samples were ranked."""
    copy = restrained_copy()
    told = said(copy, some(copy, reason="novel"))
    assert "by how unlike the labels of late it was (arm novelty" in told["why"]
    assert told["decision"]["arm"] == told["candidate"]["arm"] == "novelty"
    assert told["candidate"]["modifiers"] == told["decision"]["modifiers"]


def test_each_arm_has_its_words() -> None:
    """Every arm that can be configured is explained, with the reason where it is known."""
    assert set(ARMS) == set(get_args(Arm))
    tried = Again(state="agrees", arm_why="tried, as one period in ten is")
    one = replace(ONE, arm="random")
    assert ranked_by(one, tried).endswith("(arm random: tried, as one period in ten is),")
    assert ranked_by(ONE, tried) == ranked_by(replace(one, row=()), tried) == ""


def test_a_plain_decision_says_nothing_new() -> None:
    """Without modifiers and arms the fields are empty."""
    copy = pooled_copy()
    decision = said(copy, some(copy, route="abstain"))["decision"]
    assert (decision["modifiers"], decision["arm"], decision["held_back"]) == ({}, None, None)


def test_quotas_that_do_not_hold_it_are_not_named() -> None:
    """Those of another class or segment, and those without a most, are no reason."""
    quotas = (
        QuotaSpec(None, "ham", most=0.5),
        QuotaSpec(None, "spam", most=0.1),
        QuotaSpec("land", "de", most=0.2),
        QuotaSpec("land", "fr", least=0.2),
    )
    spec = replace(plan().arbiter, quotas=quotas)
    both = held_by("quota", spec, {"land": "de"}, "ham")
    assert both == (
        "requests for class ham had their share, 0.5 and requests for land de had their share, 0.2 "
        "(quotas)"
    )
    assert held_by("quota", spec, None, "eggs") == (
        "requests for its class or segment had their share (quotas)"
    )


def test_a_block_is_told_as_one() -> None:
    """Of a pool the best that waited are asked; what a scorer decided alone is ranked."""
    copy = pooled_copy()
    asked = said(copy, some(copy, reason="uncertain"))["why"]
    assert asked == "asked, because it was among the best that waited (policy pool)"
    passed = [one for one in decisions(copy) if one["route"] == "abstain" and "ledger" in one]
    whys = [said(copy, one)["why"] for one in passed[-3:]]
    assert all(
        "it was not among the best that waited (policy pool), and its draw" in w for w in whys
    )
    alone = [one for one in decisions(copy) if "ledger" not in one]
    assert "its rank" in said(copy, alone[-1])["why"]


def test_a_block_is_known_by_its_stamp() -> None:
    """Decisions that were made together are told so, though another policy is configured now."""
    copy = pooled_copy().twin()
    scorer = replace(copy.plan.scorer, policy=PolicySpec(window=20))
    copy.plan = replace(copy.plan, scorer=scorer)
    passed = [one for one in decisions(copy) if one["route"] == "abstain" and "ledger" in one]
    whys = [said(copy, one)["why"] for one in passed[-5:]]
    assert any("the best that waited" in why for why in whys)
