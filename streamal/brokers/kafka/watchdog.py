"""Ends the process when a call never returns.

Transactional calls of both clients can block for ever when a broker dies at the wrong
moment (measured: most runs). There is no way to abandon such a call, and nothing is lost
by dying: the supervisor starts the process again, and the transaction is aborted.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Bite = Callable[[str], None]

EXIT = 70
_LOOK_EVERY = 0.25


def die(message: str) -> None:
    """End the process at once; a clean exit would wait for the call that hangs."""
    os.write(2, f"{message}\n".encode())
    os._exit(EXIT)


class Watchdog:
    """Watches one call at a time, from a thread of its own.

    Parameters
    ----------
    seconds
        How long a call may take.
    bite
        Called with what is wrong, once, from the watching thread.

    Examples
    --------
    >>> watchdog = Watchdog(20.0, die)
    >>> with watchdog.watch("commit_transaction"):
    ...     pass
    >>> watchdog.close()
    """

    def __init__(self, seconds: float, bite: Bite) -> None:
        self._seconds = seconds
        self._bite = bite
        self._call: tuple[str, float] | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watch(self, call: str) -> Iterator[None]:
        """Watch a call; one inside another counts as the outer one."""
        if self._call is not None:
            yield
            return
        self._start()
        self._call = (call, time.monotonic() + self._seconds)
        try:
            yield
        finally:
            self._call = None

    def close(self) -> None:
        """Stop watching; a second close does nothing."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        while not self._closed.wait(_LOOK_EVERY):
            call = self._call
            if call is not None and time.monotonic() > call[1]:
                self._bite(f"{call[0]} did not return within {self._seconds:g} s")
                return
