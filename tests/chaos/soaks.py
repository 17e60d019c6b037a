"""Half an hour near the limit, with faults at random: memory and descriptors must be flat.

First the limit is measured: a backlog, and how fast the workers clear it. Then samples
come at 70 % of that. The first worker is left alone and looked at; the others are killed,
stopped and restarted, and the broker stands still now and then. Nobody here follows the
topics, which would take a core: at the end `status` is compared with what was fed.
"""

import json
import signal
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from tests.chaos.asked import PARTITIONS, Asked
from tests.chaos.stage import NotWithin, Stage
from tests.chaos.verdict import Verdict, counted_exits
from tests.chaos.world import World
from tests.crash.process import once

SHARE = 0.7
"""Of the fastest."""

BUDGET = [{"rate": 0.02, "burst": 20}]
REMEMBER = "2m"
"""How long closed requests are remembered: what is remembered for 30 days grows for 30 days."""

BACKLOG = 60_000
FASTEST = 20_000.0
"""Samples a second that the feeder tries while it makes the backlog."""

EVERY_S = 20.0
"""From one fault to the next."""

LOOK_S = 30.0
STILL_S = {"broker": 3.0, "worker": 12.0}
SETTLED = 2
"""Minutes after which nothing may grow any more."""

GROWTH = 1.1
"""What counts as flat: the most in the second half beside the most in the first."""

DRAINED_WITHIN = 600.0


class Look(NamedTuple):
    """One look at a process: seconds, megabytes, descriptors, threads; and what waits."""

    second: float
    rss_mb: float
    descriptors: int
    threads: int
    waiting: int


def soak(folder: Path, asked: Asked) -> Verdict:
    """Play for as many minutes as there are rounds."""
    more = {**asked.more, "budget": BUDGET, "requests": {"remember": REMEMBER}}
    with Stage(folder, asked._replace(more=more), 1.0) as stage:
        fastest = _fastest(stage)
        rate = SHARE * fastest
        _say(stage, f"fastest {fastest:.0f} samples/s; {rate:.0f} for {asked.rounds} min")
        _feed(stage, rate)
        looks, faults = _last(stage, 60.0 * asked.rounds)
        stage.end("feeder")
        drained, fed, state = _drained(stage), _fed(stage), _status(stage)
        stage.end("person")
        for name in stage.names:
            stage.end(name)
        seen: Verdict = {"fastest": round(fastest), "rate": round(rate), "faults": faults}
        seen |= {"fed": fed, "drained_seconds": round(drained, 1)}
        return _judged(stage, seen, looks, state)


def _judged(stage: Stage, seen: Verdict, looks: list[Look], state: dict[str, Any]) -> Verdict:
    decided = state["samples"]
    findings = _growth(looks)
    if decided != seen["fed"]:
        findings.append(f"{seen['fed']} fed, {decided} decided")
    return {
        "scenario": "soak",
        "client": stage.asked.client,
        "minutes": stage.asked.rounds,
        **seen,
        "decided": decided,
        "budget": state["budget"],
        "labels": state["labels"],
        "looks": [look._asdict() for look in looks],
        "findings": findings,
        "hangs": [],
        "verify": {"exit": 0, "left out": "it would take longer than the soak"},
        "exits": counted_exits(stage),
    }


def _growth(looks: list[Look]) -> list[str]:
    """Compare the most of the first half with the most of the second; a start is no half."""
    settled = [look for look in looks if look.second >= 60 * SETTLED] or looks
    half = (len(settled) + 1) // 2
    early, late = (
        tuple(map(max, zip(*part, strict=True)))
        for part in (settled[:half], settled[half:] or settled)
    )
    pairs = zip(Look._fields[1:4], early[1:4], late[1:4], strict=True)
    return [
        f"{name} grew from {before:g} to {after:g}"
        for name, before, after in pairs
        if after > GROWTH * before + 2
    ]


def _fastest(stage: Stage) -> float:
    """Make a backlog, let the workers clear it, return samples a second."""
    stage.begin_workers()
    stage.until(lambda: len(stage.supervisor.working(stage.names)) == len(stage.names), "all work")
    _feed(stage, 500.0)
    command = [sys.executable, "-m", "tests.chaos.person", str(stage.folder)]
    stage.supervisor.add("person", command, stage.folder)
    _until(stage, lambda: _waiting(stage)[0] > 5_000, "the model has learned", DRAINED_WITHIN)
    stage.end("feeder")
    for name in stage.names:
        stage.end(name)
    _feed(stage, FASTEST)
    before = _waiting(stage)[0]
    _until(stage, lambda: _waiting(stage)[0] > before + BACKLOG, "a backlog", DRAINED_WITHIN)
    stage.end("feeder")
    for name in stage.names:
        stage.supervisor.start(name)
    half = _waiting(stage)[1] / 2
    _until(stage, lambda: _waiting(stage)[1] < half, "half of it is done", DRAINED_WITHIN)
    began, left = time.monotonic(), _waiting(stage)[1]
    _until(stage, lambda: _waiting(stage)[1] < half / 5, "nearly all of it", DRAINED_WITHIN)
    return (left - _waiting(stage)[1]) / (time.monotonic() - began)


