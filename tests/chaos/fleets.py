"""Workers that come and go as they are told to: storms, and rolling restarts."""

import signal
from pathlib import Path
from random import Random

from tests.chaos.asked import Asked
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, judged

EVERY_S = 2.0

ROLL_S = 6.0
"""Seconds between two restarts of a rolling update."""

GRACE_S = 10.0
"""Seconds from SIGTERM to the end, at most."""

GAP_S = 5.0
"""Seconds without a decision while workers are replaced one by one, at most."""


def storm(folder: Path, asked: Asked) -> Verdict:
    """Let a worker leave, or one come back, every two seconds; one always works."""
    with Stage(folder, asked, seconds=EVERY_S * asked.rounds) as stage:
        random = asked.random("storm")
        stage.begin()
        for number in range(asked.rounds):
            stage.tell(f"storm {number + 1}: {_one_more_or_less(stage, random)}")
            stage.play(EVERY_S)
        stage.back()
        return judged(stage, "storm", asked.rounds)


def _one_more_or_less(stage: Stage, random: Random) -> str:
    supervisor, names = stage.supervisor, stage.names
    running, ready = supervisor.running(names), supervisor.working(names)
    away = [name for name in names if name not in running]
    if away and random.random() < 0.5:
        name = random.choice(away)
        supervisor.start(name)
        return f"{name} comes"
    kept = set(supervisor.leaving(names)) | (set(ready) if len(ready) < 2 else set())
    if not (free := [name for name in running if name not in kept]):
        return "nobody may leave"
    name = random.choice(free)
    supervisor.send(name, signal.SIGTERM)
    return f"{name} leaves"


def roll(folder: Path, asked: Asked) -> Verdict:
    """Restart all workers, one after the other, as an update does; a round is all of them."""
    seconds = ROLL_S * asked.rounds * asked.workers
    ended: list[float] = []
    with Stage(folder, asked, seconds) as stage:
        stage.begin()
        for number in range(asked.rounds):
            for name in stage.names:
                stage.tell(f"roll {number + 1}: {name}")
                ended.append(round(stage.end(name), 1))
                stage.supervisor.start(name)
                stage.play(ROLL_S)
        verdict = judged(stage, "roll", asked.rounds * asked.workers)
    return {
        **verdict,
        "rolled_seconds": ended,
        "findings": [*verdict["findings"], *_late(verdict, ended)],
    }


def _late(verdict: Verdict, ended: list[float]) -> list[str]:
    found = [f"a worker ended {one} s after SIGTERM" for one in ended if one > GRACE_S]
    if verdict["longest_gap_seconds"] > GAP_S:
        found.append(f"nothing was decided for {verdict['longest_gap_seconds']} s")
    if codes := set(verdict["exits"]["workers"]["codes"]) - {0}:
        found.append(f"workers exited with {codes}")
    return found
