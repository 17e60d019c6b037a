"""Is the loop moving, and is the worker ready?"""

from collections.abc import Callable
from time import monotonic

STALE_S = 120.0
"""Seconds without a turn of the loop after which it counts as stuck. Calls to a broker may
hang for twenty by default before the watchdog ends the process, and a partition that comes
may wait 40 for the transactions pending on it."""


class Health:
    """Told by the loop, asked by the pages.

    Examples
    --------
    >>> seconds = [0.0]
    >>> health = Health(lambda: seconds[0])
    >>> health.beat()
    >>> seconds[0] = 121.0
    >>> health.is_live(), health.silence()
    (False, 121.0)
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._beat = now()
        self.is_ready = False
        self.is_held = False

    def beat(self) -> None:
        """The loop moves."""
        self._beat = self._now()

    def silence(self) -> float:
        """Return the seconds since the loop moved last."""
        return self._now() - self._beat

    def is_live(self) -> bool:
        """Return whether the loop moves."""
        return self.silence() < STALE_S
