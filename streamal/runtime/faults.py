"""The one door to the faults that tests plant: crash points and a split commit.

`STREAMAL_TEST_CRASH_AT=name[:k]` kills this process with SIGKILL when it comes to the
named point for the k-th time (the first, unless said). `STREAMAL_TEST_SPLIT_COMMIT=1`
commits outputs and offsets in two transactions, which breaks exactly-once: tests use it
to know that they would notice.
"""

import os
import signal
from collections.abc import Callable, Mapping

CRASH_AT = "STREAMAL_TEST_CRASH_AT"
SPLIT_COMMIT = "STREAMAL_TEST_SPLIT_COMMIT"

POINTS = (
    "scorer.before_commit",
    "scorer.mid_commit",
    "scorer.after_commit",
    "arbiter.before_commit",
    "arbiter.mid_commit",
    "arbiter.after_commit",
    "restore.updates",
    "restore.state",
    "commit.begin",
    "commit.mid",
    "commit.end",
)
"""Every name that a process comes by; `mid_commit` only where the commit is split."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Faults:
    """Comes by named points; dies at one of them if told to.

    Examples
    --------
    >>> died = []
    >>> faults = Faults({"STREAMAL_TEST_CRASH_AT": "commit.mid:2"}, lambda: died.append(1))
    >>> faults("commit.mid"), died, faults("commit.mid"), died
    (None, [1], None, [1])
    """

    def __init__(self, environ: Mapping[str, str], die: Callable[[], None] = _die) -> None:
        name, _, count = environ.get(CRASH_AT, "").partition(":")
        self.splits_commits = environ.get(SPLIT_COMMIT) == "1"
        self._name = name
        self._left = int(count or 1)
        self._die = die

    def __call__(self, point: str) -> None:
        """Come by a point."""
        if point != self._name:
            return
        self._left -= 1
        if self._left == 0:
            self._die()


NO_FAULTS = Faults({})
