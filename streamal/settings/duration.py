"""Durations as people write them: ``30d``, ``1d``, ``12h``, ``30s``, ``1500ms``."""

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, PlainSerializer, WithJsonSchema

UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
"""Milliseconds in each unit, the longest first."""

PATTERN = r"^[0-9]+(\.[0-9]+)? ?(ms|s|m|h|d)$"

LONGEST_MS = 36_500 * UNITS["d"]
"""A hundred years: times of far future must stay within 64-bit milliseconds."""


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time.

    Examples
    --------
    >>> str(Duration.parse("36h")), Duration.parse(1.5).milliseconds, Duration.parse("1d").seconds
    ('36h', 1500, 86400.0)
    """

    milliseconds: int

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.milliseconds / 1000

    @classmethod
    def parse(cls, value: object) -> "Duration":
        """Return the duration that a text or a number of seconds means.

        Raises
        ------
        ValueError
            For anything else, and outside 1 ms to 36500 days.
        """
        milliseconds = _milliseconds(value)
        if not 1 <= milliseconds <= LONGEST_MS:
            raise ValueError("must be between 1ms and 36500d")
        return cls(round(milliseconds))

    def __str__(self) -> str:
        unit = next(unit for unit, size in UNITS.items() if self.milliseconds % size == 0)
        return f"{self.milliseconds // UNITS[unit]}{unit}"


def _milliseconds(value: object) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return Decimal(str(value)) * UNITS["s"]
    if isinstance(value, str) and (match := re.match(PATTERN, value)):
        number = value.removesuffix(match[2]).rstrip()
        return Decimal(number) * UNITS[match[2]]
    raise ValueError("must be a duration such as 30d, 12h, 30s, 1500ms, or a number of seconds")


def _read(value: object) -> Duration:
    return value if isinstance(value, Duration) else Duration.parse(value)


Length = Annotated[
    InstanceOf[Duration],
    BeforeValidator(_read),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "title": "duration",
            "anyOf": [
                {"type": "string", "pattern": PATTERN},
                {"type": "number", "exclusiveMinimum": 0},
            ],
        }
    ),
]
"""A field that holds a `Duration`."""
