"""Workers that are killed: at any moment, at named points, and with a commit that is split."""

from itertools import cycle, islice
from pathlib import Path
from random import Random

from streamal.runtime.faults import CRASH_AT, SPLIT_COMMIT
from tests.chaos.asked import Asked
from tests.chaos.replicas import with_replicas
from tests.chaos.stage import NotWithin, Stage
from tests.chaos.verdict import Verdict, judged
from tests.crash.rounds import ONLY_WHERE_SPLIT, WHOLE

EVERY_S = (1.0, 3.0)

STARTING = 0.25
"""Share of kills that may hit one that is only starting; on a slow machine most would."""

A_POINT_S = 6.0
"""Seconds from one death at a point to the next, about."""

DIES_WITHIN = 40.0
"""Seconds within which a worker comes by a point, or somebody else is the arbiter."""

TRIES = 3


def kill(folder: Path, asked: Asked) -> Verdict:
    """Kill a worker every one to three seconds; then compare what all predicted."""
    with Stage(folder, asked, seconds=2.2 * asked.rounds) as stage:
        random = asked.random("kill")
        stage.begin()
        for number in range(asked.rounds):
            stage.play(random.uniform(*EVERY_S))
            name = _victim(stage, random)
            stage.tell(f"kill {number + 1}: {name}")
            stage.kill(name)
        return with_replicas(stage, judged(stage, "kill", asked.rounds))


def _victim(stage: Stage, random: Random) -> str:
    """Return a worker that is at work, or now and then one that may only be starting."""
    supervisor, names = stage.supervisor, stage.names
    among = supervisor.running if random.random() < STARTING else supervisor.working
    stage.until(lambda: bool(among(names)), "there is one to kill")
    return random.choice(among(names))


def points(folder: Path, asked: Asked) -> Verdict:
    """Let workers die at each named point in turn, at the first coming or a later one."""
    with Stage(folder, asked, seconds=A_POINT_S * asked.rounds) as stage:
        stage.begin()
        died = _die_in_turn(stage, WHOLE)
        verdict = judged(stage, "points", len(died))
    return {**verdict, "died_at": died}


def split(folder: Path, asked: Asked) -> Verdict:
    """Die between outputs and offsets in two transactions: the count must find it."""
    seconds = A_POINT_S * asked.rounds
    with Stage(folder, asked, seconds, {SPLIT_COMMIT: "1"}) as stage:
        stage.begin()
        died = _die_in_turn(stage, ONLY_WHERE_SPLIT)
        verdict = judged(stage, "split", len(died))
    return {**verdict, "died_at": died}


def _die_in_turn(stage: Stage, names: tuple[str, ...]) -> list[str]:
    random = stage.asked.random("points")
    died = []
    for point in islice(cycle(names), stage.asked.rounds):
        most = 1 if point.startswith("restore.") else 6
        died.append(
            _die_at(stage, f"{point}:{random.randint(1, most)}", random.choice(stage.names))
        )
    return died


def _die_at(stage: Stage, point: str, anyone: str) -> str:
    """Let a worker die at a point; return who died where."""
    for _ in range(TRIES):
        name = stage.watch.arbiter if point.startswith("arbiter.") else anyone
        stage.tell(f"{name} is to die at {point}")
        stage.kill(name)
        stage.again(name, {CRASH_AT: point})
        try:
            stage.gone(name, DIES_WITHIN)
        except NotWithin:
            continue
        stage.up()
        return f"{name} {point}"
    raise NotWithin(f"nobody came by {point}")
