"""What a model says of one sample."""

from collections.abc import Sequence
from math import isfinite

import msgspec

BIN_EDGES = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
"""Edges of the log-odds of the top class; 14 bins, finer where most scores lie."""

BINS = len(BIN_EDGES) + 1


class Prediction(msgspec.Struct, frozen=True, gc=False):
    """Probabilities, and what follows from them.

    Parameters
    ----------
    row
        One probability for each class, all finite; empty when the model has no opinion.
    label
        The most probable class, the first learned among equals; the only class while there
        is one; None without an opinion.
    confidence
        Its probability; 0 while there are no probabilities.
    disagreement
        How much the members of a committee disagree, in (0, 1]; None where nobody asked.
    arm
        How the utility is taken, where the policy chooses among several ways.
    modifiers
        Factors in (0, 1] on the utility, by the modifier's name.
    """

    row: Sequence[float]
    label: str | None
    confidence: float
    disagreement: float | None = None
    arm: str | None = None
    modifiers: dict[str, float] = {}

    @property
    def is_cold(self) -> bool:
        """Whether there are no probabilities: too few classes, or none that can be used."""
        return not self.row

    def named(self, classes: Sequence[str]) -> dict[str, float]:
        """Return the probabilities by the names of their classes."""
        row = self.row
        if len(row) == 2:  # the usual case: without an iterator a quarter of the time
            return {classes[0]: row[0], classes[1]: row[1]}
        return dict(zip(classes, row, strict=False))


NO_OPINION = Prediction((), None, 0.0)


def predicted(
    classes: Sequence[str], row: Sequence[float], disagreement: float | None = None
) -> Prediction:
    """Return the prediction that a row of probabilities makes; one that is not finite: none.

    Examples
    --------
    >>> predicted(("ham", "spam"), [0.2, 0.8]).label
    'spam'
    >>> predicted(("ham",), [])
    Prediction(row=(), label='ham', confidence=0.0, disagreement=None, arm=None, modifiers={})
    """
    if len(row) < 2 or not isfinite(sum(row)):
        return Prediction((), classes[0], 0.0) if len(classes) == 1 else NO_OPINION
    confidence = max(row)
    return Prediction(row, classes[row.index(confidence)], confidence, disagreement)
