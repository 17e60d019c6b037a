"""Waiting for records: in short naps, and no longer than until a signal comes."""

import os
import select
import signal
import time
from collections.abc import Callable

from streamal.core.log import Record

FIRST_NAP = 0.001
LONGEST_NAP = 0.02
"""Seconds between two looks: what another process writes is seen within this time."""

Take = Callable[[int], list[Record]]


class Patience:
    """Waits for `take` to return something.

    Python goes on sleeping after a signal handler has run (PEP 475). So for the time
    of a wait signals also ring a bell, a pipe (`signal.set_wakeup_fd`), unless this is
    not the main thread or somebody else, an event loop perhaps, has a bell there.
    """

    def __init__(self) -> None:
        self._pipe: tuple[int, int] | None = None

    def poll(self, take: Take, limit: int, timeout: float) -> list[Record]:
        """Return what `take` finds within `timeout` seconds, nothing once a signal came."""
        found = take(limit)
        if found or timeout <= 0:
            return found
        hung = self._hang_bell()
        try:
            return self._wait(take, limit, time.monotonic() + timeout)
        finally:
            if hung:
                signal.set_wakeup_fd(-1)

    def close(self) -> None:
        """Release the pipe; a second close does nothing."""
        for descriptor in self._pipe or ():
            os.close(descriptor)
        self._pipe = None

    def _wait(self, take: Take, limit: int, deadline: float) -> list[Record]:
        nap = FIRST_NAP
        while (left := deadline - time.monotonic()) > 0:
            if self._rung(min(nap, left)):
                return []
            if found := take(limit):
                return found
            nap = min(2 * nap, LONGEST_NAP)
        return []

    def _rung(self, seconds: float) -> bool:
        """Sleep; whether a signal cut it short."""
        ear, _ = self._ends()
        listening = select.poll()  # select.select takes no descriptor above 1023
        listening.register(ear, select.POLLIN)
        if not listening.poll(seconds * 1000):
            return False
        os.read(ear, 4096)
        return True

    def _hang_bell(self) -> bool:
        _, bell = self._ends()
        try:
            before = signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        except ValueError:  # not the main thread
            return False
        if before != -1:
            signal.set_wakeup_fd(before)
        return before == -1

    def _ends(self) -> tuple[int, int]:
        if self._pipe is None:
            self._pipe = os.pipe()
            for descriptor in self._pipe:
                os.set_blocking(descriptor, False)
        return self._pipe
