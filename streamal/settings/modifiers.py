"""Section `modifiers`: what else makes a sample worth asking about, or not worth it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from streamal.core.pending import PendingSpec
from streamal.core.quotas import QuotaSpec
from streamal.core.repeats import ThinningSpec
from streamal.core.surroundings import ModifierSpec
from streamal.settings.section import WHOLE, Counted, Label, Part, Section, Share, Text

Weight = Annotated[float, Field(ge=0, le=10)]
Digits = Annotated[int, Field(ge=1, le=15), WHOLE]


class Thinning(Section):
    """How often samples are asked about that repeat each other."""

    most: Counted = Field(default=3, description="Requests for samples that are all but the same.")
    digits: Digits = Field(
        default=3,
        description="Significant digits to which their numbers agree: with 3, 0.12341 and 0.12349 "
        "do, and 12,340 and 12,349.",
    )
    within: Counted | None = Field(
        default=None,
        description="Samples after which a request does not count any more; null: it counts as "
        "long as it is known, see `requests.remember`.",
    )

    def spec(self) -> ThinningSpec:
        """Return it as the core takes it."""
        return ThinningSpec(self.most, self.digits, self.within)


class Pending(Section):
    """How many open requests there may be near a sample."""

    most: Counted = Field(default=2, description="Open requests near a sample.")
    near: Part = Field(
        default=0.05,
        description="Largest mean distance of their features that is near, from 0 to 1: numbers "
        "differ by a part of the range that the open requests and the sample have, texts by the "
        "share of words that they do not have in common, all else by 0 or 1.",
    )

    def spec(self) -> PendingSpec:
        """Return it as the core takes it."""
        return PendingSpec(self.most, self.near)


class Quota(Section):
    """A part of the requests for a predicted class, or for a segment."""

    feature: Text | None = Field(
        default=None, description="Feature that tells the segment; null: the predicted class does."
    )
    value: Label = Field(description="The class, or the feature's value.", examples=["fraud"])
    min: Share = Field(default=0.0, description="Least part of the requests.")
    max: Share = Field(default=1.0, description="Most of them.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.min <= 0 and self.max >= 1:
            raise ValueError("needs min, max or both; from 0 to 1 is no quota")
        if self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self

    def spec(self) -> QuotaSpec:
        """Return it as the core takes it."""
        return QuotaSpec(self.feature, self.value, self.min, self.max)


class Modifiers(Section):
    """Each is off at 0, null or an empty list."""

    guard: Weight = Field(
        default=1.0,
        description="Against junk: weight of the guard that learns from `rejected` answers; "
        "without any it says nothing.",
    )
    novelty: Weight = Field(
        default=0.0, description="For what is unlike the labels learned lately: its weight."
    )
    density: Weight = Field(default=0.0, description="For what is typical: its weight.")
    thinning: Thinning | None = Field(
        default=None,
        description="Cap on requests for samples that repeat each other; null: none.",
        examples=[{"most": 3, "digits": 3, "within": 1000}],
    )
    pending: Pending | None = Field(
        default=None,
        description="Cap on open requests near each other, while labels are late; null: none.",
        examples=[{"most": 2, "near": 0.05}],
    )
    quotas: Annotated[tuple[Quota, ...], Field(strict=False)] = Field(
        default=(),
        description="Least and most shares of the requests.",
        examples=[[{"value": "fraud", "min": 0.3}]],
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for feature in {quota.feature for quota in self.quotas}:
            of = [quota for quota in self.quotas if quota.feature == feature]
            values = [quota.value for quota in of]
            for value in values:
                if values.count(value) > 1:
                    raise ValueError(f"quotas has {feature or 'the class'} {value} twice")
            if sum(quota.min for quota in of) > 1:
                raise ValueError(f"the least shares of {feature or 'the classes'} are more than 1")
        return self

    def spec(self, types: dict[str, str]) -> ModifierSpec:
        """Return what looks at features as the core takes it."""
        return ModifierSpec(self.guard, self.novelty, self.density, types)
