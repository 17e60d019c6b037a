"""The step of the linear model: river's cross entropy, with three faults mended.

Importing this module imports river.
"""

from collections.abc import Iterable
from math import sqrt
from typing import cast

from river.base.typing import ClfTarget
from river.optim.losses import CrossEntropy

from streamal.learners.adapter import Classifier, Encoded


class Step(CrossEntropy):
    """Cross entropy whose gradient is ordered, weighted and as long as its error.

    - river walks a set of labels, so the order of its sums, and with it the last bits,
      would depend on PYTHONHASHSEED;
    - river's softmax regression takes no weight;
    - the gradient is divided by the length of the example, so that one of hundreds of
      words or far outliers cannot throw the weights about: a step is never longer than
      rate x error x weight.
    """

    def __init__(self) -> None:
        super().__init__()
        self._factor = 1.0

    def learn(self, model: Classifier, example: Encoded, label: str, weight: float) -> None:
        """Let `model`, whose loss this is, learn one example."""
        values = cast("Iterable[float]", example.values())
        self._factor = weight / sqrt(sum([x * x for x in values]))
        model.learn_one(example, label)

    def gradient(self, y_true: ClfTarget, y_pred: dict[ClfTarget, float]) -> dict[ClfTarget, float]:
        """Return the gradient per class, in the order of their first example."""
        factor = self._factor
        slopes = {label: factor * p for label, p in y_pred.items()}
        slopes[y_true] = slopes.get(y_true, 0.0) - factor
        return slopes
