"""The whole configuration."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Self

from msgspec.structs import replace
from pydantic import Field, model_validator

from streamal.core.limits import LimitSpec
from streamal.core.nearest import hint
from streamal.core.policies import ARMED
from streamal.core.surroundings import ModifierSpec
from streamal.settings.auto_label import AutoLabel, AutoLabelOrOff
from streamal.settings.broker import Broker, SqliteBroker
from streamal.settings.budget import Budget, RateLimit, unspread
from streamal.settings.committee import Committee
from streamal.settings.drift import Drift, DriftOrOff
from streamal.settings.kafka import KafkaBroker
from streamal.settings.model import Model
from streamal.settings.modifiers import Modifiers
from streamal.settings.policy import AutoPolicy, Policy, RankPolicy
from streamal.settings.requests import Labels, Requests
from streamal.settings.samples import Samples
from streamal.settings.section import Section, refuse
from streamal.settings.security import doubtful
from streamal.settings.serving import Http
from streamal.settings.stop import Stop
from streamal.settings.topics import Topics

COMMITTEES = ("committee", "ensemble")
"""Presets whose members may disagree."""


class Settings(Section):
    """The configuration of streamal."""

    broker: Broker = Field(default=SqliteBroker(), description="Where the topics live.")
    topics: Topics = Field(
        default=Topics(), description="Names at the broker, and how long records are kept."
    )
    samples: Samples = Field(
        default=Samples(), description="How the JSON on `samples` becomes a sample."
    )
    model: Model = Field(default=Model(), description="What learns.")
    policy: Policy = Field(
        default=RankPolicy(), description="Which samples are worth asking about."
    )
    modifiers: Modifiers = Field(
        default=Modifiers(),
        description="What else makes a sample worth asking about, or not worth it.",
    )
    committee: Committee = Field(
        default=Committee(), description="The members of `model.preset: committee`."
    )
    auto_label: AutoLabelOrOff = Field(
        default=AutoLabel(), description="When the model may label by itself, or `off`."
    )
    budget: Budget = Field(
        default=(RateLimit(rate=0.1),),
        description="How many labels may be asked for: a list of limits that must all allow.",
    )
    stop: Stop = Field(
        default=Stop(), description="When nothing but audits is asked any more; by default never."
    )
    drift: DriftOrOff = Field(
        default=Drift(), description="What watches for drift, and what follows; or `off`."
    )
    requests: Requests = Field(
        default=Requests(), description="What happens to a request that is not simply answered."
    )
    labels: Labels = Field(default=Labels(), description="Which answers are taken.")
    http: Http = Field(default=Http(), description="Metrics, health and status.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        refuse(
            [
                *self._members_disagree(),
                *self._quotas_are_of_classes(),
                *self._budget_has_an_end(),
            ]
        )
        return self

    def _members_disagree(self) -> Iterator[tuple[str, str]]:
        """Refuse disagreement where nobody is there to disagree; a factory is asked later."""
        if self.policy.asks_members() and self.model.preset not in (None, *COMMITTEES):
            said = (
                f"disagreement needs a model with several members, which model.preset "
                f"{self.model.preset} is not; {' and '.join(COMMITTEES)} are"
            )
            yield "policy.utility", said

    def _quotas_are_of_classes(self) -> Iterator[tuple[str, str]]:
        """Refuse a quota for a class that is none of the declared ones."""
        classes = self.model.classes
        for place, quota in enumerate(self.modifiers.quotas):
            if classes and quota.feature is None and quota.value not in classes:
                near = hint(quota.value, classes, "classes")
                said = f"is {quota.value!r}, none of model.classes; {near}"
                yield f"modifiers.quotas.{place}.value", said

    def _budget_has_an_end(self) -> Iterator[tuple[str, str]]:
        """Refuse a part of a budget that has no whole."""
        if self.stop.budget is not None and not any(
            one.kind in ("count", "cost") for one in self.limits()
        ):
            yield "stop.budget", "needs a limit of kind count or cost: the others have no end"

    def modifier_spec(self) -> ModifierSpec:
        """Return what looks at features; what is an arm of `auto` is on."""
        spec = self.modifiers.spec(dict(self.samples.types))
        if not isinstance(self.policy, AutoPolicy):
            return spec
        armed = {name: 1.0 for name in ARMED if name in self.policy.arms}
        return replace(spec, **armed)

    def limits(self) -> tuple[LimitSpec, ...]:
        """Return the budget as the core takes it."""
        return tuple(limit.spec() for limit in self.budget)


def warnings(settings: Settings) -> list[str]:
    """Return what works but is rarely meant, one sentence each."""
    return [
        *_doubtful(settings.broker),
        *_idle(settings),
        *_unpromised(settings),
        *_never_asks(settings),
        *unspread(settings.budget),
    ]


def _unpromised(settings: Settings) -> Iterator[str]:
    """Yield a sentence for what a promise makes void, and for one that nothing can prove."""
    auto = settings.auto_label
    if auto.target_precision is None:
        return
    if "threshold" in auto.model_fields_set:
        yield "auto_label.threshold: does nothing beside target_precision"
    if not auto.audit and not settings.policy.exploration:
        yield (
            "auto_label.target_precision: no certificate can be earned, for nothing is drawn with "
            "auto_label.audit and policy.exploration at 0"
        )


def _never_asks(settings: Settings) -> Iterator[str]:
    """Yield a sentence for what does not go with the number of annotators."""
    wanted, usual = settings.labels.per_request, Labels()
    if wanted == 1 and settings.labels.agreement != usual.agreement:
        yield "labels.agreement: does nothing while labels.per_request is 1"
    for place, limit in enumerate(settings.limits()):
        if limit.kind in ("count", "window") and limit.amount < wanted:
            yield (
                f"budget.{place}: nothing is ever asked, for a request takes {wanted} labels "
                f"(labels.per_request) and this allows {limit.amount:g}"
            )


def _doubtful(broker: Broker) -> list[str]:
    faults = doubtful(broker.security) if isinstance(broker, KafkaBroker) else ()
    return [f"broker.security.{key}: {text}" for key, text in faults]


def _idle(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each key of `committee` that is set and changes nothing."""
    committee, usual, model = settings.committee, Committee(), settings.model
    for key in ("of", "members") if model.preset != "committee" else ():
        if getattr(committee, key) != getattr(usual, key):
            now = f"factory {model.factory}" if model.preset is None else f"preset {model.preset}"
            yield f"committee.{key}: does nothing with model.{now}, only with preset committee"
    if committee.measure != usual.measure and not settings.policy.asks_members():
        yield (
            "committee.measure: does nothing, for neither policy.utility nor an arm of "
            "policy auto is disagreement"
        )


def dump(settings: Settings) -> dict[str, object]:
    """Return the configuration as plain JSON values that load back to the same.

    Secrets come out masked, and must be given anew.
    """
    return settings.model_dump(mode="json", by_alias=True)


def digest(settings: Settings) -> str:
    """Return a short hash that differs where the configuration does.

    Secrets have no part in it, nor has the address of the pages, which is each worker's own.
    """
    text = repr(settings.model_dump(mode="json", by_alias=True, exclude={"http"}))
    return sha256(text.encode()).hexdigest()[:12]
