"""A clock that somebody hands in: what it may return."""

import math
from typing import Any

import numpy as np
import pytest

from streamal import Sampler
from streamal.errors import UsageError


@pytest.mark.parametrize("told", [7.5, 7, np.int64(7), np.float32(7.5), np.float64(7.5)])
def test_a_clock_tells_whole_milliseconds(told: Any) -> None:  # noqa: ANN401 - any number
    """Of any number; so what is saved can be loaded."""
    sampler = Sampler(clock=lambda: told)
    assert sampler.decide({"x": 1.0}).decided_at == 7
    assert Sampler.load(sampler.save(), clock=lambda: told).save() == sampler.save()


@pytest.mark.parametrize("told", ["noon", None, math.nan, math.inf, -math.inf, True, 10**30, [7]])
def test_what_is_no_time_is_told(told: Any) -> None:  # noqa: ANN401 - anything
    """By an error that names the clock."""

    def noon() -> Any:  # noqa: ANN401 - anything
        return told

    with pytest.raises(UsageError, match=r"clock: .*noon returned .*; milliseconds are needed"):
        Sampler(clock=noon)


def test_a_clock_that_stops_costs_no_sample() -> None:
    """What failed can be asked again, and is the same sample."""
    times: list[Any] = [0]
    sampler = Sampler(clock=lambda: times[-1])
    times.append("late")
    before = sampler.save()
    with pytest.raises(UsageError, match="returned 'late'"):
        sampler.decide({"x": 1.0})
    assert sampler.save() == before
    times.append(5)
    assert sampler.decide({"x": 1.0}).source.offset == 0
