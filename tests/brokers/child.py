"""Acts for processes of their own: ``python -m tests.brokers.child ACT ARGUMENT…``.

Each prints a line where its parent may go on, and waits for the end of stdin where it
is to stay alive.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from streamal.brokers.lock import FileLock
from streamal.brokers.port import Broker
from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import Outgoing, Record, TopicSpec
from streamal.errors import StreamalError

ROOT = Path(__file__).resolve().parents[2]
TOPICS = (TopicSpec("in"), TopicSpec("out", 2), TopicSpec("state", compacted=True))
NOBODY = 65534

Child = subprocess.Popen[str]


class Spawn(Protocol):
    """Starts a child for the time of a test."""

    def __call__(self, act: str, *arguments: object) -> Child:
        """Start a process that does `act`."""


def start(act: str, *arguments: object) -> Child:
    """Start a process that does `act`; its output is to be read, its input to be closed."""
    command = [sys.executable, "-W", "error", "-m", "tests.brokers.child", act]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def line(child: Child) -> str:
    """Wait for the next line that a child prints; empty once it has ended."""
    assert child.stdout is not None
    return child.stdout.readline().strip()


def go(child: Child) -> None:
    """Tell a child that waits for it to go on."""
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def end(child: Child, with_signal: int | None = None) -> int:
    """Let a child end, or end it; return its code."""
    if with_signal is not None:
        child.send_signal(with_signal)
    child.communicate()
    return child.returncode


def copy(path: str, point: str = "", count: str = "0") -> None:
    """Copy `in` to `out` and `state` until it is empty; die at the given probe."""
    left = int(count)

    def probe(at: str) -> None:
        nonlocal left
        left -= at == point
        if at == point and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    broker = SqliteBroker(path, probe=probe)
    consumer = broker.subscribe("copier", "in", "child")
    writer = broker.writer("copier")
    while records := consumer.poll(3, 0):
        writer.commit(_copies(records), consumer, {0: records[-1].offset + 1})
        say(str(records[-1].offset))
    broker.close()


def _copies(records: list[Record]) -> list[Outgoing]:
    outputs = [
        Outgoing("out", None, record.value, (), part) for record in records for part in (0, 1)
    ]
    return [*outputs, Outgoing("state", b"last", records[-1].value)]


def write(path: str, name: str, batches: str) -> None:
    """Once told to go, write batches of five to `in`, with our name as key."""
    say("ready")
    sys.stdin.readline()
    broker = SqliteBroker(path)
    broker.create(TOPICS)
    writer = broker.writer(name)
    for batch in range(int(batches)):
        writer.commit([Outgoing("in", name.encode(), b"%d" % batch)] * 5)
    broker.close()


def hold(path: str, group: str) -> None:
    """Hold a group."""
    consumer = SqliteBroker(path).subscribe(group, "in", "holder")
    consumer.poll(1, 0)
    say("held")
    sys.stdin.read()


def fork(path: str) -> None:
    """Hold a lock, and leave it in an open file of a forked child too."""
    lock = FileLock(Path(path), "parent")
    if os.fork() == 0:
        say(f"child: {lock!r}")
        sys.stdin.read()
        os._exit(0)
    say("parent")
    sys.stdin.read()


def full(path: str) -> None:
    """Write more than a file may hold, then, with the limit gone, a little."""
    broker = SqliteBroker(path)
    broker.create(TOPICS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    outcome = _try(lambda: broker.writer("w").commit([Outgoing("in", None, bytes(1_000_000))] * 3))
    say(outcome)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    broker.writer("w").commit([Outgoing("in", None, b"small")])
    say(",".join(str(len(record.value or b"")) for record in _read(broker)))
    broker.close()


def read_only(path: str) -> None:
    """As a user who may read the file and no more: read it, then ask for a writer."""
    if os.geteuid() == 0:
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    say(_try(lambda: SqliteBroker(path).writer("w")))


def _try(act: Callable[[], object]) -> str:
    try:
        act()
    except StreamalError as error:
        return f"{type(error).__name__}: {error}"
    return "done"


def _read(broker: Broker) -> list[Record]:
    return broker.reader({("in", 0): 0}).poll(10, 0)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


ACTS: dict[str, Callable[..., None]] = {
    act.__name__: act for act in (copy, write, hold, fork, full, read_only)
}

if __name__ == "__main__":
    ACTS[sys.argv[1]](*sys.argv[2:])
