"""Logs that the law tests share; each is made once and then only copied."""

import dataclasses
from functools import cache

from msgspec.structs import replace

from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.pending import PendingSpec
from streamal.core.policies import PolicySpec
from streamal.core.quotas import QuotaSpec
from streamal.core.repeats import ThinningSpec
from streamal.core.surroundings import ModifierSpec
from tests.lab.laws.copying import Copy
from tests.lab.laws.service import COST, RATE, SECOND, WINDOW, People, Service, plan

ODD_ANSWERS = (
    b"no JSON",
    b'{"request_id": "samples/0/99999", "label": "ham"}',
    b'{"sample_id": "u1", "label": "ham", "features": {"x": 1.0, "y": 2.0}}',
    b'{"sample_id": "u2", "label": "ham", "features": {"x": 1.5}, "answer_id": "k"}',
    b'{"sample_id": "u2", "label": "ham", "features": {"x": 1.5}, "answer_id": "k"}',
)

SPEC = ArbiterSpec(
    [],
    expire_ms=100 * SECOND,
    refund=frozenset({"skipped", "expired"}),
    ask_again=1,
    unsolicited=True,
)

PEOPLE = People(
    delay=15, skipped=0.2, never=0.1, late=0.1, again=0.1, corrected=0.1, retracted=0.1, noise=0.1
)

SEED = 35
"""Of a service that tries every arm within a dozen periods."""

SECOND_BUDGET = (
    LimitSpec("rate", 0.05),
    LimitSpec("window", 20, every_ms=100 * SECOND),
    COST,
    LimitSpec("count", 100, over=500),
)


def eventful() -> Service:
    """Return a service to which everything has happened: the whole of docs/laws.md."""
    service = Service(
        plan(RATE, WINDOW, COST, spec=SPEC), people=PEOPLE, broken=0.02, poison=0.03
    ).run(600)
    service.label(*ODD_ANSWERS)
    service.run(200).restart()
    service.run(200)
    arbiter = replace(service.plan.arbiter, limits=list(SECOND_BUDGET))
    service.restart(replace(service.plan, arbiter=arbiter))
    return service.run(400).settle(300).run(200)


def slow() -> Service:
    """Return a service that stays cold for long: answers take a hundred samples."""
    rate = LimitSpec("rate", 0.1, burst=5)
    return Service(plan(rate), people=People(delay=100)).run(400)


def scattered() -> Service:
    """Return a service over three partitions, with another policy and utility."""
    policy = PolicySpec(kind="variable", utility="entropy")
    return Service(
        plan(LimitSpec("count", 60, over=400), policy=policy, partitions=3),
        people=People(delay=5),
        broken=0.05,
    ).run(400, batch=60)


def restrained() -> Service:
    """Return a service with every modifier: quotas, a guard that learns, thinning, arms."""
    quotas = (QuotaSpec(None, "ham", least=0.2, most=0.35),)
    policy = PolicySpec(kind="auto", window=20, arms=("margin", "random", "novelty"))
    thinned = ArbiterSpec(
        [],
        thinning=ThinningSpec(most=1, digits=1),
        pending=PendingSpec(most=1, near=0.1),
        quotas=quotas,
    )
    made = plan(LimitSpec("rate", 0.5), policy=policy, spec=thinned)
    modifiers = ModifierSpec(guard=1.0, novelty=1.0, density=0.5)
    scorer = replace(made.scorer, seed=SEED, modifiers=modifiers, quotas=quotas)
    made = replace(made, scorer=scorer, model_config={**made.model_config, "seed": SEED})
    people = People(delay=40, skipped=0.2)
    service = Service(made, people=people).run(800)
    service.restart()
    return service.run(200)


def voted() -> Service:
    """Return a service that asks three annotators each time, who skip, err and correct."""
    several = replace(SPEC, per_request=3, agreement=0.6)
    people = dataclasses.replace(PEOPLE, noise=0.2, corrected=0.2)
    service = Service(plan(LimitSpec("rate", 0.25), WINDOW, COST, spec=several), people=people)
    service.run(700).restart()
    one = replace(service.plan.arbiter, per_request=1)
    service.run(200).restart(replace(service.plan, arbiter=one))
    return service.run(200).settle(300).run(100)


@cache
def voted_copy() -> Copy:
    """Return the records of `voted`."""
    service = voted()
    return Copy(service.broker, service.plan)


@cache
def restrained_copy() -> Copy:
    """Return the records of `restrained`."""
    service = restrained()
    return Copy(service.broker, service.plan)


@cache
def eventful_copy() -> Copy:
    """Return the records of `eventful`; change a `twin` of it only."""
    service = eventful()
    return Copy(service.broker, service.plan)


@cache
def slow_copy() -> Copy:
    """Return the records of `slow`."""
    service = slow()
    return Copy(service.broker, service.plan)
