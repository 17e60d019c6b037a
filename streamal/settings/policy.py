"""Section `policy`: which samples are worth asking about."""

from typing import Annotated, Literal, Self

from pydantic import Field, Tag, model_validator

from streamal.core.policies import PolicySpec
from streamal.settings.duration import Duration, Length
from streamal.settings.section import Counted, Part, Positive, Section, Share, chosen_by

Utility = Literal["margin", "least_confidence", "entropy", "disagreement"]
Arm = Literal[
    "margin", "least_confidence", "entropy", "disagreement", "random", "novelty", "density"
]

_KIND = "How samples are chosen."


class _Policy(Section):
    """What every policy has."""

    kind: str
    utility: Utility = Field(
        default="margin", description="What makes a sample worth asking about."
    )
    exploration: Share = Field(
        default=0.15, description="Part of the budget that is asked uniformly at random."
    )
    window: Counted = Field(
        default=100, description="Recent utilities of a partition that a new one is ranked among."
    )

    def spec(self) -> PolicySpec:
        """Return the policy as the core takes it."""
        return PolicySpec(**self.model_dump())

    def asks_members(self) -> bool:
        """Does it ask how much the members of a committee disagree?"""
        return self.utility == "disagreement"


class RankPolicy(_Policy):
    """Asks about the most useful of the recent samples, as many as the budget affords."""

    kind: Literal["rank"] = Field(default="rank", description=_KIND)


class AutoPolicy(_Policy):
    """Learns from uniform labels which way of choosing teaches most: a conservative bandit."""

    kind: Literal["auto"] = Field(description=_KIND)
    arms: Annotated[tuple[Arm, ...], Field(strict=False, min_length=2)] = Field(
        default=("margin", "random", "novelty"),
        description="Ways of choosing; the first is kept unless another is clearly better.",
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for arm in self.arms:
            if self.arms.count(arm) > 1:
                raise ValueError(f"arms has {arm} twice")
        return self

    def asks_members(self) -> bool:
        return "disagreement" in (self.utility, *self.arms)


class FixedPolicy(_Policy):
    """Asks about every sample below one fixed confidence."""

    kind: Literal["fixed"] = Field(description=_KIND)
    threshold: Part = Field(
        description="A sample with a lower confidence than this is asked about.", examples=[0.8]
    )


class _Adaptive(_Policy):
    """A threshold that falls with each request and rises without one."""

    step: Part = Field(default=0.01, description="By what part the threshold moves.")


class VariablePolicy(_Adaptive):
    """Asks below a confidence that adapts to the stream."""

    kind: Literal["variable"] = Field(description=_KIND)


class RandomisedPolicy(_Adaptive):
    """`variable`, with its threshold multiplied by a normal draw around 1."""

    kind: Literal["randomised"] = Field(description=_KIND)
    spread: Positive = Field(default=1.0, description="Standard deviation of that draw.")


class SplitPolicy(_Adaptive):
    """Asks a part of the stream at random, the rest as `variable`."""

    kind: Literal["split"] = Field(description=_KIND)
    random_share: Share = Field(default=0.2, description="Part of the stream asked at random.")


class RandomPolicy(_Policy):
    """Asks uniformly at random."""

    kind: Literal["random"] = Field(description=_KIND)


class PeriodicPolicy(_Policy):
    """Asks at even distances."""

    kind: Literal["periodic"] = Field(description=_KIND)


class PoolPolicy(_Policy):
    """Lets candidates wait, and every so often asks the best that also differ from each other."""

    kind: Literal["pool"] = Field(description=_KIND)
    block: Counted = Field(default=20, description="So many labels are asked for at once, at most.")
    pool: Counted = Field(default=400, description="So many candidates wait, at most.")
    wait: Length = Field(
        default=Duration.parse("1h"), description="So long a candidate waits, at most."
    )
    diversity: Share = Field(
        default=0.2,
        description="What differing counts beside being among the best; 0 takes the best alone.",
    )
    eager: bool = Field(
        default=True,
        description="Ask for fewer at once early on, and where the best come in a rush.",
    )

    def spec(self) -> PolicySpec:
        fields = self.model_dump(exclude={"wait"})
        return PolicySpec(**fields, wait_ms=self.wait.milliseconds)


Policy = Annotated[
    Annotated[RankPolicy, Tag("<rank>")]
    | Annotated[AutoPolicy, Tag("<auto>")]
    | Annotated[FixedPolicy, Tag("<fixed>")]
    | Annotated[VariablePolicy, Tag("<variable>")]
    | Annotated[RandomisedPolicy, Tag("<randomised>")]
    | Annotated[SplitPolicy, Tag("<split>")]
    | Annotated[RandomPolicy, Tag("<random>")]
    | Annotated[PeriodicPolicy, Tag("<periodic>")]
    | Annotated[PoolPolicy, Tag("<pool>")],
    chosen_by(lambda given: str(given.get("kind", "rank")), "no such kind"),
]
