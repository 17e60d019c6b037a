"""The area under accuracy against labels, between random (0) and all labels (1)."""

from collections.abc import Sequence
from math import log2


def area(labels: Sequence[float], figures: Sequence[float]) -> float:
    """Return the mean height of a curve over the logarithm of labels.

    Examples
    --------
    >>> area([1, 2, 4], [0.5, 1.0, 1.0])
    0.875
    """
    at = [log2(one) for one in labels]
    pieces = [
        (right - left) * (low + high) / 2
        for left, right, low, high in zip(at, at[1:], figures, figures[1:], strict=False)
    ]
    return sum(pieces) / (at[-1] - at[0])


def normalised(
    labels: Sequence[float], ours: Sequence[float], random: Sequence[float], full: float
) -> float:
    """Return the part of the way from random to all labels that a curve makes good.

    Examples
    --------
    >>> normalised([0.1, 0.2], [0.8, 0.9], [0.7, 0.8], full=1.0)
    0.4
    """
    low, own = area(labels, random), area(labels, ours)
    return round((own - low) / (full - low), 6) if full != low else 0.0
