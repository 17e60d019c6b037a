"""Where the time of a batch goes: the seconds of each stage."""

from time import perf_counter


class Stages:
    """A stopwatch: each lap belongs to one stage.

    Examples
    --------
    >>> stages = Stages()
    >>> stages.start()
    >>> stages.lap("scorer.decode")
    >>> sorted(stages.seconds)
    ['scorer.decode']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = 0.0

    def start(self) -> None:
        """Begin a lap."""
        self._since = perf_counter()

    def lap(self, stage: str) -> None:
        """Count the time since the last lap to a stage, and begin the next."""
        now = perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now
