"""Hours in minutes: load, and one fault or another all the time."""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.chaos.asked import Asked
from tests.chaos.brokers import SESSION_MS, back
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, judged

ROUND_S = 20.0
"""Seconds from one fault to the next, about; the rarest take that long to get over."""

STILL_S = 12.0
FROZEN_S = 5.0

Fault = Callable[[Stage, str], None]


def mixed(folder: Path, asked: Asked) -> Verdict:
    """Draw a fault every twenty seconds; a minute is three rounds."""
    happened: Counter[str] = Counter()
    seconds = ROUND_S * asked.rounds
    with Stage(folder, asked, seconds, session_ms=SESSION_MS, apart=True) as stage:
        random = asked.random("mixed")
        stage.begin()
        before = _megabytes(stage)
        for _ in range(asked.rounds):
            stage.play(ROUND_S * random.uniform(0.2, 1.0))
            fault = random.choices(list(FAULTS), [weight for weight, _ in FAULTS.values()])[0]
            happened[fault] += 1
            stage.up()
            name = random.choice(stage.names)
            stage.tell(f"{sum(happened.values())}: {fault}, {name}")
            FAULTS[fault][1](stage, name)
        stage.play(ROUND_S)
        stage.up()
        after = _megabytes(stage)
        verdict = judged(stage, "mixed", asked.rounds)
    return {**verdict, "happened": happened, "megabytes": {"first": before, "last": after}}


def _kill(stage: Stage, name: str) -> None:
    stage.kill(name)


def _replace(stage: Stage, name: str) -> None:
    stage.end(name)
    stage.supervisor.start(name)


def _stop(stage: Stage, name: str) -> None:
    stage.supervisor.send(name, signal.SIGSTOP)
    stage.play(STILL_S)
    stage.supervisor.send(name, signal.SIGCONT)


def _freeze(stage: Stage, _: str) -> None:
    stage.cluster.freeze()
    stage.play(FROZEN_S)
    stage.cluster.thaw()


def _cut(stage: Stage, _: str) -> None:
    stage.cluster.kill()
    back(stage)


def _outside(stage: Stage, _: str) -> None:
    for name in ("feeder", "person"):
        stage.kill(name)


FAULTS: dict[str, tuple[int, Fault]] = {
    "a worker is killed": (5, _kill),
    "a worker is replaced": (3, _replace),
    "a worker stands still": (2, _stop),
    "the broker stands still": (1, _freeze),
    "the broker is killed": (1, _cut),
    "feeder and person are killed": (1, _outside),
}
"""How often each is drawn, of all weights, and what it does."""


def _megabytes(stage: Stage) -> dict[str, int]:
    """Return the memory that each worker has in use."""
    return {name: _resident(stage.supervisor.pid(name)) for name in stage.names}


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
