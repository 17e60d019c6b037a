"""Where the time of a batch goes: the seconds of each stage."""

from collections.abc import Callable
from time import perf_counter

from streamal.runtime.observer import SILENT


class Stages:
    """A stopwatch: each lap belongs to one stage.

    Parameters
    ----------
    tell
        Told of each lap: the stage, and the seconds it took.

    Examples
    --------
    >>> stages = Stages()
    >>> stages.start()
    >>> stages.lap("scorer.decode")
    >>> sorted(stages.seconds)
    ['scorer.decode']
    """

    def __init__(self, tell: Callable[[str, float], None] = SILENT.lapped) -> None:
        self._tell = tell
        self.seconds: dict[str, float] = {}
        self._since = 0.0

    def start(self) -> None:
        """Begin a lap."""
        self._since = perf_counter()

    def lap(self, stage: str) -> None:
        """Count the time since the last lap to a stage, and begin the next."""
        now = perf_counter()
        took, self._since = now - self._since, now
        self.seconds[stage] = self.seconds.get(stage, 0.0) + took
        self._tell(stage, took)
