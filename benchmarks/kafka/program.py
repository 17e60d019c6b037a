"""A process that is measured: started, watched, ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
NAP = 0.02

TICKS = os.sysconf("SC_CLK_TCK")


class Broken(Exception):
    """A process ended, or nothing came of it in time; the text has its last lines."""


class Program:
    """Runs `python WORDS` with its output in a file.

    Parameters
    ----------
    ready
        The word in its output that says that it works.
    """

    def __init__(self, words: Sequence[str], output: Path, ready: str) -> None:
        self._output = output
        self._ready = ready
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def wait_ready(self) -> None:
        """Wait until it says that it works."""
        self.wait(lambda: self._ready in self._text(), f"{self._ready!r}")

    def wait(self, is_done: Callable[[], bool], what: str) -> None:
        """Wait for something that it does.

        Raises
        ------
        Broken
            It ended, or two minutes went by.
        """
        deadline = time.monotonic() + PATIENCE
        while not is_done():
            self.check()
            if time.monotonic() > deadline:
                raise Broken(f"no {what} within {PATIENCE:.0f} s:\n{self._tail()}")
            time.sleep(NAP)

    def check(self) -> None:
        """Raise `Broken` unless it runs."""
        if self._process.poll() is not None:
            raise Broken(f"a process ended with {self._process.returncode}:\n{self._tail()}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal, and wait until it is gone; kill it if it does not go."""
        self._process.send_signal(number)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def event(self, name: str) -> dict[str, Any]:
        """Return the last event of that name in its log."""
        for line in reversed(self._text().splitlines()):
            if line.startswith("{") and (found := json.loads(line)).get("event") == name:
                return dict(found)
        raise Broken(f"the log tells of no {name!r}:\n{self._tail()}")

    def _text(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def _tail(self) -> str:
        return "\n".join(self._text().splitlines()[-15:])


def cpu_seconds(pid: int) -> float:
    """Return what all threads of a process, running or ended, have used (proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy_seconds() -> float:
    """Return what all processes of the machine have used of its processors (proc_stat(5))."""
    first = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()
    user, nice, system, _, _, irq, softirq, steal = map(int, first[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS
