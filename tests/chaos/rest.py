"""The end of a run: everything is fed, decided, learned, and nobody is left."""

import signal
import time

from tests.chaos.stage import Stage

DRAINED_WITHIN = 180.0
"""Seconds after which a backlog counts as one that never drains."""


def drained(stage: Stage) -> float:
    """Wait until all samples that are there now are decided; return after how long."""
    began = time.monotonic()
    stage.turn(0.5)
    there = stage.watch.samples.copy()
    while len(there - stage.watch.decided) and time.monotonic() < began + DRAINED_WITHIN:
        stage.turn(0.2)
    return time.monotonic() - began


def fed(stage: Stage) -> None:
    """Wait for the last sample, then stop the feeder, and wait for the last decision."""
    wanted = stage.asked.samples
    lacks = wanted - len(stage.watch.samples)
    within = 60 + 2 * max(0, lacks) / stage.rate
    stage.until(lambda: len(stage.watch.samples) >= wanted, "all samples are fed", within)
    stage.dismiss("feeder")
    stage.until(lambda: stage.watch.backlog() == 0, "all samples are decided")


def ended(stage: Stage) -> list[float]:
    """End the person, then the workers; return how many seconds each worker took at most."""
    stage.dismiss("person")
    stage.turn(0.5)
    stage.until(stage.watch.is_at_rest, "all is taken in")
    stage.up()
    for name in stage.names:
        stage.supervisor.send(name, signal.SIGTERM)
    began = time.monotonic()
    took = []
    for name in stage.names:
        stage.gone(name)
        took.append(time.monotonic() - began)
    return took
