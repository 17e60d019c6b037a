"""Starts processes, starts them again when they fail, and remembers how each one ended."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.environment import environ

RESTART_S = 0.5
"""Seconds before a process that failed is started again."""

ENDED_WITHIN = 40.0
"""Seconds from SIGKILL, or from a SIGTERM that must be heeded, to the end."""

READY = b'"event": "started"'
"""What a worker logs once it has replayed `updates`."""

BOUND = ("setpriv", "--pdeathsig", "KILL")
"""Lets nothing outlive the driver (prctl(2), PR_SET_PDEATHSIG)."""


class End(NamedTuple):
    """How one life of a process ended."""

    name: str
    code: int
    lived: float
    asked: bool
    reason: str


class Ward:
    """One name, and the processes that bear it, one after the other."""

    def __init__(self, name: str, command: Sequence[str], folder: Path) -> None:
        self.name = name
        self._command = [*BOUND, *command]
        self._folder = folder
        self.log = folder / f"{name}.log"
        self._child: subprocess.Popen[bytes] | None = None
        self._sleeper: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._log_began = 0
        self.asked = False
        self.is_dismissed = False
        self.due: float | None = None
        self.lives = 0

    def start(self, faults: Mapping[str, str]) -> None:
        """Begin a life."""
        with self.log.open("ab") as told:
            self._child = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=environ(faults),
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
            )
        self._began, self.asked, self.due = time.monotonic(), False, None
        self.lives += 1
        self._log_began = self.log.stat().st_size

    @property
    def runs(self) -> bool:
        """Is there a process, as far as we have looked?"""
        return self._child is not None

    @property
    def pid(self) -> int:
        """The process; 0 for none."""
        return 0 if self._child is None else self._child.pid

    @property
    def works(self) -> bool:
        """Is there one that has said it is ready, and that nobody told to end?"""
        if not self.runs or self.asked:
            return False
        with self.log.open("rb") as told:
            told.seek(self._log_began)
            return READY in told.read()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; to nobody if there is no process."""
        self.asked |= number == signal.SIGTERM
        _signalled(self._child, number)

    def replace(self) -> None:
        """Begin another life beside a process that stands still; `wake` that one later."""
        self._sleeper = self._child
        self.start({})

    def wake(self) -> None:
        """Let the one that stood still run on; nobody starts it again."""
        _signalled(self._sleeper, signal.SIGCONT)

    def woken(self) -> End | None:
        """Return how the one ended that was replaced, once it has."""
        code = None if self._sleeper is None else self._sleeper.poll()
        if code is None:
            return None
        self._sleeper = None
        return End(f"{self.name}, replaced", code, 0.0, False, self._last_words(code))

    def kill(self) -> None:
        """End whoever bears the name."""
        self.send(signal.SIGKILL)
        _signalled(self._sleeper, signal.SIGKILL)

    def look(self) -> End | None:
        """Return how it ended, if it did since the last look."""
        code = None if self._child is None else self._child.poll()
        if code is None:
            return None
        self._child = None
        lived = time.monotonic() - self._began
        return End(self.name, code, round(lived, 2), self.asked, self._last_words(code))

    def _last_words(self, code: int) -> str:
        if code <= 0:
            return ""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        last = lines[-1] if lines else ""
        try:
            return str(json.loads(last).get("error", last))[:300]
        except ValueError:
            return last[:300]


def _signalled(child: "subprocess.Popen[bytes] | None", number: signal.Signals) -> None:
    if child is not None and child.poll() is None:
        os.kill(child.pid, number)


class Supervisor:
    """Looks after its wards, as systemd or Kubernetes would.

    Parameters
    ----------
    standing
        Variables of every start.
    """

    def __init__(self, standing: Mapping[str, str]) -> None:
        self._standing = dict(standing)
        self._wards: dict[str, Ward] = {}
        self.ends: list[End] = []

    def add(self, name: str, command: Sequence[str], folder: Path) -> None:
        """Start the first life of a new ward."""
        self._wards[name] = Ward(name, command, folder)
        self.start(name)

    def start(self, name: str, faults: Mapping[str, str] | None = None) -> None:
        """Begin a life of one that does not run."""
        self._wards[name].start({**self._standing, **(faults or {})})

    def look(self) -> None:
        """See who ended; start those again that nobody asked to end with success."""
        now = time.monotonic()
        for ward in self._wards.values():
            self._look_at(ward)
            if ward.due is not None and now >= ward.due:
                self.start(ward.name)

    def _look_at(self, ward: Ward) -> None:
        if woken := ward.woken():
            self.ends.append(woken)
        if ended := ward.look():
            self.ends.append(ended)
            is_over = ward.is_dismissed or (ended.asked and ended.code == 0)
            ward.due = None if is_over else time.monotonic() + RESTART_S

    def running(self, names: Iterable[str]) -> list[str]:
        """Return which of these run."""
        self.look()
        return [name for name in names if self._wards[name].runs]

    def working(self, names: Iterable[str]) -> list[str]:
        """Return which of these are ready and were not told to end."""
        return [name for name in self.running(names) if self._wards[name].works]

    def leaving(self, names: Iterable[str]) -> list[str]:
        """Return which of these run still, and were told to end."""
        return [name for name in self.running(names) if self._wards[name].asked]

    def ended(self, name: str) -> bool:
        """Return whether one has ended; it is not started again by this look."""
        self._look_at(self._wards[name])
        return not self._wards[name].runs

    def lives(self, name: str) -> int:
        """Return how often one was started."""
        return self._wards[name].lives

    def pid(self, name: str) -> int:
        """Return the process of one that runs."""
        return self._wards[name].pid

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a ward."""
        self._wards[name].send(number)

    def dismiss(self, name: str) -> None:
        """Tell one to end for good: however it does, it is not started again."""
        ward = self._wards[name]
        ward.is_dismissed, ward.due = True, None
        ward.send(signal.SIGTERM)

    def replace(self, name: str) -> None:
        """Start a second process under a name whose first one stands still."""
        self._wards[name].replace()

    def wake(self, name: str) -> None:
        """Let the one that was replaced run on."""
        self._wards[name].wake()

    def close(self) -> None:
        """Kill everyone that is left."""
        for ward in self._wards.values():
            ward.kill()
        deadline = time.monotonic() + ENDED_WITHIN
        while any(ward.runs for ward in self._wards.values()) and time.monotonic() < deadline:
            for ward in self._wards.values():
                ward.look()
            time.sleep(0.02)
