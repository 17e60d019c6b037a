"""Learners that go wrong on purpose: small real classes behind the port."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from streamal.learners.port import Features, Probabilities

Answer = Callable[[Sequence[Features]], ArrayLike]


class Scripted:
    """Knows the labels it was given; answers what `answer` says; raises on the feature `bad`."""

    def __init__(self, answer: Answer | None = None) -> None:
        self._answer = answer or (lambda rows: [[0.75, 0.25]] * len(rows))
        self._classes: dict[str, None] = {}
        self.learned: list[tuple[Features, str, float]] = []

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._classes)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        if "bad" in features:
            raise ArithmeticError("cannot learn this")
        self._classes.setdefault(label)
        self.learned.append((features, label, weight))

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        if any("bad" in row for row in rows):
            raise KeyError("no such weight")
        return np.asarray(self._answer(rows), dtype=np.float64)

    def clone(self) -> "Scripted":
        return Scripted(self._answer)

    def describe(self) -> str:
        return "scripted"
