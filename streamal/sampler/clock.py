"""The time of a sampler: how many samples it has seen, the wall clock, or yours."""

from collections.abc import Callable
from typing import Literal, cast

import numpy as np

from streamal.brokers.clock import wall_clock
from streamal.errors import UsageError

SECOND = 1000

LAST = 2**63
"""A time is less than that, as it is in a record of the broker."""

Time = Callable[[], int]
Clock = Literal["samples", "wall"] | Time


class SampleClock:
    """A sample lasts a second; so the same samples have the same times, whenever they come.

    Examples
    --------
    >>> clock = SampleClock()
    >>> clock.arrive(3)
    >>> clock()
    3000
    """

    def __init__(self) -> None:
        self._now = 0

    def arrive(self, sample: int) -> None:
        """Move to the sample of that number, from 0."""
        self._now = sample * SECOND

    def __call__(self) -> int:
        """Return milliseconds."""
        return self._now


def clock_of(given: Clock) -> Time:
    """Return what tells the time.

    Raises
    ------
    UsageError
        It is no clock.
    """
    if given == "samples":
        return SampleClock()
    if given == "wall":
        return wall_clock
    if isinstance(given, SampleClock):
        return given
    if callable(given):
        return _whole(given)
    raise UsageError(
        f"clock={given!r}: is 'samples', 'wall', or a function that returns milliseconds"
    )


def _whole(own: Callable[[], object]) -> Time:
    """Return a clock that tells whole milliseconds by one that tells numbers."""

    def time() -> int:
        told = own()
        number = told.item() if isinstance(told, np.generic) else told
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not -LAST < (whole := cast("float", number)) < LAST:
            raise UsageError(
                f"clock: {getattr(own, '__qualname__', type(own).__name__)} returned "
                f"{told!r:.60}; milliseconds are needed, a finite number such as 1700000000000"
            )
        return int(whole)

    return time


def name_of(given: Clock) -> str:
    """Return what a saved sampler says of its clock."""
    return given if isinstance(given, str) else "own"
