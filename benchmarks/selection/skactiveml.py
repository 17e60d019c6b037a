"""scikit-activeml's stream strategies, each with its own budget manager and defaults."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skactiveml import stream as strategies
from skactiveml.base import SkactivemlClassifier

from benchmarks.selection.contender import Predictor
from benchmarks.selection.matrix import Matrix

NEEDS_CLASSES = {"FixedUncertainty", "CognitiveDualQueryStrategyFixUn"}
PROBABILISTIC = "StreamProbabilisticAL"
MEASURES = ("StreamDensity", "CognitiveDual")
"""Those that measure distances, and take a function for it."""
KEPT = 500
"""Labels whose density `StreamProbabilisticAL` estimates; it takes a Parzen window over all
that it is given, so without an end it would cost more with each label."""


def euclidean(window: Sequence[Matrix], candidates: Sequence[Matrix]) -> Matrix:
    """Return distances, (n, 1): what they default to, without the checks of its arguments."""
    gap = np.asarray(window) - candidates[0]
    found: Matrix = np.sqrt(np.einsum("ij,ij->i", gap, gap))
    return found[:, np.newaxis]


def unchecked() -> None:
    """Switch off the checks of arguments, where time is not what is measured: 3 x faster."""
    import sklearn

    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)


class Spoken(SkactivemlClassifier):  # type: ignore[misc] # the library ships no types
    """A classifier that says what our model said of the row at hand."""

    def __init__(self, classes: list[int] | None = None, said: Any = None) -> None:  # noqa: ANN401
        super().__init__(classes=classes, missing_label=np.nan)
        self.said = said

    def fit(self, X: Matrix, y: Any, sample_weight: Any = None) -> "Spoken":  # noqa: ANN401, N803
        """Learn nothing: the model behind it is taught elsewhere."""
        return self

    def predict_proba(self, X: Matrix) -> Matrix:  # noqa: N803
        """Return the probabilities of all classes of the stream."""
        found: Matrix = self.said
        return found


class Skactiveml:
    """One of their strategies over our model's probabilities.

    It knows all classes of the stream beforehand, as their classifiers do, and sees
    equal probabilities while the model has no opinion.
    """

    def __init__(
        self,
        name: str,
        predictor: Predictor,
        rows: Matrix,
        classes: Sequence[str],
        budget: float,
        seed: int,
    ) -> None:
        self._rows = rows
        self._place = {label: at for at, label in enumerate(classes)}
        self._predictor = predictor
        self._spoken = Spoken(list(range(len(classes))))
        self._equal = np.full((1, len(classes)), 1.0 / len(classes))
        options: dict[str, Any] = {"budget": budget, "random_state": seed}
        if name in NEEDS_CLASSES:
            options["classes"] = list(range(len(classes)))
        if name.startswith(MEASURES):
            options["dist_func"] = euclidean
        self._is_probabilistic = name == PROBABILISTIC
        if self._is_probabilistic:
            options["metric"] = "rbf"
        # It warns at every row of what its own defaults lead to.
        warnings.filterwarnings("ignore", module="skactiveml")
        self._strategy = getattr(strategies, name)(**options)
        self._seen: list[int] = []
        self._labels: list[float] = []

    def asks(self, number: int, row: Sequence[float]) -> bool:
        """Query and update, as in the library's documentation."""
        candidate = self._rows[number : number + 1]
        self._spoken.said = self._said(row)
        found = self._strategy.query(candidate, self._spoken, **self._density())
        if self._is_probabilistic:
            # Its manager moves the quantile by the utilities of the query (their tutorial).
            found, utilities = found
            told = {"utilities": utilities}
            self._strategy.update(candidate, found, budget_manager_param_dict=told)
        else:
            self._strategy.update(candidate, found)
        return len(found) > 0

    def _said(self, row: Sequence[float]) -> NDArray[np.float64]:
        if not row:
            return self._equal
        said = np.zeros_like(self._equal)
        for label, chance in zip(self._predictor.model.classes, row, strict=True):
            said[0, self._place[label]] = chance
        return said

    def _density(self) -> dict[str, Any]:
        if not self._is_probabilistic:
            return {}
        if not self._seen:
            return {"X": self._rows[:1], "y": np.array([np.nan]), "return_utilities": True}
        rows, labels = self._rows[self._seen[-KEPT:]], np.array(self._labels[-KEPT:])
        return {"X": rows, "y": labels, "return_utilities": True}

    def learned(self, number: int, label: str) -> None:
        """Keep what the density is estimated from."""
        self._seen.append(number)
        self._labels.append(float(self._place[label]))
