"""Section `policy`: which samples are worth asking about."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from streamal.core.policies import PolicySpec
from streamal.settings.section import Counted, Part, Positive, Section, Share, chosen_by

Utility = Literal["margin", "least_confidence", "entropy"]

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


class RankPolicy(_Policy):
    """Asks about the most useful of the recent samples, as many as the budget affords."""

    kind: Literal["rank"] = Field(default="rank", description=_KIND)


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


Policy = Annotated[
    Annotated[RankPolicy, Tag("<rank>")]
    | Annotated[FixedPolicy, Tag("<fixed>")]
    | Annotated[VariablePolicy, Tag("<variable>")]
    | Annotated[RandomisedPolicy, Tag("<randomised>")]
    | Annotated[SplitPolicy, Tag("<split>")]
    | Annotated[RandomPolicy, Tag("<random>")]
    | Annotated[PeriodicPolicy, Tag("<periodic>")],
    chosen_by(lambda given: str(given.get("kind", "rank")), "no such kind"),
]
