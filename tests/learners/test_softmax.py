"""Softmax of one example and of columns."""

from math import exp
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.learners.softmax import Column, Numbers, Ones, answer, answers

NAMES = [f"x{i}" for i in range(6)]
CATEGORIES = ["c=red", "c=blue", "c=never learned"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 70))
def test_columns_are_answered_as_rows_to_the_last_bit(seed: int, classes: int, rows: int) -> None:
    """For any number of classes and rows the order of every addition is that of one row."""
    dice = Random(seed)
    known = NAMES[1:] + CATEGORIES[:2]
    weights = [{name: dice.gauss(0, 3) for name in known} for _ in range(classes)]
    numbers = {name: [dice.gauss(0, 2) for _ in range(rows)] for name in NAMES}
    ones = dice.choices(CATEGORIES, k=rows)
    columns: list[Column] = [Numbers(name, np.array(numbers[name])) for name in NAMES]
    found = answers([*columns, Ones(ones)], weights).tolist()
    for place, row in enumerate(found):
        example = {name: numbers[name][place] for name in NAMES} | {ones[place]: 1.0}
        assert row == answer(example, weights)


def test_answers_are_shares_of_exponentials() -> None:
    """The definition of softmax, over weighted sums; an unknown feature weighs nothing."""
    weights = [{"x": 1.0, "y": -1.0}, {"x": 0.5}, {}]
    parts = [exp(1.0 * 2.0 - 1.0 * 3.0), exp(0.5 * 2.0), exp(0.0)]
    wanted = [part / sum(parts) for part in parts]
    assert answer({"x": 2.0, "y": 3.0, "z": 9.0}, weights) == pytest.approx(wanted, rel=1e-12)


def test_scores_far_apart_overflow_nothing() -> None:
    """A class may have all of the probability."""
    weights = [{"x": 1e6}, {"x": -1e6}]
    assert answer({"x": 5.0}, weights) == [1.0, 0.0]
    assert answers([Numbers("x", np.array([5.0, -5.0]))], weights).tolist() == [[1, 0], [0, 1]]
