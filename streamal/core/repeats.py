"""Thinning: of samples that are all but the same only so many are asked about.

Two samples repeat each other where all features agree: numbers to some significant
digits, strings in their words. So frames of one video and repeats of one message count
as one thing.
"""

from hashlib import blake2b

import msgspec

from streamal.core.records import Features, Value


class ThinningSpec(msgspec.Struct, frozen=True):
    """How many of a kind are asked about.

    Parameters
    ----------
    most
        Requests for samples that repeat each other.
    digits
        Significant digits to which their numbers agree.
    within
        Samples after which a request does not count any more; None: it always counts.
    """

    most: int = 3
    digits: int = 3
    within: int | None = None


def fingerprint(features: Features, digits: int) -> bytes:
    """Return eight bytes that samples have in common where they repeat each other.

    Examples
    --------
    >>> one = fingerprint({"x": 0.12345, "text": "Win  CASH now"}, 3)
    >>> one == fingerprint({"text": "win cash now", "x": 0.12349, "y": None}, 3)
    True
    >>> one == fingerprint({"text": "win cash now", "x": 0.125}, 3)
    False
    """
    parts = [
        (name, _rounded(value, digits))
        for name, value in sorted(features.items())
        if value is not None
    ]
    return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=8).digest()


def _rounded(value: Value, digits: int) -> str:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    # 1, 1.0 and true are one number; so are 0.0 and -0.0.
    return f"{float(value) + 0.0:.{digits - 1}e}"
