"""Pending discount: one region is not asked about again while answers on it are on their way."""

from collections.abc import Sequence

import msgspec

from streamal.core.gower import SCALE, Gower
from streamal.core.records import Features

NEWEST = 100
"""Open requests that are looked at, the newest ones."""


class PendingSpec(msgspec.Struct, frozen=True):
    """How crowded a region may be.

    Parameters
    ----------
    most
        Open requests near a sample.
    near
        The largest mean distance of a feature (Gower's, 0 to 1) that is near.
    """

    most: int = 2
    near: float = 0.05


def is_crowded(features: Features, asked: Sequence[Features], spec: PendingSpec) -> bool:
    """Are enough of the samples that were asked about, and not answered yet, near this one?

    Numbers differ by a part of the range that these samples have.

    Examples
    --------
    >>> asked = [{"x": 0.0, "c": "a"}, {"x": 0.01, "c": "a"}, {"x": 1.0, "c": "b"}]
    >>> is_crowded({"x": 0.02, "c": "a"}, asked, PendingSpec(most=2, near=0.05))
    True
    >>> is_crowded({"x": 0.98, "c": "b"}, asked, PendingSpec(most=2, near=0.05))
    False
    """
    if len(asked) < spec.most:
        return False
    rows = [features, *asked]
    names = {name for row in rows for name in row}
    distances = Gower(rows).distances(0)[1:]
    return int((distances <= spec.near * SCALE * len(names)).sum()) >= spec.most
