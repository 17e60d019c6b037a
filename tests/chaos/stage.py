"""One run: a cluster, its topics, the workers, the feeder, the person, and our eyes."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.chaos.asked import PARTITIONS, Asked, write_rows
from tests.chaos.log import Log
from tests.chaos.supervisor import Supervisor
from tests.chaos.watch import Watch
from tests.chaos.world import World
from tests.crash.process import COMMAND, once
from tests.kafka.cluster import Cluster

PATIENCE_S = 120.0
"""Seconds for anything that must come about, on a machine with other work."""

LOOK_S = 0.05


class NotWithin(AssertionError):
    """What had to come about did not."""


class Stage:
    """Where a scenario plays; `with` it.

    Parameters
    ----------
    folder
        New or empty.
    seconds
        How long the faults are meant to last; decides the rate.
    standing
        Variables of every worker.
    nodes, session_ms, apart
        Of the cluster.
    """

    def __init__(
        self,
        folder: Path,
        asked: Asked,
        seconds: float,
        standing: dict[str, str] | None = None,
        nodes: int = 1,
        session_ms: int | None = None,
        apart: bool = False,
    ) -> None:
        self.folder = folder
        self.asked = asked
        self.rate = asked.rate(seconds)
        self.prefix = f"chaos-{asked.seed}-{time.time_ns() % 10**9}."
        self.names = [f"w{number}" for number in range(1, asked.workers + 1)]
        self.supervisor = Supervisor(standing or {})
        self.cluster = Cluster(folder / "kafka", nodes=nodes, session_ms=session_ms, apart=apart)
        self.log = Log(self.cluster.bootstrap, self.prefix)
        self._stack = ExitStack()
        self._has_workers = False
        self.watch: Watch

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        self._stack.enter_context(self.cluster)
        bootstrap = self.cluster.bootstrap
        settings = self.asked.settings(bootstrap, self.prefix)
        world = World(bootstrap, self.prefix, PARTITIONS, self.rate, self.asked.seed)
        for name, content in (("streamal.yaml", settings), ("world.json", world._asdict())):
            (self.folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
        write_rows(self.folder)
        made = once(self.folder, "topics", "create")
        assert made.returncode == 0, made.stderr
        self.watch = Watch(self.log)
        self._stack.callback(self.watch.close)
        self._stack.callback(self.supervisor.close)

    def begin(self) -> None:
        """Let workers, feeder and person begin, and wait until everybody decides samples."""
        if not self._has_workers:
            self.begin_workers()
        for name in ("feeder", "person"):
            command = [sys.executable, "-m", f"tests.chaos.{name}", str(self.folder)]
            self.supervisor.add(name, command, self.folder)
        self.until(lambda: len(set(self.watch.holders.values())) == len(self.names), "all work")

    def begin_workers(self) -> None:
        """Let the workers begin, before there is anything to do."""
        self._has_workers = True
        for name in self.names:
            self.supervisor.add(name, [*COMMAND, "run", "--instance", name], self.folder)

    def turn(self, seconds: float = LOOK_S) -> None:
        """See what has come, and who has ended."""
        self.watch.look(seconds)
        self.supervisor.look()

    def play(self, seconds: float) -> None:
        """Let so much time pass."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.turn(min(LOOK_S, left))

    def until(self, seen: Callable[[], bool], what: str, within: float = PATIENCE_S) -> float:
        """Wait until something is seen; return after how many seconds.

        Raises
        ------
        NotWithin
            It was not.
        """
        began = time.monotonic()
        while not seen():
            if time.monotonic() > began + within:
                raise NotWithin(f"not within {within:.0f} s: {what}; {self.figures()}")
            self.turn()
        return time.monotonic() - began

    def figures(self) -> str:
        """Return how far it is."""
        running = self.supervisor.running(self.names)
        return (
            f"{len(self.watch.samples)} samples, {self.watch.backlog()} wait, "
            f"running {running}, seen {dict(self.watch.counts)}"
        )

    def tell(self, what: str) -> None:
        """Say on stderr what happens, for whoever looks on."""
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}; {self.figures()}\n")
        sys.stderr.flush()

    def rounds(self, pause: float) -> Iterator[int]:
        """Count the rounds, with a pause between each and the next."""
        for number in range(self.asked.rounds):
            if number:
                self.play(pause)
            yield number

    def kill(self, name: str) -> None:
        """End a worker with SIGKILL."""
        self.supervisor.send(name, signal.SIGKILL)

    def end(self, name: str, within: float = PATIENCE_S) -> float:
        """End somebody with SIGTERM; return how many seconds it took."""
        self.supervisor.send(name, signal.SIGTERM)
        return self.gone(name, within)

    def dismiss(self, name: str) -> None:
        """End the feeder or the person for good; one that fails on the way comes back no more.

        It would go on where it was, beside those who are being ended, or after them.
        """
        self.supervisor.dismiss(name)
        self.until(lambda: self.supervisor.ended(name), f"{name} ends for good")

    def gone(self, name: str, within: float = PATIENCE_S) -> float:
        """Wait until somebody has ended; return after how many seconds."""
        lives = self.supervisor.lives(name)
        return self.until(
            lambda: self.supervisor.ended(name) or self.supervisor.lives(name) > lives,
            f"{name} ends",
            within,
        )

    def back(self) -> None:
        """Start again who was told to leave; wait until all workers run."""
        leaving = set(self.supervisor.leaving(self.names))
        self.until(
            lambda: not leaving & set(self.supervisor.running(leaving)), "who leaves is gone"
        )
        for name in sorted(set(self.names) - set(self.supervisor.running(self.names))):
            self.supervisor.start(name)
        self.up()

    def up(self) -> None:
        """Wait until all workers run."""
        self.until(
            lambda: len(self.supervisor.running(self.names)) == len(self.names), "all are up"
        )

    def again(self, name: str, faults: dict[str, str]) -> None:
        """Start one that was killed anew, with faults."""
        self.gone(name)
        self.supervisor.start(name, faults)
