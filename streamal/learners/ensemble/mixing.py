"""Many keyed draws at once, from whole numbers alone.

`streamal.core.draw` takes a microsecond a number; a tree takes thousands.
"""

import numpy as np
from numpy.typing import NDArray

from streamal.learners.ensemble.exact import Integers

# SplitMix64: G. L. Steele, D. Lea and C. H. Flood, Fast splittable pseudorandom number
# generators, OOPSLA 2014.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits a key that look as if they were drawn.

    Examples
    --------
    >>> [hex(number) for number in mixed(np.array([0, 1], dtype=np.uint64)).tolist()]
    ['0xe220a8397b1dcdaf', '0x910a2dec89025cc1']
    """
    keys = keys + _GAMMA
    keys = (keys ^ (keys >> np.uint64(30))) * _FIRST
    keys = (keys ^ (keys >> np.uint64(27))) * _SECOND
    return keys ^ (keys >> np.uint64(31))


def bits(seed: int, step: int, turn: int, count: int) -> NDArray[np.uint64]:
    """Return `count` numbers of 64 bits that depend on the arguments alone."""
    start = np.array([seed % 2**64], dtype=np.uint64)
    for part in (step, turn):
        start = mixed(start ^ np.uint64(part))
    return mixed(start + np.arange(count, dtype=np.uint64) * _GAMMA)


def below(bound: int, seed: int, step: int, turn: int, count: int) -> Integers:
    """Return `count` whole numbers from 0 to below a bound."""
    return (bits(seed, step, turn, count) % np.uint64(bound)).astype(np.int64)
