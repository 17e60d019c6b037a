"""The port of a learner: an online classifier, called a batch at a time."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Value = float | str | bool
Features = Mapping[str, Value]
Probabilities = NDArray[np.float64]


class Learner(Protocol):
    """An online classifier over feature maps.

    Deterministic: the same calls of `learn_one` in the same order give the same answers
    in every process; predicting changes nothing, and a row's answer does not depend on
    the rows beside it. Classes are canonical strings and may appear late, features may
    be absent.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Learn one labelled example; a learner that knows no weights may ignore `weight`."""

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""

    def clone(self) -> "Learner":
        """Return an untrained copy with the same parameters."""

    def describe(self) -> str:
        """Return in a few words what this is, for logs and status."""


class Committee(Learner, Protocol):
    """A learner of several members that may disagree."""

    def predict_members(self, rows: Sequence[Features]) -> tuple[Probabilities, Probabilities]:
        """Return (n, k) what `predict_proba_many` says, and (m, n, k) what each member says."""
