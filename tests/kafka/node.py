"""One node of a cluster: a process of Java, which never outlives the one that started it."""

import os
import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FLAGS = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""A small heap, and no time spent on optimising: ready in 1.5 s."""

LEVEL = "-Dlog4j2.level=INFO"
PATIENCE = 60.0
"""Seconds that formatting may take on a machine with other work."""

TAIL = 40
"""Lines of a log that an error shows."""

BOUND = 'test "$PPID" = "$0" || exit 1; exec "$@"'
"""Start unless the parent died before its death could be a signal."""

# The kernel sends the signal when the *thread* dies that started the child (prctl(2),
# PR_SET_PDEATHSIG), so one thread that lives as long as the interpreter starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka")


class NodeFailed(Exception):
    """A node does not run; the text holds the last lines of its log."""


class Node:
    """A broker and controller with its own folder, and the log of all its lives."""

    def __init__(self, folder: Path, jars: Path) -> None:
        self.folder = folder
        self.log = folder / "broker.log"
        self._properties = folder / "server.properties"
        self._java = ["java", *FLAGS, LEVEL, "-cp", f"{jars}/*"]
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, properties: str) -> None:
        """Write its settings down."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(properties, encoding="utf-8")

    def format(self, words: Sequence[str]) -> None:
        """Make its empty log directory."""
        command = [*self._java, "kafka.tools.StorageTool", "format", "-c", str(self._properties)]
        with self.log.open("ab") as log:
            done = subprocess.run(
                [*command, *words], stdout=log, stderr=log, check=False, timeout=PATIENCE
            )
        if done.returncode != 0:
            raise NodeFailed(f"{self.folder.name} could not format its folder; {self.last_lines()}")

    def start(self) -> None:
        """Start it, and do not wait until it is ready."""
        if self._process is not None and self._process.poll() is None:
            raise NodeFailed(f"{self.folder.name} runs already: kill it first")
        self._process = _starter.submit(self._spawn).result()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        bound = ["setpriv", "--pdeathsig", "KILL", "sh", "-c", BOUND, str(os.getpid())]
        command = [*bound, *self._java, "kafka.Kafka", str(self._properties)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the one who started the cluster
            )

    @property
    def pid(self) -> int:
        """The process that runs, or ran last."""
        return self._started().pid

    def check(self) -> None:
        """Raise NodeFailed unless the process is there."""
        code = self._started().poll()
        if code is not None:
            raise NodeFailed(f"{self.folder.name} ended with code {code}; {self.last_lines()}")

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise NodeFailed(f"{self.folder.name} was never started")
        return self._process

    def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """Stop its clock; return when it stands still."""
        self.check()
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let it run on."""
        self.check()
        os.kill(self.pid, signal.SIGCONT)

    def told(self) -> int:
        """Return how much it has said so far, for `tells`."""
        return self.log.stat().st_size

    def tells(self, text: str, since: int) -> bool:
        """Return whether its log says something, from a place on."""
        with self.log.open("rb") as log:
            log.seek(since)
            return text.encode() in log.read()

    def telling(self, text: str) -> list[str]:
        """Return the lines of its log that say something."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if text in line]

    def last_lines(self) -> str:
        """Return the end of its log, for an error."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join((f"the last lines of {self.log}:", *lines[-TAIL:]))
