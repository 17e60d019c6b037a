"""What the two processes outside the service have in common: the feeder and the person.

Neither survives an error. Both end, are started again, and read back from the topics
how far they had come; so what they did is exact, whatever befell them.
"""

import faulthandler
import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from tests.chaos.log import Log

STUCK_S = 30.0
"""Seconds after which a call has hung for ever; the process ends with code 1."""


class World(NamedTuple):
    """What the driver of a run tells the processes; `world.json` in its folder."""

    bootstrap: list[str]
    prefix: str
    partitions: int
    rate: float
    seed: str

    @property
    def log(self) -> Log:
        """The topics."""
        return Log(self.bootstrap, self.prefix)


class Stopped:
    """Becomes true at SIGTERM; each look at it proves that nothing hangs."""

    def __init__(self) -> None:
        self._asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def __call__(self) -> bool:
        """Return whether to end."""
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        return self._asked


def given() -> tuple[World, list[dict[str, Any]]]:
    """Return the world and the rows of the stream, from the folder in the first argument."""
    folder = Path(sys.argv[1])
    with (folder / "rows.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return World(**json.loads((folder / "world.json").read_text(encoding="utf-8"))), rows
