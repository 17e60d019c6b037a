"""All scenarios by their names, each with its full size."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.chaos import brokers, budgets, fleets, kills, mixed, replicas, soaks, stops
from tests.chaos.asked import Asked
from tests.chaos.verdict import Verdict

Play = Callable[[Path, Asked], Verdict]


class Scenario(NamedTuple):
    """What is played, and how much of it at full size.

    Parameters
    ----------
    round_s
        Seconds of a round where these are always the same, so that minutes can be asked for.
    """

    play: Play
    rounds: int
    samples: int
    round_s: float = 0.0


SCENARIOS = {
    "kill": Scenario(kills.kill, 100, 50_000),
    "points": Scenario(kills.points, 27, 20_000),
    "stop": Scenario(stops.stop, 12, 20_000),
    "broker": Scenario(brokers.broker, 5, 20_000),
    "freeze": Scenario(brokers.freeze, 4, 20_000),
    "leader": Scenario(brokers.leader, 6, 30_000),
    "storm": Scenario(fleets.storm, 90, 50_000),
    "roll": Scenario(fleets.roll, 3, 30_000),
    "budget": Scenario(budgets.budget, 1, 24_000),
    "rate": Scenario(budgets.rate, 1, 24_000),
    "replicas": Scenario(replicas.replicas, 6, 10_000),
    "mixed": Scenario(mixed.mixed, 90, 400_000, round_s=mixed.ROUND_S),
    "soak": Scenario(soaks.soak, 30, 0, round_s=60.0),
    "split": Scenario(kills.split, 6, 5_000),
}
