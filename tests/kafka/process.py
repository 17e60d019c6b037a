"""The command line as a process of its own, as a shell or a supervisor starts it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Any

from tests.cli.shell import environ

COMMAND = (sys.executable, "-c", "from streamal.cli import main; main()")

PATIENCE = 60.0
PAUSE = 0.05

Child = subprocess.Popen[str]


def started(folder: Path, *words: object, **changes: str) -> Child:
    """Start a command in a folder, with variables of the environment."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=folder,
        env=environ(**changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(children: Mapping[str, Child]) -> None:
    """End what a failed test left running."""
    for child in children.values():
        with child:
            child.kill()


class Service:
    """A running `streamal run`, and what it logs.

    Attributes
    ----------
    lines
        What came on stderr so far.
    """

    def __init__(self, folder: Path, *words: str, **changes: str) -> None:
        self.child = started(folder, "run", *words, **changes)
        self.lines: list[str] = []
        self._ear = Thread(target=self._hear)
        self._ear.start()

    def _hear(self) -> None:
        assert self.child.stderr is not None
        self.lines += self.child.stderr

    def logs(self, event: str) -> list[Any]:
        """Return what it has logged of a kind."""
        return [log for line in self.lines if (log := json.loads(line))["event"] == event]

    def wait(self, event: str, count: int = 1) -> list[Any]:
        """Wait until it has logged so much of a kind."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.logs(event)) < count:
            assert self.child.poll() is None, self.lines
            assert time.monotonic() < deadline, self.lines
            time.sleep(PAUSE)
        return found

    def holds(self) -> tuple[int, int]:
        """Return how many files and threads it has (proc(5))."""
        home = Path(f"/proc/{self.child.pid}")
        return len(list((home / "fd").iterdir())), len(list((home / "task").iterdir()))

    def end(self, seconds: float) -> int:
        """End it with SIGTERM within a time; return its exit code."""
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(seconds)
        self._ear.join()
        return code

    def close(self) -> None:
        """End what a failed test left running."""
        killed({"run": self.child})
        self._ear.join()
