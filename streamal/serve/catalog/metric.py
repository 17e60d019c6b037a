"""A family of metrics."""

from typing import Literal

import msgspec

PREFIX = "streamal_"

Kind = Literal["counter", "gauge", "histogram", "summary"]
Where = Literal["worker", "scorer", "arbiter", "presiding"]
"""Who has it: every worker, those with a role, or only the one that is the arbiter now."""


_ENDS = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum")}


class Metric(msgspec.Struct, frozen=True):
    """One family.

    Parameters
    ----------
    name
        Without the prefix; a counter's ends in ``_total``.
    children
        Values of the labels that are known beforehand.
    edges
        Upper ends of a histogram's buckets, without infinity.
    """

    name: str
    kind: Kind
    where: Where
    meaning: str
    labels: tuple[str, ...] = ()
    children: tuple[tuple[str, ...], ...] = ()
    edges: tuple[float, ...] = ()

    @property
    def full_name(self) -> str:
        """The name with its prefix."""
        return PREFIX + self.name

    @property
    def series(self) -> tuple[str, ...]:
        """The names that Prometheus sees."""
        return tuple(self.full_name + end for end in _ENDS.get(self.kind, ("",)))
