"""River's drift detectors, as things that take numbers and say when these have changed.

Constants were chosen by `benchmarks/drift.py`; figures are in docs/drift.md.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

DELTA = 0.002
"""ADWIN: how often its cut may be chance."""

ALPHA, OF_VALUES = 0.005, 0.0005
"""KSWIN: the same of its test of Kolmogorov and Smirnov, for errors and for other numbers."""

WINDOW, NEWEST = 100, 30
"""KSWIN: numbers that it remembers, and those of them that are held against the others."""

RISE, TOLERANCE = 9.0, 0.3
"""Page-Hinkley: the sum, in standard deviations, of what is above the mean by more than the
tolerance."""

LEAST = 30
"""Numbers before which none of them says anything."""

SEED = 7
"""KSWIN draws which of the older numbers it compares; every replica the same ones."""


class Detector(Protocol):
    """What river's have in common."""

    @property
    def drift_detected(self) -> bool:
        """Whether the last number made it see a change."""

    def update(self, x: float) -> None:
        """Take in a number."""


def _adwin(sensitivity: float) -> Detector:
    from river.drift import ADWIN

    delta = DELTA ** (1.0 / sensitivity)
    return ADWIN(delta=delta, clock=1, grace_period=LEAST)  # type: ignore[no-untyped-call]


def _kswin(sensitivity: float, alpha: float = ALPHA) -> Detector:
    from river.drift import KSWIN

    alpha **= 1.0 / sensitivity
    return KSWIN(alpha=alpha, window_size=WINDOW, stat_size=NEWEST, seed=SEED)


def _values(sensitivity: float) -> Detector:
    return _kswin(sensitivity, OF_VALUES)


def _page_hinkley(sensitivity: float) -> Detector:
    from river.drift import PageHinkley

    threshold = RISE / sensitivity
    return PageHinkley(LEAST, delta=TOLERANCE, threshold=threshold, mode="up")


DETECTORS: dict[str, Callable[[float], Detector]] = {
    "adwin": _adwin,
    "kswin": _kswin,
    "page_hinkley": _page_hinkley,
    "values": _values,
}
"""Makes one of a sensitivity."""


class Watch:
    """A detector over one row of numbers; keeps what an alarm has to tell.

    Parameters
    ----------
    detector
        A name of `DETECTORS`.
    sensitivity
        At 2 half of the evidence is enough.
    rising
        Whether only a rise is a change.

    Examples
    --------
    >>> watch = Watch("page_hinkley", rising=True)
    >>> [watch.take(3.0 * (i >= 40)) for i in range(60)].index(True)
    43
    """

    def __init__(self, detector: str, sensitivity: float = 1.0, rising: bool = False) -> None:
        self._make = partial(DETECTORS[detector], sensitivity)
        self._detector: Detector | None = None  # made late: not every service has labels
        self._rising = rising
        self._count, self._sum = 0, 0.0
        self._newest: deque[float] = deque(maxlen=NEWEST)

    def take(self, x: float) -> bool:
        """Take in a number; return whether they have changed."""
        if len(self._newest) == NEWEST:
            self._count, self._sum = self._count + 1, self._sum + self._newest[0]
        self._newest.append(x)
        if self._detector is None:
            self._detector = self._make()
        self._detector.update(x)
        if not self._detector.drift_detected:
            return False
        return not self._rising or self.newest() > self.before()

    def newest(self) -> float:
        """Return the mean of the last thirty."""
        return sum(self._newest) / max(1, len(self._newest))

    def before(self) -> float:
        """Return the mean of all before those; of all while there are none."""
        return self._sum / self._count if self._count else self.newest()
