"""What a worker works by, and a simulation of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from importlib.metadata import version
from typing import Any, Protocol

from msgspec.structs import replace

from streamal.app.brokers import broker_of, topics_of
from streamal.brokers.clock import wall_clock
from streamal.brokers.memory import MemoryBroker
from streamal.core.estimate import HORIZON
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.quotas import QuotaSpec
from streamal.core.scorer import ScorerSpec
from streamal.errors import ConfigError
from streamal.lab.row import Row
from streamal.lab.simulate import Clock
from streamal.lab.study import Study, simulate
from streamal.learners import factory, presets
from streamal.learners.balanced import Balanced
from streamal.learners.committee import Bagged
from streamal.learners.model import Model
from streamal.learners.port import Learner
from streamal.runtime.faults import Faults
from streamal.runtime.observer import SILENT, Observer
from streamal.runtime.plan import Plan, Role
from streamal.runtime.replica import differing, made_of
from streamal.runtime.restore import recorded_model
from streamal.settings import Settings
from streamal.wire.samples import SampleMapping
from streamal.wire.topics import UPDATES


class Table(Protocol):
    """Rows that can be read, and how many they are where that is known."""

    def __iter__(self) -> Iterator[Row]:
        """Read them."""

    def count(self) -> int | None:
        """Return how many there are."""


def mapping_of(settings: Settings) -> SampleMapping:
    """Return how foreign JSON maps to a sample."""
    samples = settings.samples
    return SampleMapping(
        id=samples.id,
        features=None if samples.features == "*" else tuple(samples.features),
        exclude=tuple(samples.exclude),
        payload=tuple(samples.payload),
        time=samples.time,
    )


def model_config_of(settings: Settings) -> dict[str, object]:
    """Return what the model is made of, as `updates` records it."""
    model = settings.model
    return {
        "preset": model.preset,
        "factory": model.factory,
        "classes": None if model.classes is None else list(model.classes),
        "seed": model.seed,
        "types": dict(settings.samples.types),
        **_unusual(settings),
    }


def _unusual(settings: Settings) -> dict[str, object]:
    """Return what only some models are made of: logs without it stay as they are."""
    model, found = settings.model, dict[str, object]()
    if model.class_weights:
        found["class_weights"] = model.class_weights
    if model.preset == "committee":
        found["committee"] = {"of": settings.committee.of, "members": settings.committee.members}
    return found


def model_of(settings: Settings) -> Callable[[], Model]:
    """Return what makes a fresh model; a factory is checked at once.

    Raises
    ------
    ConfigError
        The factory is not what it must be.
    """
    types = dict(settings.samples.types)
    prototype = _learner(settings, types)
    return lambda: Model(prototype.clone(), types)


def _learner(settings: Settings, types: Mapping[str, str]) -> Learner:
    model, committee = settings.model, settings.committee
    if model.factory is not None:
        learner = factory.load(model.factory, types)
    elif model.preset == "committee":
        member = presets.make(committee.of, model.seed, types)
        learner = Bagged(member, model.seed, committee.members)
    else:
        learner = presets.make(model.preset or "auto", model.seed, types)
    if settings.policy.asks_members() and not hasattr(learner, "predict_members"):
        raise ConfigError(
            f"policy.utility: disagreement needs a learner with predict_members, and "
            f"{learner.describe()} has none"
        )
    return Balanced(learner, model.class_weights) if model.class_weights else learner


def arbiter_of(settings: Settings, limits: list[LimitSpec], policy: PolicySpec) -> ArbiterSpec:
    """Return the arbiter's configuration."""
    requests, modifiers = settings.requests, settings.modifiers
    classes = settings.model.classes
    overs = [spec.over for spec in limits if spec.over]
    return ArbiterSpec(
        limits=limits,
        policy=policy,
        classes=None if classes is None else list(classes),
        expire_ms=requests.expire_after.milliseconds,
        remember_ms=requests.remember.milliseconds,
        refund=frozenset(requests.refund),
        ask_again=requests.ask_again,
        max_ahead=requests.max_ahead,
        unsolicited=settings.labels.unsolicited,
        per_request=settings.labels.per_request,
        agreement=settings.labels.agreement,
        horizon=min(overs, default=HORIZON),
        thinning=None if modifiers.thinning is None else modifiers.thinning.spec(),
        pending=None if modifiers.pending is None else modifiers.pending.spec(),
        quotas=quotas_of(settings),
        target=settings.auto_label.target(),
        threshold=settings.auto_label.fixed(),
        stop=settings.stop.spec(),
        drift=settings.drift.spec(),
    )


def quotas_of(settings: Settings) -> tuple[QuotaSpec, ...]:
    """Return the quotas as the core takes them."""
    return tuple(quota.spec() for quota in settings.modifiers.quotas)


def scorer_of(settings: Settings, policy: PolicySpec) -> ScorerSpec:
    """Return the scorers' configuration."""
    return ScorerSpec(
        settings.model.seed,
        policy,
        settings.auto_label.fixed(),
        settings.modifier_spec(),
        quotas_of(settings),
        no_gain=settings.stop.gain(),
        drift=settings.drift.spec(),
    )


def plan_of(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    role: Role = "all",
    instance: str = "local",
    apply: bool = False,
    limits: list[LimitSpec] | None = None,
    observer: Observer = SILENT,
) -> Plan:
    """Return what a worker works by.

    Parameters
    ----------
    limits
        In place of the configured budget.
    observer
        Told what the worker does.
    """
    policy = replace(settings.policy.spec(), disagreement=settings.committee.measure)
    return Plan(
        topics=topics_of(settings),
        scorer=scorer_of(settings, policy),
        arbiter=arbiter_of(settings, limits or list(settings.limits()), policy),
        mapping=mapping_of(settings),
        model=model_of(settings),
        model_config=model_config_of(settings),
        library=version("river"),
        clock=wall_clock,
        group_prefix=settings.topics.prefix,
        instance=instance,
        role=role,
        apply=apply,
        faults=Faults(environ),
        observer=observer,
    )


def model_problems(settings: Settings) -> list[str]:
    """Return what differs between the model here and the one that `updates` ends with."""
    topic = topics_of(settings)[UPDATES]
    with closing(broker_of(settings, make=False)) as broker:
        recorded = recorded_model(broker, topic)
    if recorded is None:
        return []
    there = made_of(recorded.model, recorded.library)
    here = made_of(model_config_of(settings), version("river"))
    return [f"{one}: `run` needs --apply" for one in differing(there, here)]


def rows_of(table: Table, limit: int | None) -> int | None:
    """Return how many rows will be read at most, None where nothing says it."""
    return min((n for n in (table.count(), limit) if n is not None), default=None)


def simulation_of(
    settings: Settings,
    environ: Mapping[str, str],
    table: Table,
    study: Study,
    tell: Callable[[int], None] | None = None,
    stages: dict[str, float] | None = None,
    clock: Clock | None = None,
    observer: Observer = SILENT,
) -> dict[str, Any]:
    """Run a simulation on a broker in memory; return its report.

    Parameters
    ----------
    stages
        Is given the seconds that each stage took.
    clock
        Its time, for an observer that asks for it, too.
    observer
        Told what the worker does.
    """
    rows = rows_of(table, study.limit)
    limits = study.limits(list(settings.limits()), rows)
    plan = plan_of(settings, environ, limits=limits, observer=observer)
    plan = replace(plan, arbiter=replace(plan.arbiter, horizon=rows or HORIZON))
    clock = clock or Clock()
    broker = MemoryBroker(clock)
    try:
        return simulate(broker, clock, plan, table, study, tell, stages)
    finally:
        broker.close()
