"""Numbers as whole numbers: sixteenths of their spread, so that sums of products are exact.

A sum of products of whole numbers below 2**53 is the same in whatever order a linear
algebra library adds it up: a row's distance does not depend on the rows beside it.
"""

import numpy as np

from streamal.core.surroundings.layout import Floats

STEPS = 16
"""Steps of a coordinate to one spread of its feature."""

FARTHEST = 5.0
"""In spreads; whatever is farther off counts as this, so that one feature is not all."""

LARGEST = 1e100
"""A number beyond counts as this: a sum of two hundred squares must stay finite."""

_CONSTANT = 1e-12


class Scale:
    """Mean and spread of each number over the examples that are kept."""

    def __init__(self) -> None:
        self._mean = np.zeros(0)
        self._spread = np.ones(0)

    def fit(self, numbers: Floats) -> None:
        """Measure mean and spread of each column of (n, d); NaN is absent.

        The spread of what never varied is unknown and taken as 1.
        """
        is_there = ~np.isnan(numbers)
        known = np.where(is_there, np.clip(numbers, -LARGEST, LARGEST), 0.0)
        count = np.maximum(is_there.sum(axis=0), 1)
        self._mean = np.add.reduce(known, axis=0) / count
        apart = np.where(is_there, known - self._mean, 0.0)
        spread = np.sqrt(np.add.reduce(apart * apart, axis=0) / count)
        self._spread = np.where(spread > _CONSTANT, spread, 1.0)

    def coordinates(self, numbers: Floats) -> Floats:
        """Return whole numbers of the shape given; what is absent lies at the mean, 0."""
        fitted = len(self._mean)
        out = np.zeros(numbers.shape)
        with np.errstate(over="ignore"):
            apart = (numbers[:, :fitted] - self._mean) / self._spread * STEPS
        np.maximum(apart, -FARTHEST * STEPS, out=apart)
        np.minimum(apart, FARTHEST * STEPS, out=apart)
        apart[np.isnan(apart)] = 0.0
        np.rint(apart, out=out[:, :fitted])
        return out