def _feed(stage: Stage, rate: float) -> None:
    """Let a feeder feed at a rate; it goes on where the last one ended."""
    world = World(stage.cluster.bootstrap, stage.prefix, PARTITIONS, rate, stage.asked.seed)
    (stage.folder / "world.json").write_text(json.dumps(world._asdict()), encoding="utf-8")
    command = [sys.executable, "-m", "tests.chaos.feeder", str(stage.folder)]
    stage.supervisor.add("feeder", command, stage.folder)


def _last(stage: Stage, seconds: float) -> tuple[list[Look], dict[str, int]]:
    """Let time pass with faults; return the looks at the first worker, and the faults."""
    random, began = stage.asked.random("soak"), time.monotonic()
    looks: list[Look] = []
    faults: dict[str, int] = {}
    fault = began + EVERY_S
    while (now := time.monotonic()) < began + seconds:
        if now - began >= LOOK_S * len(looks):
            looks.append(_look(stage, now - began))
            _say(stage, f"{looks[-1]}")
        if now >= fault:
            name = _fault(stage, random)
            faults[name] = faults.get(name, 0) + 1
            fault = time.monotonic() + EVERY_S
        _pass(stage, 0.5)
    return looks, faults


def _fault(stage: Stage, random: Random) -> str:
    name = random.choice(stage.names[1:])
    what = random.choice(("kill", "kill", "stop", "restart", "freeze"))
    _say(stage, f"{what}: {'the broker' if what == 'freeze' else name}")
    if what == "kill":
        stage.supervisor.send(name, signal.SIGKILL)
    elif what == "restart":
        stage.end(name)
        stage.supervisor.start(name)
    elif what == "stop":
        stage.supervisor.send(name, signal.SIGSTOP)
        _pass(stage, STILL_S["worker"])
        stage.supervisor.send(name, signal.SIGCONT)
    else:
        stage.cluster.freeze()
        _pass(stage, STILL_S["broker"])
        stage.cluster.thaw()
    return what


def _look(stage: Stage, second: float) -> Look:
    process = Path("/proc") / str(stage.supervisor.pid(stage.names[0]))
    said = dict(
        line.split(":", 1) for line in (process / "status").read_text(encoding="utf-8").splitlines()
    )
    return Look(
        round(second),
        round(int(said["VmRSS"].split()[0]) / 1024, 1),
        len(list((process / "fd").iterdir())),
        int(said["Threads"]),
        _waiting(stage)[1],
    )


def _waiting(stage: Stage) -> tuple[int, int]:
    """Return how many offsets of samples there are, and how many no worker has committed.

    Markers of transactions count, the last of each partition apart: less than 1 % here.
    """
    client = _client(",".join(stage.cluster.bootstrap))
    places = [TopicPartition(f"{stage.prefix}samples", part) for part in range(PARTITIONS)]
    newest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # has no types
    found = client.list_offsets(dict.fromkeys(places, newest), request_timeout=30)
    ends = {place.partition: one.result().offset for place, one in found.items()}
    group = f"{stage.prefix}streamal-scorer"
    asked = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])
    done = {place.partition: place.offset for place in asked[group].result().topic_partitions}
    waiting = sum(max(0, end - 1 - max(0, done[part])) for part, end in ends.items())
    return sum(ends.values()), waiting


@cache
def _client(servers: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": servers})


def _fed(stage: Stage) -> int:
    return sum(1 for _ in stage.log.whole(["samples"]))


def _drained(stage: Stage) -> float:
    began = time.monotonic()
    _until(stage, lambda: _waiting(stage)[1] == 0, "all samples are committed", DRAINED_WITHIN)
    return time.monotonic() - began


def _status(stage: Stage) -> dict[str, Any]:
    done = once(stage.folder, "status", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _pass(stage: Stage, seconds: float) -> None:
    """Let time pass, and the supervisor do its work."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stage.supervisor.look()
        time.sleep(0.1)


def _until(stage: Stage, seen: Callable[[], bool], what: str, within: float) -> None:
    limit = time.monotonic() + within
    while not seen():
        if time.monotonic() > limit:
            raise NotWithin(f"not within {within:.0f} s: {what}")
        _pass(stage, 0.3)


def _say(stage: Stage, what: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}; {_waiting(stage)[1]} wait\n")
    sys.stderr.flush()
