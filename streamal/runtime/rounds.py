"""What a worker does every few seconds between its turns."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from streamal.brokers.port import Broker
from streamal.errors import StreamalError
from streamal.runtime.plan import Plan

if TYPE_CHECKING:
    from streamal.runtime.worker import Worker

FORGET_EVERY = 1.0
"""Seconds between two rounds of retention, each a bounded amount of work."""

MEASURE_EVERY = 5.0
"""Seconds between two looks at how many records wait: each asks the broker."""


class Rounds:
    """Lets retention work, and tells how the worker stands.

    Parameters
    ----------
    now
        Seconds that never run back.
    """

    def __init__(
        self, worker: "Worker", broker: Broker, plan: Plan, now: Callable[[], float]
    ) -> None:
        self._worker = worker
        self._broker = broker
        self._observer = plan.observer
        self._now = now
        self._forgot = self._measured = now()
        self._is_blind = False

    def make(self) -> float:
        """Do what is due; return the time."""
        at = self._now()
        if at - self._forgot >= FORGET_EVERY:
            self._broker.forget()
            self._forgot = at
        if at - self._measured >= MEASURE_EVERY:
            self._measure()
            self._measured = at
        is_ready = self._worker.is_ready() and not self._is_blind
        self._observer.ready(is_ready, self._worker.is_held())
        return at

    def _measure(self) -> None:
        """Look at the lag.

        Where the broker is away the next turn finds out; but a client that waits for records
        may not notice for minutes, so until it answers again the worker is not ready.
        """
        try:
            self._observer.behind(self._worker.lag())
            self._is_blind = False
        except StreamalError as error:
            if not error.retriable:
                raise
            self._is_blind = True
