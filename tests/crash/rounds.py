"""Rounds of starting the service, letting it work, and killing it."""

import signal
from collections.abc import Iterator
from random import Random
from time import monotonic
from typing import NamedTuple

from streamal.runtime.faults import CRASH_AT, POINTS
from tests.crash.process import KILLED, Launch, Process, signalled
from tests.crash.site import Site

DEADLINE = 30.0
"""Seconds within which a start must decide a sample."""

ONLY_WHERE_SPLIT = ("scorer.mid_commit", "arbiter.mid_commit")
WHOLE = tuple(point for point in POINTS if point not in ONLY_WHERE_SPLIT)

CHUNK = 500
"""Records that a restore reads between two crash points."""


class Round(NamedTuple):
    """One kill: at the k-th coming to a point, or so many seconds after the first work."""

    number: int
    point: str | None
    draw: float

    def __str__(self) -> str:
        return f"round {self.number} ({self.point or f'{self.draw:.3f} s after the first work'})"


def plan(seed: str, rounds: int, points: tuple[str, ...] = WHOLE) -> Iterator[Round]:
    """Draw the rounds: a random moment, then a named point, and again.

    The points come in turn, so that each has its share.
    """
    random = Random(f"{seed}/rounds")
    for number in range(rounds):
        if number % 2 == 0:
            yield Round(number, None, random.random() ** 2 * 0.4)
        else:
            yield Round(number, points[number // 2 % len(points)], random.random())


class Kills:
    """Plays rounds on one site; remembers what was seen.

    Parameters
    ----------
    faults
        Variables of every start, beside the crash point.
    """

    def __init__(self, site: Site, launch: Launch, faults: dict[str, str] | None = None) -> None:
        self._site = site
        self._launch = launch
        self._faults = faults or {}
        self.resumed: list[float] = []
        self.died: dict[str, int] = {}

    def play(self, one: Round) -> None:
        """Start the service, let it work, see it die."""
        site = self._site
        site.feed(30)
        site.talk(0)
        faults = dict(self._faults)
        if one.point is not None:
            faults[CRASH_AT] = f"{one.point}:{self._nth(one.point, one.draw)}"
        process = self._launch(site.folder, ("run",), faults, f"run-{one.number}.log")
        try:
            self._see(one, process)
        finally:
            signalled(process, signal.SIGKILL)
            process.wait()

    def _nth(self, point: str, draw: float) -> int:
        """Return at which coming it dies: one that this start is sure to reach."""
        most = 6
        if point == "restore.updates":
            most = -(-self._site.length("updates") // CHUNK)
        elif point == "restore.state":
            most = 1 + self._site.topics.partitions
        elif point.startswith("commit."):
            most = 12
        return 1 + int(draw * most)

    def _see(self, one: Round, process: Process) -> None:
        if one.point is None:
            self._kill(one, process)
        else:
            self._await_death(one, process)
        name = one.point or "at a random moment"
        self.died[name] = self.died.get(name, 0) + 1

    def _kill(self, one: Round, process: Process) -> None:
        """Wait for the first work, then for the drawn moment, then kill."""
        began, before = monotonic(), self._site.decided()
        while self._site.decided() == before:
            self._site.talk()
            assert process.code() is None, f"{one}: ended by itself with {process.code()}"
            assert monotonic() < began + DEADLINE, f"{one}: nothing decided in {DEADLINE} s"
        self.resumed.append(monotonic() - began)
        moment = monotonic() + one.draw
        while monotonic() < moment:
            self._site.trickle()
        # With nobody else at the file the next one to open it has to mend it.
        self._site.close()
        signalled(process, signal.SIGKILL)
        code = process.wait()
        self._site.open()
        assert code == KILLED, f"{one}: ended by itself with {code}"

    def _await_death(self, one: Round, process: Process) -> None:
        """Give it work until it dies where it was told to; nobody else kills it."""
        limit = monotonic() + DEADLINE
        while process.code() is None and monotonic() < limit:
            self._site.trickle()
        assert process.code() == KILLED, f"{one}: never died there; code {process.code()}"
