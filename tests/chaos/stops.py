"""Workers that stand still for longer than the group waits, and wake up again."""

import signal
from pathlib import Path

from tests.chaos.asked import Asked
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, judged

SESSION_S = 6
STILL_S = 9.0
"""Longer than the session, so that others take over."""

AWAKE_S = 8.0
REPLACED_S = 4.0
ROUND_S = STILL_S + AWAKE_S

SHORT = {"broker": {"session_timeout": f"{SESSION_S}s", "transaction_timeout": "8s"}}


def stop(folder: Path, asked: Asked) -> Verdict:
    """Stop a scorer that holds partitions, and the arbiter, in turn; wake them up later.

    In every second round of each another process takes the sleeper's name meanwhile.
    """
    short = asked._replace(more={**asked.more, **SHORT})
    with Stage(folder, short, seconds=ROUND_S * asked.rounds) as stage:
        stage.begin()
        for number in stage.rounds(AWAKE_S):
            _sleep(stage, number)
        return judged(stage, "stop", asked.rounds)


def _sleep(stage: Stage, number: int) -> None:
    arbiter = stage.watch.arbiter
    scorers = sorted(set(stage.watch.holders.values()) - {arbiter})
    is_arbiter = number % 2 == 0 or not scorers
    name = arbiter if is_arbiter else stage.asked.random(f"stop/{number}").choice(scorers)
    stage.tell(f"stop {number + 1}: {name}, {'the arbiter' if is_arbiter else 'a scorer'}")
    stage.supervisor.send(name, signal.SIGSTOP)
    stage.play(STILL_S)
    if number % 4 in {1, 2}:
        stage.tell(f"a second {name} starts")
        stage.supervisor.replace(name)
        stage.play(REPLACED_S)
        stage.supervisor.wake(name)
    else:
        stage.supervisor.send(name, signal.SIGCONT)
