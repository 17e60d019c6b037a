"""Quotas: least and most shares of the requests for a predicted class or a segment."""

from collections.abc import Sequence

import msgspec

from streamal.core.records import Features

DEFICIT = 1e-3
"""Factor on the utility of what is not short, while something else is."""

SURPLUS = 1e-6
"""Factor on the utility of what had its share already."""

MEMORY = 200
"""Requests that count: an older one is forgotten by halves, so that a share follows a drift."""


class QuotaSpec(msgspec.Struct, frozen=True):
    """A share of the requests.

    Parameters
    ----------
    feature
        The feature that tells the segment; None: the predicted class does.
    value
        The segment, or the class.
    least, most
        Shares in [0, 1] between which its part of the requests is to lie.
    """

    feature: str | None
    value: str
    least: float = 0.0
    most: float = 1.0

    @property
    def name(self) -> str:
        """``'feature'='value'``; the predicted class has no feature."""
        return f"{self.feature!r}={self.value!r}"

    def holds(self, features: Features, label: str | None) -> bool:
        """Does a sample belong to it?"""
        if self.feature is None:
            return label == self.value
        return segment(features.get(self.feature)) == self.value


def segment(value: float | str | bool | None) -> str | None:
    """Return the name of a segment: a feature's value as people write it.

    Examples
    --------
    >>> segment("de"), segment(3.0), segment(True), segment(None)
    ('de', '3', 'true', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if float(value).is_integer() else repr(float(value))


class QuotaState(msgspec.Struct):
    """What quotas remember: requests that count, in all and for each quota by its name."""

    total: float = 0.0
    counts: dict[str, float] = {}


class Quotas:
    """Counts what was asked, and says which samples are short of their share or beyond it.

    Examples
    --------
    >>> quotas = Quotas([QuotaSpec(None, "fraud", least=0.5)])
    >>> quotas.add({}, "fine")
    >>> quotas.factor({}, "fraud"), quotas.factor({}, "fine")
    (1.0, 0.001)
    """

    def __init__(self, specs: Sequence[QuotaSpec], state: QuotaState | None = None) -> None:
        self._specs = specs
        self.state = QuotaState() if state is None else state
        if self.state.counts.keys() != {spec.name for spec in specs}:
            self.state.total = 0.0  # other quotas than before: counting begins anew
            self.state.counts = {spec.name: 0.0 for spec in specs}

    def add(self, features: Features, label: str | None) -> None:
        """Take in what was asked, with the class that was predicted."""
        state = self.state
        if state.total >= MEMORY:
            state.total /= 2
            state.counts = {name: count / 2 for name, count in state.counts.items()}
        state.total += 1
        for spec in self._of(features, label):
            state.counts[spec.name] += 1

    def _of(self, features: Features, label: str | None) -> list[QuotaSpec]:
        return [spec for spec in self._specs if spec.holds(features, label)]

    def is_full(self, features: Features, label: str | None) -> bool:
        """Would one more of these be above the most?"""
        return any(map(self._is_full, self._of(features, label)))

    def _is_full(self, spec: QuotaSpec) -> bool:
        # The first one is always allowed: a share of one request is all or nothing.
        count = self.state.counts[spec.name] + 1
        return count > 1 and count > spec.most * (self.state.total + 1)

    def factor(self, features: Features, label: str | None) -> float:
        """Return the factor in (0, 1] on a sample's utility."""
        of = self._of(features, label)
        if any(map(self._is_full, of)):
            return SURPLUS
        short = [spec for spec in self._specs if self._is_short(spec)]
        return DEFICIT if short and not any(spec in of for spec in short) else 1.0

    def _is_short(self, spec: QuotaSpec) -> bool:
        return self.state.counts[spec.name] < spec.least * self.state.total
