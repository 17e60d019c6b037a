"""The pause before a fresh start: longer each time, and over at once when told to stop."""

from collections.abc import Callable

FIRST = 0.1
LONGEST = 10.0
NAP = 0.1
"""Seconds between two looks at whether to stop."""


class Rest:
    """Grows from 0.1 s to 10 s by doubling, until something works again.

    Examples
    --------
    >>> rest = Rest(lambda: False, wait=lambda seconds: None)
    >>> rest.take(), rest.take(), rest.seconds
    (None, None, 0.4)
    >>> rest.end(), rest.seconds
    (None, 0.1)
    """

    def __init__(self, stopped: Callable[[], bool], wait: Callable[[float], None]) -> None:
        self._stopped = stopped
        self._wait = wait
        self.seconds = FIRST

    def take(self) -> None:
        """Wait, in naps."""
        for _ in range(round(self.seconds / NAP)):
            if self._stopped():
                return
            self._wait(NAP)
        self.seconds = min(LONGEST, 2 * self.seconds)

    def end(self) -> None:
        """Begin small again: work was done."""
        self.seconds = FIRST
