"""A tiny learner behind the real port, so that tests of the loop need no library."""

from collections.abc import Sequence

import numpy as np

from streamal.learners.model import Model
from streamal.learners.port import Features, Probabilities


class Tiny:
    """Knows the mean of the feature `x` for each class; near means get the larger share.

    Raises on the feature `bad_to_learn` and on `bad_to_see`, as somebody's model may.
    """

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, int]] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._sums)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        if "bad_to_learn" in features:
            raise ArithmeticError("too hard to learn")
        total, count = self._sums.get(label, (0.0, 0))
        self._sums[label] = (total + _x(features), count + 1)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        return np.array([self._row(features) for features in rows])

    def _row(self, features: Features) -> list[float]:
        if "bad_to_see" in features:
            raise ArithmeticError("too hard to see")
        near = [1.0 / (1e-3 + abs(_x(features) - s / n)) for s, n in self._sums.values()]
        return [one / sum(near) for one in near]

    def clone(self) -> "Tiny":
        return Tiny()

    def describe(self) -> str:
        return "class means of x"


def _x(features: Features) -> float:
    return float(features.get("x", 0.0))


def model() -> Model:
    """Return an untrained guarded model."""
    return Model(Tiny(), {})
