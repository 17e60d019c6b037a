"""What labels were worth: means, errors, and when they cannot be told from zero."""

from math import inf
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.gain import AGAIN, FEWEST, LONGEST, SURE, Gain, gain_of, lag_of

DIFFERENCES = st.lists(st.floats(-1, 1), min_size=2, max_size=60)


@given(DIFFERENCES)
def test_a_gain_is_a_mean_with_its_standard_error(differences: list[float]) -> None:
    """Mean and error are those of the textbook."""
    found = gain_of(differences, labels=7)
    assert found.mean == pytest.approx(fmean(differences), abs=1e-12)
    assert found.error == pytest.approx(stdev(differences) / len(differences) ** 0.5, abs=1e-9)
    assert (found.compared, found.labels) == (len(differences), 7)
    assert found.upper == pytest.approx(found.mean + SURE * found.error)


@pytest.mark.parametrize("differences", [[], [0.5]])
def test_too_few_labels_say_nothing(differences: list[float]) -> None:
    """Without a spread the error is infinite: no upper end can be below anything."""
    found = gain_of(differences, labels=1)
    assert (found.error, found.upper) == (inf, inf)
    assert not found.is_again()


def test_flat_is_within_one_error_of_zero() -> None:
    """A gain of more than its error can be told from zero; a loss is no gain."""
    assert Gain(0.01, 0.01, 50, 100).is_flat
    assert Gain(-0.3, 0.01, 50, 100).is_flat
    assert not Gain(0.011, 0.01, 50, 100).is_flat


def test_labels_help_again_where_it_is_clear() -> None:
    """It takes enough labels and a clear gain, both."""
    clear = AGAIN * 0.01 + 1e-9
    assert Gain(clear, 0.01, FEWEST, 300).is_again()
    assert not Gain(clear, 0.01, FEWEST - 1, 300).is_again()
    assert not Gain(AGAIN * 0.01, 0.01, FEWEST, 300).is_again()


@given(st.integers(0, 5000))
def test_the_older_model_falls_behind_by_half(labels: int) -> None:
    """By half of the labels, never by more than there are, and it never goes back."""
    lag = lag_of(labels)
    assert 0 <= lag <= min(labels, LONGEST)
    assert labels <= 50 or labels >= 2 * LONGEST or lag == labels // 2
    assert labels + 1 - lag_of(labels + 1) >= labels - lag
