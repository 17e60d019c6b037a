"""Utilities: in (0, 1], ordered by doubt, and 1 where there is no usable opinion."""

from math import isfinite, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from streamal.core.utility import UTILITIES, entropy, least_confidence, margin, opinion
from tests.strategies import ODD_ROWS, PROBABILITIES, SHARES

OF_ROWS = {name: utility for name, utility in UTILITIES.items() if utility is not None}
NAMES = sorted(OF_ROWS)


@pytest.mark.parametrize("name", NAMES)
@given(row=PROBABILITIES)
def test_a_utility_is_above_zero_and_at_most_one(name: str, row: list[float]) -> None:
    """Every row of probabilities is worth something, and nothing is worth more than 1."""
    assert 0.0 < opinion(OF_ROWS[name], row) <= 1.0


@pytest.mark.parametrize("name", NAMES)
@given(row=ODD_ROWS)
def test_odd_rows_raise_nothing(name: str, row: list[float]) -> None:
    """Whatever a row holds, its utility is in (0, 1]."""
    assert 0.0 < opinion(OF_ROWS[name], row) <= 1.0


@pytest.mark.parametrize("name", NAMES)
@given(row=ODD_ROWS, at=st.integers(0, 5))
def test_a_row_that_is_not_finite_is_no_opinion(name: str, row: list[float], at: int) -> None:
    """One number that is not finite, wherever it stands, makes a row worth 1."""
    for bad in (float("nan"), float("inf"), float("-inf")):
        assert opinion(OF_ROWS[name], [*row[:at], bad, *row[at:]]) == 1.0


@pytest.mark.parametrize("name", NAMES)
@given(first=SHARES, second=SHARES)
def test_two_classes_are_ordered_by_their_distance(name: str, first: float, second: float) -> None:
    """Of two rows of two classes, the one nearer to a half is worth at least as much."""
    near, far = sorted((first, second), key=lambda p: abs(p - 0.5))
    utility = OF_ROWS[name]
    assert opinion(utility, [near, 1 - near]) >= opinion(utility, [far, 1 - far]) - 1e-12


@given(PROBABILITIES, PROBABILITIES)
def test_the_margin_has_the_order_of_log_odds(first: list[float], second: list[float]) -> None:
    """Two rows compare as the distances of their two best classes in log-odds do."""
    gaps = [_log_gap(row) for row in (first, second)]
    assume(abs(gaps[0] - gaps[1]) > 1e-9)
    assert (margin(first) > margin(second)) == (gaps[0] < gaps[1])


def _log_gap(row: list[float]) -> float:
    best, next_best = sorted(row, reverse=True)[:2]
    return log(max(best, 1e-12)) - log(max(next_best, 1e-12))


@given(PROBABILITIES)
def test_the_order_of_classes_does_not_matter(row: list[float]) -> None:
    """A utility looks at the probabilities, not at which class has them."""
    turned = row[1:] + row[:1]
    for utility in (margin, least_confidence):
        assert opinion(utility, turned) == opinion(utility, row)
    assert opinion(entropy, turned) == pytest.approx(opinion(entropy, row))


@pytest.mark.parametrize(
    ("name", "row", "value"),
    [
        ("margin", [0.2, 0.5, 0.3], 0.6),
        ("margin", [0.5, 0.5], 1.0),
        ("margin", [1.0, 0.0], 1e-12),
        ("least_confidence", [0.2, 0.5, 0.3], 0.5),
        ("least_confidence", [1.0, 0.0], 1e-12),
        ("entropy", [0.25] * 4, 1.0),
        ("entropy", [1.0, 0.0], 1e-12),
        ("entropy", [0.5, 0.5, 0.0], log(2) / log(3)),
    ],
)
def test_known_rows_have_known_utilities(name: str, row: list[float], value: float) -> None:
    """Each utility on rows that can be computed by hand."""
    assert opinion(OF_ROWS[name], row) == pytest.approx(value)


def test_saturated_probabilities_still_rank() -> None:
    """Where 1 - p rounds to nothing the margin goes on telling rows apart."""
    values = [margin([1.0, tail]) for tail in (1e-6, 1e-9, 1e-11)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3
    assert all(map(isfinite, values))
