"""A stream as the matrix that rivals measure distances in.

Numbers are standardised over the whole stream, which is more than a service could know:
a gift. Strings are one-hot, at most so many values of each; words fall into buckets.
"""

from collections import Counter
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from benchmarks.selection.stream import Features, Stream, stream

VALUES = 30
BUCKETS = 64

Matrix = NDArray[np.float64]


@lru_cache(maxsize=4)
def matrix(name: str, limit: int, junk: float = 0.0, seed: int = 0) -> Matrix:
    """Return (n, d) of a stream."""
    return encoded(stream(name, limit, junk, seed))


def encoded(found: Stream) -> Matrix:
    """Return (n, d): a column for each number, value and bucket.

    Examples
    --------
    >>> encoded(Stream("s", [{"x": 1.0, "c": "a"}, {"x": 3.0, "c": "b"}], ["0", "1"])).tolist()
    [[-1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """
    features = sorted({name for row in found.rows for name in row}, key=lambda n: (n != "x", n))
    columns = [column for name in features for column in _columns(found.rows, name)]
    return np.column_stack(columns)


def _columns(rows: list[Features], name: str) -> list[Matrix]:
    values = [row.get(name) for row in rows]
    if name == "text":
        return _buckets([str(value or "") for value in values])
    if any(isinstance(value, str) for value in values):
        common = [value for value, _ in Counter(map(str, values)).most_common(VALUES)]
        return [np.array([float(str(value) == one) for value in values]) for one in sorted(common)]
    return [_standardised(np.array([np.nan if v is None else float(v) for v in values]))]


def _standardised(column: Matrix) -> Matrix:
    mean, spread = np.nanmean(column), np.nanstd(column)
    return np.nan_to_num((column - mean) / (spread if spread > 0 else 1.0))


def _buckets(texts: list[str]) -> list[Matrix]:
    found = np.zeros((len(texts), BUCKETS))
    for number, text in enumerate(texts):
        for word in text.lower().split():
            at = blake2b(word.encode(), digest_size=2).digest()
            found[number, int.from_bytes(at) % BUCKETS] += 1.0
    return list(found.T)
