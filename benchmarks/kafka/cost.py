"""What a sample costs: a backlog, a subject that works it off, and the processors' time.

The figures are of the time between the tenth and the ninety-fifth hundredth of the
backlog, by the offsets that the subject's group has committed; so neither the start nor
the last batches count.
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.kafka.program import PATIENCE, Broken, Program, busy_seconds, cpu_seconds
from benchmarks.kafka.site import Site
from benchmarks.kafka.subject import Ended, Subject

LOOK_EVERY = 0.05
FIRST, LAST = 0.10, 0.95


class Look(NamedTuple):
    """One look: when, how far, and the processor seconds of each process until then."""

    time: float
    decided: int
    subject: float
    beside: float
    broker: float
    observer: float
    machine: float


class Cost(NamedTuple):
    """Samples a second, µs of a processor a sample, and cores that others kept busy."""

    rate: float
    subject: float
    beside: float
    broker: float
    others: float
    ended: Ended
    backlog: int


def cost(site: Site, subject: Subject, backlog: int) -> Cost:
    """Let a subject work a backlog off."""
    before = sum(site.ends(subject.samples).values())
    try:
        beside = subject.start_beside()
        site.fill(subject.samples, backlog)
        program = subject.start()
        decided = site.counter(subject.group, subject.samples)
        clocks = _clocks(site, program, beside)
        looks = list(_looks(program, lambda: decided() - before, backlog, clocks))
        subject.settle()
    finally:
        ended = subject.stop()
    return _between(looks, backlog, ended)


def _clocks(site: Site, program: Program, beside: Program | None) -> list[Callable[[], float]]:
    return [
        lambda: cpu_seconds(program.pid),
        lambda: cpu_seconds(beside.pid) if beside else 0.0,
        lambda: cpu_seconds(site.broker_pid),
        time.process_time,
        busy_seconds,
    ]


def _looks(
    program: Program, decided: Callable[[], int], goal: int, clocks: list[Callable[[], float]]
) -> Iterator[Look]:
    """Look at each step forward, until the goal."""
    last, deadline = -1, time.monotonic() + PATIENCE
    while last < goal:
        program.check()
        if (now := decided()) != last:
            last, deadline = now, time.monotonic() + PATIENCE
            yield Look(time.monotonic(), now, *(clock() for clock in clocks))
        elif time.monotonic() > deadline:
            raise Broken(f"nothing was decided for {PATIENCE:.0f} s, at {now:,} of {goal:,}")
        time.sleep(LOOK_EVERY)


def _between(looks: list[Look], backlog: int, ended: Ended) -> Cost:
    first = next(look for look in looks if look.decided >= FIRST * backlog)
    last = next(look for look in looks if look.decided >= LAST * backlog)
    count, seconds = last.decided - first.decided, last.time - first.time
    used = [after - before for before, after in zip(first[2:], last[2:], strict=True)]
    others = used.pop() - sum(used)
    subject, beside, broker, _ = (spent / count * 1e6 for spent in used)
    return Cost(count / seconds, subject, beside, broker, others / seconds, ended, backlog)
