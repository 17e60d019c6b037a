"""On what terms the model may label by itself, and where its would-be labels are audited."""

from math import inf

import msgspec

EVERY = "*"
"""All classes that are not named."""


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What scorers are told of auto-labels.

    Parameters
    ----------
    bars
        By predicted class, or ``*`` for all others: the confidence from which the model
        labels by itself. Empty: not at all.
    audited
        In the same way, the confidence from which samples are audited, and without a
        certificate would be worth one.
    coin
        Probability with which such a sample is audited.
    certificate
        The version of the record of `updates` that earned the bars; None for bars that
        were configured.
    """

    bars: dict[str, float] = {}
    audited: dict[str, float] = {}
    coin: float = 0.0
    certificate: int | None = None

    def bar(self, label: str | None) -> float:
        """Return the confidence from which a class is labelled; infinite where it never is.

        Examples
        --------
        >>> Terms({"*": 0.95, "spam": 0.99}).bar("spam"), Terms().bar("spam")
        (0.99, inf)
        """
        return _of(self.bars, label)

    def audits_from(self, label: str | None) -> float:
        """Return the confidence from which a class is audited; infinite where it never is."""
        return _of(self.audited, label)


def _of(bars: dict[str, float], label: str | None) -> float:
    if not bars or label is None:
        return inf
    found = bars.get(label)
    return bars.get(EVERY, inf) if found is None else found


def fixed(threshold: float | None) -> Terms:
    """Return the terms of a configured threshold, without any guarantee.

    Examples
    --------
    >>> fixed(0.95).bar("spam"), fixed(None).bar("spam")
    (0.95, inf)
    """
    return Terms() if threshold is None else Terms({EVERY: threshold})
