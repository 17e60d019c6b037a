"""Arithmetic whose last bit depends on the numbers alone, not on what stands beside them.

A sum of real numbers depends on its order, and in a matrix product that order is the
library's: it changes with the shape and the processor. Sums of whole numbers below 2**53
are exact in any order. So what is to be added is made whole first.
"""

from math import log, log2

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.float64]  # floats that are whole numbers
Integers = NDArray[np.int64]

FINE = 2.0**20
"""What real numbers are multiplied by before they are rounded to whole ones."""

_SHARE = 2.0**40
_LOWEST = -700.0
_PER_TURN = 1.0 / log(2.0)
# ln 2 in two parts, the first of few bits, so that n times it is exact.
_HIGH = 355.0 / 512.0
_LOW = -2.1219444005469057e-4
_TERMS = [1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040]
_TERMS += [1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0]


def whole(values: Floats) -> Whole:
    """Return `FINE` times the values, rounded."""
    return np.rint(values * FINE)


def exponential(values: Floats) -> Floats:
    """Return e to the power of numbers that are not above 0.

    `numpy.exp` has other last bits on other processors; this adds and multiplies only.
    The range is reduced to half a ln 2 around 0, where the Taylor series is summed.

    Examples
    --------
    >>> exponential(np.array([0.0, -1.0, -1e9])).round(6).tolist()
    [1.0, 0.367879, 0.0]
    """
    bounded = np.maximum(values, _LOWEST)
    turns = np.rint(bounded * _PER_TURN)
    rest = bounded - turns * _HIGH - turns * _LOW
    found = np.full_like(rest, _TERMS[0])
    for term in _TERMS[1:]:
        found *= rest
        found += term
    return np.ldexp(found, turns.astype(np.int64))


def shares(scores: Floats) -> Floats:
    """Return the softmax of each row of (n, k) scores, k >= 1.

    Examples
    --------
    >>> shares(np.array([[0.0, 0.0], [3.0, -1e9]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    parts = np.rint(exponential(scores - scores.max(axis=1, keepdims=True)) * _SHARE)
    found: Floats = parts / parts.sum(axis=1, keepdims=True)
    return found


def grown(array: NDArray[np.float64], *shape: int) -> NDArray[np.float64]:
    """Return the array if it is so large, else a copy with zeros at the ends."""
    if array.shape == shape:
        return array
    larger = np.zeros(shape, dtype=array.dtype)
    larger[tuple(map(slice, array.shape))] = array
    return larger


def room(needed: int, have: int) -> int:
    """Return how many rows a table gets that must have `needed`: a power of two beyond `have`."""
    return have if needed <= have else 2 ** (int(log2(needed)) + 1)
