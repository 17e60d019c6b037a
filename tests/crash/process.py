"""Real processes of the service: cold ones by the command line, forked ones for speed."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Protocol

from tests.environment import environ

COMMAND = (sys.executable, "-c", "from streamal.cli import main; main()")
KILLED = -signal.SIGKILL

PATIENCE = 60.0
"""Seconds after which a process that should have ended is a failure."""

Words = Sequence[str]


class Process(Protocol):
    """A process that this test started, and may end."""

    pid: int

    def code(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""

    def wait(self) -> int:
        """Wait for its end, not for ever; return the exit code."""


class Launch(Protocol):
    """Starts `streamal` with words in a folder; what it says goes to `log` there."""

    def __call__(self, folder: Path, words: Words, faults: Mapping[str, str], log: str) -> Process:
        """Start it, with these variables over those of this process."""


class Cold:
    """An interpreter of its own, which imports everything itself."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child
        self.pid = child.pid

    def code(self) -> int | None:
        return self._child.poll()

    def wait(self) -> int:
        return self._child.wait(PATIENCE)


def cold(folder: Path, words: Words, faults: Mapping[str, str], log: str) -> Process:
    """Start as a shell would."""
    with (folder / log).open("ab") as told:
        command = [*COMMAND, *words]
        child = subprocess.Popen(command, cwd=folder, env=environ(faults), stdout=told, stderr=told)
    return Cold(child)


class Starter:
    """Starts cold processes in one folder, and knows all that it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.started: list[Process] = []

    def __call__(self, *words: str, log: str = "run.log") -> Process:
        self.started.append(cold(self._folder, words, {}, log))
        return self.started[-1]


def once(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that ends by itself; return what it printed."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env=environ({}),
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE,
    )


_server = get_context("forkserver")
_server.set_forkserver_preload(["tests.crash.warm"])


class Forked:
    """A fork of a server that has imported everything already."""

    def __init__(self, child: ForkServerProcess) -> None:
        self._child = child
        self.pid = child.pid or 0

    def code(self) -> int | None:
        return self._child.exitcode

    def wait(self) -> int:
        self._child.join(PATIENCE)
        assert self._child.exitcode is not None, f"process {self.pid} does not end"
        return self._child.exitcode


def forked(folder: Path, words: Words, faults: Mapping[str, str], log: str) -> Process:
    """Fork the warm server; only the imports are spared."""
    from tests.crash.warm import act

    arguments = (str(folder), tuple(words), dict(faults), log)
    child = _server.Process(target=act, args=arguments, daemon=True)
    child.start()
    return Forked(child)


def signalled(process: Process, number: int) -> None:
    """Send a signal to a process that is still there."""
    if process.code() is None:
        os.kill(process.pid, number)
