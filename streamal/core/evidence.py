"""What audits say about a precision: evidence that it is above a target, and its bounds."""

from math import log
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Counts = TypeVar("Counts", float, NDArray[np.float64])

STAKES = (0.3, 0.5, 0.7, 0.85, 1.0)
"""Parts of what may be lost that are bet on each audit; the mean over them needs no choice."""

_SURE = -1e300


def evidence(
    audits: NDArray[np.float64], errors: NDArray[np.float64], target: float
) -> NDArray[np.float64]:
    """Return the log of E, the evidence that the precision is above a target.

    While it is not above, E has a mean of at most 1 whenever one looks, and comes to 1/δ
    with probability at most δ (Ville's inequality; see Waudby-Smith and Ramdas, "Estimating
    means of bounded random variables by betting", JRSS B 2024).

    Parameters
    ----------
    audits, errors
        Uniform labels, and how many of them contradicted the model, shape ``(k,)``.
    target
        Precision, in (0, 1).

    Returns
    -------
    numpy.ndarray
        Natural logarithms, shape ``(k,)``.

    Examples
    --------
    >>> found = evidence(np.array([59.0, 60.0]), np.array([0.0, 0.0]), 0.95)
    >>> (found >= log(10)).tolist()
    [False, True]
    """
    won = np.log1p(np.array(STAKES) * (1.0 - target) / target)
    lost = np.array([log(1.0 - stake) if stake < 1.0 else _SURE for stake in STAKES])
    bets = (audits - errors)[:, None] * won + errors[:, None] * lost
    highest = bets.max(axis=1)
    mean = np.exp(bets - highest[:, None]).mean(axis=1)
    found: NDArray[np.float64] = highest + np.log(mean)
    return found


def missing(audits: int, errors: int, target: float, needed: float) -> int:
    """Return how many more audits without an error make the evidence come to e^needed.

    Examples
    --------
    >>> missing(0, 0, 0.95, log(10)), missing(0, 0, 0.9, log(10)), missing(0, 0, 0.99, log(10))
    (60, 29, 304)
    """
    low, high = -1, 1
    while not _is_enough(audits + high, errors, target, needed):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _is_enough(audits + middle, errors, target, needed):
            high = middle
        else:
            low = middle
    return high


def _is_enough(audits: int, errors: int, target: float, needed: float) -> bool:
    found = evidence(np.array([float(audits)]), np.array([float(errors)]), target)
    return bool(found[0] >= needed)


def wilson(right: Counts, total: Counts, z: float) -> tuple[Counts, Counts]:
    """Return the lower and upper end of Wilson's interval for a share (JASA 1927).

    Parameters
    ----------
    right, total
        Counts; without any the interval is [0, 1].
    z
        Half its width in standard errors.

    Examples
    --------
    >>> low, high = wilson(95.0, 100.0, 1.96)
    >>> round(float(low), 3), round(float(high), 3)
    (0.888, 0.978)
    """
    n = np.maximum(total, 1e-12)
    share, square = right / n, z * z / n
    middle = share + square / 2.0
    half = z * np.sqrt(share * (1.0 - share) / n + square / n / 4.0)
    return (middle - half) / (1.0 + square), (middle + half) / (1.0 + square)


def surplus_target(target: float, surplus: float) -> float:
    """Return the precision to ask for, so that what was labelled so far comes to the target.

    Parameters
    ----------
    surplus
        By how many right audits of auto-labels are ahead of the target.

    Examples
    --------
    >>> surplus_target(0.95, 0.0), round(surplus_target(0.95, -2.0), 3)
    (0.95, 0.97)
    """
    return target + (1.0 - target) * min(0.6, max(-0.3, -surplus / 5.0))
