"""A running standardiser of many columns at once."""

import numpy as np

from streamal.learners.ensemble.batch import LARGEST, STEPS
from streamal.learners.ensemble.exact import Floats, Whole, grown
from streamal.learners.scale import PRIOR

# Below this variance the spread is rounding, or the square of it underflows.
_SMALLEST = 1e-200


class Standard:
    """Mean and spread of each column of the learned examples.

    As `streamal.learners.scale.Scale`, by columns. A column that was constant so far
    is 0: there is no scale for it yet.
    """

    __slots__ = ("_count", "_factor", "_mean", "_squares")

    def __init__(self) -> None:
        self._count = self._mean = self._squares = self._factor = np.zeros(0)

    def learn(self, raw: Floats) -> None:
        """Take in one row; NaN is no value."""
        count, mean, squares = (
            grown(array, len(raw)) for array in (self._count, self._mean, self._squares)
        )
        is_given = ~np.isnan(raw)
        self._count = count = count + is_given
        known = np.maximum(count, 1.0)
        delta = np.where(is_given, raw - mean, 0.0)
        self._mean = mean + delta / known
        self._squares = squares + delta * np.where(is_given, raw - self._mean, 0.0)
        variance = self._squares / known
        is_spread = variance > _SMALLEST
        spread = np.sqrt(np.where(is_spread, variance, 1.0))
        self._factor = np.where(is_spread, STEPS * count / (count + PRIOR) / spread, 0.0)

    def steps(self, raw: Floats) -> Whole:
        """Return rows standardised, in whole steps; 0 for NaN."""
        scaled = np.rint((raw - self._mean) * self._factor)
        bound = float(STEPS * LARGEST)
        return np.where(np.isnan(raw), 0.0, np.minimum(np.maximum(scaled, -bound), bound))
