"""Opinions: the same row by row and for a whole array."""

from math import inf, nan
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.learners.opinion import opinions
from streamal.learners.table import FEW

ODD = [
    [nan, 1.0, 1.0],
    [inf, 1.0, 1.0],
    [inf, -inf, 1.0],
    [-0.5, 1.5, 1.0],
    [0.0, 0.0, 0.0],
    [1e308, 1e308, 1e308],
    [1.0, -1e-17, 0.5],
    [-0.0, 1.0, 1.0],
]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(FEW, 3 * FEW))
def test_a_large_array_is_read_as_its_rows(seed: int, classes: int, rows: int) -> None:
    """Each row of an array has, to the last bit, the opinion that it has alone."""
    dice = Random(seed)
    array = np.array([[dice.random() for _ in range(classes)] for _ in range(rows)])
    assert opinions(array) == [opinions(array[i : i + 1])[0] for i in range(rows)]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_row_costs_only_itself(odd: list[float]) -> None:
    """Its neighbours in a large array keep their opinions, and it has its own."""
    array = np.array([[3.0, 1.0, 4.0]] * FEW + [odd] + [[1.0, 1.0, 2.0]])
    found = opinions(array)
    assert found[:FEW] == [[0.375, 0.125, 0.5]] * FEW
    assert found[FEW:] == [opinions(np.array([odd]))[0], [0.25, 0.25, 0.5]]


def test_an_array_of_ones_is_shared_out() -> None:
    """Rows of any positive total become shares of it."""
    assert opinions(np.ones((2 * FEW, 4))) == [[0.25] * 4] * (2 * FEW)
