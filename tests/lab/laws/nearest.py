"""A tiny learner for logs that are made in milliseconds: how near is the mean of each class?"""

from collections.abc import Sequence
from math import exp

import numpy as np

from streamal.learners.port import Features, Learner, Probabilities

POISON = "poison"
"""Learning a row with this feature raises, half way through the change."""


class Nearest:
    """Running means for each class; probabilities fall with the squared distance."""

    def __init__(self, sharpness: float = 1.0) -> None:
        self._sharpness = sharpness
        self._means: dict[str, dict[str, float]] = {}
        self._counts: dict[str, int] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._means)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        means = self._means.setdefault(label, {})
        self._counts[label] = count = self._counts.get(label, 0) + 1
        for name, value in features.items():
            if name == POISON:
                raise ValueError("this row cannot be learned")
            mean = means.get(name, 0.0)
            means[name] = mean + (float(value) - mean) / count

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        return np.array([self._row(row) for row in rows]).reshape(len(rows), len(self._means))

    def _row(self, row: Features) -> list[float]:
        near = [exp(-self._sharpness * self._distance(row, label)) for label in self._means]
        total = sum(near)
        return [one / total for one in near] if total else near

    def _distance(self, row: Features, label: str) -> float:
        means = self._means[label]
        return sum((float(value) - means.get(name, 0.0)) ** 2 for name, value in row.items())

    def clone(self) -> Learner:
        return Nearest(self._sharpness)

    def describe(self) -> str:
        return "nearest"
