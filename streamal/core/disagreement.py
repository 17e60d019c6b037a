"""Disagreement: how far the members of a committee differ about a sample, in (0, 1].

Each measure takes an (m, n, k) array, what m members say of n samples and k classes, and
returns a number per sample, 1 at most. No usable opinion is worth 1, as in
`streamal.core.utility`: fewer than two members or classes, or a member whose row holds what
is not finite, a negative number or only zeros. A row need not sum to 1: its shares count.

A sample's number is the same, to the last bit, in whatever batch it stands: members and
classes are added one after the other, element by element. No sum of numpy's, whose order
depends on the shape, and no `numpy.log`, whose last bits depend on the processor.
"""

from collections.abc import Callable
from math import inf, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Disagreement = Callable[[Floats], list[float]]

_FLOOR = 1e-12
# A probability of 0 may come out below it by rounding.
_ROUNDING = 1e-9


def vote_entropy(members: Floats) -> list[float]:
    """Return the entropy of the members' votes, over its largest value, log min(m, k).

    Each member votes for its most probable class, the first among equals.

    References
    ----------
    S. Argamon-Engelson and I. Dagan, Committee-based sample selection for probabilistic
    classifiers, JAIR 11 (1999), §4.2, after I. Dagan and S. Engelson, Committee-based
    sampling for training probabilistic classifiers, ICML 1995.

    Examples
    --------
    >>> agreed, split = [0.9, 0.1], [0.2, 0.8]
    >>> vote_entropy(np.array([[agreed, agreed], [agreed, split]]))
    [1e-12, 1.0]
    """
    return _of_usable(members, _votes)


def consensus_entropy(members: Floats) -> list[float]:
    """Return the entropy of the members' mean, over its largest value, log k: soft votes.

    References
    ----------
    B. Settles, Active Learning Literature Survey, University of Wisconsin-Madison (2009),
    §3.2.

    Examples
    --------
    >>> even, sure = [0.5, 0.5], [1.0, 0.0]
    >>> consensus_entropy(np.array([[even, sure], [even, sure]]))
    [1.0, 1e-12]
    """
    return _of_usable(members, _consensus)


def kl(members: Floats) -> list[float]:
    """Return the mean divergence of a member from the members' mean, over log min(m, k).

    That is the most it can be: the mean divergence is the mutual information of the class
    and a member drawn at random, and no larger than the entropy of either.

    References
    ----------
    A. McCallum and K. Nigam, Employing EM and pool-based active learning for text
    classification, ICML 1998; J. Lin, Divergence measures based on the Shannon entropy,
    IEEE Transactions on Information Theory 37 (1991), for the bound.

    Examples
    --------
    >>> one, other, even = [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]
    >>> kl(np.array([[one, even], [other, even]]))
    [1.0, 1e-12]
    """
    return _of_usable(members, _divergence)


def _of_usable(members: Floats, measure: Callable[[Floats], Floats]) -> list[float]:
    m, n, k = members.shape
    values = np.ones(n)
    if m >= 2 and k >= 2:
        shares, usable = _shares(members)
        values[usable] = np.minimum(np.maximum(measure(shares[:, usable]), _FLOOR), 1.0)
    return values.tolist()


def _shares(members: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each row over its total, and for which samples all rows can be used."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        parts = np.where((members < 0.0) & (members >= -_ROUNDING), 0.0, members)
        totals = _added(parts.transpose(2, 0, 1))
        fine = (parts >= 0.0).all(axis=2) & (totals > 0.0) & (totals < inf)  # NaN is neither
        return parts / totals[:, :, np.newaxis], np.all(fine, axis=0)


def _votes(shares: Floats) -> Floats:
    m, _, k = shares.shape
    ballots = shares.argmax(axis=2)[:, :, np.newaxis] == np.arange(k)
    return _entropy(ballots.sum(axis=0) / m) / log(min(m, k))  # whole numbers: an exact sum


def _consensus(shares: Floats) -> Floats:
    return _entropy(_mean(shares)) / log(shares.shape[2])


def _divergence(shares: Floats) -> Floats:
    m, _, k = shares.shape
    return (_entropy(_mean(shares)) - _mean(_entropy(shares))) / log(min(m, k))


def _mean(members: Floats) -> Floats:
    return _added(members) / len(members)


def _entropy(shares: Floats) -> Floats:
    """Return the entropy over the last axis."""
    possible = np.where(shares > 0.0, shares, 1.0)
    logs = np.array([log(p) for p in possible.ravel().tolist()]).reshape(shares.shape)
    return -_added(np.moveaxis(shares * logs, -1, 0))


def _added(parts: Floats) -> Floats:
    total = np.zeros(parts.shape[1:])
    for part in parts:
        total += part
    return total


DISAGREEMENTS: dict[str, Disagreement] = {
    "vote_entropy": vote_entropy,
    "consensus_entropy": consensus_entropy,
    "kl": kl,
}
