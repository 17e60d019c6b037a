"""Keyed draws: random numbers that every process and every replay agree on."""

from collections.abc import Callable
from hashlib import blake2b

_SCALE = 2.0**-53
_DECIDING = 2.0**24


def draw(seed: int, purpose: str, source: str) -> float:
    """Return a uniform number in [0, 1) that depends on the arguments alone.

    Parameters
    ----------
    seed
        The configured seed.
    purpose
        What the number decides, so that two uses of one sample are independent.
    source
        ``<topic>/<partition>/<offset>`` of the sample.

    Notes
    -----
    BLAKE2b (RFC 7693), the top 53 bits of a 64-bit digest: each double is exact.

    Examples
    --------
    >>> draw(7, "ask", "samples/0/1") == draw(7, "ask", "samples/0/1")
    True
    >>> draw(7, "ask", "samples/0/1") == draw(7, "tie", "samples/0/1")
    False
    """
    return draws(seed, purpose)(source)


def draws(seed: int, purpose: str) -> Callable[[str], float]:
    """Return `draw` for one seed and purpose: what all sources share is hashed once.

    Examples
    --------
    >>> draws(7, "ask")("samples/0/1") == draw(7, "ask", "samples/0/1")
    True
    """
    begun = blake2b(f"{seed}/{purpose}/".encode(), digest_size=8)
    number = int.from_bytes

    def of(source: str) -> float:
        digest = begun.copy()
        digest.update(source.encode())
        return (number(digest.digest()) >> 11) * _SCALE

    return of


def rest_of(drawn: float) -> float:
    """Return the last 29 of a draw's 53 bits as a number in [0, 1): another draw, for nothing.

    The first 24 bits all but settle what is drawn for, so the rest is independent of it.

    Examples
    --------
    >>> rest_of(0.5), rest_of(2.0**-25)
    (0.0, 0.5)
    """
    return drawn * _DECIDING % 1.0
