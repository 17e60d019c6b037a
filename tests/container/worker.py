"""Containers of the service on a real Kafka, and what the topics say of them."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.cli.shell import Ran, ended, environ
from tests.container.engine import HARDENED, IMAGE, Engine
from tests.kafka.ports import Port
from tests.kafka.process import started

PATIENCE = 90.0
PAUSE = 0.2

DECISIONS = ("label-requests", "auto-labels", "abstained")


class Stack:
    """Hardened containers in the network of this machine, all with one configuration.

    Parameters
    ----------
    folder
        For the configuration that they and commands of this machine read.
    """

    def __init__(self, engine: Engine, folder: Path, servers: Sequence[str]) -> None:
        self._engine = engine
        self._folder = folder
        self._port = Port()
        config = {
            "broker": {"kind": "kafka", "bootstrap_servers": list(servers)},
            "topics": {"prefix": "box.", "partitions": 2},
            "budget": [{"rate": 0.1, "burst": 20}],
            "http": {"host": "127.0.0.1", "port": self._port.number},
        }
        folder.chmod(0o755)  # the containers' user reads it
        (folder / "streamal.yaml").write_text(json.dumps(config), "utf-8")

    def start(self, name: str, *words: object) -> None:
        """Start a container in the background."""
        self._engine.said("run", "--detach", "--name", name, *self._options(), IMAGE, *words)

    def good(self, *words: object) -> str:
        """Run a container to a good end and return its stdout."""
        return self._engine.said("run", "--rm", *self._options(), IMAGE, *words)

    def _options(self) -> tuple[str, ...]:
        config = self._folder / "streamal.yaml"
        return (*HARDENED, "--volume", f"{config}:/etc/streamal/streamal.yaml:ro")

    def again(self, name: str) -> None:
        """Start a container that was stopped."""
        self._engine.said("start", name)

    def stop(self, name: str, seconds: int) -> float:
        """Send SIGTERM, and SIGKILL after a time; return how long it took."""
        began = time.monotonic()
        self._engine.said("stop", "--time", seconds, name)
        return time.monotonic() - began

    def state(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return whether a container runs, and how it ended."""
        return self._engine.inspected("container", "inspect", name)["State"]

    def wait_ready(self, name: str) -> None:
        """Wait until the health check of the image says yes."""
        self.wait(
            lambda: self._engine.tried("healthcheck", "run", name).returncode == 0,
            lambda: f"{name} is not ready: {self.logs(name)}",
        )

    def wait(self, seen: Callable[[], bool], what: Callable[[], str]) -> None:
        """Wait until something is seen."""
        deadline = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < deadline, what()
            time.sleep(PAUSE)

    def logs(self, name: str) -> str:
        """Return what a container said on both of its streams."""
        done = self._engine.tried("logs", name)
        return done.stdout + done.stderr

    def command(self, *words: object) -> Ran:
        """Run a command on this machine, beside the containers."""
        with started(self._folder, *words, **environ()) as child:
            return ended(child)

    def status(self) -> Any:  # noqa: ANN401 - JSON
        """Return what the topics say now."""
        return self.command("status", "--json").document

    def decided(self) -> int:
        """Return how many samples have their route."""
        return sum(self.status()["routes"].values())

    def is_at_rest(self, rows: int) -> bool:
        """Say whether so many samples are decided and no request waits for its answer."""
        said = self.status()
        return sum(said["routes"].values()) == rows and not said["requests"]["outstanding"]

    def routes(self) -> Counter[str]:
        """Return how many decisions each sample that was sent has, by its id."""
        said = [self.command("tail", topic, "-n", 100_000) for topic in DECISIONS]
        return Counter(line["value"]["sample_id"] for ran in said for line in ran.lines)

    def close(self) -> None:
        """Give the port back."""
        self._port.close()
