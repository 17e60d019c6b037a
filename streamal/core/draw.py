"""Keyed draws: random numbers that every process and every replay agree on."""

from hashlib import blake2b

_SCALE = 2.0**-53


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
    digest = blake2b(f"{seed}/{purpose}/{source}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) * _SCALE
