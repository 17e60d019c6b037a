"""Durations: what people write, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.settings.duration import LONGEST_MS, Duration


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("30d", 2_592_000_000),
        ("12h", 43_200_000),
        ("5m", 300_000),
        ("30s", 30_000),
        ("1500ms", 1500),
        ("1.5h", 5_400_000),
        ("2 d", 172_800_000),
        (90, 90_000),
        (0.25, 250),
    ],
)
def test_each_way_to_write_a_duration_is_read(written: object, milliseconds: int) -> None:
    """A number with a unit, and a plain number of seconds, mean that many milliseconds."""
    assert Duration.parse(written) == Duration(milliseconds)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "30",
        "d",
        "1w",
        "-1d",
        "1d12h",
        "1 day",
        "٣d",
        True,
        None,
        [1],
        float("nan"),
        float("inf"),
    ],
)
def test_anything_else_is_refused_with_an_example(written: object) -> None:
    """What is no duration is told what one looks like."""
    with pytest.raises(ValueError, match="must be a duration such as 30d"):
        Duration.parse(written)


@pytest.mark.parametrize("written", ["0d", 0, -1, 0.0001, "36501d", 1e300])
def test_a_duration_has_bounds(written: object) -> None:
    """Nothing shorter than a millisecond or longer than a hundred years is taken."""
    with pytest.raises(ValueError, match="must be between 1ms and 36500d"):
        Duration.parse(written)


@given(st.integers(1, LONGEST_MS))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    """Every duration survives being written and read."""
    assert Duration.parse(str(Duration(milliseconds))) == Duration(milliseconds)
