"""Section `budget`: how many labels may be asked for. All limits must allow a request."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, Tag, model_validator

from streamal.core.limits import BURST, LimitSpec
from streamal.settings.duration import Length
from streamal.settings.section import (
    Counted,
    Natural,
    Part,
    Positive,
    Price,
    Section,
    Text,
    chosen_by,
)

EVERYONE = "*"
"""Stands for every annotator without a price of his own."""

Over = Annotated[
    Counted | None,
    Field(
        description="Samples over which it is spread; null: spent as it is wanted.",
        examples=[100_000],
    ),
]


class CountLimit(Section):
    """So many labels."""

    count: Counted = Field(description="Labels, in all.", examples=[1000])
    over: Over = None

    def spec(self) -> LimitSpec:
        """Return the limit as the core takes it."""
        return LimitSpec("count", self.count, over=self.over)


class RateLimit(Section):
    """So many labels for each sample, and a few ahead."""

    rate: Part = Field(
        description="Labels for each sample: 0.1 is a tenth of the stream.", examples=[0.1]
    )
    burst: Natural = Field(
        default=BURST, description="Labels ahead of that: what a cold model lives on."
    )

    def spec(self) -> LimitSpec:
        """Return the limit as the core takes it."""
        return LimitSpec("rate", self.rate, burst=self.burst)


class Window(Section):
    """A stretch of time, aligned to the epoch in UTC."""

    count: Counted = Field(description="Labels in each window.", examples=[200])
    every: Length = Field(description="Length of a window.", examples=["1d"])


class WindowLimit(Section):
    """So many labels in every stretch of time."""

    window: Window = Field(
        description="How many labels in how long.", examples=[{"count": 200, "every": "1d"}]
    )

    def spec(self) -> LimitSpec:
        """Return the limit as the core takes it."""
        return LimitSpec("window", self.window.count, every_ms=self.window.every.milliseconds)


class CostLimit(Section):
    """So much money."""

    cost: Positive = Field(description="Money, in the unit of the prices.", examples=[50.0])
    per_label: Positive | dict[Text, Price] = Field(
        description="Price of a label, or one for each annotator (`*`: anyone else).",
        examples=[0.08, {"person": 0.08, "llm": 0.002}],
    )
    over: Over = None

    @property
    def prices(self) -> dict[str, float]:
        """The price for each annotator."""
        return self.per_label if isinstance(self.per_label, dict) else {EVERYONE: self.per_label}

    def spec(self) -> LimitSpec:
        """Return the limit as the core takes it."""
        return LimitSpec("cost", self.cost, over=self.over, prices=self.prices)

    @model_validator(mode="after")
    def _buys_a_label(self) -> Self:
        dearest = max(self.prices.values(), default=0.0)
        if dearest <= 0:
            raise ValueError("per_label needs a price above 0")
        if dearest > self.cost:
            raise ValueError(f"cost is {self.cost}, less than one label at {dearest}")
        return self


KINDS = ("count", "rate", "window", "cost")


def _kind(given: Mapping[str, object]) -> str | None:
    found = [kind for kind in KINDS if kind in given]
    return found[0] if len(found) == 1 else None


Limit = Annotated[
    Annotated[CountLimit, Tag("<count>")]
    | Annotated[RateLimit, Tag("<rate>")]
    | Annotated[WindowLimit, Tag("<window>")]
    | Annotated[CostLimit, Tag("<cost>")],
    chosen_by(_kind, "must have exactly one of count, rate, window, cost"),
]

Budget = Annotated[tuple[Limit, ...], Field(strict=False, min_length=1)]


def unspread(budget: tuple[Limit, ...]) -> list[str]:
    """Return a warning for each limit that nothing keeps from being spent at once."""
    return [
        f"budget[{place}]: a {limit.spec().kind} without `over` is spent about as fast as labels "
        "are wanted; `over: N` spreads it over N samples"
        for place, limit in enumerate(budget)
        if isinstance(limit, CountLimit | CostLimit) and limit.over is None
    ]
