"""What one panel shows and says, and rows of them."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["lines", "stack", "share", "heat", "stat", "table", "states"]

GREEN, ORANGE, RED = "green", "orange", "red"


@dataclass(frozen=True)
class Line:
    """A query, and how its series are named."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Chart:
    """One panel.

    Parameters
    ----------
    what, normal, act
        The description: what it is, what is normal, and what to do otherwise.
    none
        What stands there where there is no data.
    width
        Of 24.
    steps
        Colours from a value on; the first is for what is below all others.
    bands
        Pairs of series, the area between which is filled: upper, lower.
    dashed
        Series that are plans or thresholds, by name, as a regular expression.
    words
        Text for values.
    """

    title: str
    what: str
    normal: str
    act: str
    lines: tuple[Line, ...]
    unit: str
    kind: Kind = "lines"
    none: str = "no data: is a worker running, and scraped?"
    width: int = 8
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    steps: tuple[tuple[float | None, str], ...] = ()
    bands: tuple[tuple[str, str], ...] = ()
    dashed: str = ""
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A row of the dashboard."""

    title: str
    charts: tuple[Chart, ...]


def red_from(value: float, warn: float | None = None) -> tuple[tuple[float | None, str], ...]:
    """Return colours: green, orange from `warn` on where given, red from `value` on."""
    between = () if warn is None else ((warn, ORANGE),)
    return ((None, GREEN), *between, (value, RED))
